"""A bid's mark in its latest review."""

from decimal import Decimal
from typing import Any

from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.policy.pack_process import Scoring
from jiebang.policy.scores import mean_mark
from jiebang.policy.values import read_literal
from jiebang.reviews.models import Review


def latest_mark(subject: Subject) -> dict[str, Any]:
    """`bid.mark` from the newest review run that has marks for this bid."""
    if subject.kind != "bid":
        return {}
    run_id = (
        Review.objects.filter(subject=subject).order_by("-run_id").values_list("run_id", flat=True).first()
    )
    if run_id is None:
        return {}
    run = StageRun.objects.select_related("subject").get(pk=run_id)
    scoring = program_of(subject).pack.processes[subject.process].stages[run.stage].scoring or Scoring()
    marks = [total_of(one.marks) for one in Review.objects.filter(run=run, subject=subject)]
    if scoring.drop_extremes and len(marks) < 3:
        return {}
    return {"bid.mark": f"{mean_mark(marks, scoring.drop_extremes):f} 分"}


def total_of(marks: dict[str, str]) -> Decimal:
    """The sum of one expert's marks."""
    return sum((read_literal(mark)[1] for mark in marks.values()), Decimal(0))
