"""Turn operands into closures, checking names, types and units on the way. Reports problems; never guesses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import Term, elapsed_within
from jiebang.policy import expressions as ex
from jiebang.policy.pack import Discretion, FactDeclaration, Pack, RecordField
from jiebang.policy.situation import Situation
from jiebang.policy.values import (
    FACT_NAME,
    MONEY,
    MONTHS,
    NUMERIC,
    WORKING_DAYS,
    BadValue,
    Kind,
    ValueType,
    as_term,
    format_value,
    read_literal,
    read_value,
)

PASS, UNKNOWN, FAIL = 2, 1, 0
MOST_DAYS_KEPT = 1000
Get = Callable[[Situation], Any]
Check = Callable[[Situation], int]


class Unresolved(Exception):
    """A part that couldn't be compiled; the problem has been reported already."""


@dataclass(frozen=True, slots=True)
class Operand:
    """A compiled operand: its type, how to get it (None: unknown), what it reads, how it reads in Chinese."""

    type: ValueType
    get: Get
    text: str
    facts: tuple[str, ...] = ()
    discretion: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    constant: Any = None


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

    @contextmanager
    def item(self, word: str, records: ValueType, label: str) -> Iterator[None]:
        """Within: the fields of one record of a list can be named `word.field`."""
        fields = records.fields or {}
        saved = self.types, self.labels, self.items
        self.types = {**self.types, **{f"{word}.{name}": of for name, of in fields.items()}}
        self.labels = {**self.labels, **{f"{word}.{name}": f"{label}·{name}" for name in fields}}
        self.items = {**self.items, **{f"{word}.{name}": (word, name) for name in fields}}
        try:
            yield
        finally:
            self.types, self.labels, self.items = saved


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


def compile_operand(
    node: Any, names: Names, path: tuple[str | int, ...], least: int, expect: ValueType | None = None
) -> Operand:
    """Compile one operand. `least` is the rank of the least source a fact may come from; `expect` helps read option words."""
    if isinstance(node, ex.Value):
        return _compile_value(node.root, names, path, least, expect)
    return BUILDERS[type(node)](node, names, path, least, expect)


def compile_fact(name: str, names: Names, path: tuple[str | int, ...], least: int) -> Operand:
    """An operand that reads one fact, or one field of the record being looked at (which counts as no fact of its own)."""
    of = names.types.get(name)
    if of is None:
        if name in names.broken or name.rpartition(".")[0] in names.broken:
            raise Unresolved
        raise names.fail(path, f"没有声明过的事实“{name}”", _nearest(name, names.types))
    if name in names.items:
        word, column = names.items[name]

        def get_field(s: Situation) -> Any:
            row, rank = s.items[word]
            return row.get(column) if rank >= least else None

        return Operand(of, get_field, names.labels[name])

    def get(s: Situation) -> Any:
        fact = s.facts.get(name)
        return None if fact is None or fact.rank < least else fact.value

    return Operand(of, get, names.labels[name], facts=(name,))


def records_and_field(
    name: str, names: Names, path: tuple[str | int, ...], least: int
) -> tuple[Operand, str, ValueType]:
    """Resolve `subject.records.field` into the records fact and the field with its type."""
    head, _, tail = name.rpartition(".")
    records = compile_fact(head, names, path, least)
    fields = records.type.fields or {}
    if records.type.kind is not Kind.records or tail not in fields:
        raise names.fail(
            path,
            f"“{name}”不是记录的字段",
            f"写成 记录.字段；可用字段：{'、'.join(fields) or '（不是记录）'}",
        )
    return records, tail, fields[tail]


def select_records(
    records: Operand,
    node: ex.Count | ex.Sum | ex.RecordFree,
    names: Names,
    path: tuple[str | int, ...],
    least: int,
) -> tuple[Callable[[Situation], Picked | None], tuple[Any, ...]]:
    """How to pick the records that `where` and `last` ask for: (certain ones, whether any are doubtful), None if unknown."""
    from jiebang.policy.compile_conditions import (
        compile_condition,
    )  # mutual: conditions hold operands and back

    if records.type.kind is not Kind.records:
        raise names.fail(path, f"{records.text}不是记录", "写一个类型为 records 的事实")
    since = None if node.last is None else _compile_window(node.last, records, names, path)
    test: Any = None
    if node.where is not None:
        with names.item("item", records.type, records.text):
            test = compile_condition(node.where, names, (*path, "where"), least, rule_force=ex.Force.must)
    return _picker(records, since, test), ((test,) if test is not None else ())


