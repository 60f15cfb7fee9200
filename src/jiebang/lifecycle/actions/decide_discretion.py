"""Somebody entitled decides what the regulation leaves open: dated, reasoned, cited, at the scope the question has."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db import transaction

from jiebang.ledger.append import EntryDraft, append_entries, salted_digest
from jiebang.lifecycle.door import take_turn
from jiebang.lifecycle.errors import NotAllowed, UnableToApply
from jiebang.lifecycle.known import program_of, read_situation
from jiebang.lifecycle.models import DiscretionDecision, ExternalAct, Subject
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.roles import held_roles, require_no_interest
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Programme
from jiebang.policy.pack_facts import Scope

#: What a thing is before it is one: a challenge's question may have to be settled while it is still a need.
_BEFORE = {"challenge": "need", "project": "bid", "result": "project"}


def fits_scope(subject: Subject, scope: Scope) -> bool:
    """Whether a question of that scope is decided for this thing: for its kind, or for what a thing of that kind grows out of."""
    return subject.kind in (scope.value, _BEFORE.get(scope.value))


def decide_discretion(  # noqa: PLR0913  the parts of one decision, each named at the call
    *, programme: Programme, key: str, value: Any, reason: str, actor: Actor, at: datetime,
    subject: Subject | None = None, act: ExternalAct | None = None,
) -> DiscretionDecision:  # fmt: skip
    """Record a decision; an earlier one for the same scope is superseded and stays readable.

    Raises NotAllowed for somebody not entitled by the pack or deciding about a case of their own house, UnableToApply for
    the wrong scope or an empty reason, PackProblems for a value that isn't one of the options or has the wrong unit.
    """
    program = program_of(subject) if subject else load_program(programme.pack_id, programme.pack_version)
    item = program.pack.discretion.get(key)
    if item is None:
        raise UnableToApply(where=programme.title, what=f"政策包里没有裁量项“{key}”", fix="从列表里选择")
    if not (item.scope is Scope.programme if subject is None else fits_scope(subject, item.scope)):
        raise UnableToApply(
            where=item.question, what=f"这一项要按 {item.scope.value} 决定", fix="到相应的事项上作出决定"
        )
    if not reason.strip():
        raise UnableToApply(where=item.question, what="没有写理由", fix="写明为什么这样决定")
    if act is not None and act.programme_id != programme.pk:
        raise UnableToApply(
            where=item.question, what="所引的文件是另一个计划的", fix="先在本计划记录这份文件"
        )
    role = next(iter(held_roles(programme, actor, item.decides)), None)
    if role is None:
        who = "、".join(program.pack.parties[r].label for r in item.decides)
        raise NotAllowed(where=item.question, what="您现在的身份无权决定", fix=f"由{who}决定")
    if subject is not None:
        require_no_interest(actor, subject, at, item.question)
    read_situation(program, {"decided": {key: {"value": value, "by": role}}}, at)
    with transaction.atomic():
        take_turn(programme.pk)
        held = DiscretionDecision.objects.filter(
            programme=programme, subject=subject, key=key, superseded_at__isnull=True
        )
        held.update(superseded_at=at)
        made = DiscretionDecision.objects.create(
            programme=programme, subject=subject, key=key, value=value, by_role=role, reason=reason, act=act,
            decided_at=at, decided_by_id=actor.account_id, salt=secrets.token_hex(16),
        )  # fmt: skip
        body = {**decision_body(made), "clause": item.clause, "actor": actor.reference}
        append_entries(programme.chain_key, [EntryDraft("discretion.decided", body)], at)
    return made


def decision_body(row: DiscretionDecision) -> dict[str, Any]:
    """What the ledger keeps of a decision. Of its reason a digest: people may be named there. 0 stands for none."""
    return {
        "decision": row.pk, "programme": row.programme_id, "subject": row.subject_id or 0, "key": row.key,
        "value": str(row.value), "role": row.by_role, "act": row.act_id or 0,
        "reason": salted_digest(row.reason, row.salt),
    }  # fmt: skip
