"""One byte string for one value, so that a hash of it means the same everywhere and always.

The form: JSON in UTF-8 without spaces; object keys sorted by code point (which is also the order of their
UTF-8 bytes); strings exactly as they are, not Unicode-normalised, because what was signed or submitted must
hash as what it was; Decimal as a string in plain notation without trailing zeros, so that equal amounts have
equal bytes wherever they were read from; dates as 2026-03-15; instants in UTC with six decimals and Z.
A Decimal and a string that look alike have the same bytes: the reader's schema tells them apart, not this.
"""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from jiebang.kernel.errors import JiebangError, quote

MAX_DEPTH = 32
"""How deep lists and objects may nest; also what ends a value that contains itself."""
MAX_INTEGER = 2**53 - 1
"""Integers beyond this are read differently by different JSON readers (RFC 7493); write them as text."""
_MAX_DECIMAL_DIGITS = 100
# What json.dumps itself quotes texts with, without the encoder that it makes for every call.
_quote_text = json.encoder.encode_basestring
# The steps to a place inside the value, in pairs: (((), "a"), 3) is a[3]. Words are made of them only for an error.
_Where = tuple[Any, ...]


class NotCanonical(JiebangError):
    """The value has no single canonical form: a float, an unknown type, a key that is not text, too deep."""


def canonical_bytes(value: Any) -> bytes:
    """The canonical JSON of `value`, as bytes to be hashed or signed. Takes and raises what `canonical_text` does."""
    return canonical_text(value).encode("utf-8")


def canonical_text(value: Any) -> str:
    """The canonical JSON of `value`; every text there is has its bytes in UTF-8.

    Takes None, bool, int, str, Decimal, date, aware datetime, enum members whose value is one of these,
    lists, tuples and dicts with text keys. Raises NotCanonical for anything else, floats above all.
    """
    return _write(value, (), 0)


def _write(value: Any, where: _Where, depth: int) -> str:
    if depth >= MAX_DEPTH and isinstance(value, dict | list | tuple):
        raise NotCanonical(
            where=_describe(where)[:200], what=f"嵌套超过 {MAX_DEPTH} 层", fix="请检查数据是否引用了自身"
        )
    if type(value) is str and value.isascii():
        return _quote_text(value)
    match value:
        case dict():
            # Short ASCII texts are what most bodies are made of, and every act of the platform is written through
            # here with the processor's caches cold: they are spared the calls.
            fields = [
                f"{_quote_text(key if type(key) is str and key.isascii() else _require_key(key, where))}:"
                + (
                    _quote_text(item)
                    if type(item) is str and item.isascii()
                    else _write(item, (where, key), depth + 1)
                )
                for key, item in _sort_fields(value, where)
            ]
            return f"{{{','.join(fields)}}}"
        case Enum():
            return _write(value.value, where, depth + 1)
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            if abs(value) > MAX_INTEGER:
                raise NotCanonical(
                    where=_describe(where), what="整数超出可以准确交换的范围", fix="请改用文字或 Decimal"
                )
            return str(int(value))
        case str():
            return _quote_text(_require_utf8(value, where))
        case Decimal():
            return f'"{_write_decimal(value, where)}"'
        case datetime():  # before date, of which it is a subclass
            return f'"{_write_instant(value, where)}"'
        case date():
            return f'"{value.isoformat()}"'
        case list() | tuple():
            items = [_write(item, (where, index), depth + 1) for index, item in enumerate(value)]
            return f"[{','.join(items)}]"
    kind = "浮点数" if isinstance(value, float) else f"{type(value).__name__} 类型的值"
    raise NotCanonical(
        where=_describe(where),
        what=f"{kind} {quote(value)} 没有唯一的写法",
        fix="请改用 Decimal、文字、日期、列表或字典",
    )


def _sort_fields(value: dict[Any, Any], where: _Where) -> list[tuple[Any, Any]]:
    # A dict has each key once, so that items never have to be compared beyond their keys.
    try:
        return sorted(value.items())
    except TypeError:
        for key in value:
            _require_key(key, where)
        raise


def _describe(where: _Where) -> str:
    if not where:
        return ""
    outer, step = _describe(where[0]), where[1]
    return f"{outer}[{step}]" if isinstance(step, int) else f"{outer}.{step}".lstrip(".")


def _require_key(key: Any, where: _Where) -> str:
    if not isinstance(key, str):
        raise NotCanonical(where=_describe(where), what=f"键 {quote(key)} 不是文字", fix="请用文字作键")
    return _require_utf8(key.value if isinstance(key, Enum) else key, where)


def _require_utf8(text: str, where: _Where) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise NotCanonical(
            where=_describe(where), what="文字里有残缺的字符", fix="请重新输入或重新导入这段文字"
        ) from None
    return text


def _write_decimal(value: Decimal, where: _Where) -> str:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise NotCanonical(
            where=_describe(where), what=f"{quote(str(value))} 不是一个数", fix="请核对计算它的数据是否齐全"
        )
    if abs(exponent) > _MAX_DECIMAL_DIGITS or abs(value.adjusted()) > _MAX_DECIMAL_DIGITS:
        raise NotCanonical(
            where=_describe(where), what=f"{quote(str(value))} 的位数太多", fix="请核对数字是否写错"
        )
    if value == 0:
        return "0"  # also for -0 and 0.00
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write_instant(value: datetime, where: _Where) -> str:
    if value.utcoffset() is None:
        raise NotCanonical(
            where=_describe(where), what=f"时间 {quote(value.isoformat())} 没有时区", fix="请写明时区"
        )
    try:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    except OverflowError:
        raise NotCanonical(
            where=_describe(where), what=f"时间 {quote(value.isoformat())} 超出范围", fix="请核对年份"
        ) from None
