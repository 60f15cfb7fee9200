"""A term runs out and nobody has concluded: what the pack says of that, and nothing where it says nothing."""

from __future__ import annotations

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.rules import EVERY_MOMENT, require_rules
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.transitions import Act, Transition, register
from jiebang.policy.pack_process import Stage
from jiebang.policy.stages import INTAKE_KINDS, KINDS, MONEY_KINDS, is_guarded

#: Kinds whose windows close in ways of their own; money is never moved by the clock.
_OWN_WAY = INTAKE_KINDS | MONEY_KINDS | {"notice", "offer_first_refusal", "develop"}


def expire(act: Act) -> str:
    """The outcome that the pack gives a stage whose term ran out. Raises Refused where it is the one that rules guard."""
    outcome = act.stage.on_expiry
    if outcome is None:
        raise UnableToApply(where=act.stage.label, what="这个阶段不会因为到期就有结果", fix="由经办人办结")
    if is_guarded(act.stage.kind, outcome):
        require_rules(act, EVERY_MOMENT)
        require_signed(act)
    act.run.note = "到期没有办结"
    return outcome


def runs_out(stage: Stage) -> bool:
    """Whether time alone decides a stage."""
    return stage.on_expiry is not None


register(
    Transition(
        "close",
        "到期办结",
        frozenset(KINDS) - _OWN_WAY,
        frozenset({"by", "clock"}),
        expire,
        window="closed",
        applies=runs_out,
    )
)
