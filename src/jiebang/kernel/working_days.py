"""Which days are working days, year by year, as the State Council's notices arrange them.

Weekends are moved about every year (调休), so a year is known only once its notice is out. A day of a year
without a table is an error that asks for the notice; nothing is projected. A notice may still move days at
the end of the year before it (a Saturday worked in late December for a New Year bridge): such a year's
table is imported again with the change in it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from importlib.metadata import version
from typing import Any, Self

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.fullwidth import to_half_width

_SATURDAY = 5
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MAX_ROWS = 200  # of an imported notice; a real one has about 40


class UnknownYear(JiebangError):
    """A day of this year cannot be said to be a working day or not: its notice has not been imported."""

    def __init__(self, year: int) -> None:
        super().__init__(
            what=f"没有 {year} 年的工作日历，无法判断该年的工作日和节假日",
            fix=f"请导入国务院办公厅关于 {year} 年部分节假日安排的通知后重试：由主管部门的人在工作台“计划与裁量”的“节假日安排”里录入",
        )
        self.year = year


class MalformedYearTable(JiebangError):
    """A year's table contradicts itself or the calendar; `problems` lists all findings, each with its row."""

    def __init__(self, *, year: int, problems: Iterable[str]) -> None:
        self.year = year
        self.problems = tuple(problems)
        super().__init__(
            where=f"{year} 年节假日安排",
            what="；".join(self.problems),
            fix="请对照国务院办公厅当年的通知改正后重新导入",
        )


class NotADate(JiebangError):
    """Something else, such as a datetime, was given where a date belongs."""


def require_date(day: date) -> date:
    """`day`, if it is a date and no datetime; raises NotADate otherwise.

    A datetime is a date to Python: taken for one, its zone would be dropped in silence and with it, for
    eight hours of every day, the right date. And it never equals a date, so no holiday would be found.
    """
    if isinstance(day, datetime) or not isinstance(day, date):
        raise NotADate(what=f"{quote(str(day))} 不是日期", fix="请先按北京时间换成日期")
    return day


class DayKind(StrEnum):
    """What a notice says of a day; the values are what an officer writes in the imported table."""

    holiday = "放假"
    working_weekend = "上班"


@dataclass(frozen=True, slots=True)
class YearTable:
    """One year's arrangement: days off, weekend days that are worked, and the notice they come from.

    Raises MalformedYearTable if a day is of another year, is in both sets, or a worked weekend day is
    not a Saturday or Sunday; and if the notice is not named.
    """

    year: int
    holidays: frozenset[date]
    working_weekends: frozenset[date]
    notice: str

    def __post_init__(self) -> None:
        problems = [
            f"{day:%Y-%m-%d} 不是 {self.year} 年的日期"
            for day in sorted(self.holidays | self.working_weekends)
            if day.year != self.year
        ]
        problems += [
            f"{day:%Y-%m-%d} 既写放假又写上班" for day in sorted(self.holidays & self.working_weekends)
        ]
        problems += [
            f"{day:%Y-%m-%d} 不是周六或周日，不能是调休上班日"
            for day in sorted(self.working_weekends)
            if day.weekday() < _SATURDAY
        ]
        if not self.notice.strip():
            problems.append("没有写明所依据的通知")
        if problems:
            raise MalformedYearTable(year=self.year, problems=problems)


class WorkingCalendar:
    """The known years and, for a day in one of them, whether it is a working day. Immutable."""

    def __init__(self, tables: Mapping[int, YearTable]) -> None:
        for year, table in tables.items():
            if table.year != year:
                raise MalformedYearTable(year=year, problems=[f"给出的是 {table.year} 年的安排"])
        self._tables = dict(sorted(tables.items()))

    @classmethod
    def bundled(cls) -> Self:
        """The years that the installed `chinesecalendar` package carries, and no other."""
        # Imported here so that an installation living on imported tables alone does not need the package.
        from chinese_calendar import constants

        source = f"chinesecalendar {version('chinesecalendar')} 所载国务院办公厅节假日安排"
        off, worked = _group_by_year(constants.holidays), _group_by_year(constants.workdays)
        # A notice may name days of a neighbouring year; a year is known once it has its National Day.
        announced = [year for year in off if date(year, 10, 1) in off[year]]
        return cls(
            {
                year: YearTable(
                    year=year,
                    holidays=frozenset(off[year]),
                    working_weekends=frozenset(worked[year]),
                    notice=f"{source}（{year} 年）",
                )
                for year in announced
            }
        )

    @property
    def years(self) -> tuple[int, ...]:
        """The years that can be computed in, ascending."""
        return tuple(self._tables)

    def table(self, year: int) -> YearTable:
        """The arrangement of `year` and its notice. Raises UnknownYear."""
        try:
            return self._tables[year]
        except KeyError:
            raise UnknownYear(year) from None

    def with_year(self, table: YearTable) -> "WorkingCalendar":
        """A new calendar in which `table` holds for its year, in place of an earlier table of that year."""
        return WorkingCalendar({**self._tables, table.year: table})

    def is_working(self, day: date) -> bool:
        """Whether `day` is worked: a weekday not off by the notice, or a weekend day worked by it.

        Raises UnknownYear for a day of a year without a table, NotADate for a datetime.
        """
        table = self.table(require_date(day).year)
        if day in table.holidays:
            return False
        return day.weekday() < _SATURDAY or day in table.working_weekends


