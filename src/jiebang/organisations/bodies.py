"""Bodies: the tree below an authority, which chain records what concerns a body, and who administers it."""

from __future__ import annotations

from datetime import date

from jiebang.organisations.actor import Actor, unfinished_on
from jiebang.organisations.chains import ORGANISATIONS_CHAIN, chain_of_bureau
from jiebang.organisations.enums import Position
from jiebang.organisations.errors import NotEntitled
from jiebang.organisations.models import Account, Authority, Mandate, Organisation, Programme

Body = Authority | Organisation


def bodies_under(authority_id: int) -> list[Authority]:
    """The authority and everything below it, from the top down."""
    children: dict[int | None, list[Authority]] = {}
    for one in Authority.objects.order_by("pk"):
        children.setdefault(one.parent_id, []).append(one)
    found = list(Authority.objects.filter(pk=authority_id))
    for one in found:
        # Grows while it is walked; what is in it already is left out, so that a ring in the tree ends.
        found += [child for child in children.get(one.pk, []) if child not in found]
    return found


def chain_of(body: Body) -> str:
    """The ledger chain for what concerns a body: of the nearest bureau above that runs a programme, else of the topmost."""
    if isinstance(body, Organisation):
        return ORGANISATIONS_CHAIN
    bureaus = set(Programme.objects.values_list("bureau_id", flat=True))
    above, here = [body], body
    while here.parent is not None and here.parent not in above:
        here = here.parent
        above.append(here)
    return chain_of_bureau(next((one for one in above if one.pk in bureaus), above[-1]).pk)


def body_of(mandate: Mandate) -> Body:
    """For whom a mandate is."""
    body = mandate.authority or mandate.organisation
    assert body is not None
    return body


def acts_for_running_bureau(actor: Actor) -> bool:
    """Whether the actor acts for a bureau that runs a programme here."""
    bureau = actor.authority_id
    return (
        bureau is not None and actor.acts_for(bureau) and Programme.objects.filter(bureau_id=bureau).exists()
    )


def administered_by(actor: Actor) -> list[Body]:
    """The bodies whose people an actor administers; none for anybody but an administrator."""
    if actor.position == Position.SYSTEM_ADMIN and actor.authority_id is not None:
        return list(bodies_under(actor.authority_id))
    if actor.position == Position.ORGANISATION_ADMIN and actor.organisation_id is not None:
        return list(Organisation.objects.filter(pk=actor.organisation_id))
    return []


def require_administrator(actor: Actor | None, body: Body) -> None:
    """Raise NotEntitled unless the actor administers the body. No actor: whoever runs the installation, at its machine."""
    if actor is not None and body not in administered_by(actor):
        raise NotEntitled(
            where=body.name,
            what="您现在的身份不管理这里的人员",
            fix="由这个单位的管理员或其上级机关的系统管理员办理",
        )


def require_own_account(actor: Actor | None, account: Account, day: date) -> None:
    """Raise NotEntitled unless every body its person acts for, now or later, is the actor's to administer, and there is one.

    Whoever may hand out a new code for an account may become its owner: an administrator of one body must not come into
    another by it, nor keep a way in that opens once somebody else gives that person a mandate.
    """
    if actor is None:
        return
    bodies = administered_by(actor)
    held = unfinished_on(day).filter(person_id=account.person_id).select_related("authority", "organisation")
    acts_for = [body_of(mandate) for mandate in held]
    if not acts_for or any(body not in bodies for body in acts_for):
        raise NotEntitled(
            where=account.username,
            what="这个人同时为别的单位办事，或已不在您这里办事，您不能动他的账号",
            fix="请系统的运行单位在服务器上办理（jiebang install code）",
        )


def chain_of_account(account: Account) -> str:
    """The chain for what concerns an account alone: of the body its person was last given a mandate for."""
    last = account.person.mandates.select_related("authority__parent", "organisation").order_by("-pk").first()
    return chain_of(body_of(last)) if last else ORGANISATIONS_CHAIN


def reference_of(actor: Actor | None) -> dict[str, int | str]:
    """How the ledger names who acted; the command line acts for whoever runs the installation."""
    return {"operator": "command-line"} if actor is None else actor.reference
