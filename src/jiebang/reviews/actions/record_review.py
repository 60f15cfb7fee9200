"""An expert marks one thing; marking it again replaces the marks while the review is open."""

import secrets
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.ledger.append import EntryDraft, salted_digest
from jiebang.lifecycle.errors import NotAllowed, UnableToApply
from jiebang.lifecycle.known import descendants_of
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.transitions import Act
from jiebang.organisations.enums import Position
from jiebang.policy.pack_process import Scoring
from jiebang.policy.scores import check_review
from jiebang.policy.values import read_literal
from jiebang.reviews.models import Review


def record_review(act: Act) -> None:
    """Record marks for the run's own subject or, in a challenge's review, for one of its live bids.

    Raises NotAllowed for anybody but an expert, UnableToApply for a thing not under review, BadScores naming the criterion.
    """
    if act.actor is None or act.actor.position != Position.EXPERT:
        raise NotAllowed(where=act.stage.label, what="只有专家可以打分", fix="换成专家的身份")
    thing = _under_review(act)
    try:
        marks = {key: read_literal(raw)[1] for key, raw in dict(act.payload.get("marks", {})).items()}
    except JiebangError as error:
        raise UnableToApply(where=act.stage.label, what=error.what, fix="写成“85 分”") from None
    check_review(act.stage.scoring or Scoring(), marks)
    made, _ = Review.objects.update_or_create(
        run=act.run, subject=thing, expert_id=act.actor.person_id,
        defaults={
            "marks": {key: f"{mark:f} 分" for key, mark in marks.items()},
            "opinion": str(act.payload.get("opinion", "")),
            "recorded_at": act.at,
            "salt": secrets.token_hex(16),
        },
    )  # fmt: skip
    act.drafts.append(EntryDraft("review.recorded", review_body(made)))


def review_body(row: Review) -> dict[str, Any]:
    """What the ledger keeps of an expert's marks and opinion: whose about what, and a digest; they aren't for everybody."""
    return {
        "review": row.pk, "run": row.run_id, "subject": row.subject_id, "expert": row.expert_id,
        "digest": salted_digest({"marks": row.marks, "opinion": row.opinion}, row.salt),
    }  # fmt: skip


def _under_review(act: Act) -> Subject:
    if act.subject.kind != "challenge":
        return act.subject
    wanted = act.payload.get("bid")
    for bid in descendants_of(act.subject, "bid"):
        if bid.pk == wanted and bid.ended_at is None:
            return bid
    raise UnableToApply(where=act.subject.number, what="这份申请不在评审之列", fix="从列表里选择")
