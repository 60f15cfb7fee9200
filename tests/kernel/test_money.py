"""Money: read only with its unit, exact to the fen, split without losing one."""

from decimal import ROUND_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.money import (
    FEN,
    MAX_YUAN,
    MalformedAmount,
    Rounding,
    format_wan,
    format_yuan,
    money_context,
    parse_yuan,
    round_to_fen,
    split_by_shares,
)

amounts = st.integers(0, int(MAX_YUAN) * 100).map(lambda fen: Decimal(fen).scaleb(-2))


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("5000000 元", "5000000.00"),
        ("5000000元", "5000000.00"),
        ("500 万元", "5000000.00"),
        ("1.2亿元", "120000000.00"),
        ("5,000,000.00 元", "5000000.00"),
        ("1,200 万元", "12000000.00"),
        ("0 元", "0.00"),
        ("0.01 元", "0.01"),
        ("0.5 万元", "5000.00"),
        ("0.000001 万元", "0.01"),
        ("0.0000000001 亿元", "0.01"),
        ("5００００００ 元", "5000000.00"),
        ("５，０００，０００．００　元", "5000000.00"),
        ("\u00a0500\u00a0万元 ", "5000000.00"),
        ("10000000000000 元", "10000000000000.00"),
        ("100000 亿元", "10000000000000.00"),
    ],
)
def test_is_read(written: str, yuan: str) -> None:
    amount = parse_yuan(written)
    assert str(amount) == yuan  # the number of decimals too


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("", "是空的"),
        ("  ", "是空的"),
        ("500", "没有写单位"),
        ("5,000,000.00", "没有写单位"),
        ("500 万", "单位不完整"),
        ("1.2亿", "单位不完整"),
        ("-500 万元", "正负号"),
        ("+500 万元", "正负号"),
        ("－500 万元", "正负号"),
        ("—500 万元", "正负号"),
        ("5e6 元", "科学计数法"),
        ("5E6", "科学计数法"),
        ("05 元", "多余的 0"),
        ("00.5 元", "多余的 0"),
        ("50,00,000 元", "千位分隔符"),
        ("5000,000 元", "千位分隔符"),
        ("5,00 元", "千位分隔符"),
        ("5,000.0,0 元", "千位分隔符"),
        (",500 元", "千位分隔符"),
        ("0,500 元", "多余的 0"),
        ("0.001 元", "比分还细"),
        ("1.000 元", "比分还细"),
        ("0.0000001 万元", "比分还细"),
        ("1.00000000001 亿元", "比分还细"),
        ("10000000000000.01 元", "超过上限 1,000,000,000 万元"),
        ("100000.0000000001 亿元", "超过上限"),
        ("1" + "0" * 37 + " 元", "超过上限"),
        ("9" * 40 + " 元", "太长"),
        pytest.param("9" * 1_000_000 + " 元", "太长", id="a million digits"),
        ("NaN 元", "看不懂"),
        ("Infinity 元", "看不懂"),
        ("五百万元", "看不懂"),
        ("٥٠٠ 元", "看不懂"),
        ("① 元", "看不懂"),
        (".5 元", "看不懂"),
        ("5. 元", "看不懂"),
        ("5.0.0 元", "看不懂"),
        ("1_000 元", "看不懂"),
        ("500 美元", "看不懂"),
        ("500 元整", "看不懂"),
        ("500 元\n600 元", "看不懂"),
        ("¥500 元", "看不懂"),
        ("5 00 元", "看不懂"),
        pytest.param("5\u200b00 元", "看不懂", id="zero-width space"),
        (5_000_000.0, "不能是 float 值"),
        (5_000_000, "不能是 int 值"),
        (Decimal(5_000_000), "不能是 Decimal 值"),
        (True, "不能是 bool 值"),
        (None, "不能是 NoneType 值"),
        pytest.param(b"500", "不能是 bytes 值", id="bytes"),
    ],
)
def test_is_refused_and_says_why(written: Any, said: str) -> None:
    with pytest.raises(MalformedAmount) as caught:
        parse_yuan(written)
    assert said in caught.value.what
    assert caught.value.fix
    assert len(str(caught.value)) < 200  # whatever was fed in
    assert isinstance(caught.value, JiebangError)


