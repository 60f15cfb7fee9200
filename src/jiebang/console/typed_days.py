"""Days as people write them: one date, or a range with what the State Council's notice puts around it.

"2027-2-5", "2027年2月5日", "2月5日（星期五）至11日", "春节：2月5日至2月11日", several in one line with 、 between them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.fullwidth import to_half_width
from jiebang.kernel.working_days import DayKind, MalformedYearTable, YearTable, read_year_table

_DATE = (
    r"(?:(?P<y{n}>\d{{4}})\s*[-/.年]\s*)?(?:(?P<m{n}>\d{{1,2}})\s*[-/.月]\s*)?"
    r"(?P<d{n}>\d{{1,2}})\s*[日号]?\s*(?:\((?:星期|周)(?P<w{n}>[一二三四五六日天])\))?"
)
_SPAN = re.compile(
    rf"{_DATE.format(n=1)}(?:\s*(?:至|到|~|—+|–|-{{1,2}})\s*{_DATE.format(n=2)})?\s*(?:放假|调休|休息|上班|补休|共\s*\d+\s*天|[,，。]|\s)*"
)
_WEEKDAYS = "一二三四五六日"
#: The longest that anybody is off at a time; more is a slip of the pen.
_MOST_DAYS = 20
_MOST_LINES, _MOST_TEXT = 60, 4000


class UnreadableDay(JiebangError):
    """A text isn't a day or a range of days."""


@dataclass(slots=True)
class TypedYear:
    """What was typed for a year: the days as lines, and every fault by its line once read."""

    year: int
    holidays: str
    worked: str
    problems: list[str] = field(default_factory=list)

    def read(self, notice: str) -> YearTable | None:
        """The year's table; None with `problems` filled."""
        rows: list[tuple[date, DayKind]] = []
        names: list[str] = []
        for kind, label, text in (
            (DayKind.holiday, "放假日期", self.holidays),
            (DayKind.working_weekend, "调休上班日期", self.worked),
        ):
            if len(text) > _MOST_TEXT or text.count("\n") >= _MOST_LINES:
                self.problems.append(
                    f"{label}：最多 {_MOST_LINES} 行、{_MOST_TEXT} 字；只写放假和调休的日子，其余的删去"
                )
                continue
            for number, line in _lines(text):
                name = f"{label}第 {number} 行"
                try:
                    for day in read_days(line, self.year):
                        rows.append((day, kind))
                        names.append(name)
                except UnreadableDay as error:
                    self.problems.append(f"{name}：{error.beside_field}")
        if self.problems:
            return None
        try:
            return read_year_table(self.year, rows, notice, names)
        except MalformedYearTable as error:
            self.problems += error.problems
            return None


def _lines(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            yield number, line


def read_days(line: str, year: int) -> Iterator[date]:
    """Each day of one line. Raises UnreadableDay saying which words can't be read, and what a wrong weekday should be."""
    plain = to_half_width(line).strip()
    # A festival's name goes before a colon and says nothing about days.
    plain = plain.rpartition(":")[2].strip()
    for part in filter(None, (one.strip() for one in re.split(r"[、;]|和", plain))):
        yield from _read_span(part, year)


def as_iso(text: str) -> str:
    """A full date as a form sends it, "2026-03-02", from "2026-3-2", "2026/3/2", "2026年3月2日" or "2026.3.2"; else the text."""
    found = _SPAN.fullmatch(to_half_width(text).strip())
    if found is None or found["y1"] is None or found["d2"] is not None:
        return text
    try:
        return _read_date(found, "1", 0, 0).isoformat()
    except UnreadableDay:
        return text


def _read_span(text: str, year: int) -> Iterator[date]:
    found = _SPAN.fullmatch(text)
    if found is None or found["m1"] is None:
        raise UnreadableDay(
            what=f"看不懂“{text[:40]}”", fix=f"写成 {year}-02-05 至 {year}-02-11，或 2月5日至11日"
        )
    first = _read_date(found, "1", year, 1)
    last = first if found["d2"] is None else _read_date(found, "2", first.year, first.month)
    if last < first:
        raise UnreadableDay(what=f"“{text[:40]}”的止日早于起日", fix="前后对调，或写明年份")
    length = (last - first).days + 1
    if length > _MOST_DAYS:
        raise UnreadableDay(what=f"“{text[:40]}”有 {length} 天，不像一次放假", fix="检查起止日期")
    for offset in range(length):
        yield first + timedelta(days=offset)


def _read_date(found: re.Match[str], which: str, year: int, month: int) -> date:
    wanted = (int(found[f"y{which}"] or year), int(found[f"m{which}"] or month), int(found[f"d{which}"]))
    try:
        day = date(*wanted)
    except ValueError:
        raise UnreadableDay(what="没有 {}年{}月{}日 这一天".format(*wanted), fix="检查月和日") from None
    said = (found[f"w{which}"] or "").replace("天", "日")
    if said and _WEEKDAYS[day.weekday()] != said:
        raise UnreadableDay(
            what=f"{day} 是星期{_WEEKDAYS[day.weekday()]}，不是星期{said}", fix="核对通知原文的日期和年份"
        )
    return day
