"""A pack compiled: rules to judge, amounts to compute, terms to count, processes proved. Nothing in it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from jiebang.policy import (  # these register what they build
    compile_arithmetic,  # noqa: F401
    compile_leaves,  # noqa: F401
    compile_operands,  # noqa: F401
    compile_records,  # noqa: F401
)
from jiebang.policy.amounts import Accountant
from jiebang.policy.check_references import check_references
from jiebang.policy.compile_expressions import RuleFrame, compile_condition, compile_operand
from jiebang.policy.compile_money import CompiledMoney, compile_money
from jiebang.policy.compiled import Check, Compiled, Operand, decide_together
from jiebang.policy.expressions import Force
from jiebang.policy.names import Names, Unresolved, declared_type
from jiebang.policy.pack import Pack, belongs
from jiebang.policy.pack_money import Money, RestOf
from jiebang.policy.pack_rules import Rule
from jiebang.policy.process import prove
from jiebang.policy.situation import RANK, Situation
from jiebang.policy.stages import Per
from jiebang.policy.times import Timekeeper, compile_term
from jiebang.policy.truth import PASS
from jiebang.policy.values import BadValue, ValueType
from jiebang.policy.verdicts import CompiledRule, Verdict, judge_rule

K = TypeVar("K")
T = TypeVar("T")
C = TypeVar("C")
Report = Callable[[tuple[str | int, ...], str, str], None]


class Chosen(tuple[CompiledRule, ...]):  # noqa: SLOT001  a tuple with a slot can't be made
    """Rules that run together; how those of them that can block are decided together is worked out once."""

    @cached_property
    def decide(self) -> Check:
        """Pass, unknown or fail of all rules that can block."""
        blocking = [rule for rule in self if not rule.is_preference]
        return decide_together(
            [rule.test for rule in blocking if rule.given is None],
            [rule.decision for rule in blocking if rule.given is not None],
        )


@dataclass(slots=True)
class Program:
    """What a programme runs on."""

    pack: Pack
    types: dict[str, ValueType]
    rules: dict[str, CompiledRule]
    accountant: Accountant
    timekeeper: Timekeeper
    conditions: dict[tuple[str | int, ...], Compiled]
    lengths: dict[str, Operand]
    _chosen: dict[tuple[str | None, str | None, str | None], Chosen] = field(default_factory=dict)
    _said_by_each: dict[str, frozenset[str]] | None = None

    @property
    def said_by_each(self) -> dict[str, frozenset[str]]:
        """{fact: roles} of the facts that every organisation in one of these roles says for itself."""
        if self._said_by_each is None:
            self._said_by_each = {
                name: frozenset(one.said_by or ()) for name, one in self.pack.facts.items() if one.each
            }
        return self._said_by_each

    def rules_for(
        self, process: str | None = None, stage: str | None = None, at: str | None = None
    ) -> Chosen:
        """Rules of a process that run at a stage and moment; None leaves a dimension open."""
        key = (process, stage, at)
        if key not in self._chosen:
            self._chosen[key] = Chosen(
                compiled
                for compiled in self.rules.values()
                if belongs(compiled.rule, process)
                and (stage is None or stage in compiled.rule.stages)
                and (at is None or compiled.rule.at.value == at)
            )
        return self._chosen[key]

    def forget_choices(self) -> None:
        """Choose rules anew: the table of rules was changed (which only happens while changes are tried out)."""
        self._chosen.clear()

    def judge(self, s: Situation, rules: Iterable[CompiledRule]) -> list[Verdict]:
        """Each rule's verdict with its full trace."""
        return [judge_rule(rule, s) for rule in rules]

    def decide(self, s: Situation, rules: Iterable[CompiledRule]) -> int:
        """Pass, unknown or fail of all rules together, without a trace. Preferences never count."""
        return (rules if isinstance(rules, Chosen) else Chosen(rules)).decide(s)

    def money_of(self, process: str | None) -> dict[str, Money]:
        """The money items of a process; all of them for None."""
        return {key: item for key, item in self.pack.money.items() if belongs(item, process)}

    def money_at(self, process: str, stage: str) -> dict[str, Money]:
        """The money items that fall due at a stage of a process."""
        return {key: item for key, item in self.money_of(process).items() if item.stage == stage}

    def holds(self, path: tuple[str | int, ...], s: Situation) -> int:
        """The truth of a condition that isn't a rule (a right's, a duty's, a paper's, a stage's `when`)."""
        compiled = self.conditions.get(path)
        return PASS if compiled is None else compiled.truth(s)

    def open_questions(self, s: Situation) -> list[str]:
        """Discretion items nobody has decided yet."""
        return [key for key in self.pack.discretion if key not in s.decided]


