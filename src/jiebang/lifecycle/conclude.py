"""The plain act at most stages: whoever runs it concludes with an outcome, a note, facts found, perhaps an outside act."""

from __future__ import annotations

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import facts_given, record_facts
from jiebang.lifecycle.rules import EVERY_MOMENT, require_rules
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.subjects import enter_named
from jiebang.lifecycle.transitions import Act, Transition, register
from jiebang.policy.stages import is_booked, is_favourable, is_guarded

CONCLUDED = frozenset(
    {
        "vet_need", "recommend", "check_form", "match", "visit", "verify_result", "deliberate",
        "exempt_notice", "pool", "sign", "trial", "assess_milestone", "check_progress", "change_project",
        "find_responsibility", "approve_exit", "apply_for_payment", "liquidate", "share", "fulfil_duties", "record_act",
        "summarise",
    }
)  # fmt: skip


def conclude(act: Act) -> str:
    """Conclude a stage. A guarded outcome needs every rule of the stage; one that isn't favourable needs a reason."""
    outcome = str(act.payload.get("outcome", ""))
    if outcome not in act.stage.outcomes:
        raise UnableToApply(
            where=act.stage.label, what="没有选择结果", fix=f"可用：{'、'.join(act.stage.outcomes)}"
        )
    if is_booked(act.stage.kind, outcome):
        raise UnableToApply(
            where=act.stage.label, what="钱款进出要登记金额和凭证", fix="先提出金额，再登记凭证"
        )
    facts = facts_given(act)
    if is_guarded(act.stage.kind, outcome):
        # What a stage takes in has to be right as well when it passes, whoever handed it in and when.
        require_rules(act, EVERY_MOMENT, facts, outcome=outcome)
        require_signed(act)
    if not is_favourable(act.stage.kind, outcome) and not str(act.payload.get("note", "")).strip():
        raise UnableToApply(where=act.stage.label, what="没有写理由", fix="不予通过、退回等结果要写明理由")
    record_facts(act, act.subject, facts)
    enter_named(act.subject, act.program, facts, act.at)
    act.run.note = str(act.payload.get("note", ""))
    return outcome


register(Transition("conclude", "办结", CONCLUDED, frozenset({"by"}), conclude))
