"""The bureau appoints an organisation to a role of a batch that nobody takes by handing in papers: an agency, an alliance."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.lifecycle.door import take_turn
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import Participation, Subject, SubjectKind
from jiebang.lifecycle.roles import ORGANISATION
from jiebang.lifecycle.subjects import take_part
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Organisation
from jiebang.policy.stages import AWAITING_KINDS, INTAKE_KINDS


def roles_to_appoint(batch: Subject) -> dict[str, str]:
    """{role: label} of the roles that the bureau may fill with an organisation for this batch's process."""
    if batch.ended_at is not None:
        return {}
    pack = program_of(batch).pack
    stages = pack.processes[batch.process].stages.values()
    named = {role for stage in stages for role in (*stage.by, *(stage.with_ or ()))}
    taken = {
        role
        for process in pack.processes.values()
        for stage in process.stages.values()
        if stage.kind in INTAKE_KINDS | AWAITING_KINDS
        for role in (*stage.by, *(stage.with_ or ()))
    }
    return {
        key: party.label
        for key, party in pack.parties.items()
        if party.is_ in ORGANISATION and party.named_in is None and key in named - taken
    }


def may_appoint(actor: Actor, batch: Subject) -> bool:
    """Whether the actor acts for the programme's own bureau, and this is a batch."""
    return actor.acts_for(batch.programme.bureau_id) and batch.kind == SubjectKind.BATCH


def appoint_organisation(
    *, batch: Subject, organisation: Organisation, role: str, actor: Actor, at: datetime
) -> Participation:
    """Enter the organisation in the role for everything in the batch.

    Raises NotAllowed for anybody but the programme's own bureau, UnableToApply for a role that isn't filled this way,
    AlreadyDone where it holds the role.
    """
    if not may_appoint(actor, batch):
        raise NotAllowed(
            where=batch.number,
            what="您现在的身份不能在这里指定单位",
            fix="由本计划主管部门的经办人到批次页面办理",
        )
    allowed = roles_to_appoint(batch)
    if role not in allowed:
        parties = program_of(batch).pack.parties
        raise UnableToApply(
            where=batch.number,
            what=f"“{parties[role].label if role in parties else role}”不由主管部门指定",
            fix=f"可以指定：{'、'.join(allowed.values()) or '（本流程没有）'}",
        )
    with transaction.atomic():
        take_turn(batch.programme_id)
        held = Participation.objects.filter(
            subject=batch, organisation=organisation, role=role, until_at__isnull=True
        )
        if held.exists():
            raise AlreadyDone(
                where=batch.number, what=f"{organisation.name}已经是{allowed[role]}", fix="刷新页面查看"
            )
        made = take_part(batch, organisation, role)
        body = {
            "subject": batch.pk, "organisation": organisation.pk, "role": role, "actor": actor.reference,
        }  # fmt: skip
        append_entries(batch.programme.chain_key, [EntryDraft("organisation.appointed", body)], at)
    return made


def end_appointment(*, participation: Participation, actor: Actor, at: datetime) -> None:
    """The organisation holds the role no longer; what it did stays. Raises NotAllowed, AlreadyDone."""
    batch = participation.subject
    if not may_appoint(actor, batch):
        raise NotAllowed(
            where=batch.number, what="您现在的身份不能解除指定", fix="由本计划主管部门的经办人办理"
        )
    with transaction.atomic():
        take_turn(batch.programme_id)
        held = Participation.objects.get(pk=participation.pk)
        if held.until_at is not None or held.role not in roles_to_appoint(batch):
            raise AlreadyDone(where=batch.number, what="这项指定已经解除，或不是指定来的", fix="刷新页面查看")
        held.until_at = at
        held.save(update_fields=["until_at"])
        body = {
            "subject": batch.pk, "organisation": held.organisation_id, "role": held.role,
            "actor": actor.reference,
        }  # fmt: skip
        append_entries(batch.programme.chain_key, [EntryDraft("organisation.dismissed", body)], at)
