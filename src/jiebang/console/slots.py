"""What can be asked of somebody: slots with a type each, out of which one renderer makes every form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import prefetch_related_objects

from jiebang.console.articles import article_of
from jiebang.console.sight import sight_of
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.roles import roles_of
from jiebang.lifecycle.rules import situations_about
from jiebang.lifecycle.submissions import fields_taken
from jiebang.lifecycle.words import words_about
from jiebang.organisations.actor import Actor
from jiebang.policy.pack_facts import Source
from jiebang.policy.pack_money import DecidedAmount
from jiebang.policy.pack_process import Stage
from jiebang.policy.pack_rules import When
from jiebang.policy.program import Program
from jiebang.policy.reads_of_stage import facts_of_next
from jiebang.policy.situation import RANK, Situation
from jiebang.policy.stages import AWAITING_KINDS, INTAKE_KINDS, MONEY_KINDS
from jiebang.policy.values import LISTS, Kind, ValueType

REGISTER_RANK = RANK[Source.register]


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing an act is told. `place`: where it goes in the payload. `initial`: what is known already, raw."""

    place: tuple[str, ...]
    label: str
    type: ValueType
    required: bool = False
    hint: str = ""
    clause: str = ""
    initial: Any = None
    group: str = ""
    field_labels: Mapping[str, str] = field(default_factory=dict)
    #: how many characters there is room for; nothing is ever cut off
    longest: int | None = None

    @property
    def name(self) -> str:
        """The name of its control."""
        return ".".join(self.place)

    @property
    def may_be_none(self) -> bool:
        """Whether its filler may say that there are none: a fact that is a list, unless a paper requires some."""
        return self.place[0] in ("values", "facts") and self.type.kind in LISTS and not self.required


@dataclass(frozen=True, slots=True)
class Asking:
    """What slots are made from: an open run, its subject and pack, when and by whom, and what has been typed so far."""

    run: StageRun
    subject: Subject
    program: Program
    at: datetime
    actor: Actor
    values: dict[str, Any] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    #: the thing that what is asked for replaces or belongs to, where it isn't the run's own
    about: Subject | None = None

    @property
    def stage(self) -> Stage:
        """The pack's description of the stage."""
        return self.program.pack.processes[self.subject.process].stages[self.run.stage]


def choice(options: Mapping[str, str]) -> ValueType:
    """A type for one of some options."""
    return ValueType(Kind.choice, options=dict(options))


def fact_slot(program: Program, fact: str, root: str, **more: Any) -> Slot:
    """A slot for one of the pack's facts."""
    declared = program.pack.facts[fact]
    labels = {key: one.label for key, one in (declared.fields or {}).items()}
    more.setdefault("hint", declared.hint or "")
    return Slot((root, fact), declared.label, program.types[fact], field_labels=labels, **more)


def submission_slots(asking: Asking) -> list[Slot]:
    """One slot for each field of the papers a stage takes, given what is filled in so far."""
    found: dict[str, Slot] = {}
    program = asking.program
    about = asking.about or asking.subject
    told = set()
    if asking.run.kind in AWAITING_KINDS - INTAKE_KINDS:
        # Who applies for a thing isn't asked what the platform itself says of it.
        held_facts = situation_of(about, asking.at).facts
        told = {name for name, fact in held_facts.items() if fact.source is Source.computed}
    for paper, one in fields_taken(program, asking.stage, asking.values, asking.at, about):
        if one.fact in told:
            continue
        held = found.get(one.fact)
        if held is not None and (held.required or not one.required):
            continue
        found[one.fact] = fact_slot(
            program, one.fact, "values", required=one.required, clause=article_of(program, one.clause),
            group=held.group if held else program.pack.papers[paper].label,
        )  # fmt: skip
    return list(found.values())


def name_things(things: Iterable[Subject]) -> dict[str, str]:
    """Things to choose among, so that nobody has to know them by number: {key: number, whose it is, what it is}."""
    listed = list(things)
    prefetch_related_objects(listed, "lead")
    return {
        str(one.pk): " ".join([one.number, *([one.lead.name] if one.lead else []), f"《{one.title}》"])
        for one in listed
    }


