"""The bureau announces a batch: every vetted need becomes a challenge that can be bid for."""

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import facts_given, record_facts
from jiebang.lifecycle.known import alive_below
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.routing import came_to, end_each
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.subjects import create_below, retire
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_rules import When
from jiebang.policy.process import targets_of


def announce_challenges(act: Act) -> str:
    """Make a challenge of each need that is left; a challenge announced again (it found no taker) keeps its own row.

    Where it leads to a new registration, bids that are still there end: they brought nothing that held, and whoever wants to
    go on registers anew.

    Facts of the payload (through which channels) are recorded on what is announced. Raises UnableToApply with nothing to
    announce, Refused by the rules of the stage.
    """
    require_signed(act)
    facts = facts_given(act)
    if act.subject.kind == "challenge":
        require_rules(act, (When.decide,), facts)
        record_facts(act, act.subject, facts)
        if _registers_anew(act):
            bids = alive_below(act.subject, "bid")
            end_each(bids, {bid.pk: act.stage.label for bid in bids} | came_to(bids), act.at)
        return "announced"
    needs = list(
        Subject.objects.filter(parent=act.subject, kind="need", ended_at__isnull=True).order_by("pk")
    )
    if not needs:
        raise UnableToApply(where=act.stage.label, what="没有通过论证的需求可以张榜", fix="先论证需求")
    # What the list says of a challenge is known of its need until the challenge is there.
    require_rules(act, (When.decide,), facts, affected={"challenge": needs})
    record_facts(act, act.subject, facts)
    for need in needs:
        challenge = create_below(
            act.subject, kind="challenge", letter="C", title=need.title, at=act.at, origin=need
        )
        retire(need, "已列入榜单", act.at)
        act.drafts.append(
            EntryDraft(
                "challenge.announced", {"subject": challenge.pk, "need": need.pk, "number": challenge.number}
            )
        )
        act.messages.append(("challenge.announced", challenge, {"number": challenge.number}))
    return "announced"


def _registers_anew(act: Act) -> bool:
    stages = act.program.pack.processes[act.subject.process].stages
    return any(stages[name].kind == "register" for name in targets_of(act.stage.outcomes["announced"]))
