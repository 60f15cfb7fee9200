"""One chain of signatures serves every approval: 经办 → 科室 → 分管 → 主管; which stages need which is the programme's data.

What is signed is a proposal: amounts where money moves, else how the stage is to be concluded (`propose`).
"""

from __future__ import annotations

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.models import Proposal, SignOff
from jiebang.lifecycle.proposals import require_current, standing_proposal
from jiebang.lifecycle.transitions import Act, Transition, register
from jiebang.organisations.enums import Position
from jiebang.policy.stages import KINDS, MONEY_KINDS


def sign_off(act: Act) -> None:
    """Sign in one's position. In order; nobody signs twice; a refusal voids the chain and sends it back to its start."""
    assert act.actor is not None
    chain = chain_of(act)
    if not chain:
        raise UnableToApply(where=act.stage.label, what="这个阶段不需要逐级审批", fix="直接办结")
    standing = SignOff.objects.filter(run=act.run, voided_at__isnull=True).select_related("signed_by")
    signed = list(standing.order_by("pk"))
    if len(signed) == len(chain):
        raise AlreadyDone(where=act.stage.label, what="审批已经全部签完", fix="可以办结")
    turn = chain[len(signed)]
    if act.actor.position != turn:
        raise NotAllowed(
            where=act.stage.label,
            what=f"现在轮到{Position(turn).label}签署",
            fix="等前一级签署，或换一个身份",
        )
    # A person may have several accounts.
    if any(one.signed_by.person_id == act.actor.person_id for one in signed):
        raise NotAllowed(where=act.stage.label, what="同一个人不能签两级", fix="由另一位有权的人签署")
    agreed = bool(act.payload.get("agreed"))
    note = str(act.payload.get("note", ""))
    if not agreed and not note.strip():
        raise UnableToApply(where=act.stage.label, what="不同意要写理由", fix="写明理由")
    _note_in_ledger(act, turn, agreed=agreed)
    made = SignOff.objects.create(
        run=act.run,
        position=turn,
        signed_at=act.at,
        signed_by_id=act.actor.account_id,
        agreed=agreed,
        note=note,
    )
    if not agreed:
        void_signatures(act)
    act.result["sign_off"] = made.pk


def _note_in_ledger(act: Act, position: str, *, agreed: bool) -> None:
    """Who agreed to what: without the proposal's digest a signature could later be said to be another's."""
    body = {"subject": act.subject.pk, "position": position, "agreed": agreed}
    if act.stage.kind not in MONEY_KINDS:
        proposal = standing_proposal(act.run)
        if proposal is None:
            raise UnableToApply(where=act.stage.label, what="还没有提出拟办意见", fix="先提出，再逐级签署")
        if agreed:
            require_current(act, proposal)
        body["proposal"] = proposal.digest
    act.drafts.append(EntryDraft("proposal.signed", body))


def void_signatures(act: Act) -> None:
    """Start the chain again: what was signed has changed, or somebody refused. The old signatures stay readable."""
    SignOff.objects.filter(run=act.run, voided_at__isnull=True).update(voided_at=act.at)
    Proposal.objects.filter(run=act.run, withdrawn_at__isnull=True).update(withdrawn_at=act.at)


def chain_of(act: Act) -> list[str]:
    """The positions that have to sign at this kind of stage in this programme, in order."""
    return list(act.subject.programme.sign_off_chains.get(act.stage.kind, []))


def require_signed(act: Act) -> None:
    """Raise UnableToApply where this isn't done as it was signed, or signatures are missing."""
    if not chain_of(act) or act.is_signed:
        return
    if act.is_trial:
        act.is_signed = True
    elif act.stage.kind in MONEY_KINDS:
        require_every_signature(act)
    else:
        raise UnableToApply(
            where=act.stage.label,
            what="这个结果要逐级审批",
            fix="先提出拟办意见，签完后按签署的意见办结",
        )


def require_every_signature(act: Act) -> None:
    """Raise UnableToApply naming the positions whose signatures are missing."""
    agreed = SignOff.objects.filter(run=act.run, voided_at__isnull=True, agreed=True)
    missing = chain_of(act)[agreed.count() :]
    if missing:
        waits = "、".join(Position(p).label for p in missing)
        raise UnableToApply(
            where=act.stage.label, what=f"逐级审批还没有签完：尚待{waits}", fix="签完后再办结"
        )


register(Transition("sign_off", "签署", frozenset(KINDS), frozenset({"by"}), sign_off, window="always"))
