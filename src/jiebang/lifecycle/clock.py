"""The clock: where the instant of a request is read, and the tick that closes what is due.

What is open is decided by time itself, at the door; the tick only does in good order what time has already decided, so
it doesn't matter when or how often it runs.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.models import StageRun
from jiebang.lifecycle.transitions import find

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick did: runs it closed, and those it couldn't with the reason (an objection still open, say)."""

    closed: tuple[str, ...]
    waiting: tuple[tuple[str, str], ...]


def read_clock() -> datetime:
    """The instant of a request or of a tick; everything below is given it. Shifted in a demo only."""
    now = timezone.now()  # noqa: TID251  the one place where pages and the clock worker read it
    return now + settings.JIEBANG_CLOCK_SHIFT


def tick(at: datetime, patience: timedelta = timedelta(0)) -> Ticked:
    """Apply the clock's `close` to every open run whose last instant has come by `at`. A second tick finds nothing to do.

    `patience`: leave alone what closed less than this ago. A paper that came in with the last second may still wait for its
    turn; were the window closed by then, it would be refused although it was in time.
    """
    closed: list[str] = []
    waiting: list[tuple[str, str]] = []
    # What a thing was at when it ended stays as it was; there is nothing left to close.
    due = StageRun.objects.filter(
        closed_at__isnull=True, closes_at__lte=at - patience, subject__ended_at__isnull=True
    ).order_by("closes_at", "pk")
    for run in due.select_related("subject"):
        row = find(run.kind, "close")
        if row is None or "clock" not in row.who:
            continue
        name = f"{run.subject.number} {run.stage}"
        try:
            apply(run.subject_id, run.stage, "close", actor=None, at=at)
        except JiebangError as error:
            waiting.append((name, str(error)))
        except Exception as error:
            # One broken case must not keep everybody else's windows open.
            log.exception("closing %s", name)
            waiting.append((name, f"系统错误，已记入日志：{type(error).__name__}"))
        else:
            closed.append(name)
    return Ticked(tuple(closed), tuple(waiting))
