"""What waits at a run for the chain's signatures, as those who sign read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jiebang.console.queries import names_in, show_value
from jiebang.console.signing import may_sign
from jiebang.console.slots import name_things
from jiebang.console.visibility import may_read_only, sees_proposals
from jiebang.documents.reference import FileReference, references_in
from jiebang.funding.models import Payment
from jiebang.funding.sent_back import Outdated, is_outdated, outdated_payments
from jiebang.lifecycle.models import FactEntry, Proposal, StageRun, Subject, SubjectKind
from jiebang.lifecycle.proposals import changed_since, digest_known, digests_known, standing_proposal
from jiebang.lifecycle.transitions import Act
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Mandate
from jiebang.policy.stages import MONEY_KINDS
from jiebang.policy.words import outcome_label


@dataclass(frozen=True, slots=True)
class ProposedFact:
    """One fact that would be recorded, with the files it names."""

    name: str
    label: str
    value: str
    files: tuple[FileReference, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """One thing that concluding would set up: a project, a lane; what it grows out of, in words, where it does."""

    kind: str
    number: str
    title: str
    origin: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """How a stage is to be concluded: in words, with what would be set up and end by it, and what has changed meanwhile."""

    proposal: Proposal
    outcome: str
    note: str
    chosen: tuple[str, ...]
    facts: tuple[ProposedFact, ...]
    makes: tuple[Made, ...]
    ends: tuple[str, ...]
    changed: tuple[str, ...]
    #: whether the reader may open the files that it names
    opens: bool

    def is_by(self, actor: Actor) -> bool:
        """Whether the actor is the very person who proposed it."""
        return self.proposal.proposed_by.person_id == actor.person_id


def standing_at(runs: Iterable[StageRun]) -> set[int]:
    """Keys of the runs at which something was proposed and waits; two queries, however many runs."""
    by_money: dict[bool, list[StageRun]] = {True: [], False: []}
    for run in runs:
        by_money[run.kind in MONEY_KINDS].append(run)
    payments = Payment.objects.filter(run__in=by_money[True], withdrawn_at__isnull=True)
    proposals = Proposal.objects.filter(run__in=by_money[False], withdrawn_at__isnull=True)
    return {*payments.values_list("run_id", flat=True), *proposals.values_list("run_id", flat=True)}


def outdated_at(acts: Iterable[Act]) -> dict[int, Outdated]:
    """What was proposed at the runs of some acts, all at one instant, and has changed since, by the run's key.

    As many queries for many acts as for one.
    """
    by_run = {act.run.pk: act for act in acts}
    standing = Proposal.objects.filter(run__in=by_run, withdrawn_at__isnull=True)
    proposals = {one.run_id: one for one in standing.select_related("proposed_by")}
    known = digests_known([by_run[pk] for pk in proposals])
    return {
        pk: Outdated(frozenset([one.proposed_by.person_id]), tuple(changed))
        for pk, one in proposals.items()
        if (changed := changed_since(by_run[pk], one, known[pk]))
    } | outdated_payments(by_run.values())


def still_stands(act: Act, proposed: Proposed | None) -> bool:
    """Whether something waits as it was proposed. What isn't so any more stands in nobody's way: it is proposed anew."""
    if act.stage.kind in MONEY_KINDS:
        return bool(standing_at([act.run])) and not is_outdated(act)
    return proposed is not None and not proposed.changed


def proposed_at(act: Act) -> Proposed | None:
    """The conclusion that was proposed at a run, for those inside."""
    proposal = standing_proposal(act.run)
    if proposal is None:
        return None
    payload: dict[str, Any] = proposal.payload
    grown = {one["origin"] for one in proposal.makes if one["origin"]}
    keys = {*proposal.ends, *payload.get("bids", []), *grown}
    named = {
        int(key): told
        for key, told in name_things(Subject.objects.filter(pk__in=keys).order_by("pk")).items()
    }
    return Proposed(
        proposal,
        outcome_label(act.stage.kind, proposal.outcome),
        str(payload.get("note", "")),
        tuple(named[pk] for pk in payload.get("bids", []) if pk in named),
        tuple(_shown(act)),
        tuple(
            Made(SubjectKind(one["kind"]).label, one["number"], one["title"], named.get(one["origin"], ""))
            for one in proposal.makes
        ),
        tuple(named[pk] for pk in proposal.ends if pk in named),
        tuple(changed_since(act, proposal, digest_known(act))),
        _opens(act, proposal),
    )


def _opens(act: Act, proposal: Proposal) -> bool:
    """Whether the actor is one of those who sign, an auditor, or of the authority that put it forward with its own files."""
    actor = act.actor
    assert actor is not None
    if not sees_proposals(actor):
        return False
    own = Mandate.objects.filter(person__accounts=proposal.proposed_by_id, authority=actor.authority_id)
    return may_read_only(actor) or may_sign(act.run, act.subject, actor, act.at) or own.exists()


def proposed_facts(subject: Subject) -> Iterable[tuple[StageRun, FactEntry]]:
    """The facts as they would be recorded if what stands proposed at a thing's open runs were concluded, each with its run.

    Nothing of them is saved.
    """
    standing = Proposal.objects.filter(
        run__subject=subject, run__closed_at__isnull=True, withdrawn_at__isnull=True
    )
    for proposal in standing.select_related("run").order_by("pk"):
        for name, raw in proposal.payload.get("facts", {}).items():
            entry = FactEntry(
                subject=subject, name=name, value=raw["value"], source=raw["source"], as_of=raw["as_of"],
                recorded_by_id=proposal.proposed_by_id,
            )  # fmt: skip
            yield proposal.run, entry


def _shown(act: Act) -> Iterable[ProposedFact]:
    types, declared = act.program.types, act.program.pack.facts
    entries = [one for run, one in proposed_facts(act.subject) if run == act.run and one.name in types]
    names = names_in([(types[one.name], one.value) for one in entries])
    for one in entries:
        files = tuple(references_in(one.value))
        text = show_value(one.value, types[one.name], names)
        yield ProposedFact(one.name, declared[one.name].label, text, files)
