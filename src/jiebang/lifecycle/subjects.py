"""How a subject comes to be and, where nothing follows, ends: rows of state that only this part writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jiebang.lifecycle.models import FactEntry, HandIn, Participation, StageRun, Subject
from jiebang.organisations.models import Organisation
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

    Call it with the parent's row locked, as an act holds it, or two could get one number.
    """
    count = Subject.objects.filter(parent=parent, kind=kind).count() + 1
    width = 2 if kind == "project" else 3
    return Subject.objects.create(
        programme=parent.programme,
        pack_version=parent.pack_version,
        process=parent.process,
        kind=kind,
        parent=parent,
        origin=origin,
        lead=lead,
        number=f"{parent.number}-{letter}{count:0{width}d}",
        title=title,
        created_at=at,
    )


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

    Whoever isn't registered with the platform is only named: there is nobody to show the case to.
    """
    for role, party in program.pack.parties.items():
        if party.named_in is None or party.named_in not in facts:
            continue
        raw = facts[party.named_in]["value"]
        named = Organisation.objects.filter(credit_code__in=[raw] if isinstance(raw, str) else raw)
        live = Participation.objects.filter(subject=subject, role=role, until_at__isnull=True)
        live.exclude(organisation__in=named).update(until_at=at)
        for organisation in named.exclude(pk__in=live.values("organisation")):
            take_part(subject, organisation, role)


def take_part(subject: Subject, organisation: Organisation, role: str) -> Participation:
    """Enter an organisation in a role."""
    return Participation.objects.create(subject=subject, organisation=organisation, role=role)


def hand_role_on(subject: Subject, organisation: Organisation, role: str, at: datetime) -> None:
    """Let an organisation hold a role alone: whoever held it on this very thing before leaves."""
    live = Participation.objects.filter(subject=subject, role=role, until_at__isnull=True)
    live.exclude(organisation=organisation).update(until_at=at)
    if not live.filter(organisation=organisation).exists():
        take_part(subject, organisation, role)


def set_facts_aside(subject: Subject, about: set[str], at: datetime) -> list[str]:
    """Facts of a thing that bear the names of `about` count no more; their names, sorted. They stay readable as what was."""
    entries = FactEntry.objects.filter(subject=subject, superseded_at__isnull=True)
    old = [one for one in entries if one.name.split(".")[0] in about]
    FactEntry.objects.filter(pk__in=[one.pk for one in old]).update(superseded_at=at)
    return sorted(one.name for one in old)
