"""An officer who hadn't decided what is objected to concludes on an objection."""

import secrets
from typing import Any

from django.db.models import Q

from jiebang.ledger.append import EntryDraft, salted_digest
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.known import descendants_of, lineage_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.transitions import Act
from jiebang.publications.models import Objection


def resolve_objection(act: Act) -> None:
    """Upheld or not, with a conclusion.

    Raises NotAllowed for whoever judged the same subject or one of its bids at an earlier stage, AlreadyDone, UnableToApply without reasons.
    """
    assert act.actor is not None
    found = (
        Objection.objects.select_for_update().filter(run=act.run, number=act.payload.get("number")).first()
    )
    if found is None:
        raise UnableToApply(where=act.subject.number, what="没有这件异议", fix="从列表里选择")
    if found.resolved_at is not None:
        raise AlreadyDone(where=found.number, what="这件异议已经办结", fix="刷新页面看结论")
    if has_judged(act.subject, act.actor.person_id):
        raise NotAllowed(
            where=found.number, what="原经办人不能办理对自己所办事项的异议", fix="由另一位经办人办理"
        )
    conclusion = str(act.payload.get("conclusion", "")).strip()
    if not conclusion or not isinstance(act.payload.get("upheld"), bool):
        raise UnableToApply(where=found.number, what="没有写结论", fix="写明是否成立和理由")
    found.resolved_at, found.resolved_by_id = act.at, act.actor.account_id
    found.upheld, found.conclusion = act.payload["upheld"], conclusion
    # One from before digests has none yet; without it the digest, and with it the act, would be refused.
    found.salt = found.salt or secrets.token_hex(16)
    found.save()
    act.drafts.append(EntryDraft("objection.resolved", resolved_body(found)))


def resolved_body(row: Objection) -> dict[str, Any]:
    """What the ledger keeps of how an objection was concluded on: whether it was upheld, and a digest of the reasons."""
    return {
        "objection": row.pk, "number": row.number, "upheld": row.upheld,
        "digest": salted_digest(row.conclusion, row.salt),
    }  # fmt: skip


def has_judged(subject: Subject, person_id: int) -> bool:
    """Whether a person had a part in what is on notice: concluded or marked it, put it up or signed for it.

    Then an objection to it is for somebody else.
    """
    # A challenge's notice is about its bids too: whoever checked or reviewed one of them had a part in the outcome.
    concerned = [*lineage_of(subject), *descendants_of(subject, "bid")]
    runs = StageRun.objects.filter(subject__in=concerned, kind__in=_JUDGING)
    return runs.filter(
        Q(closed_by__person_id=person_id)
        | Q(reviews__expert_id=person_id)
        | Q(proposals__proposed_by__person_id=person_id)
        | Q(sign_offs__signed_by__person_id=person_id)
    ).exists()


#: Whoever ran one of these judged the matter that an objection is about.
_JUDGING = ("check_form", "review", "visit", "select", "deliberate", "verify_result")
