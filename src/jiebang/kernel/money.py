"""Money: exact decimal yuan, to the fen, always written with its unit.

No function here accepts or returns a float. Amounts are `Decimal` yuan; a "whole" amount has no part finer
than a fen. Where a percentage gives more digits than that, the rule that computed it names the rounding.
"""

import re
from collections.abc import Sequence
from contextlib import AbstractContextManager
from decimal import (
    ROUND_DOWN,
    ROUND_HALF_UP,
    ROUND_UP,
    Context,
    Decimal,
    DivisionByZero,
    FloatOperation,
    InvalidOperation,
    Overflow,
    localcontext,
)
from enum import StrEnum
from typing import Any

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.fullwidth import to_half_width

FEN = Decimal("0.01")
MAX_YUAN = Decimal(10) ** 13
"""The largest amount that can be entered, in yuan, included (ten trillion: above any city's budget)."""

_MAX_TEXT = 40
_MAX_DIGITS = 60  # of a computed Decimal, before and after the point: stops "1E+999999" from being expanded
_EXPECTED = "请写成数字加单位，例如“5000000 元”“500 万元”“1.2 亿元”，最多精确到分"

_NUMBER = re.compile(
    r"(?P<whole>0|[1-9][0-9]{0,2}(?:,[0-9]{3})+|[1-9][0-9]*)(?:\.(?P<part>[0-9]+))? *(?P<unit>元|万元|亿元)"
)
_PLACES = {"元": 0, "万元": 4, "亿元": 8}


class MalformedAmount(JiebangError):
    """What was given is not an amount of money as this system writes it."""


class Rounding(StrEnum):
    """How an amount is brought to the fen.

    `down` is the right one for every ceiling ("at most 40 %", "no more than …"): rounded up, even by half a
    fen, the amount paid would exceed what the clause allows. `up` is its mirror for floors ("no less
    than …"). `half_up` (四舍五入) is for figures that are neither, such as a share shown in a table.
    """

    down = "down"
    up = "up"
    half_up = "half_up"


_MODES = {Rounding.down: ROUND_DOWN, Rounding.up: ROUND_UP, Rounding.half_up: ROUND_HALF_UP}


def money_context() -> AbstractContextManager[Context]:
    """A decimal context with room for 120 digits, in which mixing in a float is an error.

    Compute percentages and products of amounts inside `with money_context():`; the default context's 28
    digits would silently round a long product before the rule's own rounding is applied.
    """
    return localcontext(
        Context(prec=2 * _MAX_DIGITS, traps=[InvalidOperation, DivisionByZero, Overflow, FloatOperation])
    )


def parse_yuan(text: Any) -> Decimal:
    """The amount in yuan, with exactly two decimals, written in `text` with its unit (元, 万元 or 亿元).

    Thousands separators are accepted where they belong; full-width digits and signs are read as plain ones.
    Raises MalformedAmount for anything else: no unit, a sign, an exponent, a leading zero, more decimals
    than a fen once converted to yuan (also when they are zeros: "1.000 元" may have been meant as a
    thousand), more than MAX_YUAN, or a value that is not text (a float least of all).
    """
    if not isinstance(text, str):
        raise MalformedAmount(
            what=f"金额必须是带单位的文字，不能是 {type(text).__name__} 值 {quote(text)}", fix=_EXPECTED
        )
    if len(text) > _MAX_TEXT:
        raise MalformedAmount(what=f"金额 {quote(text)} 太长，最多 {_MAX_TEXT} 个字符", fix=_EXPECTED)
    written = to_half_width(text).strip()
    found = _NUMBER.fullmatch(written)
    if found is None:
        raise MalformedAmount(what=f"金额 {quote(text)} {_name_fault(written)}", fix=_EXPECTED)
    whole = found["whole"].replace(",", "")
    part = found["part"] or ""
    places = _PLACES[found["unit"]]
    if len(part) - places > 2:
        raise MalformedAmount(what=f"金额 {quote(text)} 换算成元后小数超过两位，比分还细", fix=_EXPECTED)
    amount = _from_fen(int(whole + part.ljust(places + 2, "0")))
    if amount > MAX_YUAN:
        raise MalformedAmount(
            what=f"金额 {quote(text)} 超过上限 {format_wan(MAX_YUAN)}", fix="请核对数字和单位是否写错"
        )
    return amount


def _name_fault(written: str) -> str:
    """Which of the usual mistakes `written` (half-width, not an amount) shows; for the message only."""
    if not written:
        return "是空的"
    if re.search(r"[+\-−—]", written):
        return "带有正负号；金额不带符号"
    if re.fullmatch(r"[0-9.,]+ *[eE].*", written):
        return "用了科学计数法"
    if re.fullmatch(r"[0-9.,]+", written):
        return "没有写单位"
    if re.fullmatch(r"[0-9.,]+ *[万亿]", written):
        return "的单位不完整，应为“万元”或“亿元”"
    if re.fullmatch(r"0[0-9,]+(\.[0-9]+)? *(元|万元|亿元)", written):
        return "以多余的 0 开头"
    if "," in written and re.fullmatch(r"[0-9.,]+ *(元|万元|亿元)", written):
        return "的千位分隔符位置不对（应每三位一个）"
    return "看不懂"


