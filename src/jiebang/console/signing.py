"""A chain of signatures at a run: who has signed, whose turn it is, and what signing or going on without it waits for."""

from __future__ import annotations

from datetime import datetime

from jiebang.kernel.periods import SHANGHAI
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.roles import interest_of, roles_of
from jiebang.lifecycle.sign_off import chain_at
from jiebang.organisations.actor import Actor
from jiebang.organisations.enums import Position
from jiebang.policy.stages import MONEY_KINDS


def may_sign(run: StageRun, subject: Subject, actor: Actor, at: datetime) -> bool:
    """Whether somebody is one of those who sign at a run, now or when their turn comes."""
    if actor.position not in chain_at(run, subject) or interest_of(actor, subject, at) is not None:
        return False
    stage = program_of(subject).pack.processes[subject.process].stages[run.stage]
    return bool(set(stage.by) & set(roles_of(actor, subject, open_to=[], at=at)))


def sign_off_state(run: StageRun, subject: Subject) -> tuple[list[tuple[str, str]], str]:
    """The chain as (position, who signed and when), and the position whose turn it is."""
    chain = chain_at(run, subject)
    signed = [one for one in run.sign_offs.all() if one.voided_at is None and one.agreed]
    shown = []
    for number, position in enumerate(chain):
        told = ""
        if number < len(signed):
            one = signed[number]
            told = f"{one.signed_by.person.name} {one.signed_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
        shown.append((Position(position).label, told))
    return shown, chain[len(signed)] if len(signed) < len(chain) else ""


#: Why an act can't be done while something proposed waits where money moves, where signatures are missing, where nothing
#: is proposed.
_WAITING = {
    "propose_payment": "已经提出过金额意见，等签署和登记",
    "conclude": "已经提出过金额：登记凭证，或由签署人退回",
}
_NOT_PROPOSED = "还没有提出拟办意见，或提出之后情况变了，要重新提出"
_AFTER_SIGNATURES = frozenset({"record_payment", "conclude_as_signed"})


def signing_obstacles(
    event: str, run: StageRun, subject: Subject, actor: Actor, has_proposal: bool
) -> list[str]:
    """What the chain, or what it has to sign, holds against an act. Turns are told by their positions."""
    moves_money = run.kind in MONEY_KINDS
    if has_proposal and moves_money and event in _WAITING:
        return [_WAITING[event]]
    if event not in _AFTER_SIGNATURES | {"sign_off", "propose", "conclude"}:
        return []
    _, turn = sign_off_state(run, subject)
    if event in ("propose", "conclude"):
        waits = f"已经提出拟办意见，现在轮到{Position(turn).label}签署；要改，由签署人退回" if turn else ""
        return [waits] if has_proposal and waits else []
    if event == "sign_off":
        if not turn:
            return ["已经全部签完"]
        if turn != actor.position:
            return [f"现在轮到{Position(turn).label}签署"]
    if not has_proposal:
        return ["还没有提出金额意见" if moves_money else _NOT_PROPOSED]
    if event in _AFTER_SIGNATURES and turn:
        return [f"逐级审批还没有签完，现在轮到{Position(turn).label}"]
    return []
