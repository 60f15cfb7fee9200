"""The working days known to this installation: the years the package carries, and before them those entered here."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from jiebang.kernel.periods import WorkingCalendar
from jiebang.kernel.working_days import YearTable
from jiebang.lifecycle.models import YearNotice


@lru_cache(maxsize=1)
def bundled_years() -> WorkingCalendar:
    """The years of the installed package; they never change while a process runs."""
    return WorkingCalendar.bundled()


class EnteredCalendar(WorkingCalendar):
    """Looks a year up when a day of it is first asked for: what was just entered holds without any restart.

    One query for each year asked for, none for whoever counts no working day. Made anew for each situation.
    """

    def __init__(self) -> None:
        super().__init__({})
        self._asked: dict[int, YearTable] = {}

    def table(self, year: int) -> YearTable:
        """The arrangement of `year` as entered, else as bundled. Raises UnknownYear."""
        if year not in self._asked:
            row = YearNotice.objects.filter(year=year, superseded_at__isnull=True).first()
            self._asked[year] = bundled_years().table(year) if row is None else table_of(row)
        return self._asked[year]


def table_of(row: YearNotice) -> YearTable:
    """A stored notice as the calendar takes it."""
    return YearTable(
        year=row.year,
        holidays=frozenset(map(date.fromisoformat, row.holidays)),
        working_weekends=frozenset(map(date.fromisoformat, row.working_weekends)),
        notice=name_notice(row.number, row.on),
    )


def name_notice(number: str, on: date) -> str:
    """A notice as it is cited."""
    return f"{number.strip()}（{on:%Y-%m-%d}）" if number.strip() else ""
