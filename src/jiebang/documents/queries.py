"""Whose file a digest is: who may name one in a form, and which upload a recorded fact stands on."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Max, Q, QuerySet

from jiebang.documents.errors import DamagedFile
from jiebang.documents.models import Upload
from jiebang.documents.reference import FileReference, references_in
from jiebang.documents.store import open_content
from jiebang.lifecycle.known import lineage_of
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Mandate, Programme


def uploads_of(actor: Actor) -> QuerySet[Upload]:
    """What the actor's own organisation or authority has sent."""
    if actor.organisation_id is not None:
        return Upload.objects.filter(organisation=actor.organisation_id)
    return Upload.objects.filter(authority=actor.authority_id)


def may_name(
    actor: Actor, programme: Programme, fact: str, file: FileReference, known_of: Iterable[Subject]
) -> bool:
    """Whether the actor may name this file as `fact`: sent by its own party, or recorded as that fact already.

    `known_of`: the subjects whose facts the actor may read. Knowing a digest isn't enough: it would open a rival's paper
    under one's own name.
    """
    if uploads_of(actor).filter(programme=programme, digest=file.digest, name=file.name).exists():
        return True
    return any(file in references_in(entry.value) for entry in _entries_of(known_of, fact))


def size_of(file: FileReference) -> int | None:
    """How many bytes a file has; None if it was never sent. Only for a file that the asker is known to know."""
    return Upload.objects.filter(digest=file.digest).values_list("size", flat=True).first()


def quota_left(organisation_id: int, quota: int) -> int:
    """How many bytes an organisation may still upload under a quota; what it sent twice counts once."""
    sent = Upload.objects.filter(organisation=organisation_id).values("digest").annotate(bytes=Max("size"))
    return quota - sum(int(row["bytes"]) for row in sent)


def damaged_files() -> tuple[int, list[str]]:
    """How many contents uploads name, and each that is missing or isn't what was put there."""
    digests = Upload.objects.order_by("digest").values_list("digest", flat=True).distinct()
    count, damaged = 0, []
    for digest in digests.iterator():
        count += 1
        try:
            open_content(digest).close()
        except DamagedFile as error:
            damaged.append(str(error))
    return count, damaged


def find_upload(entry: FactEntry, file: FileReference) -> Upload | None:
    """The upload behind a file that a recorded fact names; None where nobody who may have recorded it ever sent it.

    The party of whoever recorded it sent it, or somebody of whom it had been taken over: from an earlier value of the same
    thing, or, by an authority, from what the thing grew out of.
    """
    near = [entry.subject]
    if Mandate.objects.filter(person__accounts=entry.recorded_by_id, authority__isnull=False).exists():
        near = lineage_of(entry.subject)
    recorders = {entry.recorded_by_id}
    recorders |= {
        one.recorded_by_id for one in _entries_of(near, entry.name) if file in references_in(one.value)
    }
    accounts = [one for one in recorders if one is not None]
    mandates = Mandate.objects.filter(person__accounts__in=accounts)
    same = Upload.objects.filter(programme=entry.subject.programme_id, digest=file.digest, name=file.name)
    sent = same.filter(
        Q(uploaded_by__in=accounts)
        | Q(organisation__in=mandates.filter(organisation__isnull=False).values("organisation"))
        | Q(authority__in=mandates.filter(authority__isnull=False).values("authority"))
    )
    return sent.order_by("pk").first()


def _entries_of(subjects: Iterable[Subject], fact: str) -> QuerySet[FactEntry]:
    """Every value that a fact has or had."""
    return FactEntry.objects.filter(subject__in=[one.pk for one in subjects], name=fact)
