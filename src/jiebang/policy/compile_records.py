"""Lists of records: which of them a condition and a window pick, what is counted of them, and what is asked of each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import Term, elapsed_within
from jiebang.policy import expressions as ex
from jiebang.policy.compile_expressions import LEAVES, OPERANDS, Built, compile_condition
from jiebang.policy.compile_operands import compile_fact, count_of
from jiebang.policy.compiled import Compiled, Operand, Path, merge_reads, put_in_words
from jiebang.policy.names import Names
from jiebang.policy.pack_facts import Source
from jiebang.policy.situation import RANK, Fact, Situation
from jiebang.policy.truth import FAIL, PASS, UNKNOWN
from jiebang.policy.values import MONTHS, NUMERIC, WORKING_DAYS, Kind, ValueType, as_term, read_literal

MOST_DAYS_KEPT = 1000
#: the word by which the fields of a record are named in `where`
_ITEM = "item"
Row = dict[str, Any]
States = Callable[[Situation, Fact], list[int]]
Window = Callable[[date], date]


def records_and_field(name: str, names: Names, path: Path, least: int) -> tuple[Operand, str, ValueType]:
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


def _records(name: str, names: Names, path: Path, least: int) -> Operand:
    records = compile_fact(name, names, path, least)
    if records.type.kind is not Kind.records:
        raise names.fail(path, f"{records.text}不是记录", "写一个类型为 records 的事实")
    return records


# ── which records are meant ───────────────────────────────────────────────────────────────────────────────────────


def _select(
    records: Operand, node: ex.Count | ex.Sum | ex.RecordFree, names: Names, path: Path, least: int
) -> tuple[States, tuple[Operand, ...], str]:
    """Whether each record is one that `where` and `last` ask for, in order; what is looked at for that; which are meant.

    A record without a date may or may not lie in the window.
    """
    since = None if node.last is None else _compile_window(node.last, records, names, path)
    test = None
    if node.where is not None:
        with names.item(_ITEM, records.type, records.fact):
            test = compile_condition(node.where, names, (*path, "where"), least, rule_force=ex.Force.must)
    return _states(since, test), (records, *_reads_of(test)), _narrowed(records, node, test)


def _reads_of(test: Compiled | None) -> tuple[Operand, ...]:
    """What is looked at beside the record for a test of each record."""
    return () if test is None else tuple(operand.whole() for operand in test.reads())


def _narrowed(records: Operand, node: ex.Count | ex.Sum | ex.RecordFree, picked: Compiled | None) -> str:
    """Which records are meant, in words."""
    span = f"近 {node.last}内的" if node.last else ""
    return f"{span}{records.text}" + (f"（限{put_in_words(picked)}）" if picked is not None else "")


def _states(since: Window | None, test: Compiled | None) -> States:
    meets = None if test is None else test.truth

    def states(s: Situation, fact: Fact) -> list[int]:
        rows = fact.value
        if not rows:
            return []
        on, items, rank = s.on, s.items, fact.rank
        first = None if since is None else since(on)
        outer = items.get(_ITEM)
        found = []
        try:
            for row in rows:
                state = PASS
                if first is not None:
                    dated = row.get("on")
                    if dated is None:
                        state = UNKNOWN
                    elif not first <= dated <= on:
                        found.append(FAIL)
                        continue
                if meets is not None:
                    items[_ITEM] = (row, rank)
                    tested = meets(s)
                    if tested != PASS:
                        state = tested
                found.append(state)
        finally:
            if outer is not None:
                items[_ITEM] = outer
            else:
                items.pop(_ITEM, None)
        return found

    return states


def _compile_window(raw: str, records: Operand, names: Names, path: Path) -> Window:
    """From the day asked about to the first day that is still within the last `raw`."""
    of, length = _read_term(raw, names, (*path, "last"))
    fields = records.type.fields or {}
    if "on" not in fields or fields["on"].kind is not Kind.date:
        raise names.fail(
            (*path, "last"), "要按时间取记录，记录里得有日期字段 on", "在 fields 里加 on（type: date）"
        )
    if of.unit == WORKING_DAYS:
        raise names.fail((*path, "last"), "近多少个工作日内的记录没法取", "写成 日、月 或 年")
    window = as_term(length, of.unit or MONTHS)
    # The same day is asked about again and again.
    return lru_cache(maxsize=MOST_DAYS_KEPT)(partial(_earliest_within, window))


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


def _read_term(raw: str, names: Names, path: Path) -> tuple[ValueType, int]:
    try:
        of, value = read_literal(raw)
    except JiebangError as error:
        raise names.fail(path, error.what, error.fix) from None
    if of.kind is not Kind.term:
        raise names.fail(path, f"“{raw}”不是这里要的值", f"应写{ValueType(Kind.term)}")
    return of, value


# ── what is counted of them ───────────────────────────────────────────────────────────────────────────────────────


def _known(name: str, least: int) -> Callable[[Situation], Fact | None]:
    """The list with its provenance, if it comes from a source that is good enough."""

    def get(s: Situation) -> Fact | None:
        fact = s.facts.get(name)
        return None if fact is None or fact.rank < least else fact

    return get


def _count(node: ex.Count, names: Names, path: Path, least: int, expect: ValueType | None) -> Operand:
    records = _records(node.count, names, (*path, "count"), least)
    states, reads, meant = _select(records, node, names, path, least)
    known = _known(node.count, least)

    def get(s: Situation) -> Any:
        fact = known(s)
        if fact is None:
            return None
        found = states(s, fact)
        return None if UNKNOWN in found else count_of(found.count(PASS))

    return Operand(ValueType(Kind.count, node.in_), get, f"{meant}的数目", **merge_reads(reads))


def _sum(node: ex.Sum, names: Names, path: Path, least: int, expect: ValueType | None) -> Operand:
    records, column, of = records_and_field(node.sum, names, (*path, "sum"), least)
    if of.kind not in NUMERIC:
        raise names.fail((*path, "sum"), f"{node.sum} 不能相加", "写金额、计数或分数字段")
    states, reads, meant = _select(records, node, names, path, least)
    known = _known(node.sum.rpartition(".")[0], least)

    def get(s: Situation) -> Any:
        fact = known(s)
        if fact is None:
            return None
        found = states(s, fact)
        if UNKNOWN in found:
            return None
        values = [row.get(column) for row, state in zip(fact.value, found, strict=True) if state == PASS]
        return None if None in values else sum(values, Decimal(0))

    return Operand(of, get, f"{meant}的{names.field_label(records.fact, column)}合计", **merge_reads(reads))


def _nth(node: ex.Nth, names: Names, path: Path, least: int, expect: ValueType | None) -> Operand:
    records, column, of = records_and_field(node.of, names, (*path, "of"), least)

    def get(s: Situation) -> Any:
        rows = records.get(s)
        return None if rows is None or len(rows) < node.nth else rows[node.nth - 1].get(column)

    label = names.field_label(records.fact, column)
    return Operand(of, get, f"{records.text}第 {node.nth} 条的{label}", **merge_reads((records,)))


# ── what is asked of them ─────────────────────────────────────────────────────────────────────────────────────────


def _record_free(node: ex.RecordFree, names: Names, path: Path, least: int) -> Built:
    # Only a dated look-up proves an absence, so a declared list is never enough.
    least = max(least, RANK[Source.checked])
    records = _records(node.record_free, names, (*path, "record_free"), least)
    states, reads, meant = _select(records, node, names, path, least)
    fields = records.type.fields or {}
    if node.in_force and not {"from", "until"} <= set(fields):
        raise names.fail(
            (*path, "in_force"),
            "要看是否在期内，记录里得有 from 和 until",
            "在 fields 里加 from、until（date）",
        )
    name, in_force = node.record_free, node.in_force

    def check(s: Situation) -> int:
        fact = s.facts.get(name)
        if fact is None or fact.as_of is None or fact.rank < least:
            return UNKNOWN
        found = states(s, fact)
        if in_force:
            found = [min(state, _runs(row, s.on)) for row, state in zip(fact.value, found, strict=True)]
        return FAIL if PASS in found else UNKNOWN if UNKNOWN in found else PASS

    running = "在有效期内的" if node.in_force else ""
    wants = f"没有{running}{meant}，以注明日期的查询为准"
    return wants, check, reads, None


def _runs(row: Row, on: date) -> int:
    """Whether a record's term runs on a day; without an end it still does."""
    start, end = row.get("from"), row.get("until")
    if start is None:
        return UNKNOWN if end is None or on <= end else FAIL
    return PASS if start <= on and (end is None or on <= end) else FAIL


