"""What can happen when results come in: from their holders, or with a project's acceptance."""

from jiebang.lifecycle.expire import runs_out
from jiebang.lifecycle.known import register_computed_facts
from jiebang.lifecycle.transitions import Transition, register
from jiebang.policy.pack_process import Stage
from jiebang.results.actions.accept_project import accept_project
from jiebang.results.actions.apply_to_use import apply_to_use, conclude_application
from jiebang.results.actions.close_result_collection import close_result_collection
from jiebang.results.actions.conclude_offer import conclude_offer, lapse_offer
from jiebang.results.actions.submit_result import submit_result
from jiebang.results.actions.take_in_result import take_in_result
from jiebang.results.computed import name_results

COLLECT = frozenset({"collect_results"})
OFFER = frozenset({"offer_first_refusal"})
USE = frozenset({"apply_to_use"})


def takes_in(stage: Stage) -> bool:
    """Whether results come to a stage from the library, not with a paper from whoever holds one."""
    return not stage.papers.takes


register(
    Transition(
        "submit_result", "提交成果", COLLECT, frozenset({"any_organisation"}), submit_result, window="open"
    ),
    Transition("close", "结束征集", COLLECT, frozenset({"by", "clock"}), close_result_collection),
    Transition(
        "take_in_result",
        "公布库中成果",
        COLLECT,
        frozenset({"by"}),
        take_in_result,
        window="open",
        applies=takes_in,
    ),
    Transition(
        "submit_papers", "提交使用申请", USE, frozenset({"any_organisation"}), apply_to_use, window="open"
    ),
    Transition("conclude", "办结", USE, frozenset({"by"}), conclude_application),
    Transition("conclude", "办结", OFFER, frozenset({"by"}), conclude_offer, window="always"),
    Transition(
        "close", "到期办结", OFFER, frozenset({"by", "clock"}), lapse_offer, window="closed", applies=runs_out
    ),
    Transition("conclude", "验收", frozenset({"accept"}), frozenset({"by"}), accept_project),
)
register_computed_facts(name_results)
