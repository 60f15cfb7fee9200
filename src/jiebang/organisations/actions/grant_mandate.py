"""A person is given a mandate: for which body, in which position, from when to when. 三员分立 is held here."""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.actor import Actor
from jiebang.organisations.bodies import Body, chain_of, reference_of, require_administrator
from jiebang.organisations.enums import ORGANISATION_POSITIONS, SEPARATED_POSITIONS, Position
from jiebang.organisations.errors import NotEntitled, UnableToAdminister
from jiebang.organisations.models import Authority, Mandate, Person


def grant_mandate(
    *, person: Person, body: Body, position: str, from_on: date, until_on: date | None, actor: Actor | None, at: datetime
) -> Mandate:  # fmt: skip
    """Give a mandate; both days are within it.

    Raises NotEntitled for whoever doesn't administer the body and for one's own mandates, UnableToAdminister for a position
    that isn't one of such a body, days in the wrong order, a second mandate of the same kind, and for two separated
    positions in one person at one time.
    """
    require_administrator(actor, body)
    if actor is not None and actor.person_id == person.pk:
        raise NotEntitled(where=person.name, what="不能给自己授权", fix="由另一名管理员办理")
    check_position(position, body)
    if until_on is not None and until_on < from_on:
        raise UnableToAdminister(where=person.name, what="授权的止日早于起日", fix="检查日期")
    of = {"authority": body} if isinstance(body, Authority) else {"organisation": body}
    with transaction.atomic():
        # Two grants at once for one person wait for each other here, or neither would see the other.
        Person.objects.select_for_update().get(pk=person.pk)
        held = _overlapping(person, from_on, until_on)
        if held.filter(position=position, **of).exists():
            raise UnableToAdminister(
                where=person.name,
                what=f"在{body.name}已有同一职务的授权，日期重叠",
                fix="先终止原来的，或改日期",
            )
        _keep_separate(person, position, held)
        made = Mandate.objects.create(
            person=person, position=position, from_on=from_on, until_on=until_on, **of
        )
        entry = {
            "mandate": made.pk, "person": person.pk, "authority": made.authority_id or 0,
            "organisation": made.organisation_id or 0, "position": position, "from": from_on, "until": until_on,
            "actor": reference_of(actor),
        }  # fmt: skip
        append_entries(chain_of(body), [EntryDraft("mandate.granted", entry)], at)
    return made


def positions_of(body: Body) -> list[Position]:
    """The positions there are in such a body."""
    inside = isinstance(body, Authority)
    return [one for one in Position if (one in ORGANISATION_POSITIONS) != inside]


def check_position(position: str, body: Body) -> None:
    """Raise UnableToAdminister for a position that bodies of this sort don't have."""
    allowed = positions_of(body)
    if position not in [one.value for one in allowed]:
        words = "、".join(f"{one.label}（{one.value}）" for one in allowed)
        raise UnableToAdminister(where=body.name, what=f"没有“{position}”这个职务", fix=f"可用：{words}")


def _keep_separate(person: Person, position: str, held: QuerySet[Mandate]) -> None:
    if position not in SEPARATED_POSITIONS:
        return
    others = SEPARATED_POSITIONS - {Position(position)}
    found = held.filter(position__in=others).first()
    if found is not None:
        raise UnableToAdminister(
            where=person.name,
            what=f"已经是{found.get_position_display()}，不能再做{Position(position).label}"
            "：系统管理员、安全管理员、审计监督须由不同的人担任",
            fix="换一个人，或先终止原来的授权",
        )


def _overlapping(person: Person, from_on: date, until_on: date | None) -> QuerySet[Mandate]:
    held = Mandate.objects.filter(person=person, revoked_at__isnull=True)
    held = held.filter(Q(until_on__isnull=True) | Q(until_on__gte=from_on))
    return held if until_on is None else held.filter(from_on__lte=until_on)
