"""A pack compiled: rules to judge, amounts to compute, terms to count, processes proved. Nothing in it changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from jiebang.policy import compile_arithmetic  # noqa: F401  registers the arithmetic operands
from jiebang.policy import pack as pk
from jiebang.policy.amounts import Accountant, CompiledMoney, compile_money
from jiebang.policy.check_references import check_references
from jiebang.policy.compile_conditions import Compiled, RuleFrame, compile_condition
from jiebang.policy.compile_operands import FAIL, PASS, UNKNOWN, Names, Unresolved, declared_type
from jiebang.policy.expressions import Force
from jiebang.policy.process import prove
from jiebang.policy.situation import RANK, Situation
from jiebang.policy.times import Timekeeper, compile_term
from jiebang.policy.values import BadValue, ValueType
from jiebang.policy.verdicts import CompiledRule, Verdict, judge_rule

Report = Callable[[tuple[str | int, ...], str, str], None]


@dataclass(slots=True)
class Program:
    """What a programme runs on."""

    pack: pk.Pack
    types: dict[str, ValueType]
    rules: dict[str, CompiledRule]
    accountant: Accountant
    timekeeper: Timekeeper
    conditions: dict[tuple[str | int, ...], Compiled]
    lengths: dict[str, Any]
    _chosen: dict[tuple[str | None, str | None, str | None], tuple[CompiledRule, ...]] = field(default_factory=dict)

    def rules_for(
        self, process: str | None = None, stage: str | None = None, at: str | None = None
    ) -> tuple[CompiledRule, ...]:
        """Rules of a process that run at a stage and moment; None leaves a dimension open."""
        key = (process, stage, at)
        if key not in self._chosen:
            self._chosen[key] = tuple(
                compiled
                for compiled in self.rules.values()
                if (process is None or compiled.rule.processes is None or process in compiled.rule.processes)
                and (stage is None or compiled.rule.stages is None or stage in compiled.rule.stages)
                and (at is None or compiled.rule.at.value == at)
            )
        return self._chosen[key]

    def judge(self, s: Situation, rules: Iterable[CompiledRule]) -> list[Verdict]:
        """Each rule's verdict with its full trace."""
        return [judge_rule(rule, s) for rule in rules]

    def decide(self, s: Situation, rules: Iterable[CompiledRule]) -> int:
        """Pass, unknown or fail of all rules together, without a trace. Preferences never count."""
        worst = PASS
        for compiled in rules:
            if compiled.rule.force is Force.prefer:
                continue
            if compiled.given is not None:
                applies = compiled.given.truth(s)
                if applies != PASS:
                    if applies == UNKNOWN:
                        worst = UNKNOWN
                    continue
            found = compiled.test.truth(s)
            if found == FAIL:
                return FAIL
            if found < worst:
                worst = found
        return worst

    def holds(self, path: tuple[str | int, ...], s: Situation) -> int:
        """The truth of a condition that isn't a rule (a right's, a duty's, a paper's, a stage's `when`)."""
        compiled = self.conditions.get(path)
        return PASS if compiled is None else compiled.truth(s)

    def open_questions(self, s: Situation) -> list[str]:
        """Discretion items nobody has decided yet."""
        return [key for key in self.pack.discretion if key not in s.decided]


def compile_program(pack: pk.Pack, report: Report) -> Program | None:
    """Compile and prove a validated pack, reporting every problem. None if anything couldn't be compiled."""
    names = Names(pack, report)
    broken = False
    for name, declaration in pack.facts.items():
        try:
            names.types[name] = declared_type(declaration, pack)
            names.labels[name] = declaration.label
        except BadValue as error:
            report(("facts", name), error.what, error.fix)
            broken = True
    accountant = Accountant({})
    names.amount_of = accountant.amount_of
    rules: dict[str, CompiledRule] = {}
    for key, rule in pack.rules.items():
        frame = RuleFrame(key, rule.clause[0], rule.departs)
        least = RANK[rule.source]
        try:
            test = compile_condition(rule.test, names, ("rules", key, "test"), least, rule.force, frame)
            given = None
            if rule.given is not None:
                given = compile_condition(rule.given, names, ("rules", key, "given"), 0, Force.must)
            rules[key] = CompiledRule(key, rule, test, given, frozenset())
        except Unresolved:
            broken = True
    for key, item in pack.money.items():
        try:
            accountant.items[key] = compile_money(key, item, names)
        except Unresolved:
            broken = True
    terms = {}
    for key, term in pack.terms.items():
        try:
            terms[key] = compile_term(key, term, names)
        except Unresolved:
            broken = True
    conditions: dict[tuple[str | int, ...], Compiled] = {}
    for path, node in _loose_conditions(pack):
        try:
            conditions[path] = compile_condition(node, names, path, 0, Force.must)
        except Unresolved:
            broken = True
    lengths = {}
    for key, duty in pack.duties.items():
        if duty.lasts is not None:
            from jiebang.policy.compile_operands import compile_operand

            try:
                lengths[key] = compile_operand(duty.lasts, names, ("duties", key, "lasts"), 0)
            except Unresolved:
                broken = True
    for key, process in pack.processes.items():
        prove(process, ("processes", key), report)
    check_references(pack, names.types, report)
    if broken or _reports_money_rounds(accountant.items, report):
        return None
    return Program(pack, names.types, rules, accountant, Timekeeper(terms, pack.counting), conditions, lengths)


def _loose_conditions(pack: pk.Pack) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Conditions that only select: of stages, rights, duties, papers and their fields."""
    for key, process in pack.processes.items():
        for name, stage in process.stages.items():
            if stage.when is not None:
                yield ("processes", key, "stages", name, "when"), stage.when
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
        if isinstance(compiled.item.amount, pk.RestOf):
            whole = compiled.item.amount.rest_of
            found |= {whole} | {k for k, other in items.items() if other.item.part_of == whole and k != key}
        return found

    rounds = False
    for key in items:
        seen: set[str] = set()
        queue = list(follows(key))
        while queue:
            here = queue.pop()
            if here == key:
                report(("money", key), f"金额“{items[key].item.label}”要用它自己来算", "检查 money、rest_of 和 part_of")
                rounds = True
                break
            if here not in seen:
                seen.add(here)
                queue += follows(here)
    return rounds