def _group_by_year(days: Iterable[date]) -> defaultdict[int, set[date]]:
    grouped: defaultdict[int, set[date]] = defaultdict(set)
    for day in days:
        grouped[day.year].add(day)
    return grouped


# The days off that the law on festivals (全国年节及纪念日放假办法, art. 2) gives every year, each with the
# span of the solar year in which it can fall. A table without one of them is a table cut short.
# (中秋节 may fall together with 国庆节, so a missing one is not always noticed.)
_FESTIVALS = (
    ("元旦", (1, 1), (1, 1)),
    ("春节", (1, 21), (2, 21)),
    ("清明节", (4, 4), (4, 6)),
    ("劳动节", (5, 1), (5, 1)),
    ("端午节", (5, 27), (6, 26)),
    ("中秋节", (9, 7), (10, 9)),
    ("国庆节", (10, 1), (10, 1)),
)


def read_year_table(
    year: int, rows: Iterable[tuple[Any, Any]], notice: str, names: Sequence[str] = ()
) -> YearTable:
    """The table of `year` from an officer's rows of (date, "放假" or "上班"), as read from a sheet.

    A date is a `date` or text as 2027-02-06. Every fault of every row is reported at once, in MalformedYearTable, rows
    counted from 1 or called by `names`, one for each: an unreadable date or kind, another year, a repeated day, a weekday
    declared 上班, a statutory festival without a single day off (a table cut short), no notice named.
    """
    kinds: dict[date, DayKind] = {}
    seen_at: dict[date, str] = {}
    problems: list[str] = []
    for number, (day_cell, kind_cell) in enumerate(rows, start=1):
        row = names[number - 1] if names else f"第 {number} 行"
        if number > _MAX_ROWS:
            problems.append(f"超过 {_MAX_ROWS} 行，不像是一年的节假日安排")
            break
        day, kind = _read_day(day_cell), _read_kind(kind_cell)
        if day is None:
            problems.append(f"{row}的日期 {quote(day_cell)} 看不懂，应写成 {year}-01-01 的样子")
        if kind is None:
            problems.append(f"{row}的类别 {quote(kind_cell)} 看不懂，应写“放假”或“上班”")
        if day is None or kind is None:
            continue
        if day.year != year:
            problems.append(f"{row}的 {day} 不是 {year} 年的日期，应写进 {day.year} 年的安排")
        elif day in seen_at:
            problems.append(f"{row}的 {day} 与{seen_at[day]}重复")
        elif kind is DayKind.working_weekend and day.weekday() < _SATURDAY:
            problems.append(f"{row}的 {day} 不是周六或周日，不能是调休上班日")
        else:
            kinds[day] = kind
            seen_at[day] = row
    holidays = frozenset(day for day, kind in kinds.items() if kind is DayKind.holiday)
    for name, first, last in _FESTIVALS:
        if not any(date(year, *first) <= day <= date(year, *last) for day in holidays):
            problems.append(f"没有{name}的放假日，安排可能没有导完整")
    if not notice.strip():
        problems.append("没有写明所依据的通知")
    if problems:
        raise MalformedYearTable(year=year, problems=problems)
    return YearTable(
        year=year, holidays=holidays, working_weekends=frozenset(kinds) - holidays, notice=notice.strip()
    )


def _read_day(cell: Any) -> date | None:
    if isinstance(cell, datetime):  # what a spreadsheet gives for a date; a clock time in it is a mistake
        return cell.date() if cell == datetime(cell.year, cell.month, cell.day, tzinfo=cell.tzinfo) else None
    if isinstance(cell, date):
        return cell
    text = to_half_width(cell).strip() if isinstance(cell, str) else ""
    try:
        # fromisoformat alone would also read week dates, 2027-W06-7.
        return date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def _read_kind(cell: Any) -> DayKind | None:
    text = cell.strip() if isinstance(cell, str) else ""
    return DayKind(text) if text in {kind.value for kind in DayKind} else None
