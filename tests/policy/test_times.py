"""Terms and windows: counted by the law's rules on a dated calendar, open while the way of counting is."""

from datetime import date
from typing import Any

import pytest
from tests.policy.building import know, make_program

from jiebang.kernel.periods import SHANGHAI, WorkingCalendar
from jiebang.policy.times import Deadline, explain_deadline

CALENDAR = WorkingCalendar.bundled()

OPEN = """
discretion:
  counting: {clause: EX-1, question: 自然日还是工作日？, scope: programme, type: choice, options: {natural: 自然日, working: 工作日}, decides: [bureau], blocks: 公示}
  length: {clause: EX-1, question: 几日？, scope: programme, type: term, unit: 日, decides: [bureau], blocks: 公示}
"""


def count(
    term: str,
    start: str,
    *,
    others: str = "",
    sections: str = "",
    calendar: WorkingCalendar | None = CALENDAR,
    **data: Any,
) -> Deadline:
    """The deadline of a term written as keys, begun on `start`."""
    program = make_program(
        f"terms:\n  it: {{clause: EX-1, label: 期限, starts: 开始, {term}}}\n{others}\n{OPEN}\n{sections}"
    )
    return program.timekeeper.deadline(
        "it", date.fromisoformat(start), know(program, calendar=calendar, **data)
    )


def closes(found: Deadline) -> str | None:
    return found.closes_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if found.closes_at else None


@pytest.mark.parametrize(
    ("term", "start", "end"),
    [
        # natural days: the first isn't counted, an end on a day off rolls on
        ("length: 7 日, counting: natural", "2026-03-02", "2026-03-09"),
        ("length: 1 日, counting: natural", "2026-03-02", "2026-03-03"),
        ("length: 5 日, counting: natural", "2026-03-02", "2026-03-09"),
        ("length: 5 日, counting: natural, rolls: false", "2026-03-02", "2026-03-07"),
        ("length: 5 日, counting: natural, rolls: true", "2026-03-02", "2026-03-09"),
        ("length: 7 日, counting: natural", "2026-02-10", "2026-02-24"),
        ("length: 7 日, counting: natural, rolls: false", "2026-02-10", "2026-02-17"),
        # a Saturday worked in place of a holiday is a working day
        ("length: 5 日, counting: natural", "2026-05-04", "2026-05-09"),
        # working days
        ("length: 1 日, counting: working", "2026-03-06", "2026-03-09"),
        ("length: 5 日, counting: working", "2026-03-02", "2026-03-09"),
        ("length: 10 日, counting: working", "2026-04-30", "2026-05-18"),
        ("length: 5 工作日", "2026-03-02", "2026-03-09"),
        ("length: 5 个工作日, rolls: false", "2026-03-02", "2026-03-09"),
        # months and years: the same day, or the month's last
        ("length: 1 个月, rolls: false", "2026-01-31", "2026-02-28"),
        ("length: 1 个月, rolls: false", "2024-01-31", "2024-02-29"),
        ("length: 1 个月", "2026-01-31", "2026-02-28"),
        ("length: 1 个月", "2026-02-28", "2026-03-30"),
        ("length: 12 个月, rolls: false", "2024-02-29", "2025-02-28"),
        ("length: 4 年, rolls: false", "2024-02-29", "2028-02-29"),
        ("length: 3 年, rolls: false", "2026-03-02", "2029-03-02"),
        # back from a date, never rolling
        ("length: 7 日, counting: natural, backward: true", "2026-03-14", "2026-03-07"),
        ("length: 5 日, counting: working, backward: true", "2026-03-09", "2026-03-02"),
        ("length: 1 日, counting: working, backward: true", "2026-02-24", "2026-02-14"),
        ("length: 1 个月, backward: true", "2026-03-31", "2026-02-28"),
        ("length: 1 个月, backward: true", "2026-01-31", "2025-12-31"),
        ("length: 12 个月, backward: true", "2024-02-29", "2023-02-28"),
        ("length: 13 个月, backward: true", "2026-01-15", "2024-12-15"),
    ],
)  # fmt: skip
def test_the_last_day(term: str, start: str, end: str) -> None:
    found = count(term, start)
    assert (found.ends_on, found.unset, found.problem) == (date.fromisoformat(end), [], "")