@given(amounts)
def test_what_is_written_is_read_back(amount: Decimal) -> None:
    assert parse_yuan(format_yuan(amount)) == amount
    assert parse_yuan(format_wan(amount)) == amount


@given(st.text(alphabet="0123456789０５,，.．eE+-－ 　万亿元圆\u00a0", max_size=24))
def test_any_text_is_an_amount_to_the_fen_or_a_refusal(text: str) -> None:
    try:
        amount = parse_yuan(text)
    except MalformedAmount:
        return
    assert 0 <= amount <= MAX_YUAN
    assert amount.as_tuple().exponent == -2
    assert text.strip().endswith("元")


def test_reading_does_not_depend_on_the_callers_decimal_context() -> None:
    with localcontext(prec=3, rounding=ROUND_UP):
        assert str(parse_yuan("1234567.89 元")) == "1234567.89"
        assert format_yuan(Decimal("1234567.89")) == "1,234,567.89 元"
        assert str(round_to_fen(Decimal("1234567.891"), Rounding.down)) == "1234567.89"
        assert list(map(str, split_by_shares(Decimal("1234567.89"), [Decimal(1)]))) == ["1234567.89"]


@pytest.mark.parametrize(
    ("amount", "yuan", "wan"),
    [
        ("0", "0.00 元", "0.00 元"),
        ("-0.00", "0.00 元", "0.00 元"),
        ("0.01", "0.01 元", "0.01 元"),
        ("9999.99", "9,999.99 元", "9,999.99 元"),
        ("9900", "9,900.00 元", "9,900.00 元"),
        ("10000", "10,000.00 元", "1 万元"),
        ("10000.01", "10,000.01 元", "10,000.01 元"),
        ("10050", "10,050.00 元", "10,050.00 元"),
        ("10100", "10,100.00 元", "1.01 万元"),
        ("15000", "15,000.00 元", "1.5 万元"),
        ("100000", "100,000.00 元", "10 万元"),
        ("5E+6", "5,000,000.00 元", "500 万元"),
        ("5000000.000", "5,000,000.00 元", "500 万元"),
        ("120000000", "120,000,000.00 元", "12,000 万元"),
        ("-5000000", "-5,000,000.00 元", "-500 万元"),
        ("-0.5", "-0.50 元", "-0.50 元"),
    ],
)
def test_is_written(amount: str, yuan: str, wan: str) -> None:
    assert format_yuan(Decimal(amount)) == yuan
    assert format_wan(Decimal(amount)) == wan


@pytest.mark.parametrize(
    "amount", ["0.001", "NaN", "sNaN", "Infinity", "1E+999999", "1E-999999", "0E-999999"]
)
@pytest.mark.parametrize("write", [format_yuan, format_wan])
def test_what_is_no_whole_amount_is_not_written(write: Any, amount: str) -> None:
    with pytest.raises(MalformedAmount):
        write(Decimal(amount))


@pytest.mark.parametrize("use", [format_yuan, format_wan, lambda it: round_to_fen(it, Rounding.down)])
@pytest.mark.parametrize("value", [1.5, 1, "1", None])
def test_only_decimals_are_computed_with(use: Any, value: Any) -> None:
    with pytest.raises(MalformedAmount, match="必须是 Decimal"):
        use(value)


@pytest.mark.parametrize(
    ("amount", "down", "up", "half_up"),
    [
        ("0", "0.00", "0.00", "0.00"),
        ("1", "1.00", "1.00", "1.00"),
        ("0.004", "0.00", "0.01", "0.00"),
        ("0.005", "0.00", "0.01", "0.01"),
        ("0.015", "0.01", "0.02", "0.02"),  # half_even would give 0.02 here too, but 0.00 above
        ("0.0149999999999999999999999999999999999", "0.01", "0.02", "0.01"),
        ("0.019", "0.01", "0.02", "0.02"),
        ("2999999.999", "2999999.99", "3000000.00", "3000000.00"),
        ("-0.005", "0.00", "-0.01", "-0.01"),
        ("-1.019", "-1.01", "-1.02", "-1.02"),
        (
            "99999999999999999999999999999999.995",
            "9" * 32 + ".99",
            "1" + "0" * 32 + ".00",
            "1" + "0" * 32 + ".00",
        ),
    ],
)
def test_is_rounded(amount: str, down: str, up: str, half_up: str) -> None:
    assert str(round_to_fen(Decimal(amount), Rounding.down)) == down
    assert str(round_to_fen(Decimal(amount), Rounding.up)) == up
    assert str(round_to_fen(Decimal(amount), Rounding.half_up)) == half_up


