"""A bid's mark in its latest review."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import Subject
from jiebang.policy.pack_process import Scoring
from jiebang.policy.scores import mean_mark
from jiebang.policy.values import read_literal
from jiebang.reviews.models import Review


def latest_marks(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """`bid.mark` from the newest review run that has marks for each bid."""
    bids = {one.pk: one for one in subjects if one.kind == "bid"}
    if not bids:
        return {}
    newest: dict[int, list[Review]] = {}
    # The marks of an older run are left behind where a newer one begins.
    for one in Review.objects.filter(subject__in=bids).select_related("run").order_by("run_id", "pk"):
        marked = newest.setdefault(one.subject_id, [])
        if marked and marked[0].run_id != one.run_id:
            marked.clear()
        marked.append(one)
    found = {}
    for key, reviews in newest.items():
        stages = program_of(bids[key]).pack.processes[bids[key].process].stages
        scoring = stages[reviews[0].run.stage].scoring or Scoring()
        if not scoring.drop_extremes or len(reviews) >= 3:
            mean = mean_mark([total_of(one.marks) for one in reviews], scoring.drop_extremes)
            found[key] = {"bid.mark": f"{mean:f} 分"}
    return found


def total_of(marks: dict[str, str]) -> Decimal:
    """The sum of one expert's marks."""
    return sum((read_literal(mark)[1] for mark in marks.values()), Decimal(0))
