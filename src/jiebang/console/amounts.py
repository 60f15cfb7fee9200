"""What a payment stage would come to, with the amounts somebody is typing: computed by the pack, never by the page."""

from __future__ import annotations

from typing import Any

from jiebang.console.articles import article_of
from jiebang.console.labels import AMOUNT_STATES
from jiebang.console.slots import Asking
from jiebang.kernel.money import format_yuan
from jiebang.lifecycle.facts import as_recorded
from jiebang.lifecycle.known import situation_of
from jiebang.policy.amounts import explain_amount
from jiebang.policy.strict_yaml import PackProblems


def preview_amounts(asking: Asking, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Each money item of the stage with its lines and limits. Facts that can't be taken yet are left out."""
    program, subject = asking.program, asking.subject
    try:
        situation = situation_of(subject, asking.at, as_recorded(facts, "checked", asking.at))
    except PackProblems:
        situation = situation_of(subject, asking.at)
    found = []
    for key in program.money_at(subject.process, asking.run.stage):
        amount = program.accountant.compute(key, situation)
        told = explain_amount(amount)
        told["state"] = AMOUNT_STATES[amount.status]
        told["shown"] = {
            name: format_yuan(value)
            for name, value in (
                ("amount", amount.amount),
                ("ceiling", amount.ceiling),
                ("hard_ceiling", amount.hard_ceiling),
                ("floor", amount.floor),
            )
            if value is not None
        }
        for line in told["lines"]:
            line["article"] = article_of(program, line["clause"])
        told["lacking"] = [program.pack.facts[name].label for name in amount.missing]
        told["open"] = [program.pack.discretion[name].question for name in amount.unset]
        found.append(told)
    return found
