"""What can happen while needs are collected and challenges announced."""

from jiebang.challenges.actions.announce_challenges import announce_challenges
from jiebang.challenges.actions.close_collection import close_collection
from jiebang.challenges.actions.import_needs import import_needs
from jiebang.challenges.actions.set_challenges import conclude_setting, pose_topic
from jiebang.challenges.actions.submit_need import submit_need
from jiebang.challenges.computed import name_sponsors
from jiebang.lifecycle.known import register_computed_facts
from jiebang.lifecycle.transitions import Transition, register

COLLECT = frozenset({"collect_needs"})
SET = frozenset({"set_challenge"})

register(
    Transition(
        "submit_need", "提交需求", COLLECT, frozenset({"any_organisation"}), submit_need, window="open"
    ),
    Transition("import_needs", "代录需求", COLLECT, frozenset({"by"}), import_needs, window="open"),
    Transition("close", "结束征集", COLLECT, frozenset({"by", "clock"}), close_collection),
    Transition("conclude", "张榜公告", frozenset({"announce"}), frozenset({"by"}), announce_challenges),
)
register(
    Transition("pose_topic", "提出题目", SET, frozenset({"by"}), pose_topic),
    Transition("conclude", "确定题目", SET, frozenset({"by"}), conclude_setting),
)
register_computed_facts(name_sponsors)
