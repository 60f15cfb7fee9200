"""Terms and windows: from a start day to the last day and the closing instant, counted as the law counts."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import SHANGHAI, UnknownYear, close_of_day, end_of_term
from jiebang.policy.compile_expressions import compile_operand
from jiebang.policy.compiled import Operand, undecided
from jiebang.policy.expressions import Value
from jiebang.policy.names import Names
from jiebang.policy.pack_rules import Counting, Term
from jiebang.policy.situation import Situation
from jiebang.policy.values import DAYS, MONTHS, WORKING_DAYS, Kind, as_term, read_clock

COUNTING_WORDS = ("natural", "working")


@dataclass(slots=True)
class CompiledTerm:
    """A term ready to compute."""

    id: str
    term: Term
    length: Operand
    counting: Operand | str | None
    counts_from: Operand | None = None


@dataclass(slots=True)
class Deadline:
    """When a term ends. `ends_on` and `closes_at` (UTC) are None while something is open.

    `late_from` is the first instant that is too late: `closes_at` itself, or a second later where the law includes the second.
    """

    id: str
    term: Term
    ends_on: date | None
    closes_at: datetime | None
    unset: list[str] = field(default_factory=list)
    problem: str = ""
    late_from: datetime | None = None
    #: the year whose holidays have to be known first
    unknown_year: int | None = None


def compile_term(key: str, term: Term, names: Names) -> CompiledTerm:
    """Compile one term; raises Unresolved after reporting what is wrong."""
    path: tuple[str | int, ...] = ("terms", key)
    length = compile_operand(term.length, names, (*path, "length"), 0)
    if length.type.kind is not Kind.term:
        raise names.fail((*path, "length"), f"{length.text}不是期限", "写成“7 日”，或引用类型为期限的裁量项")
    counting: Operand | str | None = None
    if length.type.unit == DAYS:
        if term.counting is None:
            raise names.fail(
                path,
                "按日计的期限没有写怎么数",
                "写 counting: natural（自然日）、working（工作日），办法没说的引用裁量项",
            )
        if isinstance(term.counting, Value):
            if term.counting.root not in COUNTING_WORDS:
                raise names.fail(
                    (*path, "counting"), f"不认识的计算方式“{term.counting.root}”", "natural 或 working"
                )
            counting = str(term.counting.root)
        else:
            counting = compile_operand(term.counting, names, (*path, "counting"), 0)
            if counting.type.kind is not Kind.choice or set(counting.type.options or ()) != set(
                COUNTING_WORDS
            ):
                raise names.fail(
                    (*path, "counting"), "计算方式的裁量项选项不对", "选项应为 natural 和 working"
                )
    elif term.counting is not None:
        raise names.fail((*path, "counting"), "只有按日计的期限才要写 counting", "去掉它")
    if term.closes_at is not None:
        try:
            read_clock(term.closes_at)
        except JiebangError as error:
            raise names.fail((*path, "closes_at"), error.what, error.fix) from None
    if term.after is not None and term.after not in names.pack.terms:
        raise names.fail((*path, "after"), f"没有期限“{term.after}”", f"已有：{'、'.join(names.pack.terms)}")
    if term.role is not None and term.role not in names.pack.parties:
        raise names.fail((*path, "role"), f"没有角色“{term.role}”", f"已有：{'、'.join(names.pack.parties)}")
    counts_from = None
    if term.counts_from is not None:
        counts_from = compile_operand(term.counts_from, names, (*path, "counts_from"), 0)
        if counts_from.type.kind is not Kind.date:
            raise names.fail((*path, "counts_from"), f"{counts_from.text}不是日期", "写日期的事实")
        if term.after is not None:
            raise names.fail(
                (*path, "counts_from"), "已经写了接在哪个期限之后", "after 和 counts_from 只写一个"
            )
    return CompiledTerm(key, term, length, counting, counts_from)


class Timekeeper:
    """Computes the terms of one pack by its base pack's way of counting."""

    def __init__(self, terms: dict[str, CompiledTerm], counting: Counting | None) -> None:
        self.terms = terms
        self.counting = counting

    def deadline(self, key: str, start_on: date, s: Situation, *, earlier_ended: bool = False) -> Deadline:
        """The end of term `key` begun on `start_on`.

        For a window `after` another, `start_on` is that other's start; with `earlier_ended` it is the day on which it ended.
        One that counts from a fact's day counts from that day where it is known, else from `start_on`.
        """
        compiled = self.terms[key]
        term = compiled.term
        begins = [] if compiled.counts_from is None else [compiled.counts_from]
        if undecided(begins, s):
            return Deadline(key, term, None, None, undecided([compiled.length, *begins], s))
        for begin in begins:
            start_on = begin.get(s) or start_on
        if term.after is not None and not earlier_ended:
            before = self.deadline(term.after, start_on, s)
            if before.ends_on is None:
                return Deadline(
                    key, term, None, None, before.unset, before.problem, unknown_year=before.unknown_year
                )
            start_on = before.ends_on
        waited = [compiled.length]
        counting = compiled.counting
        if isinstance(counting, Operand):
            waited.append(counting)
            counting = counting.get(s)
        unset = undecided(waited, s)
        length = compiled.length.get(s)
        if length is None or (compiled.counting is not None and counting is None):
            return Deadline(key, term, None, None, unset, "" if unset else "期限长度尚不知道")
        unit = compiled.length.type.unit or MONTHS
        if unit == DAYS and counting == "working":
            unit = WORKING_DAYS
        rolls = term.rolls if term.rolls is not None else self.rolls
        try:
            if term.backward:
                ends_on = self._count_back(start_on, length, unit, s)
            else:
                ends_on = end_of_term(
                    start_on,
                    as_term(length, unit),
                    s.calendar,
                    roll_to_working_day=rolls and unit != WORKING_DAYS,
                )
        except JiebangError as error:
            year = error.year if isinstance(error, UnknownYear) else None
            return Deadline(key, term, None, None, unset, str(error), unknown_year=year)
        closes_at = close_at(ends_on, term.closes_at)
        return Deadline(key, term, ends_on, closes_at, unset, late_from=self._late_from(term, closes_at))

    def _late_from(self, term: Term, closes_at: datetime) -> datetime:
        # Receipts are recorded to the second, so the second named is the last that is in time.
        named = term.closes_at is not None and term.closes_at != "24:00"
        return closes_at + timedelta(seconds=1) if named and self.includes_instant else closes_at

    @property
    def includes_instant(self) -> bool:
        """Whether what arrives in the very second of a closing time is in time."""
        return self.counting is not None and self.counting.closing_instant == "included"

    @property
    def rolls(self) -> bool:
        """Whether an end on a rest day rolls on where a term doesn't say otherwise."""
        return self.counting is not None and self.counting.end_on_rest_day == "rolls"

    def _count_back(self, end_on: date, length: int, unit: str, s: Situation) -> date:
        """The latest day that lies `length` before `end_on`. Counting back never rolls: that would shorten what others wait for."""
        if unit == DAYS:
            return end_on - timedelta(days=length)
        if unit == MONTHS:
            index = end_on.year * 12 + end_on.month - 1 - length
            first = date(index // 12, index % 12 + 1, 1)
            return min(first + timedelta(days=end_on.day - 1), _last_of_month(first))
        day, left = end_on, length
        while left:
            day -= timedelta(days=1)
            left -= bool(s.calendar and s.calendar.is_working(day))
            if s.calendar is None:
                raise JiebangError(what="没有工作日历，不能按工作日计算", fix="导入当年的放假安排")
        return day


def _last_of_month(first: date) -> date:
    following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return following - timedelta(days=1)


def close_at(ends_on: date, clock: str | None) -> datetime:
    """The instant a window closes: the clock time on its last day in Asia/Shanghai, else the day's end. In UTC."""
    if clock is None or clock == "24:00":
        return close_of_day(ends_on)
    return datetime.combine(ends_on, read_clock(clock), SHANGHAI).astimezone(UTC)


def explain_deadline(found: Deadline) -> dict[str, Any]:
    """A deadline as data; instants in Asia/Shanghai."""
    return {
        "term": found.id,
        "label": found.term.label,
        "clause": found.term.clause,
        "ends_on": found.ends_on.isoformat() if found.ends_on else None,
        "closes_at": found.closes_at.astimezone(SHANGHAI).isoformat() if found.closes_at else None,
        "unset": found.unset,
        **({"problem": found.problem} if found.problem else {}),
    }
