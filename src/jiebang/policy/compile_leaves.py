"""Leaves about facts: how each becomes a check over a situation, what it wants in Chinese, and what it adds.

A check that only looks at one fact reads it itself: a call more would be half of what it costs.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from jiebang.policy import expressions as ex
from jiebang.policy import words
from jiebang.policy.compile_expressions import LEAVES, Built, compile_operand
from jiebang.policy.compile_operands import compile_fact
from jiebang.policy.compiled import Bound, Check, Detail, Operand, Path, Test
from jiebang.policy.names import Names
from jiebang.policy.situation import Situation
from jiebang.policy.truth import FAIL, PASS, UNKNOWN
from jiebang.policy.values import ORDERED, Kind, ValueType, is_blank

_SINGLE = frozenset({Kind.organisation, Kind.person})
_PARTIES = _SINGLE | {Kind.organisations, Kind.persons}


_DAYS = frozenset({Kind.date, Kind.instant})
#: how the same is said of days
_OF_DAYS = {"at_least": "不早于", "more_than": "晚于", "at_most": "不晚于", "less_than": "早于"}


def _compare(word: str, label: str, test: Test, ordered: bool) -> Callable[..., Built]:
    def build(node: Any, names: Names, path: Path, least: int) -> Built:
        left_node, right_node = getattr(node, word)
        left, right = _pair(left_node, right_node, names, (*path, word), least)
        if ordered and left.type.kind not in ORDERED:
            raise names.fail((*path, word), f"{left.text}不能比大小", "用 equal、one_of 等")
        if left.type != right.type:
            raise names.fail(
                (*path, word), f"两边不是同一种值：{left.type} 与 {right.type}", "检查类型和单位"
            )
        limit = right.constant
        how: Check | Bound
        if left.fact is None:
            how = _compare_values(left, right, test)
        elif limit is None:
            how = _compare_fact(left.fact, least, right, test)
        else:
            how = Bound(left.fact, least, test, limit)
        computed = [operand for operand in (left, right) if operand.working is not None]
        said = _OF_DAYS.get(word, label) if left.type.kind in _DAYS else label
        return f"{left.text} {said} {right.text}", how, (left, right), _figures(computed)

    return build


def _figures(computed: list[Operand]) -> Detail | None:
    """What the arithmetic of a comparison comes to: a person can't check a verdict by its words alone."""
    return (lambda s: "；".join(f"即{one.result(s)}" for one in computed)) if computed else None


def _compare_fact(name: str, least: int, right: Operand, test: Test) -> Check:
    get = right.get

    def check(s: Situation) -> int:
        fact = s.facts.get(name)
        if fact is None or fact.rank < least:
            return UNKNOWN
        value = get(s)
        return UNKNOWN if value is None else PASS if test(fact.value, value) else FAIL

    return check


def _compare_values(left: Operand, right: Operand, test: Test) -> Check:
    first, second, limit = left.get, right.get, right.constant
    if limit is not None:

        def check_limit(s: Situation) -> int:
            value = first(s)
            return UNKNOWN if value is None else PASS if test(value, limit) else FAIL

        return check_limit

    def check(s: Situation) -> int:
        x = first(s)
        if x is None:
            return UNKNOWN
        y = second(s)
        return UNKNOWN if y is None else PASS if test(x, y) else FAIL

    return check


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
    if fact.fact is not None:
        return fact.text, Bound(fact.fact, least, operator.eq, limit=True), (fact,), None
    word, column = names.items[node.holds]

    def check_field(s: Situation) -> int:
        row, rank = s.items[word]
        value = row.get(column) if rank >= least else None
        return UNKNOWN if value is None else PASS if value else FAIL

    return fact.text, check_field, (fact,), None


