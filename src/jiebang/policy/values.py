"""The closed set of value types a pack can speak of, and how each is read from text.

A value is held as something Python can compare without rounding: money as Decimal yuan, a percentage as an exact
Decimal fraction, a term as an int of months or of days, a count or score as Decimal. Units are part of the type, so
`3 家` never meets `3 项`, and a year never becomes 365 days.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.money import Rounding, format_yuan, money_context, parse_yuan, round_to_fen
from jiebang.kernel.periods import SHANGHAI, Term, TermUnit, parse_term

COUNTERS = "个家项人名次份篇件支轮期票条"
_COUNT = re.compile(rf"(0|[1-9][0-9]{{0,8}})\s*([{COUNTERS}])$")
_SCORE = re.compile(r"((?:0|[1-9][0-9]{0,4})(?:\.[0-9]{1,4})?)\s*分$")
_PERCENT = re.compile(r"((?:0|[1-9][0-9]{0,4})(?:\.[0-9]{1,6})?)\s*[%％]$")
_CLOCK = re.compile(r"([01][0-9]|2[0-4]):([0-5][0-9])$")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NAME = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$")
FACT_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+$")
MAX_TEXT = 20_000
#: How a value names an uploaded file: its name and the SHA-256 of its content. Anything else is a paper kept elsewhere.
FILE_REFERENCE = re.compile(r"(?P<name>[^\x00-\x1f]{1,200})（sha256:(?P<digest>[0-9a-f]{64})）")


class Kind(StrEnum):
    """What sort of thing a value is."""

    money = "money"
    percent = "percent"
    term = "term"
    count = "count"  # type: ignore[assignment]  # str.count: never called on a kind
    score = "score"
    date = "date"
    instant = "instant"
    flag = "flag"
    choice = "choice"
    choices = "choices"
    text = "text"
    organisation = "organisation"
    organisations = "organisations"
    person = "person"
    persons = "persons"
    file = "file"
    records = "records"


KIND_LABELS: dict[Kind, str] = {
    Kind.money: "金额，如“5000000 元”“500 万元”",
    Kind.percent: "百分比，如“40%”",
    Kind.term: "期限，如“7 日”“10 个工作日”“2 年”",
    Kind.count: f"带量词的整数，如“3 家”“2 项”（量词：{COUNTERS}）",
    Kind.score: "分数，如“60 分”",
    Kind.date: "日期，如 2026-03-02",
    Kind.instant: "时刻，如 2026-03-02T17:00",
    Kind.flag: "true 或 false",
    Kind.choice: "选项之一",
    Kind.choices: "选项的列表",
    Kind.text: "文字",
    Kind.organisation: "一个组织的编号",
    Kind.organisations: "组织编号的列表",
    Kind.person: "一个人的编号",
    Kind.persons: "人员编号的列表",
    Kind.file: "文件名，或已上传的文件",
    Kind.records: "记录的列表",
}
#: Values that are lists: an empty one says that there are none, which is more than not known.
LISTS = frozenset({Kind.choices, Kind.organisations, Kind.persons, Kind.records})
ORDERED = frozenset({Kind.money, Kind.percent, Kind.term, Kind.count, Kind.score, Kind.date, Kind.instant})
NUMERIC = frozenset({Kind.money, Kind.percent, Kind.term, Kind.count, Kind.score})
MONTHS, DAYS, WORKING_DAYS = "月", "日", "工作日"
_TERM_WORDS = {MONTHS: "个月", DAYS: "日", WORKING_DAYS: "个工作日"}
#: decimal places a person is shown of what arithmetic made
_MOST_PLACES = 6


class BadValue(JiebangError):
    """A text that isn't a value of the type asked for."""


@dataclass(frozen=True, slots=True)
class ValueType:
    """A kind with its unit (counter or term unit), its options or its record fields."""

    kind: Kind
    unit: str | None = None
    options: Mapping[str, str] | None = field(default=None, compare=False)
    open_list: bool = field(default=False, compare=False)
    fields: Mapping[str, ValueType] | None = field(default=None, compare=False)

    def __str__(self) -> str:
        word = KIND_LABELS[self.kind].split("，")[0]
        return f"{word}（{self.unit}）" if self.unit else word


TEXT, FLAG, MONEY = ValueType(Kind.text), ValueType(Kind.flag), ValueType(Kind.money)
PERCENT, DATE, SCORE = ValueType(Kind.percent), ValueType(Kind.date), ValueType(Kind.score)


def read_literal(raw: Any) -> tuple[ValueType, Any]:
    """Read a quantity, date or instant written with its unit in a pack; raises BadValue for anything else.

    A word without a unit isn't a literal: choices are read against the type they are compared with.
    """
    if isinstance(raw, bool):
        return FLAG, raw
    if isinstance(raw, int | float):
        raise BadValue(what=f"数 {raw} 没有单位", fix="连同单位写，如“3 家”“500 万元”“40%”“60 分”")
    if not isinstance(raw, str):
        raise BadValue(what="这里要写一个值", fix="写成带单位的文字")
    found = _read_quantity(raw.strip())
    if found is None:
        raise BadValue(
            what=f"{quote(raw.strip())}不是带单位的值",
            fix="写成“3 家”“500 万元”“40%”“60 分”“2 年”“2026-03-02”这样的形式",
        )
    return found


