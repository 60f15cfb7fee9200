"""What the pack's rules say of an act: held for its own thing, or for each of the narrower things they are about."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from jiebang.lifecycle.errors import Refused
from jiebang.lifecycle.known import alive_below_each, situations_of
from jiebang.lifecycle.limits import decided_items, require_decided_within_limits
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_rules import When
from jiebang.policy.process import targets_of
from jiebang.policy.situation import Situation
from jiebang.policy.stages import MONEY_KINDS, Per, is_to_join
from jiebang.policy.truth import PASS, UNKNOWN
from jiebang.policy.verdicts import CompiledRule, explain_verdict, judge_rule


def require_rules(
    act: Act,
    moments: tuple[When, ...],
    extra: dict[str, Any] | None = None,
    affected: dict[str, list[Subject]] | None = None,
    *,
    let_unknown: bool = False,
    outcome: str = "",
) -> Situation:
    """Hold the pack's rules before an outcome of this stage, at these moments, against what is known, `extra` facts included.

    A rule that looks at narrower things than the stage's own (bids, at a challenge's selection) is held for each of them:
    those `affected` names by kind, else all that are still alive below; for the stage's own thing where there is none.
    Raises Refused with every verdict that isn't a pass; preferences never refuse, and with `let_unknown` neither does what
    can't be judged yet. An amount that is decided here has to be within its limits. Returns the stage's own situation.
    """
    subject, program = act.subject, act.program
    speaker = act.actor.organisation_id if act.actor else None
    # Of what each says for itself an act brings one's word, not everybody's.
    own = (extra or {}).keys() & program.said_by_each.keys() if speaker is not None else set()
    extra = {**(extra or {}), **{name: {**(extra or {})[name], "organisation": speaker} for name in own}}
    rules = _rules_before(act, outcome, moments)
    # Where money moves, the amounts are computed and held there.
    decides = When.decide in moments and act.stage.kind not in MONEY_KINDS
    items = list(decided_items(program, subject.process, act.run.stage)) if decides else []
    abouts = {*(rule.about for rule in rules), *(about for _, about in items)}
    things, situations = situations_about(subject, abouts, act.at, extra, affected)
    bad: list[dict[str, Any]] = []
    for rule in rules:
        for thing in things[rule.about]:
            verdict = judge_rule(rule, situations[thing.pk])
            if let_unknown and verdict.truth == UNKNOWN:
                continue
            if not verdict.is_preference and verdict.truth != PASS:
                told = explain_verdict(verdict, program.types, program.pack)
                bad.append(
                    told
                    if thing is subject
                    else {**told, "explanation": f"{thing.number}：{told['explanation']}"}
                )
    if bad:
        raise Refused(bad)
    for key, about in items:
        for thing in things[about]:
            require_decided_within_limits(act, key, situations[thing.pk])
    return situations[subject.pk]


def _rules_before(act: Act, outcome: str, moments: tuple[When, ...]) -> list[CompiledRule]:
    """The stage's own rules; before a lane is sent to be joined those of the joining that look at one lane.

    One that may not be joined would only hold up the others, and come back for what it was refused here.
    """
    program, process = act.program, act.subject.process
    joins = is_to_join(act.stage.kind, outcome)
    stages = targets_of(act.stage.outcomes[outcome]) if joins else [act.run.stage]
    found = [
        rule for at in moments for stage in stages for rule in program.rules_for(process, stage, at.value)
    ]
    return [rule for rule in found if rule.about is Per.project] if joins else found


def situations_about(
    subject: Subject, abouts: set[Per | None], at: datetime, extra: dict[str, Any] | None = None,
    affected: dict[str, list[Subject]] | None = None,
) -> tuple[dict[Per | None, list[Subject]], dict[int, Situation]]:  # fmt: skip
    """The things that rules about some sorts are held for, by the sort, and what is known of each and of `subject`, by its key."""
    things = things_each([(subject, abouts)], affected)[0]
    every = {one.pk: one for one in [subject, *(one for some in things.values() for one in some)]}
    return things, situations_of(list(every.values()), at, extra)


def things_each(
    asked: Sequence[tuple[Subject, set[Per | None]]], affected: dict[str, list[Subject]] | None = None
) -> list[dict[Per | None, list[Subject]]]:
    """The things that rules about some sorts are held for at a stage of each of some subjects, in order, by the sort.

    Those below, or what is to become them; the subject itself where there is none. As many queries for many as for one.
    """
    named = affected or {}
    looking = [
        subject for subject, abouts in asked if any(_looks_below(subject, one, named) for one in abouts)
    ]
    alive = alive_below_each(looking) if looking else {}
    return [
        {about: _things_about(subject, about, named, alive) for about in abouts} for subject, abouts in asked
    ]


def _looks_below(subject: Subject, about: Per | None, named: dict[str, list[Subject]]) -> bool:
    if about is None or _ORDER.index(about) <= _ORDER.index(Per(subject.kind)):
        return False
    return about.value not in named and _BEFORE.get(about.value, "") not in named


def _things_about(
    subject: Subject, about: Per | None, named: dict[str, list[Subject]], alive: dict[int, list[Subject]]
) -> list[Subject]:
    if about is None or _ORDER.index(about) <= _ORDER.index(Per(subject.kind)):
        return [subject]
    before = _BEFORE.get(about.value, "")
    below = named.get(about.value, named.get(before))
    if below is None:
        of_kind = [[one for one in alive[subject.pk] if one.kind == kind] for kind in (about.value, before)]
        below = of_kind[0] or of_kind[1]
    return below or [subject]


_ORDER = list(Per)
#: What a thing is before it is one: until a list is announced a challenge is a need, until it is approved a project is a bid.
_BEFORE = {"challenge": "need", "project": "bid"}


#: A stage ends well only if all of its rules hold, whenever they were first looked at.
EVERY_MOMENT = tuple(When)
