"""Whether a regulation holds on a day: its first and last day are in, and a blank start is nobody's guess."""

from datetime import date

import pytest
from tests.policy.building import FRAME, make_program

from jiebang.kernel.periods import parse_term
from jiebang.policy.in_force import describe_in_force, last_day, state_on
from jiebang.policy.program import Program


def dated(dates: str) -> Program:
    """A pack in force as these keys say; none if empty."""
    head = next(line for line in FRAME.splitlines() if line.startswith("pack:"))
    return make_program(head[:-1] + f", in_force: {{clause: EX-1, {dates}}}}}" if dates else head)


@pytest.mark.parametrize(
    ("dates", "adopted_on", "day", "state", "until"),
    [
        ("from: 2026-01-01, until: 2028-12-31", None, "2025-12-31", "not_yet", "2028-12-31"),
        ("from: 2026-01-01, until: 2028-12-31", None, "2026-01-01", "in_force", "2028-12-31"),
        ("from: 2026-01-01, until: 2028-12-31", None, "2028-12-31", "in_force", "2028-12-31"),
        ("from: 2026-01-01, until: 2028-12-31", None, "2029-01-01", "lapsed", "2028-12-31"),
        ("from: 2026-01-01", None, "2099-01-01", "in_force", None),
        ("from: 2026-05-01, lasts: 3 年", None, "2029-04-30", "in_force", "2029-04-30"),
        ("from: 2026-05-01, lasts: 3 年", None, "2029-05-01", "lapsed", "2029-04-30"),
        # an adoption doesn't move a date that the text has
        ("from: 2026-01-01", "2025-01-01", "2025-06-01", "not_yet", None),
        ("from: unset, until: 2028-12-31", None, "2026-03-02", "unset", None),
        ("from: unset, until: 2028-12-31", "2026-03-02", "2026-03-01", "not_yet", "2028-12-31"),
        ("from: unset, until: 2028-12-31", "2026-03-02", "2026-03-02", "in_force", "2028-12-31"),
        ("from: unset, until: 2028-12-31", "2026-03-02", "2029-01-01", "lapsed", "2028-12-31"),
        ("from: unset, lasts: 3 年", None, "2026-03-02", "unset", None),
        ("from: unset, lasts: 3 年", "2026-03-02", "2029-03-01", "in_force", "2029-03-01"),
        ("from: unset, lasts: 3 年", "2026-03-02", "2029-03-02", "lapsed", "2029-03-01"),
        ("", None, "2026-03-02", "in_force", None),
    ],
)  # fmt: skip
def test_state(dates: str, adopted_on: str | None, day: str, state: str, until: str | None) -> None:
    adopted = date.fromisoformat(adopted_on) if adopted_on else None
    found = state_on(dated(dates).pack, date.fromisoformat(day), adopted)
    assert (found.state, found.until_on and found.until_on.isoformat()) == (state, until)
    words = {
        "unset": "须由有权机关记录施行决定",
        "not_yet": "尚未施行",
        "lapsed": "已经失效",
        "in_force": "施行",
    }
    assert words[state] in found.explanation
    assert not dates or "EX-1" in found.explanation


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        ("2026-05-01", "3 年", "2029-04-30"),
        ("2026-01-01", "1 年", "2026-12-31"),
        ("2024-03-01", "1 年", "2025-02-28"),
        ("2023-03-01", "1 年", "2024-02-29"),
        ("2026-03-15", "6 个月", "2026-09-14"),
        ("2026-03-02", "90 日", "2026-05-30"),
        # The last month has the corresponding day: it ends the day before, whatever the month's length.
        ("2026-01-28", "1 个月", "2026-02-27"),
        ("2024-01-29", "1 个月", "2024-02-28"),
        ("2026-02-28", "1 个月", "2026-03-27"),
        ("2026-03-31", "2 个月", "2026-05-30"),
        ("2024-02-29", "4 年", "2028-02-28"),
        # It has none: all of that month is still within the term.
        ("2026-01-29", "1 个月", "2026-02-28"),
        ("2026-01-30", "1 个月", "2026-02-28"),
        ("2026-01-31", "1 个月", "2026-02-28"),
        ("2024-01-31", "1 个月", "2024-02-29"),
        ("2026-03-31", "6 个月", "2026-09-30"),
        ("2026-08-31", "18 个月", "2028-02-29"),
        ("2024-02-29", "1 年", "2025-02-28"),
        ("2024-02-29", "3 年", "2027-02-28"),
    ],
)
def test_the_start_day_itself_is_lived_under_the_regulation(start: str, term: str, end: str) -> None:
    assert last_day(date.fromisoformat(start), parse_term(term)) == date.fromisoformat(end)


def test_a_term_begun_on_the_thirty_first_is_over_the_day_after_its_last() -> None:
    pack = dated("from: 2026-03-31, lasts: 6 个月").pack
    assert state_on(pack, date(2026, 9, 30)).state == "in_force"
    assert state_on(pack, date(2026, 10, 1)).state == "lapsed"


@pytest.mark.parametrize(
    ("dates", "said"),
    [
        ("from: 2026-01-01, until: 2028-12-31", "施行：自 2026-01-01 起施行，有效期至 2028-12-31（EX-1）"),
        ("from: unset, lasts: 3 年", "施行：原文施行日期空缺，须由有权机关记录施行决定，有效期 3 年（EX-1）"),
        ("", "施行：本包没有施行日期，随引用它的政策包使用"),
    ],
)
def test_description(dates: str, said: str) -> None:
    assert describe_in_force(dated(dates).pack) == said
