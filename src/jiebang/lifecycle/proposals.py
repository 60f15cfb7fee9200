"""What stands proposed at a stage, and whether what it was based on is still so."""

from __future__ import annotations

import hashlib

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import facts_asked_for
from jiebang.lifecycle.limits import decided_items
from jiebang.lifecycle.models import Proposal, StageRun
from jiebang.lifecycle.rules import EVERY_MOMENT, situations_about
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_money import DecidedAmount
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
    process, program = act.subject.process, act.program
    names, kinds = facts_asked_for(act), set()
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
    _, situations = situations_about(act.subject, kinds, act.at)
    found = {name: hashlib.sha256() for name in names}
    for pk in sorted(situations):
        for name in names & situations[pk].facts.keys():
            found[name].update(repr((pk, situations[pk].facts[name].value)).encode())
        for key, decision in sorted(situations[pk].decided.items()):
            found.setdefault(key, hashlib.sha256()).update(repr((pk, decision.value)).encode())
    return {name: told.hexdigest()[:32] for name, told in sorted(found.items())}


def changed_since(act: Act, proposal: Proposal) -> list[str]:
    """What has changed since a proposal was put forward: the labels of facts, the questions decided otherwise."""
    now = digest_known(act)
    names = [name for name in now | proposal.known if now.get(name) != proposal.known.get(name)]
    facts, questions = act.program.pack.facts, act.program.pack.discretion
    return [facts[name].label if name in facts else questions[name].question for name in names]


def require_current(act: Act, proposal: Proposal) -> None:
    """Raise UnableToApply, naming what has changed since the proposal was put forward."""
    if changed := changed_since(act, proposal):
        raise UnableToApply(
            where=act.stage.label,
            what=f"提出拟办意见之后情况变了：{'、'.join(changed)}",
            fix="重新提出，再逐级签署",
        )
