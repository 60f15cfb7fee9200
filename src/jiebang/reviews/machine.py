"""What can happen in a review."""

from jiebang.lifecycle.against_ledger import register_check
from jiebang.lifecycle.known import register_computed_facts
from jiebang.lifecycle.transitions import Transition, register
from jiebang.reviews.actions.conclude_review import conclude_review
from jiebang.reviews.actions.record_review import record_review
from jiebang.reviews.actions.select_bids import select_bids
from jiebang.reviews.against_ledger import altered_reviews
from jiebang.reviews.computed import latest_marks

REVIEW = frozenset({"review"})

register(
    Transition("record_review", "打分", REVIEW, frozenset({"expert"}), record_review),
    Transition("conclude", "汇总评审", REVIEW, frozenset({"by"}), conclude_review),
    Transition("conclude", "遴选", frozenset({"select"}), frozenset({"by"}), select_bids),
)
register_computed_facts(latest_marks)
register_check(altered_reviews)
