"""What every item of a pack has: the clause it comes from. How names and days are written."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from jiebang.policy.expressions import Strict

UNSET = "unset"


def _as_list(raw: Any) -> Any:
    return [raw] if isinstance(raw, str) else raw


def _read_day(raw: Any) -> Any:
    if isinstance(raw, str) and raw != UNSET:
        try:
            return date.fromisoformat(raw)
        except ValueError:
            raise ValueError(f"没有“{raw}”这一天；写成 2026-03-02，办法空着的写 unset") from None
    return raw


Names = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
Day = Annotated[date, BeforeValidator(_read_day)]
DayOrUnset = Annotated[date | Literal["unset"], BeforeValidator(_read_day)]


class Item(Strict):
    """Anything with a clause."""

    clause: Names
