"""What happened to an organisation's cases, in sentences, newest first: the outbox, read from the inside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from jiebang.console.labels import kind_label
from jiebang.console.models import ReadingMark
from jiebang.console.offers import describe_stage
from jiebang.console.visibility import followed_subjects
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import OutboxMessage, Subject
from jiebang.organisations.models import Mandate
from jiebang.policy.words import outcome_label

#: More unread than this are shown as "more than": nobody counts them one by one, and the database needn't either.
MOST_COUNTED = 99


@dataclass(frozen=True, slots=True)
class Letter:
    """One message as its reader sees it."""

    subject: Subject
    text: str
    why: str
    at: datetime
    is_new: bool


#: {topic: what to say}; the message's body fills in the names
_SENTENCES = {
    "need.submitted": "已收到提交的需求",
    "bid.submitted": "已收到揭榜申请",
    "result.submitted": "已收到提交的成果",
    "bid.selected": "已选定",
    "bid.called_up": "由候补递补",
    "bid.refused": "不符合条件，不再参加",
    "bid.lapsed": "逾期没有提交，不再参加",
    "challenge.announced": "已张榜",
    "project.approved": "已立项",
    "result.created": "已登记为成果",
    "contribution.recorded": "登记了一笔付款，等待核实",
    "subject.ended": "办理结束：{ending}",
}


def messages_to(mandate: Mandate) -> QuerySet[OutboxMessage]:
    """The messages about what a mandate's organisation follows; none for authorities, whose worklist says what waits."""
    if mandate.organisation_id is None:
        return OutboxMessage.objects.none()
    followed = followed_subjects(mandate.organisation_id).values("pk")
    known = [*_SENTENCES, "stage.concluded"]
    return OutboxMessage.objects.filter(subject__in=followed, topic__in=known).order_by("-pk")


def count_unread(mandate: Mandate) -> int:
    """How many messages are newer than what was read, up to one more than MOST_COUNTED."""
    if mandate.organisation_id is None:
        return 0
    return messages_to(mandate).filter(pk__gt=_read_through(mandate))[: MOST_COUNTED + 1].count()


def letters_of(messages: list[OutboxMessage], mandate: Mandate) -> list[Letter]:
    """Messages in sentences; their subjects with programmes come selected with them."""
    read = _read_through(mandate)
    return [_letter(message, read) for message in messages if message.subject is not None]


def mark_read(mandate: Mandate, through: int) -> None:
    """What is no newer than `through` has been read; reading an older page takes nothing back."""
    mark, _ = ReadingMark.objects.get_or_create(mandate=mandate)
    ReadingMark.objects.filter(pk=mark.pk, read_through__lt=through).update(read_through=through)


def _read_through(mandate: Mandate) -> int:
    mark = ReadingMark.objects.filter(mandate=mandate).values_list("read_through", flat=True).first()
    return mark or 0


def _letter(message: OutboxMessage, read: int) -> Letter:
    subject = message.subject
    assert subject is not None
    body: dict[str, Any] = message.body
    if message.topic == "stage.concluded":
        described = describe_stage(program_of(subject), subject, body["stage"])
        stage = described.label if described is not None else kind_label(body["kind"])
        text, why = f"{stage}：{outcome_label(body['kind'], body['outcome'])}", str(body.get("note", ""))
    else:
        text, why = _SENTENCES[message.topic].format_map(body), str(body.get("why", ""))
    return Letter(subject, text, why, message.created_at, message.pk > read)
