"""Terms and the days they end on, counted as the law counts (Civil Code, arts. 200 to 204).

The day on which a term begins is not counted (art. 201). A term of months or years ends on the day with the
same number, or on the month's last day if it has none (art. 202). A term whose last day is a day off ends on
the next working day (art. 203), where the pack says that this holds. The last day lasts until 24:00.
Whether a number of days means natural or working days is never guessed: the unit is part of the term.
"""

import calendar as gregorian
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.fullwidth import to_half_width
from jiebang.kernel.working_days import (
    DayKind,
    MalformedYearTable,
    NotADate,
    UnknownYear,
    WorkingCalendar,
    YearTable,
    read_year_table,
    require_date,
)

__all__ = [
    "SHANGHAI",
    "CalendarNeeded",
    "DateOutOfRange",
    "DayKind",
    "IncomparableTerms",
    "MalformedTerm",
    "MalformedYearTable",
    "NaiveInstant",
    "NotADate",
    "ReversedDates",
    "Term",
    "TermUnit",
    "UnknownYear",
    "WorkingCalendar",
    "YearTable",
    "close_of_day",
    "compare_terms",
    "elapsed_within",
    "end_of_term",
    "format_term",
    "local_date",
    "parse_term",
    "read_year_table",
]

SHANGHAI = ZoneInfo("Asia/Shanghai")
"""The clock every period is counted on; a regulation's dates are this zone's dates."""

_EXPECTED = "请写成整数加单位，例如“7 日”“10 个工作日”“24 个月”“2 年”"
_MAX_TEXT = 20
_WRITTEN = re.compile(r"(?P<length>[1-9][0-9]{0,5}) *(?P<unit>个?自然日|个?工作日|日|天|个?月|年)")


class MalformedTerm(JiebangError):
    """What was given is not a term as this system writes it."""


class IncomparableTerms(JiebangError):
    """Two terms of which neither is always the longer one, such as 1 year and 365 days."""


class CalendarNeeded(JiebangError):
    """Working days were to be counted without a working-day calendar."""


class ReversedDates(JiebangError):
    """The later of two dates is the earlier one."""


class DateOutOfRange(JiebangError):
    """The result would lie outside the years 1 to 9999, so an input is wrong."""


class NaiveInstant(JiebangError):
    """A time without a time zone: on which day it is cannot be said."""


class TermUnit(StrEnum):
    """What a term is counted in."""

    day = "day"
    """日, 天 or 自然日: every day counts. To be written only where natural days have been decided on."""
    working_day = "working_day"
    """工作日: only working days count."""
    month = "month"
    """个月 or 月."""
    year = "year"
    """年."""


