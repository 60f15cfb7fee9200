"""Somebody entitled departs from an in-principle condition for one subject, in the form the clause asks for."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from jiebang.ledger.append import EntryDraft, append_entries, salted_digest
from jiebang.lifecycle.door import take_turn
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import DepartureRecord, ExternalAct, Subject
from jiebang.lifecycle.roles import require_no_interest, roles_of
from jiebang.organisations.actor import Actor
from jiebang.policy.expressions import Departs
from jiebang.policy.program import Program


def record_departure(
    *, subject: Subject, key: str, reason: str, actor: Actor, at: datetime, act: ExternalAct | None = None
) -> DepartureRecord:
    """Record a departure from `rule`, `rule#leaf` or `money#limit`.

    Raises NotAllowed for a body the clause doesn't name, UnableToApply for a missing reason or act or a condition that
    can't be departed from or another programme's act, AlreadyDone for a second one. An external act's body departs through
    the programme's bureau, which alone records its acts. Nobody departs for a case of their own house.
    """
    program = program_of(subject)
    departs = _departs_of(program, key)
    if departs is None:
        raise UnableToApply(where=key, what="这个条件是硬性的，不能例外", fix="按条件办理")
    if departs.with_.value == "external_act":
        if act is None:
            raise UnableToApply(where=key, what="要有批复文件才能例外", fix="先记录批复的文号和日期")
        if act.programme_id != subject.programme_id:
            raise UnableToApply(
                where=key, what="这份批复是另一个计划的", fix="先在本计划记录批复的文号和日期"
            )
        if not actor.acts_for(subject.programme.bureau_id):
            raise NotAllowed(
                where=key, what="依批复的例外只由主管部门记录", fix="由本计划主管部门的经办人办理"
            )
        role = next(
            (
                r
                for r in departs.by
                if act.issuer.held_roles.filter(programme=subject.programme, role=r).exists()
            ),
            None,
        )
    else:
        if not reason.strip():
            raise UnableToApply(where=key, what="没有写理由", fix="写明为什么例外")
        held = roles_of(actor, subject, open_to=[], at=at)
        role = next((r for r in departs.by if r in held), None)
    if role is None:
        who = "、".join(program.pack.parties[r].label if r in program.pack.parties else r for r in departs.by)
        raise NotAllowed(where=key, what="无权作出这项例外", fix=f"由{who}决定")
    require_no_interest(actor, subject, at, key)
    with transaction.atomic():
        take_turn(subject.programme_id)
        if DepartureRecord.objects.filter(subject=subject, key=key).exists():
            raise AlreadyDone(where=key, what="这项例外已经记录过", fix="刷新页面查看")
        made = DepartureRecord.objects.create(
            subject=subject, key=key, by_role=role, with_form=departs.with_.value, reason=reason, act=act,
            recorded_at=at, recorded_by_id=actor.account_id, salt=secrets.token_hex(16),
        )  # fmt: skip
        body = {**departure_body(made), "actor": actor.reference}
        append_entries(subject.programme.chain_key, [EntryDraft("departure.recorded", body)], at)
    return made


def _departs_of(program: Program, key: str) -> Departs | None:
    target, _, name = key.partition("#")
    if target in program.rules:
        leaves = [
            leaf
            for leaf in program.rules[target].test.leaves()
            if leaf.departs is not None and key in leaf.departure_keys
        ]
        return leaves[0].departs if leaves else None
    item = program.pack.money.get(target)
    limits = [*item.ceilings, *item.floors] if item else []
    return next((limit.departs for limit in limits if limit.name == name), None)


def departure_body(row: DepartureRecord) -> dict[str, Any]:
    """What the ledger keeps of a departure. Of its reason a digest: people may be named there. 0 stands for none."""
    return {
        "departure": row.pk, "subject": row.subject_id, "key": row.key, "role": row.by_role, "with": row.with_form,
        "act": row.act_id or 0, "reason": salted_digest(row.reason, row.salt),
    }  # fmt: skip
