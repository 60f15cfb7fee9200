"""Where a chain of signatures is due, how a stage is to be concluded is proposed first, signed as it stands, concluded as signed.

Otherwise the chain would sign a stage, and whoever concludes could still choose other bids, amounts or facts.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction

from jiebang.ledger.append import EntryDraft, salted_digest
from jiebang.lifecycle.begun import noting_begun
from jiebang.lifecycle.door import ended_at
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.facts import as_recorded, source_of
from jiebang.lifecycle.known import noting_questions
from jiebang.lifecycle.models import Proposal, StageRun, Subject
from jiebang.lifecycle.proposals import (
    changed_since,
    digest_asked,
    digest_known,
    require_current,
    standing_proposal,
)
from jiebang.lifecycle.routing import close_run
from jiebang.lifecycle.sign_off import chain_of, require_every_signature, require_read, void_signatures
from jiebang.lifecycle.transitions import Act, Transition, find, register
from jiebang.policy.stages import KINDS, MONEY_KINDS


def propose(act: Act) -> None:
    """Put forward with what the stage is to be concluded; tried out whole and undone, so that nobody signs what can't be done.

    An earlier proposal and its signatures are void then. Raises whatever concluding would, AlreadyDone for the same proposal
    again, UnableToApply where no signatures are due, NotAllowed for an organisation that runs the stage with the bureau.
    """
    assert act.actor is not None
    if act.actor.organisation_id is not None:
        # Its words aren't the bureau's to sign, and putting up others would void what was signed.
        raise NotAllowed(where=act.stage.label, what="拟办意见由主管部门提出", fix="请经办人提出")
    if given := act.payload.get("facts"):
        # What was found was found by now, whenever the last signature comes.
        act.payload = {**act.payload, "facts": as_recorded(given, source_of(act), act.at)}
    trial = _try_out(act)
    told = {
        "payload": {name: given for name, given in act.payload.items() if name != "read"},
        "outcome": trial.outcome, "ends": trial.ends, "makes": trial.makes,
    }  # fmt: skip
    known, earlier = digest_known(act), standing_proposal(act.run)
    if (
        earlier is not None
        and told == {name: getattr(earlier, name) for name in told}
        and not changed_since(act, earlier, known, trial.asked)
    ):
        raise AlreadyDone(where=act.stage.label, what="同样的拟办意见已经提出", fix="等逐级签署")
    require_read(act, "别人提出了另一份拟办意见", "回到事项页面看过；要改，由签署人退回后重新提出")
    void_signatures(act)
    salt = secrets.token_hex(16)
    made = Proposal.objects.create(
        run=act.run, **told, known=known, asked=trial.asked, salt=salt, digest=salted_digest(told, salt),
        proposed_at=act.at, proposed_by_id=act.actor.account_id,
    )  # fmt: skip
    act.drafts.append(EntryDraft("conclusion.proposed", {"subject": act.subject.pk, **proposal_body(made)}))
    act.result["proposal"] = made.pk


def proposal_body(row: Proposal) -> dict[str, Any]:
    """What the ledger keeps of a proposal: for which run, by whom, and digests of what it says and of what it rests on."""
    content = {name: getattr(row, name) for name in ("payload", "outcome", "ends", "makes")}
    return {
        "run": row.run_id, "outcome": row.outcome, "proposal": salted_digest(content, row.salt), "proposed_by": row.proposed_by_id,
        "rests_on": salted_digest({"known": row.known, "asked": row.asked}, row.salt),
    }  # fmt: skip


def withdraw_proposal(act: Act) -> None:
    """Take back what one has proposed oneself; the signatures under it are void. Others' is for those who sign to send back."""
    assert act.actor is not None
    proposal = standing_proposal(act.run)
    if proposal is None:
        raise UnableToApply(
            where=act.stage.label,
            what="没有拟办意见可以撤回，或已经退回、撤回",
            fix="回到事项页面看现在的情况",
        )
    if proposal.proposed_by.person_id != act.actor.person_id:
        raise NotAllowed(
            where=act.stage.label,
            what=f"这份拟办意见由{proposal.proposed_by.person.name}提出，只能由其本人撤回",
            fix="由提出人撤回，或由轮到签署的人退回",
        )
    require_read(act, "拟办意见换了", "回到事项页面看过再撤回")
    void_signatures(act)
    body = {"subject": act.subject.pk, "proposal": proposal.digest}
    act.drafts.append(EntryDraft("proposal.withdrawn", body))