def _read_quantity(text: str) -> tuple[ValueType, Any] | None:
    """A quantity, date or instant; None for what is like none of them. Raises BadValue for what is like one, and isn't."""
    if match := _PERCENT.match(text):
        return PERCENT, Decimal(match[1]) / 100
    if match := _SCORE.match(text):
        return SCORE, Decimal(match[1])
    if match := _COUNT.match(text):
        return ValueType(Kind.count, match[2]), Decimal(match[1])
    if text.endswith("元"):
        return MONEY, parse_yuan(text)
    if _DAY.fullmatch(text):
        return DATE, _read_date(text)
    if re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T", text):
        return ValueType(Kind.instant), _read_instant(text)
    if re.match(r"[0-9]", text) and re.search(r"(日|天|月|年)$", text):
        return read_term(text)
    return None


def read_term(text: str) -> tuple[ValueType, int]:
    """Read a term into (type with its unit, number of months, days or working days)."""
    term = parse_term(text)
    if term.unit is TermUnit.year:
        return ValueType(Kind.term, MONTHS), term.length * 12
    if term.unit is TermUnit.month:
        return ValueType(Kind.term, MONTHS), term.length
    unit = DAYS if term.unit is TermUnit.day else WORKING_DAYS
    return ValueType(Kind.term, unit), term.length


def as_term(length: int, unit: str) -> Term:
    """The kernel's term for a held value."""
    return Term(
        length, {MONTHS: TermUnit.month, DAYS: TermUnit.day, WORKING_DAYS: TermUnit.working_day}[unit]
    )


def read_clock(text: str) -> time:
    """A clock time "17:00"; "24:00" is written as the end of the day and read as 23:59:59.999999."""
    match = _CLOCK.match(text)
    if not match or (match[1] == "24" and match[2] != "00"):
        raise BadValue(what=f"“{text}”不是钟点", fix="写成 17:00 这样的形式，并加引号")
    return time.max if match[1] == "24" else time(int(match[1]), int(match[2]))


def read_value(raw: Any, wanted: ValueType) -> Any:
    """Read a fact's value as the type its declaration asks for; raises BadValue naming what was expected."""
    kind = wanted.kind
    if kind is Kind.flag:
        if not isinstance(raw, bool):
            raise _unlike(raw, wanted)
        return raw
    if kind is Kind.records:
        return _read_records(raw, wanted)
    if kind in (Kind.choices, Kind.organisations, Kind.persons):
        if not isinstance(raw, list) or not all(isinstance(item, str) for item in raw):
            raise _unlike(raw, wanted)
        return tuple(_read_choice(item, wanted) if kind is Kind.choices else item for item in raw)
    if not isinstance(raw, str):
        raise _unlike(raw, wanted)
    if kind is Kind.file:
        return _read_file(raw)
    if kind in (Kind.text, Kind.organisation, Kind.person):
        if len(raw) > MAX_TEXT:
            raise BadValue(what=f"文字过长（{len(raw)} 字）", fix=f"不超过 {MAX_TEXT} 字")
        return raw.strip()
    if kind is Kind.choice:
        return _read_choice(raw, wanted)
    quantity = _read_quantity(raw.strip())
    if quantity is None or quantity[0].kind is not kind:
        raise _unlike(raw, wanted)
    found, value = quantity
    if found.unit != wanted.unit:
        raise BadValue(what=f"{quote(raw)}的单位不对", fix=f"这里的单位是“{wanted.unit}”")
    return value


