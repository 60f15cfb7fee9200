"""Which of the pack's roles an actor holds for a subject, at an instant."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.errors import NotAllowed
from jiebang.lifecycle.known import lineage_of, program_of
from jiebang.lifecycle.models import Participation, Subject
from jiebang.lifecycle.parties import parts_of
from jiebang.organisations.actor import Actor, mandates_on
from jiebang.organisations.enums import ACTING_POSITIONS, Position
from jiebang.organisations.models import Organisation, Programme, RoleHolder
from jiebang.policy.pack_parties import PartyIs

ORGANISATION = frozenset({PartyIs.organisation, PartyIs.organisations})
_PEOPLE = frozenset({PartyIs.panel, PartyIs.person, PartyIs.persons})


def roles_of(actor: Actor, subject: Subject, *, open_to: list[str], at: datetime) -> list[str]:
    """Roles held: by an authority for the programme, by participation in the lineage, by being one of its experts.

    `open_to`: organisation roles that any organisation may take by acting (submitting a need or a bid).
    """
    parties = program_of(subject).pack.parties
    if actor.authority_id is not None:
        held = RoleHolder.objects.filter(programme=subject.programme, authority_id=actor.authority_id)
        if actor.position == Position.EXPERT:
            return [key for key, party in parties.items() if party.is_ in _PEOPLE] if held.exists() else []
        if actor.position not in ACTING_POSITIONS:
            return []
        return list(held.values_list("role", flat=True))
    if actor.organisation_id is None:
        return []
    near = lineage_of(subject)
    where = Q(subject__in=near)
    if subject.kind == "challenge":
        # Who bids takes part in what happens to the challenge as a whole.
        where |= Q(subject__parent=subject, subject__kind="bid", subject__ended_at__isnull=True)
    rows = parts_of(actor.organisation_id).filter(where).values_list("subject__kind", "role")
    found = [role for kind, role in rows if kind != "batch"]
    appointed = [role for kind, role in rows if kind == "batch"]
    if appointed and (subject.kind == "batch" or not _has_interest(actor, subject, near, at)):
        found += appointed
    found += [role for role in open_to if role in parties and parties[role].is_ in ORGANISATION]
    return list(dict.fromkeys(found))


def interest_of(actor: Actor, subject: Subject, at: datetime) -> Organisation | None:
    """The organisation that whoever acts for an authority belongs to as well, if it takes part in the case; None for none.

    Nobody decides for the bureau about a case of their own house: a thing's own parties, and all who bid beside it.
    """
    if actor.authority_id is None:
        return None
    bodies = _houses_of(actor, at)
    if not bodies:
        return None
    family = lineage_of(subject)
    challenges = [one for one in family if one.kind == "challenge"]
    family += Subject.objects.filter(parent__in=challenges, kind="bid")
    taking_part = Participation.objects.filter(
        subject__in=[one for one in family if one.kind != "batch"], until_at__isnull=True
    )
    concerned = {one.lead_id for one in family} | set(taking_part.values_list("organisation", flat=True))
    return Organisation.objects.filter(pk__in=bodies & concerned).order_by("pk").first()


def require_no_interest(actor: Actor, subject: Subject, at: datetime, where: str) -> None:
    """Raise NotAllowed for whoever decides for an authority about a case of their own house (`interest_of`)."""
    if interest := interest_of(actor, subject, at):
        raise NotAllowed(
            where=where, what=f"您同时在{interest.name}任职，它参与这件事，您应当回避", fix="由其他人办理"
        )


def _has_interest(actor: Actor, subject: Subject, near: list[Subject], at: datetime) -> bool:
    """Whether an appointed organisation bids for the challenge that a thing belongs to: nobody judges a race it runs in.

    Nor does anybody in its name who belongs to a house that bids: what somebody may not do as the bureau's officer or expert
    they may not do in the name of whoever the bureau appointed.
    """
    challenge = next((one for one in [subject, *near] if one.kind == "challenge"), None)
    return challenge is not None and any(
        bids_of(body, [challenge]).exists()
        for body in {*_houses_of(actor, at), actor.organisation_id}
        if body
    )


def _houses_of(actor: Actor, at: datetime) -> set[int]:
    """The organisations that a person acts for on the day, whatever mandate they act under now."""
    own = mandates_on(actor.person_id, local_date(at)).filter(organisation__isnull=False)
    return set(own.values_list("organisation", flat=True))


def bids_of(organisation_id: int, challenges: Iterable[Subject]) -> QuerySet[Subject]:
    """The bids for some challenges that an organisation leads or takes part in."""
    bids = Subject.objects.filter(parent__in=challenges, kind="bid")
    parts = Participation.objects.filter(organisation_id=organisation_id, until_at__isnull=True)
    return bids.filter(Q(lead_id=organisation_id) | Q(pk__in=parts.values("subject"))).order_by("pk")


def held_roles(programme: Programme, actor: Actor, among: list[str]) -> list[str]:
    """Those of `among` that the actor's authority fills for the programme, if the actor's position acts for it at all."""
    if actor.authority_id is None or actor.position not in ACTING_POSITIONS:
        return []
    rows = RoleHolder.objects.filter(programme=programme, authority_id=actor.authority_id, role__in=among)
    return list(rows.values_list("role", flat=True))
