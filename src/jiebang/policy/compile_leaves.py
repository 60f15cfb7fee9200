"""The leaves of the vocabulary: how each becomes a check over a situation, what it wants in Chinese, and what it adds."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from jiebang.policy import expressions as ex
from jiebang.policy.compile_conditions import LEAVES, Built, Path, compile_condition
from jiebang.policy.compile_operands import (
    FAIL,
    PASS,
    UNKNOWN,
    Names,
    Operand,
    compile_fact,
    compile_operand,
    records_and_field,
    select_records,
)
from jiebang.policy.pack import Source
from jiebang.policy.situation import RANK, Situation
from jiebang.policy.values import ORDERED, Kind, ValueType, is_blank


def _compare(word: str, label: str, test: Callable[[Any, Any], bool], ordered: bool) -> Callable[..., Built]:
    def build(node: Any, names: Names, path: Path, least: int) -> Built:
        left_node, right_node = getattr(node, word)
        left, right = _pair(left_node, right_node, names, (*path, word), least)
        if ordered and left.type.kind not in ORDERED:
            raise names.fail((*path, word), f"{left.text}不能比大小", "用 equal、one_of 等")
        if left.type != right.type:
            raise names.fail(
                (*path, word), f"两边不是同一种值：{left.type} 与 {right.type}", "检查类型和单位"
            )
        wants = f"{left.text} {label} {right.text}"
        a, b, limit = left.get, right.get, right.constant
        if limit is not None and left.facts and len(left.facts) == 1 and left.type.kind is not Kind.records:
            # The commonest leaf, fact against literal, reads the fact itself: half the time of two calls.
            name = left.facts[0]
            if _reads_fact_only(left_node, name):

                def quick(s: Situation) -> int:
                    fact = s.facts.get(name)
                    if fact is None or (least and fact.rank < least):
                        return UNKNOWN
                    return PASS if test(fact.value, limit) else FAIL

                return wants, quick, (left, right), None
        if limit is not None:

            def check_limit(s: Situation) -> int:
                value = a(s)
                return UNKNOWN if value is None else PASS if test(value, limit) else FAIL

            return wants, check_limit, (left, right), None

        def check(s: Situation) -> int:
            x = a(s)
            if x is None:
                return UNKNOWN
            y = b(s)
            if y is None:
                return UNKNOWN
            return PASS if test(x, y) else FAIL

        return wants, check, (left, right), None

    return build


def _reads_fact_only(node: Any, name: str) -> bool:
    return isinstance(node, ex.Value) and node.root == name


def _pair(left: Any, right: Any, names: Names, path: Path, least: int) -> tuple[Operand, Operand]:
    """Compile two operands; an option's word is read by the type of the other side."""
    word_left = isinstance(left, ex.Value) and isinstance(left.root, str) and "." not in left.root
    if word_left and not (isinstance(left, ex.Value) and str(left.root)[:1].isdigit()):
        second = compile_operand(right, names, (*path, 1), least)
        return compile_operand(left, names, (*path, 0), least, second.type), second
    first = compile_operand(left, names, (*path, 0), least)
    return first, compile_operand(right, names, (*path, 1), least, first.type)


def _is_decided(node: ex.IsDecided, names: Names, path: Path, least: int) -> Built:
    key = node.decided
    operand = compile_operand(ex.Decided(discretion=key), names, (*path, "decided"), least)

    def check(s: Situation) -> int:
        return PASS if key in s.decided else UNKNOWN

    return f"{operand.text}已经作出", check, (operand,), None


def _holds(node: ex.Holds, names: Names, path: Path, least: int) -> Built:
    fact = compile_fact(node.holds, names, (*path, "holds"), least)
    if fact.type.kind is not Kind.flag:
        raise names.fail((*path, "holds"), f"{fact.text}不是是非题", "holds 只用于类型 flag 的事实")
    name, get = node.holds, fact.get
    if name in names.items:

        def check_field(s: Situation) -> int:
            value = get(s)
            return UNKNOWN if value is None else PASS if value else FAIL

        return fact.text, check_field, (fact,), None

    def check(s: Situation) -> int:
        found = s.facts.get(name)
        if found is None or found.rank < least:
            return UNKNOWN
        return PASS if found.value else FAIL

    return fact.text, check, (fact,), None


