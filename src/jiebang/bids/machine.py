"""What can happen to bids while their window is open and when it closes."""

from jiebang.bids.actions.close_bidding import close_bidding
from jiebang.bids.actions.conclude_development import conclude_development, expire_development
from jiebang.bids.actions.submit_bid import submit_bid
from jiebang.bids.computed import count_bids
from jiebang.lifecycle.expire import runs_out
from jiebang.lifecycle.known import register_computed_facts
from jiebang.lifecycle.transitions import Transition, register

WINDOWS = frozenset({"take_bids", "register"})
DEVELOP = frozenset({"develop"})

register(
    Transition(
        "submit_bid", "提交揭榜申请", WINDOWS, frozenset({"any_organisation"}), submit_bid, window="open"
    ),
    Transition("close", "揭榜截止", WINDOWS, frozenset({"by", "clock"}), close_bidding, window="closed"),
    Transition("conclude", "办结", DEVELOP, frozenset({"by"}), conclude_development, window="always"),
    Transition(
        "close",
        "到期办结",
        DEVELOP,
        frozenset({"by", "clock"}),
        expire_development,
        window="closed",
        applies=runs_out,
    ),
)
register_computed_facts(count_bids)