def _provided(node: ex.Provided, names: Names, path: Path, least: int) -> Built:
    facts = [compile_fact(n, names, (*path, "provided", i), least) for i, n in enumerate(node.provided)]

    getters = tuple(fact.get for fact in facts)
    plain = tuple(fact.fact for fact in facts if fact.fact is not None)

    def check_facts(s: Situation) -> int:
        known, worst = s.facts, PASS
        for name in plain:
            fact = known.get(name)
            if fact is None or fact.rank < least:
                worst = UNKNOWN
            elif not fact.value and is_blank(fact.value):
                return FAIL
        return worst

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

    wants = f"写明{'、'.join(f.text for f in facts)}"
    return wants, check_facts if len(plain) == len(facts) else check, tuple(facts), detail


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
    get = fact.get
    # A word outside an open list (and no value at all) is neither in nor out.
    states = {option: PASS if option in node.options else FAIL for option in fact.type.options or ()}

    def check(s: Situation) -> int:
        return states.get(get(s), UNKNOWN)

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


def _related(node: ex.Related, names: Names, path: Path, least: int) -> Built:
    starts = [compile_fact(n, names, (*path, "related", i), least) for i, n in enumerate(node.related)]
    goals = [compile_fact(n, names, (*path, "to", i), least) for i, n in enumerate(node.to)]
    for i, fact in enumerate([*starts, *goals]):
        if fact.type.kind not in _PARTIES:
            raise names.fail(path, f"{fact.text}不是组织或人员", f"第 {i + 1} 项应是组织或人员")
    kinds, once = frozenset(node.by), frozenset(node.once)
    if once - kinds:
        raise names.fail(
            (*path, "once"), f"by 里没有 {'、'.join(sorted(once - kinds))}", "once 只能写 by 里有的关系"
        )

    def ends(facts: list[Operand], s: Situation) -> tuple[list[str], bool]:
        found: list[str] = []
        unknown = False
        for fact in facts:
            value = fact.get(s)
            named = () if value is None else (value,) if isinstance(value, str) else value
            # Left blank is nobody: two who were left blank would be one and the same.
            found += [one for one in named if one]
            unknown = unknown or value is None or not all(named)
        return found, unknown

    def check(s: Situation) -> int:
        here, doubtful = ends(starts, s)
        there, also_doubtful = ends(goals, s)
        if s.graph(kinds, once).connects(here, there):
            return PASS
        unknown = doubtful or also_doubtful
        return UNKNOWN if unknown or (kinds and s.relations_as_of is None) else FAIL

    def detail(s: Situation) -> str:
        found = s.graph(kinds, once).find_path(ends(starts, s)[0], ends(goals, s)[0])
        if found:
            return f"关系路径：{' → '.join(found)}"
        return "还没有查询关联关系" if kinds and s.relations_as_of is None else ""

    ties = f"有关联（{'、'.join(words.RELATIONS[kind] for kind in node.by)}）" if kinds else "是同一个"
    apart = (
        f"（{'、'.join(words.RELATIONS[kind] for kind in node.once)}在一条关系中至多一次）" if once else ""
    )
    wants = f"{'、'.join(f.text for f in starts)}与{'、'.join(f.text for f in goals)}{ties}{apart}"
    how: Check = check
    if len(starts) == len(goals) == 1 and {starts[0].type.kind, goals[0].type.kind} <= _SINGLE:
        start, goal = starts[0].fact, goals[0].fact
        if start is not None and goal is not None:
            how = _relate_two(start, goal, least, kinds, once)
    return wants, how, (*starts, *goals), detail


def _relate_two(start: str, goal: str, least: int, kinds: frozenset[str], once: frozenset[str]) -> Check:
    """One party against one other, the commonest form: no lists to be made."""

    def check(s: Situation) -> int:
        here, there = s.facts.get(start), s.facts.get(goal)
        if here is None or there is None or here.rank < least or there.rank < least:
            return UNKNOWN
        if not here.value or not there.value:  # left blank is nobody
            return UNKNOWN
        if there.value in s.graph(kinds, once).reach(here.value):
            return PASS
        return UNKNOWN if kinds and s.relations_as_of is None else FAIL

    return check


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
        ex.Related: _related,
    }
)