def test_without_the_law_s_rule_nothing_rolls() -> None:
    stays = "counting: {clause: EX-1, first_day: excluded, end_on_rest_day: stays}"
    assert count("length: 5 日, counting: natural", "2026-03-02", sections=stays).ends_on == date(2026, 3, 7)
    assert count(
        "length: 5 日, counting: natural, rolls: true", "2026-03-02", sections=stays
    ).ends_on == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("clock", "instant"),
    [
        ("", "2026-03-10T00:00"),
        (', closes_at: "24:00"', "2026-03-10T00:00"),
        (', closes_at: "17:00"', "2026-03-09T17:00"),
        (', closes_at: "00:00"', "2026-03-09T00:00"),
        (', closes_at: "23:59"', "2026-03-09T23:59"),
    ],
)
def test_the_closing_instant_is_wall_time_in_shanghai(clock: str, instant: str) -> None:
    found = count(f"length: 7 日, counting: natural{clock}", "2026-03-02")
    assert closes(found) == instant
    assert found.closes_at is not None
    assert found.closes_at.utcoffset() is not None
    assert explain_deadline(found)["closes_at"].endswith("+08:00")


def test_a_window_begins_where_the_one_before_it_ends() -> None:
    others = (
        "  first: {clause: EX-1, label: 前一期, starts: 开始, length: 5 日, counting: natural}\n"
        "  open: {clause: EX-1, label: 未定期, starts: 开始, length: {discretion: length}, counting: natural}"
    )
    # The first window ends on Monday 9 March because its own end rolls on.
    found = count("length: 2 日, counting: natural, after: first", "2026-03-02", others=others)
    assert found.ends_on == date(2026, 3, 11)
    found = count("length: 2 日, counting: natural, after: open", "2026-03-02", others=others)
    assert (found.ends_on, found.closes_at, found.unset) == (None, None, ["length"])
    found = count(
        "length: 2 日, counting: natural, after: open",
        "2026-03-02",
        others=others,
        decided={"length": "3 日"},
    )
    assert found.ends_on == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("decided", "end", "unset"),
    [
        ({}, None, ["length", "counting"]),
        ({"length": "7 日"}, None, ["counting"]),
        ({"counting": "natural"}, None, ["length"]),
        ({"length": "7 日", "counting": "natural"}, "2026-03-09", []),
        ({"length": "7 日", "counting": "working"}, "2026-03-11", []),
    ],
)
def test_what_is_open_keeps_the_end_open(decided: dict[str, str], end: str | None, unset: list[str]) -> None:
    term = "length: {discretion: length}, counting: {discretion: counting}"
    found = count(term, "2026-03-02", decided=decided)
    assert (found.ends_on and found.ends_on.isoformat(), found.unset) == (end, unset)
    assert (closes(found) is None) == bool(unset)


@pytest.mark.parametrize(
    ("term", "start"),
    [
        ("length: 7 日, counting: natural", "2027-03-01"),
        ("length: 7 日, counting: natural", "2026-12-27"),
        ("length: 10 日, counting: working", "2026-12-25"),
        ("length: 1 日, counting: working, backward: true", "2027-03-01"),
    ],
)
def test_a_year_without_a_published_calendar_is_a_problem_not_a_guess(term: str, start: str) -> None:
    found = count(term, start)
    assert (found.ends_on, found.closes_at) == (None, None)
    assert "没有 2027 年的工作日历" in found.problem
    assert "没有 2027 年的工作日历" in explain_deadline(found)["problem"]


@pytest.mark.parametrize(
    "term",
    [
        "length: 5 日, counting: natural",
        "length: 5 日, counting: working",
        "length: 5 日, counting: working, backward: true",
    ],
)
def test_without_any_calendar_an_end_that_needs_one_is_a_problem(term: str) -> None:
    found = count(term, "2026-03-02", calendar=None)
    assert found.ends_on is None
    assert "工作日历" in found.problem


def test_without_a_calendar_what_needs_none_is_counted() -> None:
    assert count(
        "length: 5 日, counting: natural, rolls: false", "2026-03-02", calendar=None
    ).ends_on == date(2026, 3, 7)


def test_a_length_that_is_a_fact_not_given_is_unknown() -> None:
    found = count("length: bid.days, counting: natural", "2026-03-02")
    assert (found.ends_on, found.unset, found.problem) == (None, [], "期限长度尚不知道")
    assert count(
        "length: bid.months, rolls: false", "2026-03-02", facts={"bid.months": "2 个月"}
    ).ends_on == date(2026, 5, 2)
