"""What can happen at a payment."""

from jiebang.funding.actions.propose_payment import propose_payment
from jiebang.funding.actions.record_payment import record_payment
from jiebang.funding.computed import sum_payments
from jiebang.lifecycle.known import register_computed_facts
from jiebang.lifecycle.transitions import Transition, register
from jiebang.policy.stages import MONEY_KINDS

register(
    Transition("propose_payment", "提出拨付意见", MONEY_KINDS, frozenset({"by"}), propose_payment),
    Transition("record_payment", "登记拨付", MONEY_KINDS, frozenset({"by"}), record_payment),
)
register_computed_facts(sum_payments)
