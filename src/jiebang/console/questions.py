"""What a regulation leaves open, for a programme and for one case: decided or not, by whom it may be, in which form."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from jiebang.console.articles import article_of
from jiebang.console.fields import Control, Typed, build_control, read_control
from jiebang.console.queries import show_value
from jiebang.lifecycle.actions.decide_discretion import fits_scope
from jiebang.lifecycle.known import lineage_of
from jiebang.lifecycle.models import DiscretionDecision, Subject
from jiebang.lifecycle.roles import held_roles
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Programme
from jiebang.policy.names import declared_type
from jiebang.policy.pack_facts import Discretion, Scope
from jiebang.policy.program import Program
from jiebang.policy.values import ValueType


@dataclass(slots=True)
class Question:
    """One open question at the place where it is decided."""

    key: str
    item: Discretion
    type: ValueType
    target: Subject | None
    articles: list[str]
    who: str
    may: bool
    decision: DiscretionDecision | None = None
    shown: str = ""
    typed: Typed = field(default_factory=dict)
    error: str = ""
    reason: str = ""
    reason_error: str = ""
    #: the key of the paper it rests on, as chosen
    act: str = ""

    @property
    def name(self) -> str:
        """The name of its control, told apart by what it is decided for."""
        return f"value.{self.key}.{self.target.pk if self.target else 0}"

    @property
    def control(self) -> Control:
        """The control for its value."""
        return build_control(self.name, "决定", self.type, self.typed, required=True, error=self.error)


def questions_of(
    programme: Programme, program: Program, subject: Subject | None, actor: Actor
) -> list[Question]:
    """The programme's questions and, for a case, those of what it belongs to or will become; open ones first.

    Each once: where it was decided, else for the nearest thing that it may be decided for. A challenge's question may have to
    be settled while it is still a need.
    """
    family = lineage_of(subject) if subject else []
    found = []
    for key, item in program.pack.discretion.items():
        targets: list[Subject | None] = (
            [None]
            if item.scope is Scope.programme
            else [one for one in family if fits_scope(one, item.scope)]
        )
        asked = [_question(key, item, target, programme, program, actor) for target in targets]
        found += [question for question in asked if question.decision is not None][:1] or asked[:1]
    return sorted(found, key=lambda question: question.decision is not None)


def _question(
    key: str, item: Discretion, target: Subject | None, programme: Programme, program: Program, actor: Actor
) -> Question:
    made = Question(
        key, item, declared_type(item, program.pack), target, [article_of(program, c) for c in item.clause],
        "、".join(program.pack.parties[role].label for role in item.decides),
        bool(held_roles(programme, actor, item.decides)),
    )  # fmt: skip
    made.decision = (
        DiscretionDecision.objects.filter(
            programme=programme, subject=target, key=key, superseded_at__isnull=True
        )
        .select_related("decided_by__person", "act")
        .first()
    )
    if made.decision is not None:
        made.shown = show_value(made.decision.value, made.type)
    return made


def payload_value(question: Question, typed: Typed) -> Any:
    """What was typed for a question, raw."""
    return read_control(question.name, question.type, typed)
