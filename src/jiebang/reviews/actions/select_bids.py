"""After review, the winner or (in a race) the winners are chosen; the others' paths end."""

from jiebang.kernel.periods import SHANGHAI
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.door import as_recorded, require_rules
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.known import descendants_of
from jiebang.lifecycle.routing import end_subject
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack import When


def select_bids(act: Act) -> str:
    """`bids` of the payload are chosen. How many may be is the pack's rule (challenge.selected). None chosen needs a reason."""
    if act.subject.kind != "challenge":
        raise UnableToApply(where=act.subject.number, what="遴选按榜题进行", fix="到榜题页面办理")
    chosen = {int(key) for key in act.payload.get("bids", [])}
    bids = [bid for bid in descendants_of(act.subject, "bid") if bid.ended_at is None]
    if chosen - {bid.pk for bid in bids}:
        raise UnableToApply(where=act.stage.label, what="选中的申请不在候选之列", fix="从列表里选择")
    if not chosen:
        if not str(act.payload.get("note", "")).strip():
            raise UnableToApply(where=act.stage.label, what="一个都不选要写理由", fix="写明理由")
        for bid in bids:
            end_subject(bid, "未选中", act.at)
        return "none_qualified"
    # What this very decision makes true: how many are chosen, and when.
    made = {
        "challenge.selected": f"{len(chosen)} 家",
        "challenge.decided_at": act.at.astimezone(SHANGHAI).isoformat(),
    }
    extra = as_recorded(
        {name: raw for name, raw in made.items() if name in act.program.types}, "computed", act.at
    )
    require_rules(
        act,
        (When.decide,),
        extra,
        affected={"bid": [bid for bid in bids if bid.pk in chosen]},
    )
    require_signed(act)
    for bid in bids:
        if bid.pk not in chosen:
            end_subject(bid, "未选中", act.at)
    act.run.note = str(act.payload.get("note", ""))
    act.drafts.append(EntryDraft("bids.selected", {"challenge": act.subject.pk, "bids": sorted(chosen)}))
    return "selected"
