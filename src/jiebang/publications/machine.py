"""What can happen while something is on public notice."""

from jiebang.lifecycle.against_ledger import register_check
from jiebang.lifecycle.transitions import Transition, register
from jiebang.publications.actions.close_notice import close_notice
from jiebang.publications.actions.file_objection import file_objection
from jiebang.publications.actions.resolve_objection import resolve_objection
from jiebang.publications.against_ledger import altered_objections

NOTICE = frozenset({"notice"})

register(
    Transition(
        "file_objection", "提出异议", NOTICE, frozenset({"by", "public"}), file_objection, window="open"
    ),
    Transition("resolve_objection", "办结异议", NOTICE, frozenset({"by"}), resolve_objection),
    Transition("close", "公示期满", NOTICE, frozenset({"by", "clock"}), close_notice, window="closed"),
)
register_check(altered_objections)