def wanted_facts(asking: Asking, moments: tuple[When, ...]) -> dict[str, int]:
    """Facts that the rules of this stage look at and nobody has given well enough, each with the least source it takes.

    Rules about narrower things (the bids at a challenge's selection) count where the fact is lacking for any of them.
    """
    program, subject = asking.program, asking.subject
    rules = [
        rule
        for moment in moments
        for rule in program.rules_for(subject.process, asking.run.stage, moment.value)
    ]
    things, situations = situations_about(subject, {rule.about for rule in rules}, asking.at)
    found: dict[str, int] = {}
    for rule in rules:
        parts = [rule.test, *([rule.given] if rule.given else [])]
        for thing in things[rule.about]:
            for leaf in (leaf for part in parts for leaf in part.leaves()):
                for name in (n for operand in leaf.operands for n in operand.facts):
                    if _lacks(situations[thing.pk], name, leaf.least) and name in program.types:
                        found[name] = max(found.get(name, 0), leaf.least)
    return found


def _lacks(situation: Situation, name: str, least: int) -> bool:
    held = situation.facts.get(name)
    return held is None or held.rank < least


def fact_slots(asking: Asking, moments: tuple[When, ...]) -> list[Slot]:
    """Facts to be given with an act: what its rules, its amounts and what comes next still lack.

    What only a register can say is recorded by an act of its own, with the day of the query.
    """
    program = asking.program
    situation = situation_of(asking.subject, asking.at)
    wanted = wanted_facts(asking, moments)
    for name in [
        *_facts_of_money(asking, situation),
        *facts_of_next(program, asking.subject.process, asking.run.stage),
    ]:
        if name in program.types and _lacks(situation, name, 0):
            wanted.setdefault(name, 0)
    recorded = recorded_values(asking)
    names = [name for name, least in wanted.items() if least < REGISTER_RANK]
    slots = []
    for name in own_words(asking, dict.fromkeys([*names, *asking.more])):
        held = situation.facts.get(name)
        if held is not None and held.source is Source.computed:
            continue
        hint = program.pack.facts[name].hint or ""
        if held is not None and name not in asking.more:
            hint = f"{hint}；已申报，请核实".lstrip("；")
        slots.append(fact_slot(program, name, "facts", initial=recorded.get(name), hint=hint))
    return slots


def own_words(asking: Asking, names: Iterable[str]) -> list[str]:
    """Those of some facts that whoever is asked may put on record: all but what the pack makes somebody else's word.

    What each says for itself isn't asked again of whoever has said it, but where it is chosen as one `more`.
    """
    facts, listed = asking.program.pack.facts, list(names)
    if not any(facts[name].said_by for name in listed):
        return listed
    held = roles_of(asking.actor, asking.subject, open_to=[], at=asking.at)
    of_each = asking.program.said_by_each.keys() & set(listed) - set(asking.more)
    said = {
        one.name
        for one in words_about(asking.subject, of_each)
        if one.organisation_id == asking.actor.organisation_id
    }
    return [
        name
        for name in listed
        if name not in said and (not (whose := facts[name].said_by) or set(whose) & set(held))
    ]


def recorded_values(asking: Asking) -> dict[str, Any]:
    """Values as recorded, as far as whoever is asked may read them, so that they can be offered for confirmation.

    Of what each says for itself nobody is offered another's word.
    """
    seen = sight_of(asking.actor, asking.subject, asking.program, asking.at).readable
    of_each = asking.program.said_by_each
    found = {name: entry.value for name, entry in seen.items() if name not in of_each}
    for name in of_each.keys() & seen.keys():
        for one in words_about(seen[name].subject, [name]):
            if one.organisation_id == asking.actor.organisation_id:
                found[name] = one.value
    return found


def _facts_of_money(asking: Asking, situation: Situation) -> Iterable[str]:
    """What the amounts of a payment stage still need, the amount that somebody decides among them."""
    if asking.run.kind not in MONEY_KINDS:
        return
    program = asking.program
    for key, item in program.money_at(asking.subject.process, asking.run.stage).items():
        if isinstance(item.amount, DecidedAmount):
            yield item.amount.decided
        yield from program.accountant.compute(key, situation).missing
