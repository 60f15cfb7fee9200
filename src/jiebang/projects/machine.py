"""What can happen when projects are made, and what their rows tell."""

from jiebang.lifecycle.known import register_computed_facts
from jiebang.lifecycle.transitions import Transition, register
from jiebang.projects.actions.approve_projects import approve_projects
from jiebang.projects.computed import count_lanes, count_others_left, tell_announcement

register(Transition("conclude", "立项", frozenset({"approve_project"}), frozenset({"by"}), approve_projects))
register_computed_facts(tell_announcement)
register_computed_facts(count_lanes)
register_computed_facts(count_others_left, booked=True)
