"""One value, one byte string; and what has none is refused."""

import enum
import hashlib
import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jiebang.kernel.canonical_json import MAX_DEPTH, MAX_INTEGER, NotCanonical, canonical_bytes
from jiebang.kernel.periods import SHANGHAI, TermUnit


class Rank(enum.IntEnum):
    first = 1


class Odd(str, enum.Enum):  # noqa: UP042 - str() of these gives "Odd.one", json.dumps gives "1"
    one = "1"


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, "null"),
        (True, "true"),
        (1, "1"),
        (-MAX_INTEGER, "-9007199254740991"),
        ("揭榜", '"揭榜"'),
        pytest.param('a"\\\n\x7f/', '"a\\"\\\\\\n\x7f/"', id="escapes"),
        ([], "[]"),
        ((1, [2]), "[1,[2]]"),
        ({}, "{}"),
        ({"b": 1, "a": {"d": 2, "c": 3}}, '{"a":{"c":3,"d":2},"b":1}'),
        ({"乙": 1, "甲": 2, "z": 3, "\U0001f600": 4, "\uff01": 5}, '{"z":3,"乙":1,"甲":2,"！":5,"😀":4}'),
        (Decimal("5000000.00"), '"5000000"'),
        (Decimal("5E+6"), '"5000000"'),
        (Decimal("0.10"), '"0.1"'),
        (Decimal("-0.00"), '"0"'),
        (Decimal("0E+5"), '"0"'),
        (Decimal("-1.50"), '"-1.5"'),
        (Decimal("12345678901234567890123456789012.01"), '"12345678901234567890123456789012.01"'),
        (date(2026, 3, 5), '"2026-03-05"'),
        (datetime(2026, 3, 5, 8, 0, tzinfo=UTC), '"2026-03-05T08:00:00.000000Z"'),
        (datetime(2026, 3, 5, 0, 0, 0, 7, tzinfo=SHANGHAI), '"2026-03-04T16:00:00.000007Z"'),
        (TermUnit.working_day, '"working_day"'),
        (Odd.one, '"1"'),
        (Rank.first, "1"),
        ({TermUnit.day: 1, Odd.one: 2}, '{"1":2,"day":1}'),
    ],
)
def test_is_written(value: Any, written: str) -> None:
    assert canonical_bytes(value).decode() == written


def test_the_bytes_never_change() -> None:
    """What is in ledgers already depends on this digest: if it fails, the form has changed, not the test."""
    value = {
        "kind": "notice.opened",
        "at": datetime(2026, 3, 5, 9, 30, tzinfo=SHANGHAI),
        "on": date(2026, 3, 5),
        "amount": Decimal("3000000.00"),
        "names": ["示例大学（合成）", None, True, 7],
    }
    assert (
        hashlib.sha256(canonical_bytes(value)).hexdigest()
        == "34fabffbbe84681b0b784e01431e5bc2fab89450a7c72400bcc537ea519d4672"
    )


def test_text_is_not_normalised() -> None:
    assert canonical_bytes("é") != canonical_bytes("e\u0301")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (1.0, "浮点数"),
        (float("nan"), "浮点数"),
        ({"a": [0, {"b": 0.1}]}, "a[1].b：浮点数"),
        ({1: "a"}, "键 “1” 不是文字"),
        ({None: "a"}, "键 “None” 不是文字"),
        ({"a": {Rank.first: 1}}, "a：键"),
        ({"a"}, "set 类型"),
        pytest.param(b"a", "bytes 类型", id="bytes"),
        (object(), "object 类型"),
        (timedelta(1), "timedelta 类型"),
        (1j, "complex 类型"),
        (iter([]), "list_iterator 类型"),
        (MAX_INTEGER + 1, "整数超出"),
        pytest.param(10**5000, "整数超出", id="5001 digits"),
        (Decimal("NaN"), "不是一个数"),
        (Decimal("-Infinity"), "不是一个数"),
        (Decimal("1E+999999"), "位数太多"),
        (Decimal("1E-999999"), "位数太多"),
        (datetime(2026, 3, 5), "没有时区"),  # noqa: DTZ001
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=8))), "超出范围"),
        pytest.param("\ud800", "残缺", id="lone surrogate"),
        pytest.param({"\ud800": 1}, "残缺", id="lone surrogate in a key"),
    ],
)
def test_is_refused(value: Any, said: str) -> None:
    with pytest.raises(NotCanonical) as caught:
        canonical_bytes(value)
    assert said in str(caught.value)


def test_depth_is_bounded_at_the_bound() -> None:
    value: Any = 1
    for _ in range(MAX_DEPTH):
        value = [value]
    canonical_bytes(value)
    with pytest.raises(NotCanonical, match="嵌套"):
        canonical_bytes([value])


def test_a_value_within_itself_ends() -> None:
    value: dict[str, Any] = {}
    value["self"] = value
    with pytest.raises(NotCanonical, match="嵌套"):
        canonical_bytes(value)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12,
)


@given(plain)
def test_plain_values_are_read_back_by_any_json_reader(value: Any) -> None:
    assert json.loads(canonical_bytes(value)) == value


@given(st.dictionaries(st.text(max_size=5), st.integers(0, 9)))
def test_the_order_of_keys_does_not_matter(value: dict[str, int]) -> None:
    assert canonical_bytes(value) == canonical_bytes(dict(reversed(value.items())))
    keys = list(json.loads(canonical_bytes(value)))
    assert keys == sorted(keys, key=lambda key: key.encode())


numbers = st.decimals(-(10**15), 10**15, allow_nan=False, allow_infinity=False, places=4)


@given(numbers, numbers, st.integers(0, 6))
def test_equal_decimals_and_only_those_have_equal_bytes(a: Decimal, b: Decimal, zeros: int) -> None:
    padded = Decimal(f"{a:f}" + "0" * zeros)
    assert canonical_bytes(padded) == canonical_bytes(a)
    assert (canonical_bytes(a) == canonical_bytes(b)) == (a == b)
    assert Decimal(json.loads(canonical_bytes(a))) == a


@given(st.datetimes(timezones=st.just(UTC)), st.integers(-720, 720))
def test_one_instant_has_one_form_whatever_the_zone(at: datetime, minutes: int) -> None:
    assume(date.min.year < at.year < date.max.year)
    elsewhere = at.astimezone(timezone(timedelta(minutes=minutes)))
    assert canonical_bytes(elsewhere) == canonical_bytes(at)
