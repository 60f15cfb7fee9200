"""What waits at a run for the chain's signatures, as those who sign read it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from jiebang.console.labels import outcome_label
from jiebang.console.queries import names_in, show_value
from jiebang.console.slots import name_things
from jiebang.funding.models import Payment
from jiebang.funding.sent_back import is_outdated
from jiebang.lifecycle.models import Proposal, StageRun, Subject
from jiebang.lifecycle.proposals import changed_since, standing_proposal
from jiebang.lifecycle.transitions import Act
from jiebang.policy.stages import MONEY_KINDS


@dataclass(frozen=True, slots=True)
class Proposed:
    """How a stage is to be concluded: in words, with what would end by it and what has changed meanwhile."""

    proposal: Proposal
    outcome: str
    note: str
    chosen: tuple[str, ...]
    facts: tuple[tuple[str, str], ...]
    ends: tuple[str, ...]
    changed: tuple[str, ...]


def standing_at(runs: Iterable[StageRun]) -> set[int]:
    """Keys of the runs at which something was proposed and waits; two queries, however many runs."""
    by_money: dict[bool, list[StageRun]] = {True: [], False: []}
    for run in runs:
        by_money[run.kind in MONEY_KINDS].append(run)
    payments = Payment.objects.filter(run__in=by_money[True], withdrawn_at__isnull=True)
    proposals = Proposal.objects.filter(run__in=by_money[False], withdrawn_at__isnull=True)
    return {*payments.values_list("run_id", flat=True), *proposals.values_list("run_id", flat=True)}


def still_stands(act: Act) -> bool:
    """Whether something waits as it was proposed. What isn't so any more stands in nobody's way: it is proposed anew."""
    if not standing_at([act.run]):
        return False
    if act.stage.kind in MONEY_KINDS:
        return not is_outdated(act)
    proposal = standing_proposal(act.run)
    return proposal is not None and not changed_since(act, proposal)


def proposed_at(act: Act) -> Proposed | None:
    """The conclusion that was proposed at a run, for those inside."""
    proposal = Proposal.objects.filter(run=act.run, withdrawn_at__isnull=True).first()
    if proposal is None:
        return None
    payload: dict[str, Any] = proposal.payload
    things = Subject.objects.filter(pk__in={*proposal.ends, *payload.get("bids", [])}).order_by("pk")
    named = {int(key): told for key, told in name_things(things).items()}
    return Proposed(
        proposal,
        outcome_label(act.stage.kind, proposal.outcome),
        str(payload.get("note", "")),
        tuple(named[pk] for pk in payload.get("bids", []) if pk in named),
        tuple(_facts(act, payload.get("facts", {}))),
        tuple(named[pk] for pk in proposal.ends if pk in named),
        tuple(changed_since(act, proposal)),
    )


def _facts(act: Act, given: dict[str, Any]) -> Iterable[tuple[str, str]]:
    types, declared = act.program.types, act.program.pack.facts
    values = {
        name: raw["value"] if isinstance(raw, dict) and "value" in raw else raw for name, raw in given.items()
    }
    names = names_in([(types[name], raw) for name, raw in values.items()])
    for name, raw in values.items():
        yield declared[name].label, show_value(raw, types[name], names)