@dataclass(frozen=True, slots=True)
class _Done:
    """What concluding came to: its outcome, what ended and what was made by it, and the open questions it looked at."""

    outcome: str | None
    ends: list[int]
    makes: list[dict[str, Any]]
    asked: dict[str, str]


def _try_out(act: Act) -> _Done:
    """What concluding would come to; undone."""
    row = find(act.stage.kind, "conclude")
    if row is None or not chain_of(act):
        raise UnableToApply(where=act.stage.label, what="这个阶段不需要逐级审批", fix="直接办结")
    with transaction.atomic(), noting_begun():
        # Rows of its own: what the trial leaves on them in memory isn't undone.
        run, subject = _fresh(act)
        trial = replace(act, run=run, subject=subject, is_trial=True, drafts=[], messages=[], result={})
        done = _handle(row, trial)
        transaction.set_rollback(True)
    if done.outcome is None or not trial.is_signed:
        raise UnableToApply(where=act.stage.label, what="这个结果不需要逐级审批", fix="直接办结")
    return done


def _fresh(act: Act) -> tuple[StageRun, Subject]:
    subject = Subject.objects.select_related("programme").get(pk=act.subject.pk)
    run = StageRun.objects.get(pk=act.run.pk)
    run.subject = subject
    return run, subject


def _handle(row: Transition, act: Act) -> _Done:
    """Do the act. What would open after it is tried out and undone: the door opens it, and asks what that asks."""
    before = ended_at(act.subject, act.at)
    newest = Subject.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    with noting_questions() as asked:
        outcome = row.handle(act)
        ends = sorted(ended_at(act.subject, act.at) - before)
        made = Subject.objects.filter(programme=act.subject.programme_id, pk__gt=newest).order_by("pk")
        makes = [_describe(one) for one in made]
        if outcome is not None:
            with transaction.atomic(), noting_begun():
                close_run(_fresh(act)[0], outcome, act.at)
                transaction.set_rollback(True)
    return _Done(outcome, ends, makes, digest_asked(asked))


def _describe(one: Subject) -> dict[str, Any]:
    """A new thing by everything but its key, which it has only once it is really made."""
    names = ("kind", "number", "title", "lead_id", "parent_id", "origin_id")
    return {name.removesuffix("_id"): getattr(one, name) for name in names}


def conclude_as_signed(act: Act) -> str | None:
    """Conclude with what every position of the chain has signed, and nothing else.

    Raises UnableToApply while signatures are missing, or where what was signed would now have other consequences.
    """
    proposal = standing_proposal(act.run)
    row = find(act.stage.kind, "conclude")
    if proposal is None or row is None:
        raise UnableToApply(where=act.stage.label, what="还没有提出拟办意见", fix="先提出，再逐级签署")
    require_every_signature(act)
    now = digest_known(act)
    require_current(act, proposal, now)
    act.payload, act.is_signed = proposal.payload, True
    done = _handle(row, act)
    # What was decided counts if it was looked at, which is known only now; what it was before, because facts are recorded.
    require_current(act, proposal, now, done.asked)
    if (done.outcome, done.ends, done.makes) != (proposal.outcome, proposal.ends, proposal.makes):
        raise UnableToApply(
            where=act.stage.label,
            what="按签署的意见办结，结果已经和签署时不同",
            fix="由签署人退回，重新提出，再逐级签署",
        )
    act.drafts.append(
        EntryDraft("proposal.concluded", {"subject": act.subject.pk, "proposal": proposal.digest})
    )
    return done.outcome


_KINDS = frozenset(KINDS) - MONEY_KINDS
register(
    Transition("propose", "提出拟办意见", _KINDS, frozenset({"by"}), propose),
    Transition(
        "withdraw_proposal", "撤回拟办意见", _KINDS, frozenset({"by"}), withdraw_proposal, window="always"
    ),
    Transition("conclude_as_signed", "按签署的意见办结", _KINDS, frozenset({"by"}), conclude_as_signed),
)
