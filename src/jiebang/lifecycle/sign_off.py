"""One chain of signatures serves every approval: 经办 → 科室 → 分管 → 主管; which stages need which is the programme's data.

What is signed is a proposal: amounts where money moves, else how the stage is to be concluded (`propose`).
"""

from __future__ import annotations

from collections.abc import Callable

from jiebang.kernel.periods import SHANGHAI
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import Proposal, SignOff, StageRun, Subject
from jiebang.lifecycle.proposals import digest_known, require_current, standing_proposal
from jiebang.lifecycle.transitions import Act, Transition, find, register
from jiebang.organisations.enums import Position
from jiebang.policy.pack_parties import PartyIs
from jiebang.policy.pack_process import Stage
from jiebang.policy.program import Program
from jiebang.policy.stages import KINDS, MONEY_KINDS

#: What is put up where money moves is kept by a part above this one.
_amounts: list[Callable[[StageRun], str]] = []


def register_amounts(put_up: Callable[[StageRun], str]) -> None:
    """Let the part that keeps the amounts tell what of them waits for signatures at a run."""
    if put_up not in _amounts:
        _amounts.append(put_up)


def put_up_at(run: StageRun) -> str:
    """A mark of what waits for signatures at a run: another one as soon as anything else is put up, empty where nothing is."""
    if run.kind in MONEY_KINDS:
        return "".join(tell(run) for tell in _amounts)
    proposal = standing_proposal(run)
    return proposal.digest if proposal else ""


def sign_off(act: Act) -> None:
    """Sign in one's position. In order; nobody signs twice; a refusal voids the chain and sends it back to its start.

    `read` of the payload is the mark of what the signer read (`put_up_at`). Raises UnableToApply if something else stands by now.
    """
    assert act.actor is not None
    chain = chain_of(act)
    if not chain:
        raise UnableToApply(where=act.stage.label, what="这个阶段不需要逐级审批", fix="直接办结")
    require_read(act, "要签署的内容换了", "回到事项页面看过再签")
    standing = SignOff.objects.filter(run=act.run, voided_at__isnull=True).select_related("signed_by__person")
    signed = list(standing.order_by("pk"))
    turn = chain[len(signed)] if len(signed) < len(chain) else ""
    if held := next((one for one in signed if one.position == act.actor.position), None):
        # Somebody of the same position was first, or this is another tab: who signed and when is what happened.
        raise AlreadyDone(
            where=act.stage.label,
            what=f"{Position(held.position).label}这一级已由{held.signed_by.person.name}"
            f"于 {held.signed_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M} 签署",
            fix=f"现在轮到{Position(turn).label}签署" if turn else "已经全部签完，可以办结",
        )
    if not turn:
        raise AlreadyDone(where=act.stage.label, what="审批已经全部签完", fix="可以办结")
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
    made = SignOff.objects.create(
        run=act.run,
        position=turn,
        signed_at=act.at,
        signed_by_id=act.actor.account_id,
        agreed=agreed,
        note=note,
    )
    _note_in_ledger(act, made)
    if not agreed:
        void_signatures(act)
    act.result["sign_off"] = made.pk


def require_read(act: Act, what: str, fix: str) -> None:
    """Raise UnableToApply where something else waits by now than stood on the page the actor read; `read` of the payload tells."""
    if "read" in act.payload and act.payload["read"] != put_up_at(act.run):
        raise UnableToApply(where=act.stage.label, what=f"您打开页面之后，{what}", fix=fix)


def _note_in_ledger(act: Act, made: SignOff) -> None:
    """Who agreed to what: without the proposal's digest a signature could later be said to be another's."""
    body = {"subject": act.subject.pk, **signed_body(made)}
    if act.stage.kind not in MONEY_KINDS:
        proposal = standing_proposal(act.run)
        if proposal is None:
            raise UnableToApply(where=act.stage.label, what="还没有提出拟办意见", fix="先提出，再逐级签署")
        if made.agreed:
            require_current(act, proposal, digest_known(act))
        body["proposal"] = proposal.digest
    act.drafts.append(EntryDraft("proposal.signed", body))


def signed_body(made: SignOff) -> dict[str, int | str | bool]:
    """What the ledger keeps of a signature: which it is, in what position, by which account, and whether it agrees."""
    return {
        "signature": made.pk, "run": made.run_id, "position": made.position, "account": made.signed_by_id,
        "agreed": made.agreed,
    }  # fmt: skip


def void_signatures(act: Act) -> None:
    """Start the chain again: what was signed has changed, or somebody refused. The old signatures stay readable."""
    standing = SignOff.objects.filter(run=act.run, voided_at__isnull=True)
    if keys := list(standing.order_by("pk").values_list("pk", flat=True)):
        standing.update(voided_at=act.at)
        act.drafts.append(EntryDraft("signatures.voided", {"run": act.run.pk, "signatures": keys}))
    Proposal.objects.filter(run=act.run, withdrawn_at__isnull=True).update(withdrawn_at=act.at)


def chain_of(act: Act) -> list[str]:
    """The positions that have to sign what an act is to do, in order."""
    return chain_at(act.run, act.subject)


def chain_at(run: StageRun, subject: Subject) -> list[str]:
    """The positions that sign at a run, in order. None where organisations alone run the stage: nobody there has a position."""
    chain = list(subject.programme.sign_off_chains.get(run.kind, []))
    if not chain:
        return []
    program = program_of(subject)
    stage = program.pack.processes[subject.process].stages.get(run.stage)
    return chain if stage is not None and is_run_by_authority(stage, program) else []


def is_run_by_authority(stage: Stage, program: Program) -> bool:
    """Whether people with positions run a stage, so that there is somebody to sign at it."""
    parties = (program.pack.parties[role] for role in stage.by)
    return any(party.is_ is PartyIs.authority or party.or_authority for party in parties)


def is_signed_at(kind: str) -> bool:
    """Whether there is anything to sign at a kind of stage: where only time or handing in closes it, nobody decides."""
    return kind in MONEY_KINDS or find(kind, "conclude") is not None


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
