"""What stands proposed at a stage, and whether what it was based on is still so."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import facts_asked_for
from jiebang.lifecycle.known import situations_of
from jiebang.lifecycle.limits import decided_items
from jiebang.lifecycle.models import Proposal, StageRun
from jiebang.lifecycle.rules import EVERY_MOMENT, things_each
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_facts import Scope
from jiebang.policy.pack_money import DecidedAmount
from jiebang.policy.situation import Situation
from jiebang.policy.stages import Per


def standing_proposal(run: StageRun) -> Proposal | None:
    """The proposal that waits for signatures or has them all."""
    return Proposal.objects.filter(run=run, withdrawn_at__isnull=True).first()


#: Where a list of topics is settled; what is signed is the list with all that is written in it.
_LISTS = frozenset({"set_challenge", "announce"})


def digest_known(act: Act) -> dict[str, str]:
    """A digest of every fact that the stage's rules, its next steps and its decided amounts look at, by the fact's name.

    Over all that the stage is about: a bid's fact counts at the challenge's selection, all that is written of a topic where
    topics are listed. What was decided where the regulation leaves something open is in it by the question's key: how long
    the next stage runs, or whether it comes at all, may hang on that.
    """
    return digests_known([act])[act.run.pk]


def digests_known(acts: Sequence[Act]) -> dict[int, dict[str, str]]:
    """`digest_known` of each of some acts at one instant, by its run's key; as many queries for many as for one."""
    if not acts:
        return {}
    looked_at = [_looked_at(act) for act in acts]
    about = things_each([(act.subject, kinds) for act, (_, kinds) in zip(acts, looked_at, strict=True)])
    things = [
        {one.pk: one for one in [act.subject, *(one for some in found.values() for one in some)]}
        for act, found in zip(acts, about, strict=True)
    ]
    every = {pk: one for found in things for pk, one in found.items()}
    situations = situations_of(list(every.values()), acts[0].at)
    return {
        act.run.pk: _digest(names, {pk: situations[pk] for pk in sorted(found)})
        for act, (names, _), found in zip(acts, looked_at, things, strict=True)
    }


def _looked_at(act: Act) -> tuple[set[str], set[Per | None]]:
    """The facts that count at a stage, and the sorts of things whose facts do."""
    process, program = act.subject.process, act.program
    names = facts_asked_for(act)
    kinds: set[Per | None] = {None}
    for moment in EVERY_MOMENT:
        kinds |= {rule.about for rule in program.rules_for(process, act.run.stage, moment.value)}
    for key, about in decided_items(program, process, act.run.stage):
        amount = program.pack.money[key].amount
        if isinstance(amount, DecidedAmount):
            names.add(amount.decided)
        kinds.add(about)
    if act.stage.kind in _LISTS:
        kinds |= {Per.need, Per.challenge}
        names |= {name for name in program.types if name.split(".")[0] in ("need", "challenge")}
    return names, kinds


def _digest(names: set[str], situations: Mapping[int, Situation]) -> dict[str, str]:
    found = {name: hashlib.sha256() for name in names}
    for pk, situation in situations.items():
        for name in names & situation.facts.keys():
            found[name].update(repr((pk, situation.facts[name].value)).encode())
        for key, decision in sorted(situation.decided.items()):
            found.setdefault(key, hashlib.sha256()).update(repr((pk, decision.value)).encode())
    return {name: told.hexdigest()[:32] for name, told in sorted(found.items())}


def digest_asked(asked: Mapping[str, set[str]]) -> dict[str, str]:
    """A digest of what each open question was found decided to be, by its key."""
    return {
        key: hashlib.sha256(repr(sorted(values)).encode()).hexdigest()[:32] for key, values in asked.items()
    }


def changed_since(
    act: Act, proposal: Proposal, now: Mapping[str, str], asked: Mapping[str, str] | None = None
) -> list[str]:
    """What has changed since a proposal was put forward: the labels of facts, the questions decided otherwise.

    `now`: what is known (`digest_known`). A decision for a whole programme counts where trying out the proposal looked at it,
    or doing it did: `asked` (`digest_asked`), since what is otherwise now may look at others. One for a thing counts
    for whatever that thing has a part in.
    """
    facts, questions = act.program.pack.facts, act.program.pack.discretion
    then, asked = proposal.asked, asked or {}
    names = [
        name
        for name in {**now, **proposal.known}
        if now.get(name) != proposal.known.get(name)
        and (name in facts or questions[name].scope is not Scope.programme or name in then or name in asked)
    ]
    names += [key for key in asked.keys() & then.keys() if key not in names and then[key] != asked[key]]
    return [facts[name].label if name in facts else questions[name].question for name in names]


def require_current(
    act: Act, proposal: Proposal, now: Mapping[str, str], asked: Mapping[str, str] | None = None
) -> None:
    """Raise UnableToApply, naming what has changed since the proposal was put forward (`changed_since`)."""
    if changed := changed_since(act, proposal, now, asked):
        raise UnableToApply(
            where=act.stage.label,
            what=f"提出拟办意见之后情况变了：{'、'.join(changed)}",
            fix="重新提出，再逐级签署",
        )
