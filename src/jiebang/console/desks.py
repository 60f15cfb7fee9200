"""An open run as a page shows it: what may be done there, what the rules say of it, what waits and what came back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from jiebang.console.articles import articles_of
from jiebang.console.offers import (
    ASIDE,
    SUBMISSIONS,
    Offer,
    days_left,
    describe_stage,
    is_others_money,
    offers_of,
)
from jiebang.console.proposed import Proposed, proposed_at
from jiebang.console.sight import Sight, sight_of
from jiebang.console.signing import sign_off_state
from jiebang.console.visibility import sees_proposals, visible_runs, visible_subjects
from jiebang.kernel.periods import local_date
from jiebang.lifecycle.known import program_of, situation_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.rules import EVERY_MOMENT, situations_about
from jiebang.lifecycle.transitions import Act
from jiebang.organisations.actor import Actor
from jiebang.policy.pack_process import Stage
from jiebang.policy.pack_rules import When
from jiebang.policy.process import is_windowed, targets_of
from jiebang.policy.program import Program
from jiebang.policy.stages import INTAKE_KINDS, MONEY_KINDS
from jiebang.policy.verdicts import explain_verdict, judge_rule

_DIGEST = re.compile(r"（sha256:[0-9a-f]{64}）")
#: What the chain on the page tells already: whose turn it is, and that what has been put up waits for it.
_TOLD_BY_THE_CHAIN = frozenset({"sign_off", "conclude_as_signed"})
_PUT_UP = frozenset({"propose", "conclude"})
#: Verdicts that stand in nobody's way.
_IN_ORDER = frozenset({"pass", "departed", "not-applicable"})


@dataclass(slots=True)
class Desk:
    """Everything about one open run that its page shows."""

    run: StageRun
    stage: Stage
    articles: list[str]
    days_left: int | None
    offers: list[Offer]
    verdicts: list[dict[str, Any]]
    unset_ahead: list[tuple[str, str]]
    chain: list[tuple[str, str]]
    #: what waits for the chain's signatures; nothing where money moves, whose amounts are shown by themselves
    proposed: Proposed | None = None
    returned: str | None = None
    #: a year without whose holidays what comes next can't be dated
    year_ahead: int | None = None

    @property
    def decides(self) -> bool:
        """Whether the actor may end this run now, so that what the rules say concerns it at once."""
        return any(one.allowed and one.event not in SUBMISSIONS | ASIDE for one in self.offers)

    @property
    def may_act(self) -> bool:
        """Whether there is anything here for the actor to do now."""
        return any(one.allowed for one in self.offers)

    @property
    def barred(self) -> list[Offer]:
        """What is the actor's own but can't be done now, each with why; whose turn it is to sign stands in the chain."""
        return [one for one in self._closed if one.is_own]

    @property
    def others(self) -> list[Offer]:
        """What is for others to do."""
        return [one for one in self._closed if not one.is_own]

    @property
    def _closed(self) -> list[Offer]:
        return [
            one
            for one in self.offers
            if not one.allowed
            and not (
                self.chain and (one.event in _TOLD_BY_THE_CHAIN or (self.proposed and one.event in _PUT_UP))
            )
        ]

    @property
    def turn(self) -> str:
        """The position that signs next; empty where nobody does."""
        return next((position for position, told in self.chain if not told), "")

    @property
    def waits_for_proposal(self) -> bool:
        """Whether nothing is there that the chain could sign: not yet, or not as it was proposed."""
        return self.run.kind not in MONEY_KINDS and (self.proposed is None or bool(self.proposed.changed))

    @property
    def against(self) -> list[dict[str, Any]]:
        """What the rules say that stands in the way, or may."""
        return [one for one in self.verdicts if one["verdict"] not in _IN_ORDER]

    @property
    def in_order(self) -> list[dict[str, Any]]:
        """What the rules have nothing against."""
        return [one for one in self.verdicts if one["verdict"] in _IN_ORDER]

    @property
    def tally(self) -> list[tuple[str, int]]:
        """How many rules say what, the unfavourable first."""
        found = [one["verdict"] for one in self.verdicts]
        order = ("fail", "unknown", "departable", "departed", "pass", "not-applicable", "withheld")
        return [(word, found.count(word)) for word in order if word in found]


def desks_of(subject: Subject, actor: Actor, at: datetime) -> list[Desk]:
    """The open runs of a subject that the actor may know of, with everything that can be done there."""
    program = program_of(subject)
    runs = visible_runs(actor, at).filter(subject=subject, closed_at__isnull=True).order_by("opened_at", "pk")
    found = []
    for run in runs.prefetch_related("sign_offs__signed_by__person"):
        run.subject = subject
        stage = describe_stage(program, subject, run.stage)
        if stage is not None:
            found.append(_desk(run, stage, program, actor, at))
    return found


def _desk(run: StageRun, stage: Stage, program: Program, actor: Actor, at: datetime) -> Desk:
    subject = run.subject
    situation = situation_of(subject, at)
    verdicts = verdicts_of(run, program, at)
    serves = sees_proposals(actor)
    act = Act(run, subject, stage, program, actor, None, at, {})
    proposed = proposed_at(act)
    if actor.organisation_id is not None:
        # What the rules say of a rival's bid is as closed to others as the bid itself.
        seen = set(visible_subjects(actor, at).values_list("pk", flat=True))
        verdicts = [one for one in verdicts if one["thing"] is None or one["thing"].pk in seen]
    verdicts = _keep_back(verdicts, subject, program, actor, at)
    unset: list[tuple[str, str]] = []
    year_ahead = None
    for target in stage.outcomes.values():
        for name in targets_of(target):
            after = program.pack.processes[subject.process].stages[name]
            if is_windowed(after) and after.term is not None:
                deadline = program.timekeeper.deadline(after.term, local_date(at), situation)
                unset += [(key, program.pack.discretion[key].question) for key in deadline.unset]
                year_ahead = year_ahead or deadline.unknown_year
    return Desk(
        run=run,
        stage=stage,
        articles=articles_of(program, stage.clause),
        days_left=days_left(run, at),
        offers=offers_of(act, proposed),
        verdicts=verdicts,
        unset_ahead=list(dict.fromkeys(unset)),
        chain=sign_off_state(run, subject)[0] if serves and not is_others_money(run, subject) else [],
        proposed=proposed if serves else None,
        returned=_returned_with(run),
        year_ahead=year_ahead,
    )


def _returned_with(run: StageRun) -> str | None:
    """The words with which a thing was given back to those who handed it in; None where this run isn't such a correction."""
    subject = run.subject
    if run.kind not in INTAKE_KINDS or subject.kind in ("batch", "challenge"):
        return None
    before = StageRun.objects.filter(subject=subject, outcome="returned").order_by("-closed_at").first()
    return before.note if before else ""


