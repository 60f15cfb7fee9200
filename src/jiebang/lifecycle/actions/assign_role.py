"""An authority fills a role of the pack for a whole programme."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.lifecycle.door import take_turn
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.roles import ORGANISATION
from jiebang.organisations.actor import Actor
from jiebang.organisations.bodies import reference_of
from jiebang.organisations.models import Authority, Programme, RoleHolder
from jiebang.policy.pack_parties import Party


def roles_to_fill(programme: Programme) -> dict[str, Party]:
    """The pack's roles that authorities may fill, experts and other people through the authority that calls them in."""
    parties = load_program(programme.pack_id, programme.pack_version).pack.parties
    return {
        key: one
        for key, one in parties.items()
        if (one.is_ not in ORGANISATION or one.or_authority) and one.named_in is None
    }


def unfilled_roles(programme: Programme) -> dict[str, Party]:
    """Roles that only authorities fill and nobody does yet; the pack says of each whether it is needed at all (`required`)."""
    held = set(RoleHolder.objects.filter(programme=programme).values_list("role", flat=True))
    return {
        key: one for key, one in roles_to_fill(programme).items() if not one.or_authority and key not in held
    }


def assign_role(
    *, programme: Programme, role: str, authority: Authority, actor: Actor | None, at: datetime
) -> RoleHolder:
    """Record who fills a role; several may. Raises NotAllowed, UnableToApply for a role that isn't one of these, AlreadyDone."""
    if actor is not None and not actor.acts_for(programme.bureau_id):
        raise NotAllowed(where=programme.title, what="您现在的身份不能分派角色", fix="由主管部门的经办人办理")
    allowed = roles_to_fill(programme)
    if role not in allowed:
        words = "、".join(f"{key}（{one.label}）" for key, one in allowed.items())
        raise UnableToApply(
            where=programme.title, what=f"政策包里没有由机关担任的角色“{role}”", fix=f"可用：{words}"
        )
    with transaction.atomic():
        take_turn(programme.pk)
        if RoleHolder.objects.filter(programme=programme, role=role, authority=authority).exists():
            raise AlreadyDone(
                where=programme.title, what=f"{authority.name}已经是{allowed[role].label}", fix="不用再分派"
            )
        made = RoleHolder.objects.create(programme=programme, role=role, authority=authority)
        body = {
            "programme": programme.pk, "role": role, "authority": authority.pk, "actor": reference_of(actor),
        }  # fmt: skip
        append_entries(programme.chain_key, [EntryDraft("role.assigned", body)], at)
    return made