def _provided(node: ex.Provided, names: Names, path: Path, least: int) -> Built:
    facts = [compile_fact(n, names, (*path, "provided", i), least) for i, n in enumerate(node.provided)]

    getters = tuple(fact.get for fact in facts)

    def check(s: Situation) -> int:
        worst = PASS
        for get in getters:
            value = get(s)
            if value is None:
                worst = UNKNOWN
            elif not value and is_blank(value):
                return FAIL
        return worst

    def detail(s: Situation) -> str:
        lacking = [f.text for f in facts if (v := f.get(s)) is None or is_blank(v)]
        return f"缺：{'、'.join(lacking)}" if lacking else ""

    return f"写明{'、'.join(f.text for f in facts)}", check, tuple(facts), detail


def _options_known(options: Sequence[str], of: ValueType, names: Names, path: Path) -> None:
    for i, option in enumerate(options):
        if option not in (of.options or {}):
            listed = "、".join(of.options or {})
            raise names.fail((*path, "options", i), f"没有“{option}”这个选项", f"可选：{listed}")


def _one_of(node: ex.OneOf, names: Names, path: Path, least: int) -> Built:
    fact = compile_fact(node.one_of, names, (*path, "one_of"), least)
    if fact.type.kind is not Kind.choice:
        raise names.fail((*path, "one_of"), f"{fact.text}不是单选", "one_of 只用于类型 choice 的事实")
    _options_known(node.options, fact.type, names, path)
    wanted, known = frozenset(node.options), frozenset(fact.type.options or ())

    def check(s: Situation) -> int:
        value = fact.get(s)
        if value is None or value not in known:
            return UNKNOWN
        return PASS if value in wanted else FAIL

    labels = "、".join((fact.type.options or {})[o] for o in node.options)
    return f"{fact.text}属于：{labels}", check, (fact,), None


def _includes(node: ex.Includes, names: Names, path: Path, least: int) -> Built:
    fact = compile_fact(node.includes, names, (*path, "includes"), least)
    if fact.type.kind is not Kind.choices:
        raise names.fail((*path, "includes"), f"{fact.text}不是多选", "includes 只用于类型 choices 的事实")
    _options_known(node.options, fact.type, names, path)
    wanted = frozenset(node.options)

    def check(s: Situation) -> int:
        value = fact.get(s)
        return UNKNOWN if value is None else PASS if wanted <= set(value) else FAIL

    labels = "、".join((fact.type.options or {})[o] for o in node.options)
    return f"{fact.text}包括：{labels}", check, (fact,), None


def _record_free(node: ex.RecordFree, names: Names, path: Path, least: int) -> Built:
    # Only a dated look-up proves an absence, so a declared list is never enough.
    least = max(least, RANK[Source.checked])
    records = compile_fact(node.record_free, names, (*path, "record_free"), least)
    pick, tests = select_records(records, node, names, path, least)
    fields = records.type.fields or {}
    if node.in_force and not {"from", "until"} <= set(fields):
        raise names.fail(
            (*path, "in_force"),
            "要看是否在期内，记录里得有 from 和 until",
            "在 fields 里加 from、until（date）",
        )
    fact_name = node.record_free

    def running(row: dict[str, Any], s: Situation) -> int:
        start, end = row.get("from"), row.get("until")
        if start is None:
            return UNKNOWN
        return PASS if start <= s.on and (end is None or s.on <= end) else FAIL

    def check(s: Situation) -> int:
        fact = s.facts.get(fact_name)
        if fact is None or fact.as_of is None:
            return UNKNOWN
        found = pick(s)
        if found is None:
            return UNKNOWN
        rows, doubtful = found
        if node.in_force:
            states = [running(row, s) for row in rows]
            if PASS in states:
                return FAIL
            doubtful = doubtful or UNKNOWN in states
        elif rows:
            return FAIL
        return UNKNOWN if doubtful else PASS

    span = f"近{node.last}内" if node.last else "在有效期内" if node.in_force else ""
    kind = "，限所列情形" if tests else ""
    return f"{span}无{records.text}（以注明日期的查询为准{kind}）", check, (records,), None


