"""After review, the winner or (in a race) the winners are chosen; the others' paths end, some of them in reserve."""

from __future__ import annotations

from jiebang.bids.computed import count_members
from jiebang.kernel.periods import SHANGHAI
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import as_recorded
from jiebang.lifecycle.known import alive_below, descendants_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.routing import came_to, end_each, end_subjects, process_of, shut_windows, windows_of
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.subjects import call_back, keep_in_reserve
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_process import Among
from jiebang.policy.pack_rules import When
from jiebang.policy.process import keeps_reserve


def candidates_of(subject: Subject, among: Among | None) -> list[Subject]:
    """The bids that a selection may choose: those whose way led to it, or those an earlier selection kept in reserve for it.

    Who is still at an earlier stage, or waits for another, hasn't come so far.
    """
    if among is Among.reserve:
        return [bid for bid in descendants_of(subject, "bid") if bid.reserve_for]
    alive = alive_below(subject, "bid")
    moving = _moving(alive)
    open_here = set(subject.stage_runs.filter(closed_at__isnull=True).values_list("stage", flat=True))
    return [bid for bid in alive if bid.pk not in moving and bid.waiting_for in ("", *open_here)]


def _moving(bids: list[Subject]) -> set[int]:
    """Keys of the bids for which a stage is open."""
    runs = StageRun.objects.filter(subject__in=bids, closed_at__isnull=True)
    return set(runs.values_list("subject_id", flat=True))


def select_bids(act: Act) -> str:
    """`bids` of the payload are chosen. How many may be is the pack's rule (challenge.selected). None chosen needs a reason.

    A selection out of the reserve takes the place of an earlier one: whoever was chosen then is out.
    """
    picked = {int(key) for key in act.payload.get("bids", [])}
    candidates = candidates_of(act.subject, act.stage.among)
    chosen = [bid for bid in candidates if bid.pk in picked]
    if picked - {bid.pk for bid in candidates}:
        raise UnableToApply(where=act.stage.label, what="选中的申请不在候选之列", fix="从列表里选择")
    note = str(act.payload.get("note", ""))
    if not chosen and not note.strip():
        raise UnableToApply(where=act.stage.label, what="一个都不选要写理由", fix="写明理由")
    if chosen:
        _require_rules(act, chosen)
        require_signed(act)
    elif act.stage.among is not Among.reserve and (busy := _moving(alive_below(act.subject, "bid"))):
        raise UnableToApply(
            where=act.stage.label,
            what=f"还有 {len(busy)} 家没有办到这一步，不能说没有合格的",
            fix="等它们办完再定",
        )
    elif act.stage.among is not Among.reserve and (windows := windows_of(act.subject)):
        label = process_of(act.subject).stages[windows[0].stage].label
        raise UnableToApply(
            where=act.stage.label, what=f"{label}还没有截止，不能说没有合格的", fix="截止之后再定"
        )
    _part_ways(act, chosen, candidates)
    if chosen and (shut := shut_windows(act.subject, "已有人选中", act.at)):
        act.drafts.append(EntryDraft("windows.shut", {"subject": act.subject.pk, "stages": shut}))
    act.run.note = note
    if not chosen:
        return "none_qualified"
    act.drafts.append(EntryDraft("bids.selected", {"challenge": act.subject.pk, "bids": sorted(picked)}))
    return "selected"


def _require_rules(act: Act, chosen: list[Subject]) -> None:
    # What this very decision makes true: how many are chosen, and when.
    made = {
        "challenge.selected": f"{len(chosen)} 家",
        "challenge.selected_members": count_members(chosen),
        "challenge.decided_at": act.at.astimezone(SHANGHAI).isoformat(),
    }
    known = {name: raw for name, raw in made.items() if name in act.program.types}
    require_rules(act, (When.decide,), as_recorded(known, "computed", act.at), affected={"bid": chosen})


def _part_ways(act: Act, chosen: list[Subject], candidates: list[Subject]) -> None:
    """End whoever isn't chosen, come so far or not. A selection out of the reserve puts others in the place of those whose way led here.

    Whoever passed where these failed waits for what comes next and isn't touched.
    """
    reserve = act.stage.among is Among.reserve
    kept = act.run.stage if keeps_reserve(process_of(act.subject), act.run.stage) else ""
    if reserve:
        word = "由他人递补" if chosen else "没有可以递补的"
        replaced = [bid for bid in alive_below(act.subject, "bid") if not bid.waiting_for]
        grown = Subject.objects.filter(origin__in=replaced, ended_at__isnull=True).order_by("pk")
        for things in (list(grown), replaced):
            end_subjects(things, f"{act.stage.label}：{word}", act.at)
        for bid in chosen:
            call_back(bid)
            act.drafts.append(EntryDraft("bid.called_up", {"subject": bid.pk}))
            act.messages.append(("bid.called_up", bid, {"number": bid.number}))
    picked = {bid.pk for bid in chosen}
    others = [bid for bid in candidates if bid.pk not in picked]
    if not reserve:
        act.messages += [("bid.selected", bid, {"number": bid.number}) for bid in chosen]
        end_subjects(others, "未选中，列为候补" if kept else "未选中", act.at)
    keep_in_reserve(others, kept)
    if not reserve:
        left = [bid for bid in alive_below(act.subject, "bid") if bid.pk not in picked]
        moving = _moving(left)
        # Who is cut off on the way had no say in it; who waited for what comes when nobody is chosen has its own end.
        endings = dict.fromkeys((bid.pk for bid in left), "未选中") | came_to(left)
        end_each(left, endings | dict.fromkeys(moving, "已有人选中"), act.at)