def _quantified(word: str) -> Callable[..., Built]:
    def build(node: Any, names: Names, path: Path, least: int) -> Built:
        name, item = getattr(node, word), node.as_
        records = _records(name, names, (*path, word), least)
        with names.item(item, records.type, records.fact):
            test = compile_condition(node.test, names, (*path, "test"), least, rule_force=ex.Force.must)
        known, meets = _known(name, least), test.truth

        def states(s: Situation) -> list[int] | None:
            fact = known(s)
            if fact is None:
                return None
            items, rank, found = s.items, fact.rank, []
            outer = items.get(item)
            try:
                for row in fact.value:
                    items[item] = (row, rank)
                    found.append(meets(s))
            finally:
                if outer is not None:
                    items[item] = outer
                else:
                    items.pop(item, None)
            return found

        def check(s: Situation) -> int:
            found = states(s)
            if found is None:
                return UNKNOWN
            if word == "every":
                return min(found, default=PASS)
            return max(found, default=FAIL)

        def detail(s: Situation) -> str:
            found = states(s) or []
            bad = [str(i) for i, state in enumerate(found, 1) if state != PASS]
            return f"第 {'、'.join(bad)} 条不符合或待核" if bad and word == "every" else ""

        label = "每一条" if word == "every" else "至少一条"
        return f"{records.text}{label}：{put_in_words(test)}", check, (records, *_reads_of(test)), detail

    return build