def _related(node: ex.Related, names: Names, path: Path, least: int) -> Built:
    starts = [compile_fact(n, names, (*path, "related", i), least) for i, n in enumerate(node.related)]
    goals = [compile_fact(n, names, (*path, "to", i), least) for i, n in enumerate(node.to)]
    parties = (Kind.organisation, Kind.organisations, Kind.person, Kind.persons)
    for i, fact in enumerate([*starts, *goals]):
        if fact.type.kind not in parties:
            raise names.fail(path, f"{fact.text}不是组织或人员", f"第 {i + 1} 项应是组织或人员")
    kinds = frozenset(node.by)

    def ends(facts: list[Operand], s: Situation) -> tuple[list[str], bool]:
        found: list[str] = []
        unknown = False
        for fact in facts:
            value = fact.get(s)
            if value is None:
                unknown = True
            elif isinstance(value, str):
                found.append(value)
            else:
                found += value
        return found, unknown

    def check(s: Situation) -> int:
        here, doubtful = ends(starts, s)
        there, also_doubtful = ends(goals, s)
        if s.graph(kinds).connects(here, there):
            return PASS
        unknown = doubtful or also_doubtful
        return UNKNOWN if unknown or (kinds and s.relations_as_of is None) else FAIL

    def detail(s: Situation) -> str:
        found = s.graph(kinds).find_path(ends(starts, s)[0], ends(goals, s)[0])
        if found:
            return f"关系路径：{' → '.join(found)}"
        return "还没有查询关联关系" if kinds and s.relations_as_of is None else ""

    wants = f"{'、'.join(f.text for f in starts)}与{'、'.join(f.text for f in goals)}有关联"
    return wants, check, (*starts, *goals), detail


def _quantified(word: str) -> Callable[..., Built]:
    def build(node: Any, names: Names, path: Path, least: int) -> Built:
        name = getattr(node, word)
        records = compile_fact(name, names, (*path, word), least)
        if records.type.kind is not Kind.records:
            raise names.fail((*path, word), f"{records.text}不是记录", "写一个类型为 records 的事实")
        with names.item(node.as_, records.type, records.text):
            test = compile_condition(node.test, names, (*path, "test"), least, rule_force=ex.Force.must)

        def states(s: Situation) -> list[int] | None:
            rows = records.get(s)
            if rows is None:
                return None
            inner, rank = s.inside(), s.facts[name].rank
            found = []
            for row in rows:
                inner.items[node.as_] = (row, rank)
                found.append(test.truth(inner))
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

        inner = tuple(leaf.wants for leaf in test.leaves())
        label = "每一条" if word == "every" else "至少一条"
        return f"{records.text}{label}：{'；'.join(inner)}", check, (records, *test.reads()), detail

    return build


def _covers(node: ex.Covers, names: Names, path: Path, least: int) -> Built:
    asked, column, _ = records_and_field(node.covers, names, (*path, "covers"), least)
    given, answer, _ = records_and_field(node.by, names, (*path, "by"), least)

    def lacking(s: Situation) -> list[str] | None:
        wanted, found = asked.get(s), given.get(s)
        if wanted is None or found is None:
            return None
        answered = {row.get(answer) for row in found}
        return [str(row.get(column)) for row in wanted if row.get(column) not in answered]

    def check(s: Situation) -> int:
        left = lacking(s)
        return UNKNOWN if left is None else FAIL if left else PASS

    def detail(s: Situation) -> str:
        left = lacking(s)
        return f"未响应：{'、'.join(left)}" if left else ""

    return f"{given.text}逐项响应{asked.text}", check, (asked, given), detail


LEAVES.update(
    {
        ex.AtLeast: _compare("at_least", "不低于", operator.ge, ordered=True),
        ex.MoreThan: _compare("more_than", "高于", operator.gt, ordered=True),
        ex.AtMost: _compare("at_most", "不超过", operator.le, ordered=True),
        ex.LessThan: _compare("less_than", "低于", operator.lt, ordered=True),
        ex.Equal: _compare("equal", "等于", operator.eq, ordered=False),
        ex.NotEqual: _compare("not_equal", "不等于", operator.ne, ordered=False),
        ex.IsDecided: _is_decided,
        ex.Holds: _holds,
        ex.Provided: _provided,
        ex.OneOf: _one_of,
        ex.Includes: _includes,
        ex.RecordFree: _record_free,
        ex.Related: _related,
        ex.Every: _quantified("every"),
        ex.Some: _quantified("some"),
        ex.Covers: _covers,
    }
)
