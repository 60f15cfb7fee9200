"""A bureau opens a batch: the beginning of a process under its programme's pack."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.lifecycle.begun import note_thing, noting_begun
from jiebang.lifecycle.door import take_turn
from jiebang.lifecycle.errors import NotAllowed, UnableToApply
from jiebang.lifecycle.models import Subject, SubjectKind
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.roles import held_roles
from jiebang.lifecycle.routing import follow
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Programme
from jiebang.policy.in_force import state_on


def open_batch(
    *, programme: Programme, process: str, number: str, title: str, actor: Actor, at: datetime
) -> Subject:
    """Open a batch at the first stage of `process`. Raises NotAllowed, or UnableToApply where the regulation isn't in force."""
    program = load_program(programme.pack_id, programme.pack_version)
    if process not in program.pack.processes:
        raise UnableToApply(
            where=programme.title,
            what=f"政策包里没有流程“{process}”",
            fix=f"可用：{'、'.join(program.pack.processes)}",
        )
    state = state_on(program.pack, local_date(at), programme.adopted_on)
    if state.state != "in_force":
        raise UnableToApply(
            where=programme.title, what=state.explanation, fix="先由有权机关作出并记录施行决定"
        )
    described = program.pack.processes[process]
    first = described.stages[described.starts]
    if not held_roles(programme, actor, first.by):
        raise NotAllowed(where=programme.title, what="您现在的身份不能开启批次", fix="由主管部门的经办人办理")
    with transaction.atomic():
        take_turn(programme.pk)
        if Subject.objects.filter(programme=programme, number=number).exists():
            raise UnableToApply(where=number, what="这个编号已经用过", fix="换一个编号")
        with noting_begun() as begun:
            batch = Subject.objects.create(
                programme=programme, pack_version=programme.pack_version, process=process, kind=SubjectKind.BATCH,
                number=number, title=title, created_at=at,
            )  # fmt: skip
            note_thing(batch)
            follow(batch, described.starts, at)
        body = {"subject": batch.pk, "number": number, "process": process, "actor": actor.reference}
        append_entries(programme.chain_key, [EntryDraft("batch.opened", body), *begun.drafts()], at)
    return batch
