"""A year that one process enters is known to the others at once."""

import subprocess
import sys
from datetime import date

import pytest
from tests.conftest import FreshDatabase
from tests.lifecycle.conftest import HERE, PlayUntil

from jiebang.kernel.working_days import YearTable
from jiebang.lifecycle.actions.record_year import record_year
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed
from jiebang.lifecycle.packs import working_calendar
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant

AT = read_instant("2026-12-20T09:00")
ON = date(2026, 11, 5)


def table(*off: date) -> YearTable:
    return YearTable(
        year=2027, holidays=frozenset(off), working_weekends=frozenset(), notice="示例通知（合成）"
    )


def enter(life: Stage, who: str, *off: date, number: str = "示例发〔2026〕7号") -> None:
    actor = life.actor(who, AT)
    assert actor is not None
    record_year(table=table(*off), number=number, on=ON, actor=actor, at=AT)


@pytest.mark.slow
def test_running_workers_see_a_year_without_being_restarted(
    fresh_database: FreshDatabase, play_until: PlayUntil
) -> None:
    life = play_until("2026-03-04T09:00")
    worker = subprocess.Popen(  # noqa: S603  (this project's own script)
        [sys.executable, str(HERE / "year_in_process.py")],
        env=fresh_database.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip

    def ask(day: str) -> str:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(f"{day}\n")
        worker.stdin.flush()
        return worker.stdout.readline().strip()

    try:
        assert ask("2027-01-01") == "UnknownYear"
        enter(life, "officer", date(2027, 1, 1))
        assert ask("2027-01-01") == "False"
        assert ask("2027-01-04") == "True"
        enter(life, "head", date(2027, 1, 1), date(2027, 1, 4), number="示例发〔2026〕9号")
        assert ask("2027-01-04") == "False", "a correction holds at once as well"
    finally:
        worker.communicate(timeout=60)


@pytest.mark.django_db
def test_what_is_entered_goes_before_what_is_bundled(play_until: PlayUntil) -> None:
    life = play_until("2026-03-04T09:00")
    assert working_calendar().is_working(date(2026, 12, 31))
    actor = life.actor("officer", AT)
    assert actor is not None
    days = YearTable(
        year=2026, holidays=frozenset({date(2026, 12, 31)}), working_weekends=frozenset(), notice="示例"
    )
    record_year(table=days, number="示例", on=ON, actor=actor, at=AT)
    assert not working_calendar().is_working(date(2026, 12, 31))


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["secretary", "auditor", "firm", "expert"])
def test_nobody_but_a_bureau_may(play_until: PlayUntil, who: str) -> None:
    with pytest.raises(NotAllowed):
        enter(play_until("2026-03-04T09:00"), who, date(2027, 1, 1))


@pytest.mark.django_db
def test_the_same_twice_is_told(play_until: PlayUntil) -> None:
    life = play_until("2026-03-04T09:00")
    enter(life, "officer", date(2027, 1, 1))
    with pytest.raises(AlreadyDone):
        enter(life, "head", date(2027, 1, 1))
