"""Facts that are moments of a challenge's own stages: when bidding ends, when it was decided, when the notice was over."""

from __future__ import annotations

from typing import Any

from jiebang.kernel.periods import SHANGHAI
from jiebang.lifecycle.closing import last_day_of
from jiebang.lifecycle.known import register_computed_facts
from jiebang.lifecycle.models import StageRun, Subject

_BIDDING = ("take_bids", "register")
_ENDINGS = {"select": "challenge.decided_at", "notice": "challenge.notice_closed_at"}


def tell_moments(subject: Subject) -> dict[str, Any]:
    """The newest runs count. A pack that doesn't declare a fact never sees it."""
    if subject.kind != "challenge":
        return {}
    found: dict[str, Any] = {}
    for run in StageRun.objects.filter(subject=subject, kind__in=(*_BIDDING, *_ENDINGS)).order_by(
        "opened_at", "pk"
    ):
        if run.kind in _BIDDING and run.closes_at is not None:
            found["challenge.registration_ends_on"] = last_day_of(run.closes_at).isoformat()
        elif run.kind in _ENDINGS and run.closed_at is not None:
            found[_ENDINGS[run.kind]] = run.closed_at.astimezone(SHANGHAI).isoformat()
    return found


register_computed_facts(tell_moments)
