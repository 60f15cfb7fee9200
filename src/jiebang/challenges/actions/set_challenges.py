"""An authority, or a body it appointed, poses topics of its own; the authority then concludes which there are."""

from __future__ import annotations

from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.errors import NotAllowed, UnableToApply
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.receive import hand_in, hand_in_again
from jiebang.lifecycle.transitions import Act


def pose_topic(act: Act) -> str | None:
    """Take one topic into the batch as a need; the same draft again replaces it. An authority's own topic has no proposer.

    On a need's own run (it was returned) take its correction.
    """
    if act.subject.kind == "need":
        hand_in_again(act)
        return "set"
    hand_in(
        act, kind="need", lead_fact="need.proposer", title_facts=("need.title", "challenge.title"), letter="N"
    )
    return None


def conclude_setting(act: Act) -> str:
    """`set` with at least one topic. Raises NotAllowed for an organisation: it poses its own topics, it doesn't close the list."""
    if act.actor is not None and act.actor.organisation_id is not None:
        raise NotAllowed(where=act.stage.label, what="单位不能确定题目清单", fix="由主管部门的经办人确定")
    if (
        act.subject.kind == "batch"
        and not Subject.objects.filter(parent=act.subject, kind="need", ended_at__isnull=True).exists()
    ):
        raise UnableToApply(where=act.stage.label, what="还没有提出题目", fix="先提出题目，再确定清单")
    return conclude(act)
