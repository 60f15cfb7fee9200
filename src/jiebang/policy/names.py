"""What a pack's expressions may name: facts with their types, and where it is said that a name leads nowhere."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from jiebang.policy.pack import Pack
from jiebang.policy.pack_facts import Discretion, FactDeclaration, RecordField
from jiebang.policy.situation import Situation
from jiebang.policy.values import BadValue, Kind, ValueType


class Unresolved(Exception):
    """A part that couldn't be compiled; the problem has been reported already."""


@dataclass(slots=True)
class Names:
    """What a pack's expressions may name, and where problems are reported."""

    pack: Pack
    report: Callable[[tuple[str | int, ...], str, str], None]
    types: dict[str, ValueType] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    amount_of: Callable[[str, Situation], Decimal | None] = lambda _item, _s: None
    #: facts whose declaration is wrong and has been reported: what uses them isn't wrong because of that
    broken: set[str] = field(default_factory=set)
    #: `word.field` of the records being gone through → (word, field)
    items: dict[str, tuple[str, str]] = field(default_factory=dict)

    def fail(self, path: tuple[str | int, ...], what: str, expected: str = "") -> Unresolved:
        """Report a problem at `path` and give the exception that ends this branch."""
        self.report(path, what, expected)
        return Unresolved()

    def field_label(self, fact: str | None, name: str) -> str:
        """What the pack calls a field of a fact's records."""
        declared = self.pack.facts.get(fact or "")
        fields = (declared.fields or {}) if declared is not None else {}
        return fields[name].label if name in fields else name

    @contextmanager
    def item(self, word: str, records: ValueType, fact: str | None) -> Iterator[None]:
        """Within: the fields of one record of the fact's list can be named `word.field`."""
        fields = records.fields or {}
        saved = self.types, self.labels, self.items
        self.types = {**self.types, **{f"{word}.{name}": of for name, of in fields.items()}}
        label = self.labels.get(fact or "", "")
        called = {f"{word}.{name}": f"{label}·{self.field_label(fact, name)}" for name in fields}
        self.labels = {**self.labels, **called}
        self.items = {**self.items, **{f"{word}.{name}": (word, name) for name in fields}}
        try:
            yield
        finally:
            self.types, self.labels, self.items = saved


def nearest(name: str, known: Iterable[str], section: str) -> str:
    """What somebody who wrote `name` may have meant, or where to declare it."""
    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"是不是 {'、'.join(close)}" if close else f"先在 {section} 里声明"


def declared_type(of: FactDeclaration | RecordField | Discretion, pack: Pack) -> ValueType:
    """The value type of a declaration. Raises BadValue where kind, unit, options and fields don't fit together."""
    options: Mapping[str, str] | None = of.options
    open_list = False
    if of.list is not None:
        if of.list not in pack.lists:
            raise BadValue(
                what=f"没有“{of.list}”这个清单",
                fix=f"在 lists 里写出它；已有：{'、'.join(pack.lists) or '（无）'}",
            )
        options, open_list = pack.lists[of.list].options, pack.lists[of.list].open
    if of.type in (Kind.choice, Kind.choices):
        if not options:
            raise BadValue(what="选项类型没有选项", fix="写 options 或 list")
    elif options is not None:
        raise BadValue(what=f"类型 {of.type} 不能有选项", fix="把 type 写成 choice 或 choices")
    unit = of.unit
    if of.type is Kind.count and not unit:
        raise BadValue(what="计数没有量词", fix="写 unit，如 家、项、个")
    if of.type is Kind.term and unit not in ("月", "日", "工作日"):
        raise BadValue(what="期限没有单位", fix="写 unit: 月（年、月）、日 或 工作日")
    if unit and of.type not in (Kind.count, Kind.term):
        raise BadValue(what=f"类型 {of.type} 不带单位", fix="去掉 unit")
    fields = None
    if of.type is Kind.records:
        raw_fields = getattr(of, "fields", None)
        if not raw_fields:
            raise BadValue(what="记录没有字段", fix="写 fields")
        fields = {name: declared_type(inner, pack) for name, inner in raw_fields.items()}
    return ValueType(of.type, unit, options, open_list, fields)
