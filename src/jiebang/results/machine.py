"""What can happen when results come in: from their holders, or with a project's acceptance."""

from jiebang.lifecycle.transitions import Transition, register
from jiebang.results.actions.accept_project import accept_project
from jiebang.results.actions.close_result_collection import close_result_collection
from jiebang.results.actions.submit_result import submit_result

COLLECT = frozenset({"collect_results"})

register(
    Transition(
        "submit_result", "提交成果", COLLECT, frozenset({"any_organisation"}), submit_result, window="open"
    ),
    Transition("close", "结束征集", COLLECT, frozenset({"by", "clock"}), close_result_collection),
    Transition("conclude", "验收", frozenset({"accept"}), frozenset({"by"}), accept_project),
)
