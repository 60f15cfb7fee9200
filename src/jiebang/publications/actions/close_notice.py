"""A notice ends: never before its last instant, never over an objection still open."""

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.routing import end_subjects
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_process import End
from jiebang.policy.pack_rules import When
from jiebang.publications.models import Objection
from jiebang.publications.on_notice import name_on_notice, things_on_notice


def close_notice(act: Act) -> str:
    """`upheld` if an objection to the whole was, or nothing is left; else `unopposed`, which is what the stage's rules guard.

    Where the pack ends what an upheld objection is against, one against some of several ends these, in the pack's words, and
    the others go on. Where it leads on to another stage, they go there together: what is to become of them is decided there.

    Raises UnableToApply while an objection is open, Refused by the rules of the moment `decide`.
    """
    objections = Objection.objects.filter(run=act.run)
    waiting = objections.filter(resolved_at__isnull=True).values_list("number", flat=True)
    if waiting:
        raise UnableToApply(
            where=act.subject.number, what=f"还有异议没有办结：{'、'.join(waiting)}", fix="先办结异议"
        )
    if upheld := list(objections.filter(upheld=True).order_by("pk")):
        target = act.stage.outcomes["upheld"]
        named = {one.against_id for one in upheld}
        things = things_on_notice(act.subject)
        out = [one for one in things if one.pk in named]
        if None in named or len(out) == len(things) or not isinstance(target, End):
            return "upheld"
        _take_out(act, out, target.end)
    require_rules(act, (When.decide,))
    return "unopposed"


def _take_out(act: Act, things: list[Subject], ending: str) -> None:
    """End those an objection was upheld against; the notice says so of itself, and goes on with the others."""
    if not things:
        return
    end_subjects(things, ending, act.at)
    act.run.note = f"异议成立，不再列入：{'、'.join(name_on_notice(one) for one in things)}"
    act.drafts.append(
        EntryDraft("notice.reduced", {"run": act.run.pk, "subjects": [one.pk for one in things]})
    )
