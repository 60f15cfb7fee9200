"""Working days: as the State Council's notices moved them, and nothing said of a year without a notice."""

import pickle
from datetime import UTC, date, datetime, timedelta
from typing import Any

import chinese_calendar
import pytest

from jiebang.kernel.working_days import (
    DayKind,
    MalformedYearTable,
    NotADate,
    UnknownYear,
    WorkingCalendar,
    YearTable,
    read_year_table,
)

BUNDLED = WorkingCalendar.bundled()
NOTICE = "示例通知（合成）"

# A made-up arrangement for a year beyond the bundled ones, one day off per festival and one weekend day worked.
ROWS: list[tuple[Any, Any]] = [
    (date(2027, 1, 1), "放假"),
    (date(2027, 2, 5), "放假"),
    (date(2027, 2, 6), "放假"),
    (date(2027, 2, 14), "上班"),
    (date(2027, 4, 5), "放假"),
    (date(2027, 5, 1), "放假"),
    (date(2027, 6, 9), "放假"),
    (date(2027, 9, 15), "放假"),
    (date(2027, 10, 1), "放假"),
]


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        ("2025-01-01", False, "元旦"),
        ("2025-01-25", False, "周六"),
        ("2025-01-26", True, "周日，春节前调休上班"),
        ("2025-01-27", True, "周一"),
        ("2025-01-28", False, "春节放假第一天"),
        ("2025-02-04", False, "春节放假最后一天"),
        ("2025-02-05", True, "春节后第一个工作日"),
        ("2025-02-08", True, "周六，春节后调休上班"),
        ("2025-02-09", False, "周日"),
        ("2025-10-08", False, "国庆、中秋放假最后一天"),
        ("2025-10-09", True, "节后上班"),
        ("2025-10-11", True, "周六，国庆后调休上班"),
        ("2026-01-02", False, "元旦放假，周五"),
        ("2026-01-04", True, "周日，元旦后调休上班"),
        ("2026-02-14", True, "周六，春节前调休上班"),
        ("2026-02-15", False, "春节放假第一天"),
        ("2026-02-23", False, "春节放假最后一天，周一"),
        ("2026-02-24", True, "春节后第一个工作日"),
        ("2026-02-28", True, "周六，春节后调休上班"),
        ("2026-12-31", True, "周四，年内最后一天"),
        ("2020-01-31", False, "当年春节假期延长"),
    ],
)
def test_a_day_as_the_notices_have_it(day: str, works: bool, why: str) -> None:
    assert BUNDLED.is_working(date.fromisoformat(day)) is works, why


def test_every_bundled_day_is_as_the_package_says() -> None:
    day = date(BUNDLED.years[0], 1, 1)
    while day.year <= BUNDLED.years[-1]:
        assert BUNDLED.is_working(day) is chinese_calendar.is_workday(day), day
        day += timedelta(days=1)


def test_the_bundled_years_have_no_gap_and_name_their_source() -> None:
    assert BUNDLED.years == tuple(range(2004, BUNDLED.years[-1] + 1))
    assert {2025, 2026} <= set(BUNDLED.years)
    assert "chinesecalendar" in BUNDLED.table(2026).notice
    assert "2026" in BUNDLED.table(2026).notice


@pytest.mark.parametrize("year", [2003, BUNDLED.years[-1] + 1, 2099])
def test_an_unknown_year_is_asked_for_not_guessed(year: int) -> None:
    for day in (date(year, 1, 1), date(year, 6, 15), date(year, 12, 31)):
        with pytest.raises(UnknownYear) as caught:
            BUNDLED.is_working(day)
        assert caught.value.year == year
        assert f"没有 {year} 年的工作日历" in str(caught.value)
        assert "请导入国务院办公厅" in str(caught.value)


def test_a_datetime_is_not_taken_for_a_date() -> None:
    with pytest.raises(NotADate):
        BUNDLED.is_working(datetime(2026, 1, 1, tzinfo=UTC))


def test_an_imported_year_is_known_in_the_new_calendar_only() -> None:
    known = BUNDLED.with_year(read_year_table(2027, ROWS, NOTICE))
    assert known.years == (*BUNDLED.years, 2027)
    assert known.table(2027).notice == NOTICE
    assert not known.is_working(date(2027, 2, 5))  # a Friday off
    assert known.is_working(date(2027, 2, 14))  # a Sunday worked
    assert not known.is_working(date(2027, 2, 7))  # an ordinary Sunday
    assert known.is_working(date(2027, 2, 8))
    with pytest.raises(UnknownYear):
        BUNDLED.is_working(date(2027, 2, 8))


def test_an_imported_year_takes_the_place_of_the_earlier_one() -> None:
    first = BUNDLED.with_year(read_year_table(2027, ROWS, NOTICE))
    second = first.with_year(read_year_table(2027, [*ROWS, (date(2027, 12, 31), "放假")], NOTICE))
    assert first.is_working(date(2027, 12, 31))
    assert not second.is_working(date(2027, 12, 31))
    assert second.years == first.years


def test_a_calendar_survives_the_way_between_processes() -> None:
    other = pickle.loads(pickle.dumps(BUNDLED))  # noqa: S301 - its own bytes
    assert other.years == BUNDLED.years
    assert not other.is_working(date(2026, 1, 1))


def test_rows_are_read_as_a_sheet_gives_them() -> None:
    table = read_year_table(2027, ROWS, NOTICE)
    as_text = [(f" {day} ", f" {kind} ") for day, kind in ROWS]
    as_instants = [(datetime(day.year, day.month, day.day), kind) for day, kind in ROWS]  # noqa: DTZ001
    as_kinds = [(day, DayKind(kind)) for day, kind in ROWS]
    for rows in (as_text, as_instants, as_kinds, reversed(ROWS)):
        assert read_year_table(2027, rows, f" {NOTICE} ") == table
    assert table.working_weekends == {date(2027, 2, 14)}
    assert len(table.holidays) == len(ROWS) - 1


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((date(2026, 12, 31), "放假"), "第 10 行的 2026-12-31 不是 2027 年的日期，应写进 2026 年的安排"),
        ((date(2028, 1, 1), "放假"), "第 10 行的 2028-01-01 不是 2027 年的日期"),
        ((date(2027, 2, 5), "放假"), "第 10 行的 2027-02-05 与第 2 行重复"),
        ((date(2027, 2, 6), "上班"), "第 10 行的 2027-02-06 与第 3 行重复"),
        ((date(2027, 2, 15), "上班"), "第 10 行的 2027-02-15 不是周六或周日"),
        (("2027/02/07", "放假"), "第 10 行的日期 “2027/02/07” 看不懂"),
        (("2027-02-30", "放假"), "第 10 行的日期 “2027-02-30” 看不懂"),
        (("2027-W06-7", "放假"), "第 10 行的日期"),
        (("20270207", "放假"), "第 10 行的日期"),
        ((46425, "放假"), "第 10 行的日期 “46425” 看不懂"),
        ((None, "放假"), "第 10 行的日期"),
        ((datetime(2027, 2, 7, 8, 30), "放假"), "第 10 行的日期"),  # noqa: DTZ001
        ((date(2027, 2, 7), "调休"), "第 10 行的类别 “调休” 看不懂，应写“放假”或“上班”"),
        ((date(2027, 2, 7), ""), "第 10 行的类别"),
        ((date(2027, 2, 7), None), "第 10 行的类别"),
    ],
)
def test_a_wrong_row_is_named(row: tuple[Any, Any], said: str) -> None:
    with pytest.raises(MalformedYearTable) as caught:
        read_year_table(2027, [*ROWS, row], NOTICE)
    assert len(caught.value.problems) == 1
    assert said in caught.value.problems[0]
    assert said in str(caught.value)
    assert caught.value.where == "2027 年节假日安排"


