"""What can happen when projects are made."""

from jiebang.lifecycle.transitions import Transition, register
from jiebang.projects.actions.approve_projects import approve_projects

register(Transition("conclude", "立项", frozenset({"approve_project"}), frozenset({"by"}), approve_projects))
