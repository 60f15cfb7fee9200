"""What can happen where money moves, and what the books tell."""

from jiebang.funding.actions.end_without_money import end_without_money
from jiebang.funding.actions.propose_payment import propose_payment
from jiebang.funding.actions.record_contribution import confirm_contribution, record_contribution
from jiebang.funding.actions.record_payment import record_payment
from jiebang.funding.against_ledger import altered_books
from jiebang.funding.computed import SOURCES
from jiebang.funding.sent_back import amounts_put_up
from jiebang.lifecycle.against_ledger import register_check
from jiebang.lifecycle.known import register_computed_facts
from jiebang.lifecycle.sign_off import register_amounts
from jiebang.lifecycle.transitions import Transition, register
from jiebang.policy.pack_process import Stage
from jiebang.policy.stages import MONEY_KINDS, is_booked

#: From the agreement on, parties may pay one another at any time; these are the stages somebody looks at it.
PAYING = frozenset(
    {"sign", "develop", "assess_milestone", "check_progress", "accept", "apply_for_payment", "pay"}
)
BACK = frozenset({"recover"})
OUT = MONEY_KINDS - BACK
ANYBODY = frozenset({"by", "with"})


def may_end_without_money(stage: Stage) -> bool:
    """Whether the pack routes an outcome of the stage that comes without money."""
    return any(not is_booked(stage.kind, outcome) for outcome in stage.outcomes)


register(
    Transition("propose_payment", "提出拨付意见", OUT, frozenset({"by"}), propose_payment),
    Transition("propose_payment", "提出收回意见", BACK, frozenset({"by"}), propose_payment),
    Transition("record_payment", "登记拨付", OUT, frozenset({"by"}), record_payment),
    Transition("record_payment", "登记收回", BACK, frozenset({"by"}), record_payment),
    Transition(
        "conclude", "办结", MONEY_KINDS, frozenset({"by"}), end_without_money, applies=may_end_without_money
    ),
    Transition("record_contribution", "登记他方付款", PAYING, ANYBODY, record_contribution),
    Transition("confirm_contribution", "核实他方付款", PAYING, ANYBODY, confirm_contribution),
)
register_amounts(amounts_put_up)
register_check(altered_books)
for source in SOURCES:
    register_computed_facts(source, booked=True)
