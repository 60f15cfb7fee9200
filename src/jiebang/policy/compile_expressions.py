"""The two ways into the compiler, for an operand and for a condition; each leads on to the builder of what was written.

Builders register themselves in OPERANDS and LEAVES (compile_operands, compile_arithmetic, compile_records and
compile_leaves do) and come back here for their parts. Problems are reported, never guessed away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from jiebang.policy import expressions as ex
from jiebang.policy.compiled import Bound, Check, Compiled, Detail, Group, Leaf, Operand, Path
from jiebang.policy.names import Names, Unresolved
from jiebang.policy.truth import PASS
from jiebang.policy.values import ValueType

#: what a leaf's builder gives: what is wanted, how to check it, what is looked at, what a person may want to know besides
Built = tuple[str, Check | Bound, tuple[Operand, ...], Detail | None]
#: class of operand → its builder
OPERANDS: dict[type, Callable[..., Operand]] = {}
#: class of leaf → its builder
LEAVES: dict[type, Callable[..., Built]] = {}


def compile_operand(
    node: Any, names: Names, path: Path, least: int, expect: ValueType | None = None
) -> Operand:
    """Compile one operand. `least` is the rank of the least source a fact may come from; `expect` helps read option words."""
    return OPERANDS[type(node)](node, names, path, least, expect)


@dataclass(frozen=True, slots=True)
class RuleFrame:
    """What a rule lends to its leaves."""

    id: str
    clause: str
    departs: ex.Departs | None


def compile_condition(
    node: Any,
    names: Names,
    path: Path,
    least: int,
    rule_force: ex.Force,
    frame: RuleFrame | None = None,
    *,
    negated: bool = False,
) -> Compiled:
    """Compile a condition tree; reports every problem in it and raises Unresolved if there was any.

    `negated`: under an odd number of `not`. A `not` is carried down to the leaves, so that each leaf's verdict says
    whether what the rule wants is the case, and a departure from "in principle not related" departs from just that.
    """
    if isinstance(node, ex.All | ex.AnyOf):
        word = "all" if isinstance(node, ex.All) else "any"
        meant = {"all": "any", "any": "all"}[word] if negated else word
        parts, broken = [], False
        for i, child in enumerate(getattr(node, word)):
            try:
                here = (*path, word, i)
                parts.append(compile_condition(child, names, here, least, rule_force, frame, negated=negated))
            except Unresolved:
                broken = True
        if broken:
            raise Unresolved
        return Group(meant, tuple(parts))
    if isinstance(node, ex.Not):
        return compile_condition(
            node.not_, names, (*path, "not"), least, rule_force, frame, negated=not negated
        )
    wants, how, operands, detail = LEAVES[type(node)](node, names, path, least)
    if negated:
        wants = f"不存在“{wants}”的情形"
        how = how.negated() if isinstance(how, Bound) else _inverted(how)
    force = node.force or rule_force
    departs = node.departs or (frame.departs if frame else None)
    if frame is None and (node.force or node.departs):
        raise names.fail(path, "这里的条件只选取范围，不能写 force 或 departs", "把它们写在规则的条件上")
    if force is ex.Force.in_principle and isinstance(node, ex.IsDecided):
        raise names.fail(path, "没有决定就不知道该怎么办，谈不上“原则上”", "decided 的条件写 force: must")
    if force is ex.Force.in_principle and frame is not None and departs is None:
        raise names.fail(
            path,
            "“原则上”的条件没有写谁可以例外",
            "写 departs: {by: 角色, with: reason|meeting|external_act}",
        )
    if force is not ex.Force.in_principle:
        if node.departs is not None:
            raise names.fail(
                path, f"force 是 {force.value} 的条件不能例外", "去掉 departs，或改为 in-principle"
            )
        departs = None
    for who in departs.by if departs else ():
        if who not in names.pack.parties:
            raise names.fail(
                path, f"departs 里的角色“{who}”没有声明", f"已有：{'、'.join(names.pack.parties)}"
            )
    keys = () if frame is None else (frame.id, *([f"{frame.id}#{node.name}"] if node.name else ()))
    return Leaf(
        wants=wants, check=how.check() if isinstance(how, Bound) else how, operands=operands, force=force,
        clause=node.clause or (frame.clause if frame else None),
        departs=departs, departure_keys=keys, path=path, least=least, detail=detail,
        bound=how if isinstance(how, Bound) else None,
    )  # fmt: skip


def _inverted(check: Check) -> Check:
    return lambda s: PASS - check(s)