Picked = tuple[list[dict[str, Any]], bool]


def _picker(
    records: Operand, since: Callable[[date], date] | None, test: Any
) -> Callable[[Situation], Picked | None]:
    """Picks the records that lie since a day and satisfy a test; a record without a date may or may not lie there."""
    name = records.facts[0]

    def pick(s: Situation) -> Picked | None:
        rows = records.get(s)
        if rows is None:
            return None
        chosen, doubtful, inner = [], False, None
        first = None if since is None else since(s.on)
        for row in rows:
            state = PASS
            if first is not None:
                on = row.get("on")
                if on is None:
                    state = UNKNOWN
                elif not first <= on <= s.on:
                    continue
            if test is not None:
                if inner is None:
                    inner = s.inside()
                inner.items["item"] = (row, s.facts[name].rank)
                tested = test.truth(inner)
                state = min(tested, state) if tested != PASS else state
            if state == PASS:
                chosen.append(row)
            elif state == UNKNOWN:
                doubtful = True
        return chosen, doubtful

    return pick


def _compile_window(
    raw: str, records: Operand, names: Names, path: tuple[str | int, ...]
) -> Callable[[date], date]:
    """From the day asked about to the first day that is still within the last `raw`."""
    of, length = read_bound(raw, names, (*path, "last"), Kind.term)
    fields = records.type.fields or {}
    if "on" not in fields or fields["on"].kind is not Kind.date:
        raise names.fail(
            (*path, "last"), "要按时间取记录，记录里得有日期字段 on", "在 fields 里加 on（type: date）"
        )
    if of.unit == WORKING_DAYS:
        raise names.fail((*path, "last"), "近多少个工作日内的记录没法取", "写成 日、月 或 年")
    window = as_term(length, of.unit or MONTHS)
    known: dict[date, date] = {}

    def since(day: date) -> date:
        """Worked out once a day: the same day is asked about again and again."""
        found = known.get(day)
        if found is None:
            if len(known) >= MOST_DAYS_KEPT:
                known.clear()
            found = known[day] = _earliest_within(window, day)
        return found

    return since


def _earliest_within(window: Term, day: date) -> date:
    """The first day from which `day` is still within `window`: a later start is within it too, so halving finds it."""
    low, high = 1, day.toordinal()
    while low < high:
        middle = (low + high) // 2
        if elapsed_within(date.fromordinal(middle), day, window):
            high = middle
        else:
            low = middle + 1
    return date.fromordinal(low)


def read_bound(raw: str, names: Names, path: tuple[str | int, ...], kind: Kind) -> tuple[ValueType, Any]:
    """A literal of one kind written in a pack."""
    try:
        of, value = read_literal(raw)
    except JiebangError as error:
        raise names.fail(path, error.what, error.fix) from None
    if of.kind is not kind:
        raise names.fail(path, f"“{raw}”不是这里要的值", f"应写{ValueType(kind)}")
    return of, value


def _nearest(name: str, known: Mapping[str, Any]) -> str:
    import difflib

    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f"是不是 {'、'.join(close)}" if close else "先在 facts 里声明"


def _compile_value(
    raw: Any, names: Names, path: tuple[str | int, ...], least: int, expect: ValueType | None
) -> Operand:
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


def merge_reads(parts: tuple[Operand, ...]) -> dict[str, tuple[str, ...]]:
    """What several operands read together, each name once."""
    return {
        "facts": tuple(dict.fromkeys(n for p in parts for n in p.facts)),
        "discretion": tuple(dict.fromkeys(n for p in parts for n in p.discretion)),
        "money": tuple(dict.fromkeys(n for p in parts for n in p.money)),
    }


def _count(node: ex.Count, names: Names, path: Any, least: int, expect: Any) -> Operand:
    records = compile_fact(node.count, names, (*path, "count"), least)
    pick, tests = select_records(records, node, names, path, least)

    def get(s: Situation) -> Any:
        found = pick(s)
        return None if found is None or found[1] else Decimal(len(found[0]))

    return Operand(ValueType(Kind.count, node.in_), get, f"{records.text}的数目", **_reads(records, tests))


