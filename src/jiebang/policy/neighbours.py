"""The values next to a written one: one fen, day, month, working day, hundredth of a percent, piece, point or minute away."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.policy.values import DAYS, MONTHS, Kind, ValueType, read_clock, read_literal

HUNDREDTH = Decimal("0.01")


def neighbours_of(raw: Any, *, whole_points: bool = False) -> list[str | int]:
    """The readable neighbours of a literal as it is written in a pack: below, above. None for what isn't a number.

    Marks move by a hundredth, as means are kept; `whole_points` moves them by a point, as reviewers give them.
    """
    if isinstance(raw, bool):
        return []
    if isinstance(raw, int):
        return [n for n in (raw - 1, raw + 1) if n >= 0]
    if not isinstance(raw, str):
        return []
    if clock := _clocks(raw):
        return clock
    try:
        of, value = read_literal(raw)
    except JiebangError:
        return []
    found = [_step(of, value, sign, whole_points=whole_points) for sign in (-1, 1)]
    return [text for text in found if text is not None and _is_readable(text)]


def _step(of: ValueType, value: Any, sign: int, *, whole_points: bool) -> str | None:
    match of.kind:
        case Kind.money:
            return f"{value + sign * HUNDREDTH:f} 元"
        case Kind.percent:
            return f"{value * 100 + sign * HUNDREDTH:f}%"
        case Kind.score:
            return f"{value + sign * (1 if whole_points else HUNDREDTH):f} 分"
        case Kind.count:
            return f"{value + sign:f} {of.unit}"
        case Kind.term:
            unit = {MONTHS: "个月", DAYS: "日"}.get(of.unit or "", "个工作日")
            return f"{value + sign} {unit}"
        case Kind.date:
            moved: date = value + timedelta(days=sign)
            return moved.isoformat()
        case Kind.instant:
            at: datetime = value + timedelta(minutes=sign)
            return at.isoformat(timespec="minutes")
        case _:
            return None


def _clocks(raw: str) -> list[str | int]:
    """The minutes before and after a clock time; after 24:00 there is none."""
    try:
        clock = read_clock(raw)
    except JiebangError:
        return []
    minutes = 24 * 60 if raw == "24:00" else clock.hour * 60 + clock.minute
    return [f"{m // 60:02d}:{m % 60:02d}" for m in (minutes - 1, minutes + 1) if 0 <= m <= 24 * 60]


def _is_readable(text: str) -> bool:
    """A step may leave what can be written (below zero, above the largest amount, before the first year)."""
    try:
        read_literal(text)
    except JiebangError:
        return False
    return True
