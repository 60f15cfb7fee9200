"""How a subject comes to be and, where nothing follows, ends: rows of state that only this part writes."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jiebang.lifecycle.begun import note_papers, note_parties, note_thing
from jiebang.lifecycle.known import lineage_of
from jiebang.lifecycle.models import FactEntry, HandIn, Participation, StageRun, Subject, SubjectKind
from jiebang.lifecycle.submissions import BadFields
from jiebang.organisations.models import Organisation
from jiebang.policy.pack_facts import Source
from jiebang.policy.program import Program


def create_below(
    parent: Subject,
    *,
    kind: str,
    letter: str,
    title: str,
    at: datetime,
    origin: Subject | None = None,
    lead: Organisation | None = None,
) -> Subject:
    """Make a subject below another, numbered in order: `2026-1-C003` is the third challenge of batch 2026-1.

    But for bids: whoever bids would read off the number how many have come before. Call it with the parent's row locked, as
    an act holds it, or two could get one number.
    """
    siblings, stem = Subject.objects.filter(parent=parent, kind=kind), f"{parent.number}-{letter}"
    if kind == SubjectKind.BID:
        number = _number_without_order(stem, siblings)
    else:
        number = f"{stem}{siblings.count() + 1:0{2 if kind == SubjectKind.PROJECT else 3}d}"
    made = Subject.objects.create(
        programme=parent.programme,
        pack_version=parent.pack_version,
        process=parent.process,
        kind=kind,
        parent=parent,
        origin=origin,
        lead=lead,
        number=number,
        title=title,
        created_at=at,
    )
    note_thing(made)
    return made


#: So many digits are read over the telephone, and no challenge has as many bids as they can number.
_DIGITS = 5


def _number_without_order(stem: str, siblings: QuerySet[Subject]) -> str:
    while True:
        number = f"{stem}{secrets.randbelow(10**_DIGITS):0{_DIGITS}d}"
        if not siblings.filter(number=number).exists():
            return number


def retitle(subject: Subject, title: str) -> None:
    """Give a subject the title its newest version carries."""
    if subject.title != title:
        subject.title = title
        subject.save(update_fields=["title"])


def retire(subject: Subject, ending: str, at: datetime) -> None:
    """End a subject that lives on in another (a need in its challenge); nobody waited for it."""
    subject.ended_at, subject.ending = at, ending
    subject.save(update_fields=["ended_at", "ending"])


def note_hand_in(run: StageRun, subject: Subject, at: datetime) -> None:
    """Note that a thing's papers came in at a run; the newest time counts."""
    HandIn.objects.bulk_create(
        [HandIn(run=run, subject=subject, received_at=at)],
        update_conflicts=True, unique_fields=["run", "subject"], update_fields=["received_at"],
    )  # fmt: skip
    note_papers(run, subject)


def keep_in_reserve(subjects: list[Subject], since: str) -> None:
    """Mark things that the selection `since` didn't choose as those that a later one may call back; "" for no longer."""
    for one in subjects:
        one.reserve_for = since
    Subject.objects.filter(pk__in=[one.pk for one in subjects]).update(reserve_for=since)


def call_back(subject: Subject) -> None:
    """A thing in reserve is in it again."""
    subject.ended_at, subject.ending, subject.reserve_for, subject.waiting_for = None, "", "", ""
    subject.save(update_fields=["ended_at", "ending", "reserve_for", "waiting_for"])


def enter_named(subject: Subject, program: Program, facts: dict[str, Any], at: datetime) -> None:
    """Let those take part whom newly recorded facts name in a role, and those no longer named leave.

    Whoever isn't registered with the platform is only named: there is nobody to show the case to. Raises BadFields where a
    party's own paper newly names somebody whom the bureau appointed to a role of the batch: who is named judges no more, and
    any bidder could take an agency out of the race by a word (docs/decisions/0013).
    """
    for role, party in program.pack.parties.items():
        if party.named_in is None or party.named_in not in facts:
            continue
        raw = facts[party.named_in]["value"]
        named = Organisation.objects.filter(credit_code__in=[raw] if isinstance(raw, str) else raw)
        live = Participation.objects.filter(subject=subject, role=role, until_at__isnull=True)
        _leave(live.exclude(organisation__in=named), at)
        added = list(named.exclude(pk__in=live.values("organisation")))
        if facts[party.named_in]["source"] == Source.declared:
            _refuse_appointed(subject, program, party.named_in, added)
        for organisation in added:
            take_part(subject, organisation, role)


def _refuse_appointed(subject: Subject, program: Program, fact: str, added: list[Organisation]) -> None:
    batches = [one for one in lineage_of(subject) if one.kind == "batch"]
    held = Participation.objects.filter(subject__in=batches, organisation__in=added, until_at__isnull=True)
    if row := held.select_related("organisation").order_by("pk").first():
        name, role = row.organisation.name, program.pack.parties[row.role].label
        raise BadFields(
            {fact: f"{name}是本批次指定的{role}，不能同时列在这里；去掉它，确有合作的请主管部门先解除指定"},
            program,
        )


def take_part(subject: Subject, organisation: Organisation, role: str) -> Participation:
    """Enter an organisation in a role."""
    made = Participation.objects.create(subject=subject, organisation=organisation, role=role)
    note_parties(joined=[made])
    return made


def _leave(rows: QuerySet[Participation], at: datetime) -> None:
    if gone := list(rows):
        Participation.objects.filter(pk__in=[one.pk for one in gone]).update(until_at=at)
        note_parties(left=gone)


def hand_role_on(subject: Subject, organisation: Organisation, role: str, at: datetime) -> None:
    """Let an organisation hold a role alone: whoever held it on this very thing before leaves."""
    live = Participation.objects.filter(subject=subject, role=role, until_at__isnull=True)
    _leave(live.exclude(organisation=organisation), at)
    if not live.filter(organisation=organisation).exists():
        take_part(subject, organisation, role)


def set_facts_aside(subject: Subject, about: set[str], at: datetime) -> list[str]:
    """Facts of a thing that bear the names of `about` count no more; their names, sorted. They stay readable as what was."""
    entries = FactEntry.objects.filter(subject=subject, superseded_at__isnull=True)
    old = [one for one in entries if one.name.split(".")[0] in about]
    FactEntry.objects.filter(pk__in=[one.pk for one in old]).update(superseded_at=at)
    return sorted({one.name for one in old})
