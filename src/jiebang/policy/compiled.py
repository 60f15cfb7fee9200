"""What expressions are once compiled: operands that give a value, leaves and groups that give a verdict.

A condition has two ways to be asked. `truth` decides: it stops as soon as the answer is certain and notes nothing.
`trace` notes every leaf's verdict, also of those that no longer matter: a person wants to see them all. Both are made
of the same checks. What has to hold together can be decided together too (`decide_together`).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from jiebang.policy.expressions import Departs, Force
from jiebang.policy.situation import Departure, Situation
from jiebang.policy.truth import DEPARTED, FAIL, PASS, UNKNOWN
from jiebang.policy.values import ValueType, format_value
from jiebang.policy.working import Working, equate

Get = Callable[[Situation], Any]
Check = Callable[[Situation], int]
Detail = Callable[[Situation], str]
Trace = list[tuple["Leaf", int]]
Path = tuple[str | int, ...]
Test = Callable[[Any, Any], bool]
_OPPOSITES: Mapping[Test, Test] = {
    operator.ge: operator.lt, operator.lt: operator.ge, operator.gt: operator.le, operator.le: operator.gt,
    operator.eq: operator.ne, operator.ne: operator.eq,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Operand:
    """A compiled operand: its type, how to get it (None: unknown), what it may read, how it reads in Chinese."""

    type: ValueType
    get: Get
    text: str
    facts: tuple[str, ...] = ()
    discretion: tuple[str, ...] = ()
    money: tuple[str, ...] = ()
    constant: Any = None
    #: the case's fact that it is, and nothing besides
    fact: str | None = None
    #: what it is made of, if there is a choice in it somewhere
    parts: tuple[Operand, ...] = ()
    #: of a choice: which operands count in a situation
    taken: Callable[[Situation], Iterable[Operand]] | None = None
    #: of arithmetic: how it is worked out, in the words of its parts and, where a situation is given, their figures
    working: Callable[[Situation | None], Working] | None = None

    def work_out(self, s: Situation | None) -> Working:
        """The value's words and figure, or the arithmetic that it comes from; without a situation the words alone."""
        if self.working is not None:
            return self.working(s)
        if s is None or self.constant is not None:
            return Working(self.text)
        value = self.get(s)
        return Working(
            f"{self.text}（还不知道）" if value is None else f"{self.text} {format_value(value, self.type)}"
        )

    def result(self, s: Situation) -> str:
        """The arithmetic and, where it can be finished, what it comes to."""
        value, working = self.get(s), self.work_out(s)
        if value is None or self.working is None:
            return working.text
        return equate(working.text, format_value(value, self.type))

    def counting(self, s: Situation) -> Iterable[Operand]:
        """The operands from which the value comes in this situation: of a choice, not the branch that isn't taken."""
        if not self.parts:
            return (self,)
        found = self.parts if self.taken is None else self.taken(s)
        return [one for part in found for one in part.counting(s)]

    def whole(self) -> Operand:
        """The same without telling branches apart: which one is taken may differ from record to record of a list."""
        return replace(self, parts=(), taken=None) if self.parts else self


def arithmetic(
    of: ValueType, get: Get, working: Callable[[Situation | None], Working], parts: Iterable[Operand]
) -> Operand:
    """An operand that is computed from others and reads as they do."""
    return Operand(of, get, working(None).text, working=working, **merge_reads(parts))


def merge_reads(parts: Iterable[Operand], *, chosen: bool = False) -> dict[str, Any]:
    """What an operand made of several ones reads, each name once; and the parts, if it or one of them is a choice."""
    parts = tuple(parts)
    return {
        "facts": tuple(dict.fromkeys(n for p in parts for n in p.facts)),
        "discretion": tuple(dict.fromkeys(n for p in parts for n in p.discretion)),
        "money": tuple(dict.fromkeys(n for p in parts for n in p.money)),
        "parts": parts if chosen or any(p.parts for p in parts) else (),
    }


def undecided(operands: Iterable[Operand], s: Situation) -> list[str]:
    """Discretion items that these operands wait for in this situation."""
    open_ = [
        key
        for operand in operands
        if operand.discretion
        for part in operand.counting(s)
        for key in part.discretion
        if key not in s.decided
    ]
    return list(dict.fromkeys(open_))