_UNITS = {
    "日": TermUnit.day,
    "天": TermUnit.day,
    "自然日": TermUnit.day,
    "工作日": TermUnit.working_day,
    "月": TermUnit.month,
    "年": TermUnit.year,
}
_NAMES = {
    TermUnit.day: "日",
    TermUnit.working_day: "个工作日",
    TermUnit.month: "个月",
    TermUnit.year: "年",
}
# A century: longer is a slip of the pen, and an unbounded count of working days could stall the system.
_LONGEST = {
    TermUnit.day: 36_500,
    TermUnit.working_day: 25_000,
    TermUnit.month: 1_200,
    TermUnit.year: 100,
}


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time in one unit, from 1 up to a century. Raises MalformedTerm otherwise.

    Terms have no < or >: use compare_terms, which knows which of them can be compared.
    """

    length: int
    unit: TermUnit

    def __post_init__(self) -> None:
        if type(self.length) is not int:  # True is an int to isinstance, and no length
            raise MalformedTerm(what=f"期限的长度 {quote(self.length)} 不是整数", fix=_EXPECTED)
        if not isinstance(self.unit, TermUnit):
            raise MalformedTerm(what=f"期限的单位 {quote(self.unit)} 看不懂", fix=_EXPECTED)
        if not 1 <= self.length <= _LONGEST[self.unit]:
            name = _NAMES[self.unit]
            raise MalformedTerm(
                what=f"期限的长度 {quote(self.length)} 超出范围，应在 1 至 {_LONGEST[self.unit]} {name}之间",
                fix="请核对数字和单位是否写错",
            )

    def __str__(self) -> str:
        return format_term(self)


def parse_term(text: Any) -> Term:
    """The term written in `text`: "7 日", "7 天", "10 个工作日", "24 个月", "2 年"; the space may be missing.

    日 and 天 are natural days: a pack writes them only where the regulation, or a decision on what it
    leaves open, has settled that. Raises MalformedTerm for anything else, such as no unit, Chinese
    numerals, fractions or zero.
    """
    if not isinstance(text, str):
        raise MalformedTerm(
            what=f"期限必须是带单位的文字，不能是 {type(text).__name__} 值 {quote(text)}", fix=_EXPECTED
        )
    written = to_half_width(text).strip()
    found = _WRITTEN.fullmatch(written) if len(text) <= _MAX_TEXT else None
    if found is None:
        raise MalformedTerm(what=f"期限 {quote(text)} {_name_fault(written)}", fix=_EXPECTED)
    return Term(int(found["length"]), _UNITS[found["unit"].removeprefix("个")])


def _name_fault(written: str) -> str:
    """Which of the usual mistakes `written` (not a term) shows; for the message only."""
    if not written:
        return "是空的"
    if re.fullmatch(r"[0-9]+", written):
        return "没有写单位"
    if re.match(r"[一二两三四五六七八九十百半]", written):
        return "没有用阿拉伯数字"
    if re.match(r"0", written):
        return "以 0 开头；期限至少为 1"
    if re.match(r"[0-9]+\.", written):
        return "不是整数"
    return "看不懂"


def format_term(term: Term) -> str:
    """The term as "7 日", "10 个工作日", "24 个月" or "2 年"; parse_term reads it back."""
    return f"{term.length} {_NAMES[term.unit]}"


def compare_terms(a: Term, b: Term) -> int:
    """-1, 0 or 1 as `a` is shorter than, as long as, or longer than `b`.

    A year is twelve months; natural days, working days and months cannot be compared with one another
    (1 year is not 365 days): IncomparableTerms.
    """
    kind_a, length_a = _measure(a)
    kind_b, length_b = _measure(b)
    if kind_a is not kind_b:
        raise IncomparableTerms(
            what=f"{quote(format_term(a))} 和 {quote(format_term(b))} 的单位不同，没有确定的长短",
            fix="请把两个期限写成同一种单位（年和月可以互比；日、工作日、月之间不能换算）",
        )
    return (length_a > length_b) - (length_a < length_b)


def _measure(term: Term) -> tuple[TermUnit, int]:
    if term.unit is TermUnit.year:
        return TermUnit.month, term.length * 12
    return term.unit, term.length


def end_of_term(
    start_on: date, term: Term, calendar: WorkingCalendar | None = None, *, roll_to_working_day: bool
) -> date:
    """The last day of `term` begun on `start_on`, a day that is itself not counted (Civil Code, art. 201).

    Months and years end on the corresponding day or else the month's last (art. 202). With
    `roll_to_working_day`, an end on a day off moves to the next working day (art. 203); a working-day term
    ends on a working day anyway. A calendar is needed for working days and for rolling only: CalendarNeeded
    without one, UnknownYear if the count reaches a year without a table. Raises DateOutOfRange at the end
    of time.
    """
    start_on = require_date(start_on)
    try:
        if term.unit is TermUnit.working_day:
            return _count_working_days(start_on, term, calendar)
        end_on = _count_natural(start_on, term)
        if roll_to_working_day:
            known = _require_calendar(calendar, "期限的最后一日遇休息日顺延")
            while not known.is_working(end_on):
                end_on += timedelta(days=1)
        return end_on
    except OverflowError:
        raise DateOutOfRange(
            what=f"从 {start_on} 起 {format_term(term)}超出了可以计算的日期", fix="请核对起算日期"
        ) from None


def _count_working_days(start_on: date, term: Term, calendar: WorkingCalendar | None) -> date:
    known = _require_calendar(calendar, f"{format_term(term)}的期限")
    day, left = start_on, term.length
    while left:
        day += timedelta(days=1)
        left -= known.is_working(day)
    return day


def _count_natural(start_on: date, term: Term) -> date:
    if term.unit is TermUnit.day:
        return start_on + timedelta(days=term.length)
    _, months = _measure(term)
    year, month_index = divmod(start_on.year * 12 + start_on.month - 1 + months, 12)
    if year > date.max.year:
        raise OverflowError
    last_day = gregorian.monthrange(year, month_index + 1)[1]
    return date(year, month_index + 1, min(start_on.day, last_day))


def elapsed_within(
    since_on: date, until_on: date, term: Term, calendar: WorkingCalendar | None = None
) -> bool:
    """Whether `until_on` is still within `term` after `since_on`; the term's last day is within it.

    The day of `since_on` is not counted and nothing rolls on: looking back ("no sanction in the last
    3 年") is not an act that a day off could hinder. Raises ReversedDates if `until_on` is before
    `since_on`: neither yes nor no would be true. CalendarNeeded and UnknownYear for working-day terms.
    """
    since_on, until_on = require_date(since_on), require_date(until_on)
    if until_on < since_on:
        raise ReversedDates(what=f"截止日期 {until_on} 早于起算日期 {since_on}", fix="请核对两个日期")
    if term.unit is TermUnit.working_day:
        return _count_before(since_on, until_on, term, calendar) < term.length
    try:
        return until_on <= _count_natural(since_on, term)
    except OverflowError:
        return True  # the term ends after the last date there is


def _count_before(since_on: date, until_on: date, term: Term, calendar: WorkingCalendar | None) -> int:
    """Working days after `since_on` and before `until_on`, counting no further than the term's length.

    The term is not over on `until_on` as long as its last working day does not lie before it; asking no
    more than that keeps the answer known when the term runs on into a year without a table.
    """
    known = _require_calendar(calendar, f"{format_term(term)}的期限")
    counted = 0
    for offset in range(1, (until_on - since_on).days):
        counted += known.is_working(since_on + timedelta(days=offset))
        if counted == term.length:
            break
    return counted


def close_of_day(on: date) -> datetime:
    """The instant at which `on` ends in China, 24:00 Asia/Shanghai, in UTC.

    What is due on that day is in time strictly before this instant. Raises DateOutOfRange for the last
    date there is.
    """
    on = require_date(on)
    try:
        return datetime.combine(on + timedelta(days=1), time.min, SHANGHAI).astimezone(UTC)
    except OverflowError:
        raise DateOutOfRange(what=f"{on} 超出了可以计算的日期", fix="请核对日期") from None


def local_date(at: datetime) -> date:
    """The date in Asia/Shanghai at the instant `at`. Raises NaiveInstant if `at` has no time zone."""
    if not isinstance(at, datetime):
        raise NaiveInstant(
            what=f"{quote(str(at))} 不是带时区的时间", fix="请给出时间，例如 2026-03-05T09:00+08:00"
        )
    if at.utcoffset() is None:
        raise NaiveInstant(
            what=f"时间 {quote(str(at))} 没有时区，不能确定是哪一天", fix="请写明时区，例如 +08:00"
        )
    try:
        return at.astimezone(SHANGHAI).date()
    except OverflowError:
        raise DateOutOfRange(what=f"时间 {at} 超出了可以计算的日期", fix="请核对年份") from None


def _require_calendar(calendar: WorkingCalendar | None, purpose: str) -> WorkingCalendar:
    if calendar is None:
        raise CalendarNeeded(what=f"{purpose}需要工作日历", fix="请先导入有关年份的节假日安排")
    return calendar