def _covers(node: ex.Covers, names: Names, path: Path, least: int) -> Built:
    asked, column, _ = records_and_field(node.covers, names, (*path, "covers"), least)
    given, answer, _ = records_and_field(node.by, names, (*path, "by"), least)

    def answer_all(s: Situation) -> tuple[int, list[str]]:
        """The verdict, and what isn't answered. A value that nobody wrote down may be any: asked for, or an answer."""
        wanted, found = asked.get(s), given.get(s)
        if wanted is None or found is None:
            return UNKNOWN, []
        answered = {row.get(answer) for row in found}
        sought = [row.get(column) for row in wanted]
        left = [str(value) for value in sought if value is not None and value not in answered]
        if left:
            return UNKNOWN if None in answered else FAIL, left
        return UNKNOWN if None in sought else PASS, []

    def check(s: Situation) -> int:
        return answer_all(s)[0]

    def detail(s: Situation) -> str:
        left = answer_all(s)[1]
        return f"未响应：{'、'.join(left)}" if left else ""

    answers = f"{given.text}的{names.field_label(given.fact, answer)}"
    return (
        f"{answers}逐项响应{asked.text}的{names.field_label(asked.fact, column)}",
        check,
        (asked, given),
        detail,
    )


OPERANDS.update({ex.Count: _count, ex.Sum: _sum, ex.Nth: _nth})
LEAVES.update(
    {
        ex.RecordFree: _record_free,
        ex.Every: _quantified("every"),
        ex.Some: _quantified("some"),
        ex.Covers: _covers,
    }
)
