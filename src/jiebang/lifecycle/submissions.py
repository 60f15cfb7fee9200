"""Read what a party hands in: the fields of the papers a stage takes, checked one by one, all errors at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import local_date
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.known import read_situation, situation_of
from jiebang.lifecycle.models import Subject
from jiebang.policy.pack_facts import PaperField
from jiebang.policy.pack_process import Stage
from jiebang.policy.program import Program
from jiebang.policy.truth import PASS
from jiebang.policy.values import is_blank, read_value


class BadFields(UnableToApply):
    """Some fields can't be taken as they are. `errors`: {fact: what is wrong and what to do}, in Chinese."""

    def __init__(self, errors: dict[str, str], program: Program) -> None:
        self.errors = errors
        lines = "；".join(
            f"{program.pack.facts[name].label if name in program.pack.facts else name}：{text}"
            for name, text in errors.items()
        )
        super().__init__(what=lines, fix="更正标出的各项后再提交，已填的内容都还在")


def fields_taken(
    program: Program, stage: Stage, values: dict[str, Any], at: datetime, about: Subject | None
) -> list[tuple[str, PaperField]]:
    """(paper, field) of every field that the stage's papers ask for.

    Which they ask for depends on what has been filled in so far and, before that, on what is known of `about`: the thing
    itself, or the wider one that a new thing is to belong to.
    """
    fields = [
        (paper, one, [("papers", paper, "when"), ("papers", paper, "fields", i, "when")])
        for paper in stage.papers.takes
        for i, one in enumerate(program.pack.papers[paper].fields)
    ]
    # Most papers ask everybody for everything; what is known needn't be gathered for them.
    if not any(when in program.conditions for _, _, whens in fields for when in whens):
        return [(paper, one) for paper, one, _ in fields]
    typed = {
        name: raw for name, raw in values.items() if name in program.types and _readable(raw, name, program)
    }
    if about is None:
        situation = read_situation(program, {"facts": typed}, at)
    else:
        day = local_date(at).isoformat()
        said = {name: {"value": raw, "source": "declared", "as_of": day} for name, raw in typed.items()}
        situation = situation_of(about, at, said)
    return [
        (paper, one)
        for paper, one, whens in fields
        if all(program.holds(when, situation) == PASS for when in whens)
    ]


def _readable(raw: Any, name: str, program: Program) -> bool:
    try:
        read_value(raw, program.types[name])
    except JiebangError:
        return False
    return True


def read_submission(
    program: Program, stage: Stage, values: dict[str, Any], at: datetime, about: Subject | None,
    may_lack: frozenset[str] = frozenset(),
) -> dict[str, Any]:  # fmt: skip
    """Facts, declared as of the day, from what a party filled in. Raises BadFields with every error at once.

    `may_lack`: required facts that somebody else will give later (a list entered for others has few columns).
    """
    errors: dict[str, str] = {}
    taken: dict[str, Any] = {}
    asked = {one.fact: one for _, one in fields_taken(program, stage, values, at, about)}
    errors.update({name: "这里不收这一项" for name in values if name not in asked})
    for name, one in asked.items():
        raw = values.get(name)
        if raw is None or (isinstance(raw, str | list) and not raw):
            if one.required:
                if name not in may_lack:
                    errors[name] = "必填"
                continue
            if raw != []:
                continue
            # An optional list left empty on purpose says "none", which is more than not known.
        try:
            value = read_value(raw, program.types[name])
        except JiebangError as error:
            errors[name] = f"{error.where + '：' if error.where else ''}{error.beside_field}"
            continue
        if is_blank(value) and one.required:
            errors[name] = "必填"
            continue
        taken[name] = {"value": raw, "source": "declared", "as_of": local_date(at).isoformat()}
    if errors:
        raise BadFields(errors, program)
    return taken