def format_value(value: Any, of: ValueType) -> str:
    """A value as a person reads it in Chinese."""
    kind = of.kind
    if value is None:
        return "（无）"
    if kind is Kind.money:
        return _format_money(value)
    if kind is Kind.percent:
        return f"{_format_decimal(value * 100)}%"
    if kind is Kind.term:
        if of.unit == MONTHS and value % 12 == 0 and value:
            return f"{value // 12} 年"
        # Not through a Term: what was worked out may be no time at all, or more than anybody writes.
        return f"{value} {_TERM_WORDS[of.unit or MONTHS]}"
    if kind is Kind.count:
        return f"{value:f} {of.unit}" if isinstance(value, Decimal) else f"{value} {of.unit}"
    if kind is Kind.score:
        return f"{_format_decimal(value) if _places(value) > _MOST_PLACES else f'{value:f}'} 分"
    if kind is Kind.flag:
        return "是" if value else "否"
    if kind is Kind.choice:
        return (of.options or {}).get(value, value)
    if kind is Kind.choices:
        return "、".join((of.options or {}).get(item, item) for item in value) or "没有"
    if kind is Kind.records:
        return f"{len(value)} 条记录"
    if kind in (Kind.organisations, Kind.persons):
        return "、".join(value) or "没有"
    if kind is Kind.file and (uploaded := FILE_REFERENCE.fullmatch(value)) is not None:
        return uploaded["name"]
    if kind is Kind.instant:
        return str(value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"))
    return str(value)


def _format_money(value: Decimal) -> str:
    """Yuan to the fen; what arithmetic made finer than that is told as it is, since it is compared so."""
    # Asked of the places first: bringing an amount to the fen costs more than all the rest of telling it.
    if _places(value) <= 2 or value == round_to_fen(value, Rounding.down):
        return format_yuan(value)
    return f"{_format_decimal(value)} 元"


def _format_decimal(value: Decimal) -> str:
    """A number as it is; one with more places than anybody reads (a third, for one) is said to be near."""
    if _places(value) <= _MOST_PLACES:
        return f"{value.normalize():,f}"
    with money_context():
        near = value.quantize(Decimal(1).scaleb(-_MOST_PLACES))
    return f"{value.normalize():,f}" if near == value else f"约 {near:,f}"


def _places(value: Decimal) -> int:
    return -int(value.as_tuple().exponent)


def is_blank(value: Any) -> bool:
    """Given, but with nothing in it: an empty text or list. (Not given at all is a different thing: unknown.)"""
    return isinstance(value, str | tuple) and not value


def _unlike(raw: Any, wanted: ValueType) -> BadValue:
    hint = KIND_LABELS[wanted.kind]
    if wanted.unit:
        hint += f"；单位是“{wanted.unit}”"
    return BadValue(what=f"{quote(as_written(raw))}不是这里要的值", fix=f"应写{hint}")


def as_written(raw: Any) -> str:
    """A value as it stands in a file, not as Python would put it."""
    if raw is None:
        return "（空）"
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, list):
        return f"[{', '.join(map(as_written, raw))}]"
    if isinstance(raw, dict):
        return f"{{{', '.join(f'{key}: {as_written(value)}' for key, value in raw.items())}}}"
    return str(raw)


def _read_file(raw: str) -> str:
    """The name of a paper kept elsewhere, or a file that was uploaded, bound to its content by the digest."""
    text = raw.strip()
    if len(text) > MAX_TEXT:
        raise BadValue(what=f"文字过长（{len(text)} 字）", fix=f"不超过 {MAX_TEXT} 字")
    if "sha256:" in text and not FILE_REFERENCE.fullmatch(text):
        raise BadValue(what="文件的摘要写得不对", fix="重新上传文件，或只写文件名")
    return text


def _read_choice(raw: str, wanted: ValueType) -> str:
    options = wanted.options or {}
    if raw in options or wanted.open_list:
        return raw
    listed = "、".join(f"{key}（{label}）" for key, label in options.items())
    raise BadValue(what=f"没有{quote(raw)}这个选项", fix=f"可选：{listed}")


def _read_records(raw: Any, wanted: ValueType) -> tuple[dict[str, Any], ...]:
    fields = wanted.fields or {}
    if not isinstance(raw, list):
        raise _unlike(raw, wanted)
    rows = []
    for number, row in enumerate(raw, 1):
        if not isinstance(row, dict):
            raise BadValue(where=f"第 {number} 条", what="不是一条记录", fix=f"写出字段：{'、'.join(fields)}")
        for key in row:
            if key not in fields:
                raise BadValue(
                    where=f"第 {number} 条", what=f"没有“{key}”这个字段", fix=f"可用：{'、'.join(fields)}"
                )
        try:
            rows.append({key: read_value(value, fields[key]) for key, value in row.items()})
        except BadValue as error:
            raise BadValue(where=f"第 {number} 条", what=error.what, fix=error.fix) from None
    return tuple(rows)


def read_day(raw: Any) -> date:
    """A day written 2026-03-02, and in no other of the forms that Python would take; raises BadValue."""
    try:
        found = date.fromisoformat(raw) if isinstance(raw, str) and _DAY.fullmatch(raw) else None
    except ValueError:
        found = None
    if found is None:
        raise BadValue(what=f"没有{quote(as_written(raw))}这一天", fix="写成 2026-03-02")
    return _within_reason(found)


def _read_date(text: str) -> date:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise BadValue(what=f"没有 {text} 这一天", fix="检查年月日") from None
    return _within_reason(found)


def _within_reason(found: date) -> date:
    if not 1949 <= found.year <= 2199:
        raise BadValue(what=f"{found} 的年份不合理", fix="写 1949 至 2199 年之间的日期")
    return found


def _read_instant(text: str) -> datetime:
    """Instants without an offset are Asia/Shanghai wall time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise BadValue(what=f"“{text}”不是时刻", fix="写成 2026-03-02T17:00") from None
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)
