"""What the work at a stage may come to depend on, facts and open questions, told by the pack alone.

Asked for long lists of cases: nothing of a case is read, so what this case will get by without may be among them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from jiebang.policy.compile_money import CompiledMoney
from jiebang.policy.compiled import Operand
from jiebang.policy.pack_money import RestOf
from jiebang.policy.process import is_windowed, targets_of
from jiebang.policy.program import Program


def questions_at(program: Program, process: str, stage: str) -> list[str]:
    """Discretion items that the rules and amounts of a stage look at, and the conditions and terms of what comes after it."""
    operands = [*_of_rules(program, process, stage), *_of_money(program, program.money_at(process, stage))]
    stages = program.pack.processes[process].stages
    for name in dict.fromkeys(name for to in stages[stage].outcomes.values() for name in targets_of(to)):
        for word in ("when", "at_once"):
            condition = program.conditions.get(("processes", process, "stages", name, word))
            operands += condition.reads() if condition is not None else ()
        if is_windowed(stages[name]) and stages[name].term is not None:
            operands += _of_term(program, stages[name].term or "")
    return list(dict.fromkeys(key for operand in operands for key in operand.discretion))


def facts_at(program: Program, process: str, stage: str) -> list[str]:
    """Facts that the rules and amounts of a stage look at."""
    operands = [*_of_rules(program, process, stage), *_of_money(program, program.money_at(process, stage))]
    return list(dict.fromkeys(name for operand in operands for name in operand.facts))


def facts_of_next(program: Program, process: str, stage: str) -> list[str]:
    """Facts that decide whether the stages after this one happen at all: they can't be opened while these aren't known."""
    found: list[str] = []
    for target in program.pack.processes[process].stages[stage].outcomes.values():
        for name in targets_of(target):
            condition = program.conditions.get(("processes", process, "stages", name, "when"))
            if condition is not None:
                found += [fact for operand in condition.reads() for fact in operand.facts]
    return list(dict.fromkeys(found))


def _of_rules(program: Program, process: str, stage: str) -> Iterator[Operand]:
    for rule in program.rules_for(process, stage):
        for part in (rule.test, rule.given):
            if part is not None:
                yield from part.reads()


def _of_term(program: Program, key: str) -> Iterator[Operand]:
    term: str | None = key
    while term is not None:
        compiled = program.timekeeper.terms[term]
        yield compiled.length
        if isinstance(compiled.counting, Operand):
            yield compiled.counting
        term = compiled.term.after


def _of_money(program: Program, keys: Iterable[str]) -> Iterator[Operand]:
    """What amounts come from, through other items too."""
    items = program.accountant.items
    queue = list(keys)
    for key in queue:
        here = items[key]
        operands = list(_operands(here))
        yield from operands
        others = [name for operand in operands for name in operand.money]
        if isinstance(here.item.amount, RestOf):
            whole = here.item.amount.rest_of
            others += [whole, *(k for k, other in items.items() if other.item.part_of == whole)]
        queue += [name for name in dict.fromkeys(others) if name not in queue]


def _operands(money: CompiledMoney) -> Iterator[Operand]:
    yield from (one for one in (money.operand, money.fact, *money.shares) if one is not None)
    for limit in (*money.ceilings, *money.floors):
        yield limit.operand
        if limit.already is not None:
            yield limit.already
        if limit.when is not None:
            yield from limit.when.reads()
    if money.when is not None:
        yield from money.when.reads()
