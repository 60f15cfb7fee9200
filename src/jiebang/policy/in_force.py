"""Whether a regulation holds on a day, by its own dates or by an authority's recorded adoption of a draft."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from jiebang.kernel.periods import Term, TermUnit, end_of_term, parse_term
from jiebang.policy.pack import Pack
from jiebang.policy.pack_items import UNSET


@dataclass(frozen=True, slots=True)
class ForceState:
    """`state`: in_force, not_yet, lapsed, or unset (a blank start that nobody has filled by a recorded act)."""

    state: str
    from_on: date | None
    until_on: date | None
    explanation: str


def state_on(pack: Pack, day: date, adopted_on: date | None = None) -> ForceState:
    """The state of a pack on `day`. `adopted_on`: the start an authority set by a recorded act, where the text's is blank."""
    found = pack.pack.in_force
    if found is None:
        return ForceState("in_force", None, None, "本包没有施行日期，随引用它的政策包使用")
    start = adopted_on if found.from_ == UNSET else found.from_
    cited = "、".join(found.clause)
    if not isinstance(start, date):
        return ForceState(
            "unset", None, None, f"尚未施行：原文施行日期空缺（{cited}），须由有权机关记录施行决定"
        )
    until = found.until
    if found.lasts is not None:
        until = last_day(start, parse_term(found.lasts))
    if day < start:
        return ForceState("not_yet", start, until, f"尚未施行：自 {start} 起施行（{cited}）")
    if until is not None and day > until:
        return ForceState("lapsed", start, until, f"已经失效：有效期至 {until}（{cited}）")
    return ForceState(
        "in_force",
        start,
        until,
        f"自 {start} 起施行" + (f"，有效期至 {until}" if until else "") + f"（{cited}）",
    )


def describe_in_force(pack: Pack) -> str:
    """The dates of a regulation as its text has them, in a sentence."""
    found = pack.pack.in_force
    if found is None:
        return "施行：本包没有施行日期，随引用它的政策包使用"
    start = (
        "原文施行日期空缺，须由有权机关记录施行决定" if found.from_ == UNSET else f"自 {found.from_} 起施行"
    )
    until = f"，有效期至 {found.until}" if found.until else f"，有效期 {found.lasts}" if found.lasts else ""
    return f"施行：{start}{until}（{'、'.join(found.clause)}）"


def last_day(start: date, term: Term) -> date:
    """A validity of 3 years from 1 May ends on 30 April: the start day itself is lived under the regulation.

    So it ends with the day before the corresponding one. Where the last month has no such day (one month from 31 January,
    one year from 29 February), all of that month is still within it.
    """
    end = end_of_term(start, term, None, roll_to_working_day=False)
    of_months = term.unit in (TermUnit.month, TermUnit.year)
    return end if of_months and end.day != start.day else end - timedelta(days=1)
