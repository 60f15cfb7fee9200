"""The marks of a bid, or of all the bids of a challenge, for those who have to judge by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jiebang.console.offers import describe_stage
from jiebang.lifecycle.models import Subject
from jiebang.organisations.actor import Actor
from jiebang.organisations.enums import Position
from jiebang.policy.program import Program
from jiebang.reviews.computed import latest_marks, total_of
from jiebang.reviews.models import Review


@dataclass(frozen=True, slots=True)
class Marked:
    """One thing that was marked: its mean where it may be known, the criteria, and each expert's marks for it."""

    subject: Subject
    stage: str
    mean: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...], str, str], ...]


def marks_of(subject: Subject, program: Program, actor: Actor) -> list[Marked]:
    """The latest marks of a subject and of what stands below it.

    Authorities see everybody's, an expert only what he or she gave, organisations none: the panel's papers are
    confidential.
    """
    if actor.authority_id is None:
        return []
    found = Review.objects.filter(subject=subject) | Review.objects.filter(subject__parent=subject)
    is_expert = actor.position == Position.EXPERT
    if is_expert:
        found = found.filter(expert_id=actor.person_id)
    by_thing: dict[int, list[Review]] = {}
    rows = found.select_related("run", "expert", "subject__lead", "subject__programme")
    for one in rows.order_by("subject_id", "-run_id", "pk"):
        held = by_thing.setdefault(one.subject_id, [])
        if not held or held[0].run_id == one.run_id:
            held.append(one)
    means = {} if is_expert else latest_marks([reviews[0].subject for reviews in by_thing.values()])
    return [_marked(reviews, program, means.get(key, {})) for key, reviews in by_thing.items()]


def _marked(reviews: list[Review], program: Program, means: Mapping[str, Any]) -> Marked:
    thing, run = reviews[0].subject, reviews[0].run
    stage = describe_stage(program, thing, run.stage)
    criteria = stage.scoring.criteria if stage and stage.scoring else {}
    keys = list(dict.fromkeys([*criteria, *(key for one in reviews for key in one.marks)]))
    heads = tuple(criteria[key].label if key in criteria else key for key in keys)
    rows = []
    for one in reviews:
        cells = tuple(zip(heads, (str(one.marks.get(key, "—")) for key in keys), strict=True))
        rows.append((one.expert.name, cells, f"{total_of(one.marks):f} 分", one.opinion))
    return Marked(thing, stage.label if stage else "", str(means.get("bid.mark", "")), heads, tuple(rows))
