"""Turn conditions into closures over a situation, three-valued, with a trace of every leaf.

Truth is 0 fail, 1 unknown, 2 pass, so `all` is min, `any` is max and `not` is 2 - x (Kleene). A departure recorded by
somebody entitled turns a failing in-principle leaf into a pass that stays marked in the trace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from jiebang.policy import expressions as ex
from jiebang.policy.compile_operands import (
    FAIL,
    PASS,
    Check,
    Names,
    Operand,
    Unresolved,
)
from jiebang.policy.situation import Departure, Situation

DEPARTED = 3
Path = tuple[str | int, ...]
Detail = Callable[[Situation], str]
Trace = list[tuple["Leaf", int]]


@dataclass(slots=True)
class Leaf:
    """One compiled leaf: what it wants, with which force, by which clause, and who may depart from it."""

    wants: str
    check: Check
    operands: tuple[Operand, ...]
    force: ex.Force
    clause: str | None
    departs: ex.Departs | None
    departure_keys: tuple[str, ...]
    path: Path
    least: int
    detail: Detail | None = None
    truth: Check = field(init=False)

    def __post_init__(self) -> None:
        check = self.check
        if self.departs is None:
            self.truth = check
            return

        def truth(s: Situation) -> int:
            found = check(s)
            return PASS if found == FAIL and s.departures and self.departure(s) is not None else found

        self.truth = truth

    def departure(self, s: Situation) -> Departure | None:
        """The recorded departure that covers this leaf, if whoever made it was entitled to, in the form asked for."""
        if self.departs is None:
            return None
        for key in self.departure_keys:
            made = s.departures.get(key)
            if made is not None and made.by in self.departs.by and made.with_ == self.departs.with_.value:
                if made.with_ == "external_act" and made.act is None:
                    continue
                if made.with_ in ("reason", "meeting") and not made.has_reason:
                    continue
                return made
        return None

    def trace(self, s: Situation, out: Trace) -> int:
        """Note this leaf's verdict and return its truth."""
        found = self.check(s)
        if found == FAIL and s.departures and self.departure(s) is not None:
            out.append((self, DEPARTED))
            return PASS
        out.append((self, found))
        return found

    def could_pass(self, s: Situation) -> int:
        """The truth if every departure open to somebody were made."""
        found = self.check(s)
        return PASS if found == FAIL and self.departs is not None else found

    def reads(self) -> tuple[Operand, ...]:
        """Operands this leaf looks at."""
        return self.operands

    def leaves(self) -> list[Leaf]:
        """Itself."""
        return [self]

    def matters(self, s: Situation) -> list[Leaf]:
        """Itself: what a person has to read to understand the verdict."""
        return [self]


@dataclass(slots=True)
class Group:
    """`all` or `any` over parts. (`not` is carried down to the leaves.)"""

    word: str
    parts: tuple[Compiled, ...]
    truth: Check = field(init=False)

    def __post_init__(self) -> None:
        checks = tuple(part.truth for part in self.parts)
        if self.word == "all":

            def every(s: Situation) -> int:
                worst = PASS
                for check in checks:
                    found = check(s)
                    if found < worst:
                        if found == FAIL:
                            return FAIL
                        worst = found
                return worst

            self.truth = every
        else:

            def some(s: Situation) -> int:
                best = FAIL
                for check in checks:
                    found = check(s)
                    if found > best:
                        if found == PASS:
                            return PASS
                        best = found
                return best

            self.truth = some

    def _combine(self, found: list[int]) -> int:
        return min(found) if self.word == "all" else max(found)

    def trace(self, s: Situation, out: Trace) -> int:
        """Every part's verdict is noted, also those that no longer matter: a person wants to see them all."""
        return self._combine([part.trace(s, out) for part in self.parts])

    def could_pass(self, s: Situation) -> int:
        """The truth if every departure open to somebody were made."""
        return self._combine([part.could_pass(s) for part in self.parts])

    def reads(self) -> tuple[Operand, ...]:
        """Operands of all parts."""
        return tuple(operand for part in self.parts for operand in part.reads())

    def matters(self, s: Situation) -> list[Leaf]:
        """The leaves that made the verdict what it is.

        Not the branches of an `any` that are excluded anyway, nor the satisfied parts of an `all` that isn't: they would
        send an officer after things that change nothing.
        """
        verdict = self.truth(s)
        return [leaf for part in self.parts if part.truth(s) == verdict for leaf in part.matters(s)]

    def leaves(self) -> list[Leaf]:
        """Leaves of all parts."""
        return [leaf for part in self.parts for leaf in part.leaves()]


Compiled = Leaf | Group


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
    wants, check, operands, detail = LEAVES[type(node)](node, names, path, least)
    if negated:
        wants, check = f"不存在“{wants}”的情形", _inverted(check)
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
        wants=wants, check=check, operands=operands, force=force,
        clause=node.clause or (frame.clause if frame else None),
        departs=departs, departure_keys=keys, path=path, least=least, detail=detail,
    )  # fmt: skip


def _inverted(check: Check) -> Check:
    return lambda s: PASS - check(s)


Built = tuple[str, Check, tuple[Operand, ...], Detail | None]
#: leaf class → its builder; compile_leaves fills it
LEAVES: dict[type, Callable[..., Built]] = {}
