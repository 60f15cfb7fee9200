"""How a subject comes to be and, where nothing follows, ends: rows of state that only this part writes."""

from __future__ import annotations

from datetime import datetime

from jiebang.lifecycle.models import Participation, Subject
from jiebang.organisations.models import Organisation


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


def take_part(subject: Subject, organisation: Organisation, role: str) -> None:
    """Enter an organisation in a role."""
    Participation.objects.create(subject=subject, organisation=organisation, role=role)
