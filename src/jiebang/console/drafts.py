"""Half-filled forms: saved as typed, found again, closed when sent."""

from __future__ import annotations

from datetime import datetime

from jiebang.console.fields import Typed
from jiebang.console.forms import new_draft_key
from jiebang.console.identity import Visit
from jiebang.console.models import Draft
from jiebang.lifecycle.models import Subject, Submission

#: In a draft's words: which of several things of one's own it is to take the place of.
REPLACES = "_replace"


def find_draft(
    visit: Visit, subject: Subject, stage: str, event: str, replaces: Subject | None = None
) -> Draft | None:
    """The newest unsent draft of this mandate for this act: for what it `replaces`, else for something new."""
    mine = Draft.objects.filter(
        mandate=visit.mandate, subject=subject, stage=stage, event=event, sent_at__isnull=True
    )
    wanted = None if replaces is None else [str(replaces.pk)]
    found = [one for one in mine.order_by("-saved_at", "-pk") if one.data.get(REPLACES) == wanted]
    # One of two clicks may save what the other has just sent.
    return next((one for one in found if not _was_sent(subject, one.key, one.revision)), None)


def _was_sent(subject: Subject, key: str, revision: int) -> bool:
    """Whether a form with this key was sent, this revision or a later one."""
    return Submission.objects.filter(programme=subject.programme, draft=key, revision__gte=revision).exists()


def save_draft(
    visit: Visit, subject: Subject, stage: str, event: str, key: str, revision: int, typed: Typed
) -> Draft | None:
    """Save what was typed under its key; None for a key that somebody else's draft has, or a draft that was sent."""
    key = key[:80] or new_draft_key()
    # A save that was under way while its form was sent must not bring the draft back.
    if _was_sent(subject, key, revision):
        return None
    held = Draft.objects.filter(key=key).first()
    if held is not None and (
        held.mandate_id != visit.mandate.pk or held.subject_id != subject.pk or held.revision > revision
    ):
        return None
    data = {name: list(values) for name, values in typed.items()}
    made, _ = Draft.objects.update_or_create(
        key=key,
        defaults={
            "account": visit.account, "mandate": visit.mandate, "subject": subject, "stage": stage, "event": event,
            "revision": revision, "data": data, "saved_at": visit.at, "sent_at": None,
        },
    )  # fmt: skip
    return made


def was_changed(sent: Submission, typed: Typed) -> bool:
    """Whether what is typed now isn't what a form was sent with; of one that nothing is known of it is as it was."""
    draft = Draft.objects.filter(key=sent.draft).first()
    if draft is None:
        return False
    return draft.revision != sent.revision or _words(draft.data) != _words(typed)


def _words(typed: Typed) -> dict[str, list[str]]:
    """What its filler wrote, without what the form itself sends and without blanks."""
    words = {
        name: [text.strip() for text in values] for name, values in typed.items() if not name.startswith("_")
    }
    return {name: values for name, values in words.items() if any(values)}


def close_draft(visit: Visit, key: str, at: datetime) -> None:
    """Mark a draft as sent."""
    Draft.objects.filter(key=key, mandate=visit.mandate).update(sent_at=at)


def next_revision(visit: Visit, subject: Subject) -> tuple[str, int]:
    """Under which draft and revision a thing already handed in is replaced: its own next one, or a new draft's first.

    A draft of somebody else's (the officer who entered a list, a colleague) can't be gone on with.
    """
    last = Submission.objects.filter(subject=subject).order_by("-received_at", "-revision").first()
    if last is None or Draft.objects.filter(key=last.draft).exclude(mandate=visit.mandate).exists():
        return new_draft_key(), 1
    return last.draft, last.revision + 1
