"""An officer records a decision that a body outside the system took: issuer, number, date, title."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.lifecycle.door import take_turn
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.models import ExternalAct
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Authority, Programme


def record_external_act(
    *, programme: Programme, issuer: Authority, number: str, on: date, title: str, actor: Actor, at: datetime
) -> ExternalAct:
    """Record an act. Raises NotAllowed for anybody but the programme's bureau, UnableToApply for a date not yet come."""
    if not actor.acts_for(programme.bureau_id):
        raise NotAllowed(where=programme.title, what="只有主管部门可以记录批复和纪要", fix="换一个身份")
    if on > local_date(at):
        raise UnableToApply(where=number, what=f"文件日期 {on} 还没有到", fix="检查日期")
    with transaction.atomic():
        take_turn(programme.pk)
        if ExternalAct.objects.filter(programme=programme, issuer=issuer, number=number).exists():
            raise AlreadyDone(where=number, what="这份文件已经记录过", fix="从列表里选择")
        made = ExternalAct.objects.create(
            programme=programme, issuer=issuer, number=number, on=on, title=title, recorded_at=at,
            recorded_by_id=actor.account_id,
        )  # fmt: skip
        body = {**document_body(made), "actor": actor.reference}
        append_entries(programme.chain_key, [EntryDraft("external_act.recorded", body)], at)
    return made


def document_body(row: ExternalAct) -> dict[str, Any]:
    """What the ledger keeps of a decision taken outside."""
    return {"act": row.pk, "issuer": row.issuer_id, "number": row.number, "on": row.on, "title": row.title}
