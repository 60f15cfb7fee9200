"""What an organisation has handed in, or the bureau for it, and may still change while the window it came through is open."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from jiebang.console.offers import days_left
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.parties import told_by
from jiebang.lifecycle.transitions import find as find_act
from jiebang.policy.stages import INTAKE_KINDS

#: by which act a thing of a kind is handed in anew
_ACTS = {"need": "submit_need", "bid": "submit_bid", "result": "submit_result"}


@dataclass(frozen=True, slots=True)
class HandedIn:
    """One thing that may be handed in anew: where, until when. `entered_for`: nobody of its own has looked at it yet."""

    subject: Subject
    run: StageRun
    address: str
    days_left: int | None
    entered_for: bool


def handed_in(organisation_id: int, runs: Iterable[StageRun], at: datetime) -> list[HandedIn]:
    """What the organisation may still change at these runs, which are in time; what was entered for it first; one query."""
    open_at = {run.subject_id: run for run in runs if run.kind in INTAKE_KINDS}
    mine = Subject.objects.filter(
        parent__in=open_at, lead=organisation_id, kind__in=_ACTS, ended_at__isnull=True
    )
    found = []
    for subject in mine.annotate(said=told_by(organisation_id)).select_related("programme").order_by("pk"):
        run = open_at[subject.parent_id or 0]
        event = _ACTS[subject.kind]
        if find_act(run.kind, event) is None:
            continue
        address = reverse("console:act", args=[subject.parent_id, run.stage, event])
        if event != "submit_bid":
            address = f"{address}?thing={subject.pk}"
        said = bool(getattr(subject, "said", False))
        found.append(HandedIn(subject, run, address, days_left(run, at), not said))
    return sorted(found, key=lambda one: not one.entered_for)