@given(st.decimals(0, MAX_YUAN, allow_nan=False, places=12))
def test_a_ceiling_rounded_down_is_never_exceeded_and_missed_by_less_than_a_fen(amount: Decimal) -> None:
    with money_context():
        assert 0 <= amount - round_to_fen(amount, Rounding.down) < FEN
        assert 0 <= round_to_fen(amount, Rounding.up) - amount < FEN
        assert abs(round_to_fen(amount, Rounding.half_up) - amount) <= FEN / 2


def test_the_money_context_refuses_floats_and_keeps_long_products() -> None:
    with money_context():
        amount, rate = Decimal("9999999999999.99"), Decimal("0.3333333333333333333333333333")
        assert Fraction(amount * rate) == Fraction(amount) * Fraction(rate)
        with pytest.raises(Exception, match="FloatOperation"):
            Decimal(1) < 0.5  # noqa: B015


@pytest.mark.parametrize(
    ("amount", "shares", "parts"),
    [
        ("100", ["1"], ["100.00"]),
        ("100", ["0.5", "0.5"], ["50.00", "50.00"]),
        ("100", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),  # a tie: the earlier share
        ("0.02", ["1", "1", "1"], ["0.01", "0.01", "0.00"]),
        ("100", ["1", "1", "4"], ["16.67", "16.67", "66.66"]),  # .666… lost twice before .666… the third time
        ("0.01", ["1", "2"], ["0.00", "0.01"]),  # the larger remainder, though later
        ("100", ["0", "1", "0"], ["0.00", "100.00", "0.00"]),
        ("0.02", ["0", "1", "0", "1", "1"], ["0.00", "0.01", "0.00", "0.01", "0.00"]),
        ("0", ["1", "2"], ["0.00", "0.00"]),
        ("3000000", ["0.20", "0.50", "0.30"], ["600000.00", "1500000.00", "900000.00"]),
        ("10", ["1E+20", "1E-20"], ["10.00", "0.00"]),
    ],
)
def test_is_split(amount: str, shares: list[str], parts: list[str]) -> None:
    assert list(map(str, split_by_shares(Decimal(amount), list(map(Decimal, shares))))) == parts


share_lists = st.lists(
    st.decimals(0, 1_000_000, allow_nan=False, allow_infinity=False, places=6), min_size=1, max_size=12
).filter(any)


@given(amounts, share_lists)
def test_a_split_loses_nothing_and_is_fair_to_the_fen(amount: Decimal, shares: list[Decimal]) -> None:
    parts = split_by_shares(amount, shares)
    assert sum(parts) == amount
    assert parts == split_by_shares(amount, shares)
    total = sum(map(Fraction, shares))
    for part, share in zip(parts, shares, strict=True):
        assert abs(Fraction(part) - Fraction(amount) * Fraction(share) / total) < Fraction(FEN)
        assert part == 0 or share > 0


@pytest.mark.parametrize(
    ("amount", "shares", "said"),
    [
        ("100", [], "没有可用的分配比例"),
        ("100", ["0", "0.00"], "没有可用的分配比例"),
        ("100", ["1", "-1"], "是负数"),
        ("100", ["2", "-1"], "是负数"),
        ("-100", ["1"], "是负数"),
        ("0.001", ["1"], "比分还细"),
        ("100", ["NaN"], "不是一个数"),
        ("100", ["Infinity"], "不是一个数"),
        ("100", ["1E+999999"], "位数太多"),
        ("100", ["1E-999999", "1"], "位数太多"),
    ],
)
def test_a_split_without_sense_is_refused(amount: str, shares: list[str], said: str) -> None:
    with pytest.raises(MalformedAmount, match=said):
        split_by_shares(Decimal(amount), list(map(Decimal, shares)))