def _keep_back(
    verdicts: list[dict[str, Any]], subject: Subject, program: Program, actor: Actor, at: datetime
) -> list[dict[str, Any]]:
    """Of what rests on something its reader may not know leave out why and whether it holds: either tells of the value.

    Of what is sealed say nothing.
    """
    sights: dict[int, Sight] = {}
    found = []
    for one in verdicts:
        thing = one["thing"] or subject
        if thing.pk not in sights:
            sights[thing.pk] = sight_of(actor, thing, program, at)
        if sights[thing.pk].sealed & facts_read(one):
            continue
        if withhold(one, sights[thing.pk]):
            one["verdict"] = "withheld"
        found.append(one)
    return found


def facts_read(told: dict[str, Any]) -> set[str]:
    """The facts that a verdict, told as data, rests on."""
    return {given["fact"] for leaf in told["conditions"] for given in leaf["inputs"]}


def withhold(told: dict[str, Any], sight: Sight) -> bool:
    """Leave the explanation of a verdict out that rests on what its reader may not know; whether it does."""
    rests = bool(sight.kept & facts_read(told))
    if rests:
        told["explanation"] = f"{told['label']}：所依据的内容没有公布，不在这里写明"
    return rests


def verdicts_of(run: StageRun, program: Program, at: datetime) -> list[dict[str, Any]]:
    """What the rules of a run say now, those about narrower things once for each of these."""
    subject = run.subject
    # Where anybody may still hand in, what is asked of a paper is judged on that paper, not on the batch that waits for it.
    is_open_to_papers = run.kind in INTAKE_KINDS and subject.kind in ("batch", "challenge")
    rules = [
        rule
        for moment in EVERY_MOMENT
        if not (is_open_to_papers and moment is When.submit)
        for rule in program.rules_for(subject.process, run.stage, moment.value)
    ]
    things, situations = situations_about(subject, {rule.about for rule in rules}, at)
    found = []
    for rule in rules:
        for thing in things[rule.about]:
            told = explain_verdict(judge_rule(rule, situations[thing.pk]), program.types, program.pack)
            told["articles"] = articles_of(program, told["clause"])
            # Which file it is can be seen among the facts; a digest is no reading.
            told["explanation"] = _DIGEST.sub("", told["explanation"])
            told["thing"] = thing if thing is not subject else None
            found.append(told)
    return found