def compile_program(pack: Pack, report: Report, left_out: frozenset[str] = frozenset()) -> Program | None:
    """Compile and prove a validated pack, reporting every problem. None if anything couldn't be compiled.

    `left_out`: facts the pack declares, but so badly that they were taken out; what uses them isn't reported again.
    """
    names = Names(pack, report, broken=set(left_out))
    attempt = _Attempt()
    for name, declaration in pack.facts.items():
        try:
            names.types[name] = declared_type(declaration, pack)
            names.labels[name] = declaration.label
        except BadValue as error:
            report(("facts", name), error.what, error.fix)
            names.broken.add(name)
            attempt.broken = True
    accountant = Accountant({}, {key: party.label for key, party in pack.parties.items()})
    names.amount_of = accountant.amount_of
    rules = attempt.each(pack.rules, lambda key, rule: compile_rule(key, rule, names))
    accountant.items.update(attempt.each(pack.money, lambda key, item: compile_money(key, item, names)))
    terms = attempt.each(pack.terms, lambda key, term: compile_term(key, term, names))
    conditions = attempt.each(
        dict(loose_conditions(pack)), lambda path, node: compile_condition(node, names, path, 0, Force.must)
    )
    lengths = attempt.each(
        {key: duty.lasts for key, duty in pack.duties.items() if duty.lasts is not None},
        lambda key, node: compile_operand(node, names, ("duties", key, "lasts"), 0),
    )
    for key, process in pack.processes.items():
        prove(process, ("processes", key), report)
    check_references(pack, names.types, report)
    if _reports_money_rounds(accountant.items, report) or attempt.broken:
        return None
    return Program(
        pack, names.types, rules, accountant, Timekeeper(terms, pack.counting), conditions, lengths
    )


@dataclass(slots=True)
class _Attempt:
    """Compiles many things, going on past those that can't be: their problems have been reported."""

    broken: bool = False

    def each(self, things: Mapping[K, T], compile_one: Callable[[K, T], C]) -> dict[K, C]:
        done = {}
        for key, thing in things.items():
            try:
                done[key] = compile_one(key, thing)
            except Unresolved:
                self.broken = True
        return done


def compile_rule(key: str, rule: Rule, names: Names) -> CompiledRule:
    """Compile one rule; raises Unresolved after reporting every problem in it."""
    frame = RuleFrame(key, rule.clause[0], rule.departs)
    test = compile_condition(rule.test, names, ("rules", key, "test"), RANK[rule.source], rule.force, frame)
    given = None
    if rule.given is not None:
        given = compile_condition(rule.given, names, ("rules", key, "given"), 0, Force.must)
    return CompiledRule(key, rule, test, given, _narrowest(test, given))


def _narrowest(test: Compiled, given: Compiled | None) -> Per | None:
    order = list(Per)
    operands = [*test.reads(), *(given.reads() if given is not None else ())]
    subjects = {name.split(".")[0] for operand in operands for name in operand.facts}
    found = [order.index(per) for per in order if per.value in subjects]
    return order[max(found)] if found else None


def loose_conditions(pack: Pack) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Conditions that only select: of stages, rights, duties, papers and their fields."""
    for key, process in pack.processes.items():
        for name, stage in process.stages.items():
            if stage.when is not None:
                yield ("processes", key, "stages", name, "when"), stage.when
            if stage.at_once is not None:
                yield ("processes", key, "stages", name, "at_once"), stage.at_once
            if stage.late is not None:
                yield ("processes", key, "stages", name, "late"), stage.late
    for key, right in pack.rights.items():
        if right.when is not None:
            yield ("rights", key, "when"), right.when
    for key, duty in pack.duties.items():
        if duty.given is not None:
            yield ("duties", key, "given"), duty.given
    for key, paper in pack.papers.items():
        if paper.when is not None:
            yield ("papers", key, "when"), paper.when
        for i, one in enumerate(paper.fields):
            if one.when is not None:
                yield ("papers", key, "fields", i, "when"), one.when


def _reports_money_rounds(items: dict[str, CompiledMoney], report: Report) -> bool:
    """Whether some amount would be computed from itself (reported)."""

    def follows(key: str) -> set[str]:
        compiled = items.get(key)
        if compiled is None:
            return set()
        found = set(compiled.operand.money if compiled.operand else ())
        if compiled.when is not None:
            found |= {name for operand in compiled.when.reads() for name in operand.money}
        if isinstance(compiled.item.amount, RestOf):
            whole = compiled.item.amount.rest_of
            found |= {whole} | {k for k, other in items.items() if other.item.part_of == whole and k != key}
        return found

    rounds = False
    for key, compiled in items.items():
        seen: set[str] = set()
        queue = list(follows(key))
        while queue:
            here = queue.pop()
            if here == key:
                report(
                    ("money", key),
                    f"金额“{compiled.item.label}”要用它自己来算",
                    "检查 money、rest_of 和 part_of",
                )
                rounds = True
                break
            if here not in seen:
                seen.add(here)
                queue += follows(here)
    return rounds
