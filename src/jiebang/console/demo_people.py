"""Who plays in a demo: by programme and by what they are in it, whoever has most to do first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from jiebang.lifecycle.models import Participation, Subject
from jiebang.lifecycle.packs import load_program
from jiebang.organisations.enums import Position
from jiebang.organisations.models import Account, Mandate, Programme

_OTHERS = "其他单位"


@dataclass(slots=True)
class Cast:
    """The people of one role: one to begin with, and the others."""

    role: str
    first: Mandate
    others: list[Mandate]


@dataclass(slots=True)
class Company:
    """The people of a programme, role by role; `programme` None: of none."""

    programme: Programme | None
    open_cases: int
    casts: list[Cast]


def people_by_role(mandates: list[Mandate]) -> list[Company]:
    """The programmes in which most goes on first. Accounts are named after the programme they were made for: `slug-key`."""
    programmes = list(Programme.objects.order_by("pk"))
    homes = _homes(mandates, programmes)
    going = Counter(Subject.objects.filter(ended_at__isnull=True).values_list("programme_id", flat=True))
    found = [
        Company(programme, going[programme.pk], _casts(programme, homes.get(programme.pk, [])))
        for programme in programmes
    ]
    found.sort(key=lambda company: -company.open_cases)
    found.append(Company(None, 0, _casts(None, homes.get(0, []))))
    return [company for company in found if company.casts]


def _homes(mandates: list[Mandate], programmes: list[Programme]) -> dict[int, list[Mandate]]:
    """Whose mandates belong to which programme; 0 for none."""
    names = dict(
        Account.objects.filter(person__in=[one.person_id for one in mandates]).values_list(
            "person_id", "username"
        )
    )
    by_length = sorted(programmes, key=lambda programme: -len(programme.slug))
    homes: dict[int, list[Mandate]] = {}
    for mandate in mandates:
        name = names.get(mandate.person_id, "")
        home = next((one.pk for one in by_length if name.startswith(f"{one.slug}-")), 0)
        homes.setdefault(home, []).append(mandate)
    return homes


def _casts(programme: Programme | None, mandates: list[Mandate]) -> list[Cast]:
    """By position for authorities, in the order of Position; by the role played for organisations, who act afterwards."""
    roles = _roles_of_organisations(programme)
    order = {position.value: number for number, position in enumerate(Position)}
    ranked = []
    for mandate in mandates:
        if mandate.organisation_id is None:
            key = (order[mandate.position], str(Position(mandate.position).label))
            ranked.append((key, 0, mandate))
            continue
        role, place, going = roles.get(mandate.organisation_id, (_OTHERS, len(order), 0))
        ranked.append(((len(order) + place, role), -going, mandate))
    ranked.sort(key=lambda one: (one[0], one[1], one[2].pk))
    found: list[Cast] = []
    for (_, role), _, mandate in ranked:
        if found and found[-1].role == role:
            found[-1].others.append(mandate)
        else:
            found.append(Cast(role, mandate, []))
    return found


def _roles_of_organisations(programme: Programme | None) -> dict[int, tuple[str, int, int]]:
    """Each organisation's commonest role in a programme, its place among the pack's, and in how many open cases."""
    if programme is None:
        return {}
    parties = load_program(programme.pack_id, programme.pack_version).pack.parties
    rows = Participation.objects.filter(subject__programme=programme, until_at__isnull=True).values_list(
        "organisation_id", "role", "subject__ended_at"
    )
    counted: dict[int, Counter[str]] = {}
    going: Counter[int] = Counter()
    for organisation, role, ended_at in rows:
        counted.setdefault(organisation, Counter())[role] += 1
        going[organisation] += ended_at is None
    order = list(parties)
    found = {}
    for organisation, roles in counted.items():
        role = max(roles, key=lambda one: roles[one])
        place = order.index(role) if role in parties else len(order)
        label = parties[role].label if role in parties else _OTHERS
        found[organisation] = (label, place, going[organisation])
    return found
