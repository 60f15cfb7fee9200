"""Operands that are one thing: a literal, a fact, a decision, a money item, the length of a list; and the choice of two."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.policy import expressions as ex
from jiebang.policy.compile_expressions import OPERANDS, compile_condition, compile_operand
from jiebang.policy.compiled import Operand, Path, merge_reads, put_in_words
from jiebang.policy.names import Names, Unresolved, declared_type, nearest
from jiebang.policy.situation import Situation
from jiebang.policy.truth import PASS, UNKNOWN
from jiebang.policy.values import (
    FACT_NAME,
    MONEY,
    BadValue,
    Kind,
    ValueType,
    format_value,
    read_literal,
    read_value,
)
from jiebang.policy.working import Working

_MOST_SMALL = 64
#: Making a Decimal costs more than the rest of counting a list; the small ones are made once.
_SMALL = tuple(Decimal(n) for n in range(_MOST_SMALL))


def count_of(number: int) -> Decimal:
    """A number of things as counts are held."""
    return _SMALL[number] if number < _MOST_SMALL else Decimal(number)


def compile_fact(name: str, names: Names, path: Path, least: int) -> Operand:
    """An operand that reads one fact, or one field of the record being looked at (which counts as no fact of its own)."""
    of = names.types.get(name)
    if of is None:
        if name in names.broken or name.rpartition(".")[0] in names.broken:
            raise Unresolved
        if name in names.pack.parties:
            fix = "写它的一个事实，或记着由谁担任的事实，如 bid.lead、challenge.sponsor"
            raise names.fail(path, f"“{name}”是角色，不是事实", fix)
        raise names.fail(path, f"没有声明过的事实“{name}”", nearest(name, names.types, "facts"))
    if name in names.items:
        word, column = names.items[name]

        def get_field(s: Situation) -> Any:
            row, rank = s.items[word]
            return row.get(column) if rank >= least else None

        return Operand(of, get_field, names.labels[name])

    def get(s: Situation) -> Any:
        fact = s.facts.get(name)
        return None if fact is None or fact.rank < least else fact.value

    return Operand(of, get, names.labels[name], facts=(name,), fact=name)


def _value(node: ex.Value, names: Names, path: Path, least: int, expect: ValueType | None) -> Operand:
    raw = node.root
    if isinstance(raw, str) and FACT_NAME.match(raw):
        return compile_fact(raw, names, path, least)
    if expect is not None and expect.kind in (Kind.choice, Kind.text) and isinstance(raw, str):
        try:
            value = read_value(raw, expect)
        except JiebangError as error:
            raise names.fail(path, error.what, error.fix) from None
        return Operand(expect, lambda _s: value, format_value(value, expect), constant=value)
    try:
        of, value = read_literal(raw)
    except JiebangError as error:
        raise names.fail(path, error.what, error.fix) from None
    return Operand(of, lambda _s: value, format_value(value, of), constant=value)


def _size(node: ex.Size, names: Names, path: Path, least: int, expect: ValueType | None) -> Operand:
    inner = compile_fact(node.size, names, (*path, "size"), least)
    if inner.type.kind not in (Kind.organisations, Kind.persons, Kind.choices, Kind.records):
        raise names.fail((*path, "size"), f"{inner.text}不是列表", "写组织、人员、选项或记录的列表")
    listed = inner.get

    def get(s: Situation) -> Any:
        value = listed(s)
        if value is None:
            return None
        number = len(value)
        return _SMALL[number] if number < _MOST_SMALL else Decimal(number)

    return Operand(ValueType(Kind.count, node.in_), get, f"{inner.text}的数目", **merge_reads((inner,)))


def _decided(node: ex.Decided, names: Names, path: Path, least: int, expect: ValueType | None) -> Operand:
    key = node.discretion
    item = names.pack.discretion.get(key)
    if item is None:
        known = names.pack.discretion
        raise names.fail((*path, "discretion"), f"没有裁量项“{key}”", nearest(key, known, "discretion"))
    try:
        of = declared_type(item, names.pack)
    except BadValue as error:
        raise names.fail((*path, "discretion"), error.what, error.fix) from None

    def get(s: Situation) -> Any:
        decision = s.decided.get(key)
        return None if decision is None else decision.value

    return Operand(of, get, f"〔{item.question}〕的决定", discretion=(key,))


def _money(node: ex.MoneyItem, names: Names, path: Path, least: int, expect: ValueType | None) -> Operand:
    key = node.money
    if key not in names.pack.money:
        raise names.fail((*path, "money"), f"没有金额项“{key}”", nearest(key, names.pack.money, "money"))
    amount_of = names.amount_of
    return Operand(MONEY, lambda s: amount_of(key, s), names.pack.money[key].label, money=(key,))


def _choose(node: ex.Choose, names: Names, path: Path, least: int, expect: ValueType | None) -> Operand:
    test = compile_condition(node.when, names, (*path, "when"), least, rule_force=ex.Force.must)
    then = compile_operand(node.then, names, (*path, "then"), least, expect)
    otherwise = compile_operand(node.otherwise, names, (*path, "otherwise"), least, expect or then.type)
    if then.type != otherwise.type:
        raise names.fail((*path, "otherwise"), "两边不是同一种值", f"都写成{then.type}")

    def get(s: Situation) -> Any:
        verdict = test.truth(s)
        return None if verdict == UNKNOWN else then.get(s) if verdict == PASS else otherwise.get(s)

    def taken(s: Situation) -> Iterable[Operand]:
        """While the condition is unknown, both branches may still come to count; afterwards one never will."""
        verdict = test.truth(s)
        branches = (then, otherwise) if verdict == UNKNOWN else (then if verdict == PASS else otherwise,)
        return (*(operand for leaf in test.matters(s) for operand in leaf.reads()), *branches)

    def working(s: Situation | None) -> Working:
        verdict = UNKNOWN if s is None else test.truth(s)
        if verdict == UNKNOWN:
            told = f"{put_in_words(test)}时为 {then.work_out(s).text}，否则为 {otherwise.work_out(s).text}"
            return Working(f"（{told}）")
        return (then if verdict == PASS else otherwise).work_out(s)

    reads = merge_reads((*test.reads(), then, otherwise), chosen=True)
    return Operand(then.type, get, working(None).text, taken=taken, working=working, **reads)


OPERANDS.update(
    {
        ex.Value: _value,
        ex.Size: _size,
        ex.Decided: _decided,
        ex.MoneyItem: _money,
        ex.Choose: _choose,
    }
)
