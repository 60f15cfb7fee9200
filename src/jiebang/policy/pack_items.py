"""What every item of a pack has: the clause it comes from. How names and days are written."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from jiebang.policy.expressions import Strict
from jiebang.policy.values import BadValue, read_day

UNSET = "unset"


def _as_list(raw: Any) -> Any:
    return [raw] if isinstance(raw, str) else raw


def _read_day(raw: Any) -> Any:
    if isinstance(raw, str) and raw != UNSET:
        try:
            return read_day(raw)
        except BadValue as error:
            raise ValueError(f"{error.what}；{error.fix}，办法空着的写 unset") from None
    return raw


Names = Annotated[list[str], BeforeValidator(_as_list), Field(min_length=1)]
Day = Annotated[date, BeforeValidator(_read_day)]
DayOrUnset = Annotated[date | Literal["unset"], BeforeValidator(_read_day)]


class Item(Strict):
    """Anything with a clause."""

    clause: Names
