"""A notice ends: never before its last instant, never over an objection still open."""

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_rules import When
from jiebang.publications.models import Objection


def close_notice(act: Act) -> str:
    """`upheld` if any objection was, else `unopposed`, which is what the stage's rules guard.

    Raises UnableToApply while an objection is open, Refused by the rules of the moment `decide`.
    """
    objections = Objection.objects.filter(run=act.run)
    waiting = objections.filter(resolved_at__isnull=True).values_list("number", flat=True)
    if waiting:
        raise UnableToApply(
            where=act.subject.number, what=f"还有异议没有办结：{'、'.join(waiting)}", fix="先办结异议"
        )
    if objections.filter(upheld=True).exists():
        return "upheld"
    require_rules(act, (When.decide,))
    return "unopposed"
