"""Departures from in-principle conditions: those made, and those that could be made for a case now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from jiebang.console.articles import article_of
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import DepartureRecord, StageRun, Subject
from jiebang.lifecycle.roles import roles_of
from jiebang.lifecycle.rules import EVERY_MOMENT
from jiebang.organisations.actor import Actor
from jiebang.policy.expressions import Departs
from jiebang.policy.program import Program
from jiebang.policy.truth import FAIL
from jiebang.policy.verdicts import WITH_LABELS


@dataclass(frozen=True, slots=True)
class Departable:
    """A condition that somebody may depart from: what it is, by which clause, who may, in which form."""

    key: str
    label: str
    article: str
    who: str
    form: str
    needs_act: bool
    may: bool


@dataclass(frozen=True, slots=True)
class DepartureRow:
    """A departure as it stands on record."""

    record: DepartureRecord
    label: str
    who: str
    form: str


def departures_of(subject: Subject, program: Program) -> list[DepartureRow]:
    """Departures recorded for a subject."""
    rows = DepartureRecord.objects.filter(subject=subject).select_related("act", "recorded_by__person")
    return [
        DepartureRow(
            row,
            _label(row.key, program),
            _party(row.by_role, program),
            WITH_LABELS.get(row.with_form, row.with_form),
        )
        for row in rows.order_by("pk")
    ]


def departable_of(subject: Subject, program: Program, actor: Actor, at: datetime) -> list[Departable]:
    """Conditions at the subject's open stages that aren't met and may be departed from, and the limits of its amounts."""
    situation = situation_of(subject, at)
    made = set(situation.departures)
    held = roles_of(actor, subject, open_to=[], at=at)
    found: dict[str, Departable] = {}

    def add(key: str, clause: str, departs: Departs) -> None:
        if key in made:
            return
        found[key] = Departable(
            key, _label(key, program), article_of(program, departs.clause or clause),
            "、".join(_party(role, program) for role in departs.by), WITH_LABELS[departs.with_.value],
            departs.with_.value == "external_act",
            actor.acts_for(subject.programme.bureau_id) if departs.with_.value == "external_act" else bool(set(departs.by) & set(held)),
        )  # fmt: skip

    for run in StageRun.objects.filter(subject=subject, closed_at__isnull=True):
        for moment in EVERY_MOMENT:
            for verdict in program.judge(
                situation, program.rules_for(subject.process, run.stage, moment.value)
            ):
                for leaf in verdict.compiled.test.leaves() if verdict.word == "departable" else ():
                    if leaf.departs is not None and leaf.truth(situation) == FAIL:
                        clause = leaf.clause or verdict.compiled.rule.clause[0]
                        add(leaf.departure_keys[0], clause, leaf.departs)
        for name, item in program.money_at(subject.process, run.stage).items():
            for limit in [*item.ceilings, *item.floors]:
                if limit.departs is not None:
                    add(f"{name}#{limit.name}", limit.clause[0], limit.departs)
    return list(found.values())


def _party(role: str, program: Program) -> str:
    return program.pack.parties[role].label if role in program.pack.parties else role


def _label(key: str, program: Program) -> str:
    target, _, name = key.partition("#")
    if target in program.pack.rules:
        return program.pack.rules[target].label
    item = program.pack.money.get(target)
    if item is None:
        return key
    limit = next((one for one in [*item.ceilings, *item.floors] if one.name == name), None)
    compiled = program.accountant.items[target]
    text = next(
        (one.operand.text for one in [*compiled.ceilings, *compiled.floors] if one.limit.name == name), ""
    )
    side = "不超过" if limit in item.ceilings else "不低于"
    return f"{item.label}：一般{side}{text}"
