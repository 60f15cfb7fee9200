"""What stands proposed at a stage, and whether what it was based on is still so."""

from __future__ import annotations

import hashlib

from jiebang.lifecycle.door import EVERY_MOMENT, facts_asked_for, things_about
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.known import situations_of
from jiebang.lifecycle.limits import decided_items
from jiebang.lifecycle.models import Proposal, StageRun
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_money import DecidedAmount


def standing_proposal(run: StageRun) -> Proposal | None:
    """The proposal that waits for signatures or has them all."""
    return Proposal.objects.filter(run=run, withdrawn_at__isnull=True).first()


def digest_known(act: Act) -> dict[str, str]:
    """A digest of every fact that the stage's rules, its next steps and its decided amounts look at, by the fact's name.

    Over all that the stage is about: a bid's fact counts at the challenge's selection.
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
    things = {act.subject.pk: act.subject}
    things |= {one.pk: one for about in kinds for one in things_about(act.subject, about, {})}
    situations = situations_of(list(things.values()), act.at)
    found = {name: hashlib.sha256() for name in names}
    for pk in sorted(situations):
        for name in names & situations[pk].facts.keys():
            found[name].update(repr((pk, situations[pk].facts[name].value)).encode())
    return {name: told.hexdigest()[:32] for name, told in sorted(found.items())}


def changed_since(act: Act, proposal: Proposal) -> list[str]:
    """Labels of the facts that have changed since a proposal was put forward."""
    now = digest_known(act)
    names = [name for name in now | proposal.known if now.get(name) != proposal.known.get(name)]
    return [act.program.pack.facts[name].label for name in names]


def require_current(act: Act, proposal: Proposal) -> None:
    """Raise UnableToApply, naming what has changed since the proposal was put forward."""
    if changed := changed_since(act, proposal):
        raise UnableToApply(
            where=act.stage.label,
            what=f"提出拟办意见之后情况变了：{'、'.join(changed)}",
            fix="重新提出，再逐级签署",
        )
