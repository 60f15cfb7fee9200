"""An expert marks one thing; marking it again replaces the marks while the review is open."""

from jiebang.kernel.errors import JiebangError
from jiebang.ledger.append import EntryDraft
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
    Review.objects.update_or_create(
        run=act.run, subject=thing, expert_id=act.actor.person_id,
        defaults={
            "marks": {key: f"{mark:f} 分" for key, mark in marks.items()},
            "opinion": str(act.payload.get("opinion", "")),
            "recorded_at": act.at,
        },
    )  # fmt: skip
    act.drafts.append(
        EntryDraft("review.recorded", {"run": act.run.pk, "subject": thing.pk, "expert": act.actor.person_id})
    )


def _under_review(act: Act) -> Subject:
    if act.subject.kind != "challenge":
        return act.subject
    wanted = act.payload.get("bid")
    for bid in descendants_of(act.subject, "bid"):
        if bid.pk == wanted and bid.ended_at is None:
            return bid
    raise UnableToApply(where=act.subject.number, what="这份申请不在评审之列", fix="从列表里选择")
