"""Terms end on the day the Civil Code says (arts. 200 to 204).

The tables can be checked by hand with a calendar on the wall: start, term, last day, and why.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiebang.kernel.periods import (
    SHANGHAI,
    CalendarNeeded,
    DateOutOfRange,
    NaiveInstant,
    NotADate,
    ReversedDates,
    Term,
    TermUnit,
    UnknownYear,
    WorkingCalendar,
    close_of_day,
    compare_terms,
    elapsed_within,
    end_of_term,
    local_date,
    parse_term,
)

CALENDAR = WorkingCalendar.bundled()
LAST_KNOWN = CALENDAR.years[-1]

natural_terms = st.one_of(
    st.builds(Term, st.integers(1, 36_500), st.just(TermUnit.day)),
    st.builds(Term, st.integers(1, 1_200), st.just(TermUnit.month)),
    st.builds(Term, st.integers(1, 100), st.just(TermUnit.year)),
)
days = st.dates(date(1950, 1, 1), date(2150, 12, 31))


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "term", "end", "why"),
    [
        ("2026-03-05", "1 日", "2026-03-06", "开始的当日不计入"),
        ("2026-03-05", "7 日", "2026-03-12", "自次日起满七日"),
        ("2026-03-05", "7 天", "2026-03-12", "天与日相同"),
        ("2026-12-25", "7 日", "2027-01-01", "跨年，自然日不需要日历"),
        ("2024-02-28", "1 日", "2024-02-29", "闰年"),
        ("2025-02-28", "1 日", "2025-03-01", "平年"),
        ("2026-03-15", "1 个月", "2026-04-15", "到期月的对应日"),
        ("2026-01-31", "1 个月", "2026-02-28", "没有对应日，为月末日"),
        ("2024-01-31", "1 个月", "2024-02-29", "闰年的月末日"),
        ("2024-01-30", "1 个月", "2024-02-29", "闰年没有 2 月 30 日"),
        ("2024-01-29", "1 个月", "2024-02-29", "闰年有对应日"),
        ("2026-02-28", "1 个月", "2026-03-28", "对应日，不是月末日"),
        ("2026-05-31", "1 个月", "2026-06-30", "小月"),
        ("2026-12-31", "1 个月", "2027-01-31", "跨年"),
        ("2025-08-31", "6 个月", "2026-02-28", "跨年到月末日"),
        ("2025-12-31", "2 个月", "2026-02-28", "跨年到月末日"),
        ("2026-03-15", "24 个月", "2028-03-15", "二十四个月即两年"),
        ("2026-03-15", "2 年", "2028-03-15", "年的对应日"),
        ("2024-02-29", "1 年", "2025-02-28", "闰日的下一年没有对应日"),
        ("2024-02-29", "4 年", "2028-02-29", "下一个闰年有对应日"),
        ("2096-02-29", "8 年", "2104-02-29", "2100 年不是闰年，不影响"),
        ("2096-02-29", "4 年", "2100-02-28", "2100 年不是闰年"),
    ],
)
def test_the_last_day_of_a_natural_term(start: str, term: str, end: str, why: str) -> None:
    assert end_of_term(on(start), parse_term(term), None, roll_to_working_day=False) == on(end), why


@pytest.mark.parametrize(
    ("start", "term", "end", "why"),
    [
        ("2026-03-05", "7 日", "2026-03-12", "最后一日周四，不顺延"),
        ("2026-03-06", "1 日", "2026-03-09", "最后一日周六，顺延到周一"),
        ("2025-01-21", "7 日", "2025-02-05", "最后一日是春节放假第一天，顺延到节后"),
        ("2025-01-19", "7 日", "2025-01-26", "最后一日是调休上班的周日，不顺延"),
        ("2025-02-01", "7 日", "2025-02-08", "最后一日是调休上班的周六，不顺延"),
        ("2025-02-02", "7 日", "2025-02-10", "最后一日是普通周日"),
        ("2026-02-07", "7 日", "2026-02-14", "最后一日是调休上班的周六，不顺延"),
        ("2026-02-08", "7 日", "2026-02-24", "最后一日是春节放假第一天，顺延九天"),
        ("2026-09-01", "1 个月", "2026-10-08", "最后一日是国庆节"),
        ("2025-05-01", "1 年", "2026-05-06", "最后一日是劳动节"),
        ("2026-12-24", "7 日", "2026-12-31", "年内最后一天上班，不需要下一年的日历"),
    ],
)
def test_the_last_day_rolls_on_if_it_is_a_day_off(start: str, term: str, end: str, why: str) -> None:
    assert end_of_term(on(start), parse_term(term), CALENDAR, roll_to_working_day=True) == on(end), why


@pytest.mark.parametrize(
    ("start", "term", "end", "why"),
    [
        ("2026-03-05", "1 个工作日", "2026-03-06", "周四公布，周五满"),
        ("2026-03-06", "1 个工作日", "2026-03-09", "周五公布，周一满"),
        ("2026-03-07", "1 个工作日", "2026-03-09", "周六公布，周一满"),
        ("2026-03-05", "5 个工作日", "2026-03-12", "中间隔一个周末"),
        ("2025-01-20", "10 个工作日", "2025-02-08", "春节：1 月 26 日、2 月 8 日调休上班都计入"),
        ("2025-01-27", "1 个工作日", "2025-02-05", "春节前最后一个工作日公布"),
        ("2025-01-30", "1 个工作日", "2025-02-05", "放假期间公布"),
        ("2026-02-06", "10 个工作日", "2026-02-27", "春节：2 月 14 日计入"),
        ("2026-02-06", "11 个工作日", "2026-02-28", "2 月 28 日周六上班也计入"),
        ("2026-12-24", "5 个工作日", "2026-12-31", "恰在已知的年内届满"),
        ("2024-12-30", "3 个工作日", "2025-01-03", "跨入已知的年份"),
    ],
)
@pytest.mark.parametrize("roll", [True, False])
def test_the_last_day_of_a_working_day_term(start: str, term: str, end: str, why: str, roll: bool) -> None:
    assert end_of_term(on(start), parse_term(term), CALENDAR, roll_to_working_day=roll) == on(end), why


@pytest.mark.parametrize(
    ("days_before_the_end", "term", "roll", "why"),
    [
        (7, "6 个工作日", False, "第六个工作日落在没有日历的年份"),
        (6, "7 日", True, "最后一日落在没有日历的年份，是否顺延无从判断"),
        (0, "1 个工作日", False, "次日即新的一年"),
    ],
)
def test_a_count_into_a_year_without_a_notice_asks_for_it(
    days_before_the_end: int, term: str, roll: bool, why: str
) -> None:
    start = date(LAST_KNOWN, 12, 31) - timedelta(days=days_before_the_end)
    with pytest.raises(UnknownYear) as caught:
        end_of_term(start, parse_term(term), CALENDAR, roll_to_working_day=roll)
    assert caught.value.year == LAST_KNOWN + 1, why


@pytest.mark.parametrize(
    ("term", "roll"), [("7 个工作日", False), ("7 个工作日", True), ("7 日", True), ("1 年", True)]
)
def test_working_days_are_not_counted_without_a_calendar(term: str, roll: bool) -> None:
    with pytest.raises(CalendarNeeded, match="需要工作日历"):
        end_of_term(on("2026-03-05"), parse_term(term), None, roll_to_working_day=roll)


@pytest.mark.parametrize("term", ["1 日", "1 个月", "1 年", "100 年"])
def test_the_end_of_time_is_an_error_of_ours(term: str) -> None:
    with pytest.raises(DateOutOfRange):
        end_of_term(date.max, parse_term(term), None, roll_to_working_day=False)


def test_a_datetime_is_not_taken_for_a_date() -> None:
    at: Any = datetime(2026, 3, 5, 23, 0, tzinfo=UTC)  # already the 6th in China
    for misuse in (
        lambda: end_of_term(at, parse_term("7 日"), None, roll_to_working_day=False),
        lambda: elapsed_within(at, on("2026-03-05"), parse_term("7 日")),
        lambda: elapsed_within(on("2026-03-05"), at, parse_term("7 日")),
        lambda: close_of_day(at),
        lambda: close_of_day("2026-03-05"),  # type: ignore[arg-type]
    ):
        with pytest.raises(NotADate):
            misuse()


@given(days, natural_terms)
def test_a_later_start_never_ends_earlier(start: date, term: Term) -> None:
    end = end_of_term(start, term, None, roll_to_working_day=False)
    assert start < end
    assert end <= end_of_term(start + timedelta(days=1), term, None, roll_to_working_day=False)


@given(days, st.integers(1, 100))
def test_a_year_is_twelve_months(start: date, years: int) -> None:
    in_months = Term(12 * years, TermUnit.month)
    in_years = Term(years, TermUnit.year)
    assert end_of_term(start, in_months, None, roll_to_working_day=False) == end_of_term(
        start, in_years, None, roll_to_working_day=False
    )
    assert compare_terms(in_months, in_years) == 0


@given(st.dates(date(2010, 1, 1), date(2024, 12, 31)), st.integers(1, 250), st.booleans())
def test_a_working_day_term_counts_every_working_day_once(start: date, length: int, roll: bool) -> None:
    end = end_of_term(start, Term(length, TermUnit.working_day), CALENDAR, roll_to_working_day=roll)
    counted = [start + timedelta(days=n) for n in range(1, (end - start).days + 1)]
    assert sum(map(CALENDAR.is_working, counted)) == length
    assert CALENDAR.is_working(end)


@given(st.dates(date(2010, 1, 1), date(2025, 12, 1)), st.integers(1, 100))
def test_rolling_on_passes_over_days_off_only(start: date, length: int) -> None:
    term = Term(length, TermUnit.day)
    due = end_of_term(start, term, None, roll_to_working_day=False)
    rolled = end_of_term(start, term, CALENDAR, roll_to_working_day=True)
    assert CALENDAR.is_working(rolled)
    assert not any(CALENDAR.is_working(due + timedelta(days=n)) for n in range((rolled - due).days))


@pytest.mark.parametrize(
    ("since", "until", "term", "within", "why"),
    [
        ("2023-03-05", "2023-03-05", "3 年", True, "当日"),
        ("2023-03-05", "2026-03-04", "3 年", True, "届满前一日"),
        ("2023-03-05", "2026-03-05", "3 年", True, "届满当日仍在期内"),
        ("2023-03-05", "2026-03-06", "3 年", False, "届满次日"),
        ("2024-02-29", "2025-02-28", "1 年", True, "没有对应日，月末日仍在期内"),
        ("2024-02-29", "2025-03-01", "1 年", False, "月末日已过"),
        ("2026-03-05", "2026-03-12", "7 日", True, "第七日"),
        ("2026-03-05", "2026-03-13", "7 日", False, "第八日"),
        ("2023-01-07", "2026-01-10", "3 年", False, "回溯不因休息日顺延"),
        ("2025-01-20", "2025-02-08", "10 个工作日", True, "第十个工作日"),
        ("2025-01-20", "2025-02-09", "10 个工作日", False, "第十个工作日后的周日"),
        ("2025-01-20", "2025-02-10", "10 个工作日", False, "第十一个工作日"),
        ("2025-01-20", "2025-02-07", "10 个工作日", True, "第九个工作日"),
        ("2025-01-24", "2025-01-25", "1 个工作日", True, "第一个工作日尚未过完"),
    ],
)
def test_whether_a_day_is_still_within_a_term(
    since: str, until: str, term: str, within: bool, why: str
) -> None:
    assert elapsed_within(on(since), on(until), parse_term(term), CALENDAR) is within, why


@given(
    st.dates(date(2010, 1, 1), date(2024, 6, 30)),
    st.integers(0, 400),
    st.sampled_from(["1 日", "30 日", "1 个月", "6 个月", "1 年", "1 个工作日", "5 个工作日", "60 个工作日"]),
)
def test_within_a_term_is_up_to_its_last_day(since: date, gap: int, written: str) -> None:
    term = parse_term(written)
    until = since + timedelta(days=gap)
    end = end_of_term(since, term, CALENDAR, roll_to_working_day=False)
    assert elapsed_within(since, until, term, CALENDAR) is (until <= end)


def test_what_is_within_whatever_the_next_year_brings_needs_no_notice_of_it() -> None:
    since, new_year = date(LAST_KNOWN, 12, 21), date(LAST_KNOWN + 1, 1, 1)
    assert elapsed_within(since, new_year, parse_term("30 个工作日"), CALENDAR)
    assert not elapsed_within(since, new_year, parse_term("3 个工作日"), CALENDAR)
    with pytest.raises(UnknownYear):
        elapsed_within(since, new_year + timedelta(days=1), parse_term("30 个工作日"), CALENDAR)
    # The term runs out on the last known day: a day long after is outside it, whatever that year brings.
    left = sum(CALENDAR.is_working(date(LAST_KNOWN, 12, day)) for day in range(22, 32))
    assert not elapsed_within(since, date(LAST_KNOWN + 1, 6, 1), Term(left, TermUnit.working_day), CALENDAR)


def test_elapsed_within_says_what_is_missing_or_reversed() -> None:
    with pytest.raises(ReversedDates, match=re.escape("截止日期 2026-03-04 早于起算日期 2026-03-05")):
        elapsed_within(on("2026-03-05"), on("2026-03-04"), parse_term("3 年"))
    with pytest.raises(CalendarNeeded):
        elapsed_within(on("2026-03-05"), on("2026-03-06"), parse_term("3 个工作日"))
    assert elapsed_within(date(9999, 12, 1), date.max, parse_term("3 年"))
    assert elapsed_within(date.max, date.max, parse_term("3 个工作日"), CALENDAR)


@pytest.mark.parametrize(
    ("day", "instant", "why"),
    [
        ("2026-03-05", "2026-03-05T16:00:00+00:00", "北京时间二十四时"),
        ("2026-12-31", "2026-12-31T16:00:00+00:00", "年末"),
        ("1988-07-01", "1988-07-01T15:00:00+00:00", "当年实行夏令时"),
    ],
)
def test_a_day_closes_at_24_00_in_china(day: str, instant: str, why: str) -> None:
    closing = close_of_day(on(day))
    assert closing == datetime.fromisoformat(instant), why
    assert closing.tzinfo is UTC
    assert local_date(closing - timedelta(microseconds=1)) == on(day)
    assert local_date(closing) == on(day) + timedelta(days=1)


@given(st.dates(date(1950, 1, 1), date(9000, 1, 1)))
def test_a_day_lasts_until_its_close_and_no_longer(day: date) -> None:
    assert local_date(close_of_day(day) - timedelta(microseconds=1)) == day
    assert local_date(close_of_day(day)) == day + timedelta(days=1)


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 3, 5, 15, 59, 59, tzinfo=UTC), "2026-03-05"),
        (datetime(2026, 3, 5, 16, 0, tzinfo=UTC), "2026-03-06"),
        (datetime(2026, 3, 5, 0, 0, tzinfo=SHANGHAI), "2026-03-05"),
        (datetime(2026, 3, 5, 12, 0, tzinfo=timezone(timedelta(hours=-5))), "2026-03-06"),
    ],
)
def test_the_date_in_china(at: datetime, day: str) -> None:
    assert local_date(at) == on(day)


@pytest.mark.parametrize("at", [datetime(2026, 3, 5, 8, 0), date(2026, 3, 5), "2026-03-05T08:00:00Z"])  # noqa: DTZ001
def test_a_time_without_a_zone_has_no_date(at: Any) -> None:
    with pytest.raises(NaiveInstant, match="时区"):
        local_date(at)


def test_the_last_date_does_not_close() -> None:
    with pytest.raises(DateOutOfRange):
        close_of_day(date.max)
    with pytest.raises(DateOutOfRange):
        local_date(datetime.max.replace(tzinfo=UTC))