class Bound(NamedTuple):
    """One fact held against a constant by an operator: the commonest leaf, kept as data so that a loop can go over many."""

    fact: str
    least: int
    test: Test
    limit: Any

    def check(self) -> Check:
        """The same as a check."""
        name, least, test, limit = self

        def check(s: Situation) -> int:
            fact = s.facts.get(name)
            if fact is None or fact.rank < least:
                return UNKNOWN
            return PASS if test(fact.value, limit) else FAIL

        return check

    def negated(self) -> Bound:
        """What passes where this fails and the other way round; unknown stays unknown."""
        return self._replace(test=_OPPOSITES[self.test])


@dataclass(slots=True)
class Leaf:
    """One compiled leaf: what it wants, with which force, by which clause, and who may depart from it."""

    wants: str
    check: Check
    operands: tuple[Operand, ...]
    force: Force
    clause: str | None
    departs: Departs | None
    departure_keys: tuple[str, ...]
    path: Path
    least: int
    detail: Detail | None = None
    #: the whole of its check, if it is no more than that
    bound: Bound | None = None
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
            if made is not None and covers(made, self.departs):
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


def covers(made: Departure, departs: Departs) -> bool:
    """Whether a departure was made by somebody entitled to it, with what has to be on record."""
    if made.by not in departs.by or made.with_ != departs.with_.value:
        return False
    return made.act is not None if made.with_ == "external_act" else made.has_reason


@dataclass(slots=True)
class Group:
    """`all` or `any` over parts. (`not` is carried down to the leaves.)"""

    word: str
    parts: tuple[Compiled, ...]
    truth: Check = field(init=False)

    def __post_init__(self) -> None:
        checks = tuple(part.truth for part in self.parts)
        self.truth = _decide_all(checks) if self.word == "all" else _decide_any(checks)

    def _combine(self, found: list[int]) -> int:
        return min(found) if self.word == "all" else max(found)

    def trace(self, s: Situation, out: Trace) -> int:
        """Every part's verdict is noted, also those that no longer matter."""
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


def put_in_words(compiled: Compiled, tell: Callable[[Leaf], str] = lambda leaf: leaf.wants) -> str:
    """A condition as a sentence, each of its leaves told by `tell`."""
    if isinstance(compiled, Leaf):
        return tell(compiled)
    parts = "；".join(put_in_words(part, tell) for part in compiled.parts)
    if len(compiled.parts) == 1:
        return parts
    return f"{'同时满足' if compiled.word == 'all' else '满足其中一项'}【{parts}】"


def _decide_all(checks: tuple[Check, ...]) -> Check:
    """One check that passes if all of these do; the worst of them otherwise."""

    def every(s: Situation) -> int:
        worst = PASS
        for check in checks:
            found = check(s)
            if found < worst:
                if found == FAIL:
                    return FAIL
                worst = found
        return worst

    return every


def _decide_any(checks: tuple[Check, ...]) -> Check:
    """One check that passes if any of these does; the best of them otherwise."""

    def some(s: Situation) -> int:
        best = FAIL
        for check in checks:
            found = check(s)
            if found > best:
                if found == PASS:
                    return PASS
                best = found
        return best

    return some


def decide_together(conditions: Iterable[Compiled], checks: Iterable[Check]) -> Check:
    """One check that passes if all of these do; the worst of them otherwise.

    In which order they are asked changes nothing about the worst of them. So the parts of every `all` are taken out,
    the bare bounds among them are gone over first, in one loop, and only then is anything called.
    """
    bounds: list[tuple[str, int, Test, Any]] = []
    others = list(checks)
    for part in (part for condition in conditions for part in _conjuncts(condition)):
        if isinstance(part, Leaf) and part.bound is not None and part.departs is None:
            bounds.append(tuple(part.bound))
        else:
            others.append(part.truth)
    held, asked = tuple(bounds), tuple(others)

    def decide(s: Situation) -> int:
        worst, get = PASS, s.facts.get
        for name, least, test, limit in held:
            fact = get(name)
            if fact is None or fact.rank < least:
                worst = UNKNOWN
            elif not test(fact.value, limit):
                return FAIL
        for check in asked:
            found = check(s)
            if found < worst:
                if found == FAIL:
                    return FAIL
                worst = found
        return worst

    return decide


def _conjuncts(condition: Compiled) -> Iterator[Compiled]:
    if isinstance(condition, Group) and condition.word == "all":
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition
