"""Try out every change of a pack: does some case notice, or does the pack no longer load?

The changed program is not loaded anew: only the changed item is compiled, the rest is shared, and each case's knowledge
is read once. Changes that other items are compiled from (lists, open questions, what is taken out) take the long way.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.cases import Case, check_case, read_situation
from jiebang.policy.check_references import check_pointers
from jiebang.policy.compile_expressions import compile_condition, compile_operand
from jiebang.policy.compile_money import compile_money
from jiebang.policy.exercise import Exerciser
from jiebang.policy.expressions import Force
from jiebang.policy.mutations import Mutation
from jiebang.policy.names import Names, Unresolved
from jiebang.policy.pack import ITEM_SECTIONS, Pack
from jiebang.policy.pack_identity import InForce
from jiebang.policy.process import prove
from jiebang.policy.program import Program, compile_program, compile_rule, loose_conditions
from jiebang.policy.shelf import Shelved
from jiebang.policy.situation import Situation
from jiebang.policy.strict_yaml import PackProblems, Path_
from jiebang.policy.times import Timekeeper, compile_term

KILLED, REFUSED, SURVIVED = "killed", "refused", "survived"

#: Sections whose items can be replaced without compiling anything else, and those from which they can be taken out too.
_REPLACED_ALONE = frozenset(
    {"rules", "money", "terms", "rights", "duties", "papers", "capacities", "processes", "parties"}
)
_REMOVED_ALONE = frozenset({"rules", "rights", "duties", "capacities", "papers"})
#: Sections by which a case's knowledge is read.
_READ_BY = frozenset({"lists", "discretion"})


class _Refused(Exception):
    """The changed pack doesn't load."""


@dataclass(slots=True)
class Bench:
    """One pack with its cases, on which changes are tried out."""

    program: Program
    cases: Sequence[Case]
    calendar: WorkingCalendar | None
    situations: dict[str, Situation]
    users: dict[Path_, list[Case]]
    refusals: list[str] = field(default_factory=list)

    @classmethod
    def prepare(cls, shelved: Shelved, calendar: WorkingCalendar | None) -> Bench:
        """Read the cases once and find out which items each exercises. The pack has to load and its cases to hold."""
        assert shelved.program is not None
        program, cases = shelved.program, shelved.cases.cases
        exerciser = Exerciser(shelved.raw, calendar)
        users: dict[Path_, list[Case]] = {}
        for case in cases:
            for path in exerciser.run(case):
                users.setdefault(path[:2], []).append(case)
        situations = {case.id: read_situation(program, case, calendar) for case in cases}
        return cls(program, cases, calendar, situations, users)

    def try_out(self, mutation: Mutation) -> str:
        """KILLED if some case fails, else REFUSED if the pack no longer loads, else SURVIVED."""
        self.refusals.clear()
        try:
            with self._changed(mutation) as program:
                if self._some_case_fails(program, mutation):
                    return KILLED
        except _Refused:
            return REFUSED
        return REFUSED if self.refusals else SURVIVED

    def _some_case_fails(self, program: Program, mutation: Mutation) -> bool:
        first = self.users.get(mutation.root, [])
        seen = {case.id for case in first}
        reread = mutation.item is None or mutation.root[0] in _READ_BY
        for case in (*first, *(case for case in self.cases if case.id not in seen)):
            try:
                situation = (
                    read_situation(program, case, self.calendar) if reread else self.situations[case.id]
                )
            except PackProblems:
                return True
            if check_case(program, case, situation):
                return True
        return False

    def _report(self, path: Path_, what: str, expected: str) -> None:
        # A clause that nothing carries any more isn't a refusal: the change took the item out, clause and all.
        if path[0] != "clauses":
            self.refusals.append(f"{'.'.join(map(str, path))}：{what}")

    @contextmanager
    def _changed(self, mutation: Mutation) -> Iterator[Program]:
        """The program with one change. Raises _Refused where it can't be compiled at all."""
        section = str(mutation.root[0])
        item = _validated(mutation)
        if section in ("pack", "counting"):
            yield self._with_settings(section, item)
            return
        key = str(mutation.root[1])
        alone = _REMOVED_ALONE if item is None else _REPLACED_ALONE
        if section not in alone:
            changed = dict(getattr(self.program.pack, section))
            changed.pop(key)
            if item is not None:
                changed[key] = item
            pack = self.program.pack.model_copy(update={section: changed})
            program = compile_program(pack, self._report)
            if program is None:
                raise _Refused
            yield program
            return
        with _restored(self.program):
            content = getattr(self.program.pack, section)
            if item is None:
                del content[key]
            else:
                content[key] = item
            try:
                self._compile_alone(section, key, item)
            except Unresolved:
                raise _Refused from None
            if item is None or section == "processes":
                # Only an item or a stage that is gone can leave others pointing at nothing.
                check_pointers(self.program.pack, self.program.types, self._report)
            yield self.program

    def _with_settings(self, section: str, item: Any) -> Program:
        pack = self.program.pack
        if section == "counting":
            pack = pack.model_copy(update={"counting": item})
            return replace(
                self.program, pack=pack, timekeeper=Timekeeper(self.program.timekeeper.terms, pack.counting)
            )
        identity = pack.pack.model_copy(update={"in_force": item})
        return replace(self.program, pack=pack.model_copy(update={"pack": identity}))

    def _compile_alone(self, section: str, key: str, item: Any) -> None:
        """Put one compiled item in the place of the old one. Raises Unresolved."""
        program = self.program
        names = Names(
            program.pack,
            self._report,
            types=program.types,
            labels={name: fact.label for name, fact in program.pack.facts.items()},
            amount_of=program.accountant.amount_of,
        )
        for path in [p for p in program.conditions if p[:2] == (section, key)]:
            del program.conditions[path]
        if section == "duties":
            program.lengths.pop(key, None)
        tables: dict[str, dict[str, Any]] = {
            "rules": program.rules,
            "money": program.accountant.items,
            "terms": program.timekeeper.terms,
        }
        if item is None:
            tables.get(section, {}).pop(key, None)
            return
        if section == "rules":
            program.rules[key] = compile_rule(key, item, names)
        elif section == "money":
            program.accountant.items[key] = compile_money(key, item, names)
        elif section == "terms":
            program.timekeeper.terms[key] = compile_term(key, item, names)
        elif section == "duties" and item.lasts is not None:
            program.lengths[key] = compile_operand(item.lasts, names, ("duties", key, "lasts"), 0)
        elif section == "processes":
            prove(item, ("processes", key), self._report)
        if section in ("processes", "rights", "duties", "papers"):
            only = program.pack.model_copy(
                update={
                    s: {key: item} if s == section else {}
                    for s in ("processes", "rights", "duties", "papers")
                }
            )
            for path, node in loose_conditions(only):
                program.conditions[path] = compile_condition(node, names, path, 0, Force.must)


@contextmanager
def _restored(program: Program) -> Iterator[None]:
    """Afterwards every table of the program is as it was. (Programs never change otherwise; copying each would be slow.)"""
    tables: list[dict[Any, Any]] = [
        program.rules, program.accountant.items, program.timekeeper.terms, program.conditions, program.lengths,
        *(getattr(program.pack, section) for section in ITEM_SECTIONS),
    ]  # fmt: skip
    saved = [dict(table) for table in tables]
    program.forget_choices()
    try:
        yield
    finally:
        for table, content in zip(tables, saved, strict=True):
            table.clear()
            table.update(content)
        program.forget_choices()


def _validated(mutation: Mutation) -> Any:
    if mutation.item is None:
        return None
    section = str(mutation.root[0])
    of: type[BaseModel] = InForce if section == "pack" else get_args(Pack.model_fields[section].annotation)[1]
    try:
        return of.model_validate(mutation.item)
    except ValidationError:
        raise _Refused from None