def test_rows_are_called_by_the_names_they_are_given() -> None:
    rows = [*ROWS, (date(2027, 2, 5), "放假"), (date(2027, 2, 15), "上班")]
    names = [*(f"甲{n}" for n in range(len(ROWS))), "乙1", "乙2"]
    with pytest.raises(MalformedYearTable) as caught:
        read_year_table(2027, rows, NOTICE, names)
    assert caught.value.problems == (
        "乙1的 2027-02-05 与甲1重复",
        "乙2的 2027-02-15 不是周六或周日，不能是调休上班日",
    )


def test_all_wrong_rows_are_named_at_once() -> None:
    rows = [("x", "y"), (date(2026, 1, 1), "放假"), *ROWS]
    with pytest.raises(MalformedYearTable) as caught:
        read_year_table(2027, rows, "")
    starts = ("第 1 行的日期", "第 1 行的类别", "第 2 行的 2026-01-01", "没有写明所依据的通知")
    assert len(caught.value.problems) == len(starts)
    assert all(map(str.startswith, caught.value.problems, starts))


@pytest.mark.parametrize(
    ("missing", "festival"),
    [
        ({date(2027, 1, 1)}, "元旦"),
        ({date(2027, 2, 5), date(2027, 2, 6)}, "春节"),
        ({date(2027, 4, 5)}, "清明节"),
        ({date(2027, 5, 1)}, "劳动节"),
        ({date(2027, 6, 9)}, "端午节"),
        ({date(2027, 10, 1)}, "国庆节"),
    ],
)
def test_a_table_cut_short_is_found(missing: set[date], festival: str) -> None:
    with pytest.raises(MalformedYearTable, match=f"没有{festival}的放假日"):
        read_year_table(2027, [row for row in ROWS if row[0] not in missing], NOTICE)


def test_an_empty_table_is_not_a_year_without_holidays() -> None:
    with pytest.raises(MalformedYearTable) as caught:
        read_year_table(2027, [], NOTICE)
    assert len(caught.value.problems) == 7


def test_every_bundled_year_since_the_present_festivals_would_pass_the_import() -> None:
    for year in (year for year in BUNDLED.years if year >= 2008):
        table = BUNDLED.table(year)
        rows = [(day, "放假") for day in table.holidays] + [(day, "上班") for day in table.working_weekends]
        assert read_year_table(year, rows, table.notice) == table


def test_an_endless_sheet_is_cut_off() -> None:
    with pytest.raises(MalformedYearTable, match="超过 200 行"):
        read_year_table(2027, ((date(2027, 1, 1), "放假") for _ in iter(int, 1)), NOTICE)


@pytest.mark.parametrize(
    ("holidays", "working_weekends", "notice", "said"),
    [
        ({date(2026, 12, 31)}, set(), NOTICE, "2026-12-31 不是 2027 年的日期"),
        (set(), {date(2028, 1, 1)}, NOTICE, "2028-01-01 不是 2027 年的日期"),
        ({date(2027, 2, 14)}, {date(2027, 2, 14)}, NOTICE, "既写放假又写上班"),
        (set(), {date(2027, 2, 15)}, NOTICE, "不是周六或周日"),
        (set(), set(), " ", "没有写明所依据的通知"),
    ],
)
def test_a_table_that_contradicts_itself_cannot_be_made(
    holidays: set[date], working_weekends: set[date], notice: str, said: str
) -> None:
    with pytest.raises(MalformedYearTable, match=said):
        YearTable(2027, frozenset(holidays), frozenset(working_weekends), notice)


def test_a_table_under_another_years_key_is_refused() -> None:
    with pytest.raises(MalformedYearTable, match="给出的是 2026 年的安排"):
        WorkingCalendar({2027: BUNDLED.table(2026)})
