"""Uploads of forms that were never sent are removed after a time; one that a fact names never is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import TextField
from django.db.models.functions import Cast

from jiebang.documents.models import Upload
from jiebang.documents.reference import FileReference, references_in
from jiebang.documents.store import remove_content
from jiebang.lifecycle.models import FactEntry, Proposal


@dataclass(frozen=True, slots=True)
class Spared:
    """What forms that are still being filled in hold on to: the forms' keys, and the files they name."""

    drafts: frozenset[str]
    files: frozenset[FileReference]


def remove_unsent(*, before: datetime, spared: Spared) -> int:
    """Remove uploads sent before an instant that no fact names, and their contents where nobody else sent the same; how many.

    A fact may name a file under any draft and keeps it for ever, superseded or not: the ledger vouches for it. Changes no
    subject, so there is nothing for the ledger.
    """
    old = Upload.objects.filter(uploaded_at__lt=before).exclude(draft__in=spared.drafts)
    if not old.exists():
        return 0
    named = _named_by_facts() | spared.files
    removed = 0
    for upload in old.order_by("pk").iterator():
        if FileReference(upload.name, upload.digest) in named:
            continue
        with transaction.atomic():
            # Asked once more where nobody can come between: a form may have been sent since the facts were read.
            if _is_named(upload):
                continue
            upload.delete()
        removed += 1
        remove_content(upload.digest, lambda digest=upload.digest: _is_wanted(digest))  # type: ignore[misc]  # bound now
    return removed


def _named_by_facts() -> set[FileReference]:
    # The mark of a reference, as it stands in the text of a value on both databases.
    return {file for value in _values_with("sha256:") for file in references_in(value)}


def _is_named(upload: Upload) -> bool:
    wanted = FileReference(upload.name, upload.digest)
    return any(wanted in references_in(value) for value in _values_with(upload.digest))


def _is_wanted(digest: str) -> bool:
    return Upload.objects.filter(digest=digest).exists() or any(
        file.digest == digest for value in _values_with(digest) for file in references_in(value)
    )


def _values_with(text: str) -> Iterator[Any]:
    """The values of all facts, superseded ones too, and of all that was ever proposed, in whose text there is `text`."""
    facts = FactEntry.objects.annotate(text=Cast("value", TextField())).filter(text__contains=text)
    yield from facts.values_list("value", flat=True).iterator()
    proposals = Proposal.objects.annotate(text=Cast("payload", TextField())).filter(text__contains=text)
    yield from proposals.values_list("payload", flat=True).iterator()