def format_yuan(amount: Decimal) -> str:
    """`amount` in yuan as "5,000,000.00 元". Raises MalformedAmount if it has a part finer than a fen."""
    fen = _to_fen(amount)
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100:,}.{abs(fen) % 100:02d} 元"


def format_wan(amount: Decimal) -> str:
    """`amount` in yuan as "500 万元" or "500.25 万元", if that is exact; otherwise as format_yuan.

    万元 is used from 10,000 yuan on and with at most two decimals; nothing is ever rounded for display.
    Raises MalformedAmount if the amount has a part finer than a fen.
    """
    fen = _to_fen(amount)
    hundredths, rest = divmod(abs(fen), 10_000)  # of a 万元: 100 yuan each
    if rest or hundredths < 100:
        return format_yuan(amount)
    sign = "-" if fen < 0 else ""
    part = f".{hundredths % 100:02d}".rstrip("0").rstrip(".")
    return f"{sign}{hundredths // 100:,}{part} 万元"


def round_to_fen(amount: Decimal, rounding: Rounding) -> Decimal:
    """`amount` in yuan brought to the fen by `rounding`, with exactly two decimals.

    `down` is towards zero and `up` away from it, so a repayment mirrors its payment to the fen. Raises
    MalformedAmount if `amount` is not a finite Decimal of reasonable size.
    """
    _require_decimal(amount)
    with money_context() as context:
        context.rounding = _MODES[Rounding(rounding)]
        return amount.quantize(FEN) + Decimal("0.00")  # the addition turns -0.00 into 0.00


def split_by_shares(amount: Decimal, shares: Sequence[Decimal]) -> list[Decimal]:
    """`amount` (yuan, whole fen, not negative) divided by `shares`; the parts sum exactly to it.

    Largest remainder: each part is rounded down to the fen and the fen left over go one each to the parts
    that lost most, the earlier share first if they lost the same. A share of zero receives nothing. Shares
    need not sum to one. Raises MalformedAmount if there are no shares, one is negative, all are zero, or
    the amount is negative or finer than a fen.
    """
    fen = _to_fen(amount)
    if fen < 0:
        raise MalformedAmount(
            what=f"要分配的金额 {format_yuan(amount)} 是负数", fix="请按正数分配，收回时再记反向"
        )
    for share in shares:
        _require_decimal(share)
        if share < 0:
            raise MalformedAmount(what=f"分配比例 {quote(str(share))} 是负数", fix="比例不能小于零")
    if not any(shares):
        raise MalformedAmount(
            what="没有可用的分配比例（没有填写，或全部为零）", fix="至少要有一个大于零的比例"
        )
    # Integers from here on: with a common exponent the proportions are exact whatever the number of digits.
    with money_context():
        weights = [int(share.scaleb(_MAX_DIGITS)) for share in shares]
    total = sum(weights)
    parts = [fen * weight // total for weight in weights]
    lost = [fen * weight % total for weight in weights]
    by_loss = sorted(range(len(parts)), key=lambda at: (-lost[at], at))
    for at in by_loss[: fen - sum(parts)]:
        parts[at] += 1
    return [_from_fen(part) for part in parts]


def _require_decimal(amount: object) -> None:
    if not isinstance(amount, Decimal):
        raise MalformedAmount(
            what=f"数值必须是 Decimal，不能是 {type(amount).__name__} 值 {quote(amount)}",
            fix="请先用十进制数表示",
        )
    if not amount.is_finite():
        raise MalformedAmount(what=f"{quote(str(amount))} 不是一个数", fix="请核对计算它的数据是否齐全")
    exponent = amount.as_tuple().exponent
    assert isinstance(exponent, int)  # finite
    if exponent < -_MAX_DIGITS or amount.adjusted() >= _MAX_DIGITS or exponent >= _MAX_DIGITS:
        raise MalformedAmount(
            what=f"{quote(str(amount))} 的位数太多（整数、小数各不超过 {_MAX_DIGITS} 位）",
            fix="请核对数字是否写错",
        )


def _to_fen(amount: Decimal) -> int:
    """The whole number of fen in `amount`; raises MalformedAmount rather than dropping a part of one."""
    _require_decimal(amount)
    with money_context():
        fen = amount.scaleb(2)
        whole = fen.to_integral_value(ROUND_DOWN)
    if fen != whole:
        raise MalformedAmount(
            what=f"金额 {quote(str(amount))} 元比分还细", fix="请先按规则规定的方式取舍到分"
        )
    return int(whole)


def _from_fen(fen: int) -> Decimal:
    with money_context():  # a caller's own context might be too narrow for the amount
        return Decimal(fen).scaleb(-2)