def _reads(records: Operand, tests: tuple[Any, ...]) -> dict[str, tuple[str, ...]]:
    """What a selection reads: the list, and whatever its condition looks at beside the record."""
    return merge_reads((records, *(t for test in tests for t in test.reads())))


def _sum(node: ex.Sum, names: Names, path: Any, least: int, expect: Any) -> Operand:
    records, column, of = records_and_field(node.sum, names, (*path, "sum"), least)
    if of.kind not in NUMERIC:
        raise names.fail((*path, "sum"), f"{node.sum} 不能相加", "写金额、计数或分数字段")
    pick, tests = select_records(records, node, names, path, least)

    def get(s: Situation) -> Any:
        found = pick(s)
        if found is None or found[1]:
            return None
        values = [row[column] for row in found[0] if row.get(column) is not None]
        return sum(values, Decimal(0)) if len(values) == len(found[0]) else None

    return Operand(of, get, f"{records.text}的{column}合计", **_reads(records, tests))


def _nth(node: ex.Nth, names: Names, path: Any, least: int, expect: Any) -> Operand:
    records, column, of = records_and_field(node.of, names, (*path, "of"), least)

    def get(s: Situation) -> Any:
        rows = records.get(s)
        return None if rows is None or len(rows) < node.nth else rows[node.nth - 1].get(column)

    return Operand(of, get, f"{records.text}第 {node.nth} 条的{column}", **merge_reads((records,)))


def _size(node: ex.Size, names: Names, path: Any, least: int, expect: Any) -> Operand:
    inner = compile_fact(node.size, names, (*path, "size"), least)
    if inner.type.kind not in (Kind.organisations, Kind.persons, Kind.choices, Kind.records):
        raise names.fail((*path, "size"), f"{inner.text}不是列表", "写组织、人员、选项或记录的列表")

    def get(s: Situation) -> Any:
        value = inner.get(s)
        return None if value is None else Decimal(len(value))

    return Operand(ValueType(Kind.count, node.in_), get, f"{inner.text}的数目", **merge_reads((inner,)))


def _decided(node: ex.Decided, names: Names, path: Any, least: int, expect: Any) -> Operand:
    key = node.discretion
    item = names.pack.discretion.get(key)
    if item is None:
        raise names.fail((*path, "discretion"), f"没有裁量项“{key}”", _nearest(key, names.pack.discretion))
    try:
        of = declared_type(item, names.pack)
    except BadValue as error:
        raise names.fail((*path, "discretion"), error.what, error.fix) from None

    def get(s: Situation) -> Any:
        decision = s.decided.get(key)
        return None if decision is None else decision.value

    return Operand(of, get, f"〔{item.question}〕的决定", discretion=(key,))


def _money(node: ex.MoneyItem, names: Names, path: Any, least: int, expect: Any) -> Operand:
    key = node.money
    if key not in names.pack.money:
        raise names.fail((*path, "money"), f"没有金额项“{key}”", _nearest(key, names.pack.money))
    amount_of = names.amount_of
    return Operand(MONEY, lambda s: amount_of(key, s), names.pack.money[key].label, money=(key,))


def _choose(node: ex.Choose, names: Names, path: Any, least: int, expect: Any) -> Operand:
    from jiebang.policy.compile_conditions import compile_condition

    test = compile_condition(node.when, names, (*path, "when"), least, rule_force=ex.Force.must)
    then = compile_operand(node.then, names, (*path, "then"), least, expect)
    otherwise = compile_operand(node.otherwise, names, (*path, "otherwise"), least, expect or then.type)
    if then.type != otherwise.type:
        raise names.fail((*path, "otherwise"), "两边不是同一种值", f"都写成{then.type}")

    def get(s: Situation) -> Any:
        verdict = test.truth(s)
        return None if verdict == UNKNOWN else then.get(s) if verdict == PASS else otherwise.get(s)

    return Operand(
        then.type,
        get,
        f"{then.text}或{otherwise.text}（视情形）",
        **merge_reads((*test.reads(), then, otherwise)),
    )


BUILDERS: dict[type, Callable[..., Operand]] = {
    ex.Count: _count,
    ex.Sum: _sum,
    ex.Nth: _nth,
    ex.Size: _size,
    ex.Decided: _decided,
    ex.MoneyItem: _money,
    ex.Choose: _choose,
}
