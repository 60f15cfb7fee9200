"""What is cleared away once a day: uploads never sent, sessions that ended, attempts that no limit looks at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore

from jiebang.console.models import Draft
from jiebang.documents.actions.remove_unsent import Spared, remove_unsent
from jiebang.documents.reference import FileReference, read_reference
from jiebang.organisations.attempts import remove_old_attempts


@dataclass(frozen=True, slots=True)
class Swept:
    """How many uploads and attempts were removed."""

    uploads: int
    attempts: int


def sweep(at: datetime) -> Swept:
    """Clear away what is old enough. A second sweep finds nothing to do."""
    before = at - timedelta(days=settings.JIEBANG_UNSENT_DAYS)
    uploads = remove_unsent(before=before, spared=_in_hand(before))
    attempts = remove_old_attempts(at - timedelta(days=1))
    SessionStore.clear_expired()
    return Swept(uploads, attempts)


def _in_hand(since: datetime) -> Spared:
    """Forms that somebody has changed since, and every file that they name, whichever form it came with."""
    keys: set[str] = set()
    files: set[FileReference] = set()
    for key, data in Draft.objects.filter(saved_at__gte=since, sent_at__isnull=True).values_list(
        "key", "data"
    ):
        keys.add(key)
        texts = [text for values in data.values() if isinstance(values, list) for text in values]
        files.update(found for text in texts if (found := read_reference(text)) is not None)
    return Spared(frozenset(keys), frozenset(files))
