"""The window has closed: what came in, and what the pack's rules say of each bid, decide how the stage ends."""

from jiebang.bids.actions.submit_bid import TITLE
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.closing import takes_late
from jiebang.lifecycle.errors import Refused, UnableToApply
from jiebang.lifecycle.known import alive_below, situations_of
from jiebang.lifecycle.models import FactEntry, HandIn, Subject
from jiebang.lifecycle.routing import end_subjects
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.subjects import retitle
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_process import Among
from jiebang.policy.pack_rules import When
from jiebang.policy.stages import Per
from jiebang.policy.verdicts import explain_verdict


def close_bidding(act: Act) -> str:
    """`no_taker` without bids; `too_few` where the challenge's own rules aren't met and the pack has that way; else `closed`.

    A bid that a hard rule fails ends here with its reason. One that can't be judged yet, or could be departed for, stops the
    closing until somebody has checked or decided: Refused names it.
    """
    if act.subject.kind != "challenge":
        # The time for correcting a returned bid is over. Where the pack says nothing of that, it goes back as it is.
        return act.stage.on_expiry or "closed"
    if act.actor is None and takes_late(act.run, act.stage, act.at):
        raise UnableToApply(where=act.stage.label, what="截止之后还收", fix="不再收的时候由经办人办结")
    bids = alive_below(act.subject, "bid")
    if act.stage.sealed:
        _open(bids)
    if act.stage.among is Among.remaining:
        bids = _end_silent(act, bids)
    if not _end_refused(act, bids):
        # What an earlier one has already opened for the challenge goes on by itself; nothing is opened beside it.
        here = act.subject.stage_runs.filter(closed_at__isnull=True).exclude(pk=act.run.pk)
        return "closed" if here.exists() else "no_taker"
    try:
        require_rules(act, (When.decide,))
    except Refused:
        if "too_few" not in act.stage.outcomes:
            raise
        return "too_few"
    return "closed"


def _open(bids: list[Subject]) -> None:
    """Sealed bids are opened: each gets the title that its paper gives it."""
    named = FactEntry.objects.filter(subject__in=bids, name=TITLE, superseded_at__isnull=True)
    titles = dict(named.values_list("subject", "value"))
    for bid in bids:
        if title := str(titles.get(bid.pk) or ""):
            retitle(bid, title[:300])


def _end_silent(act: Act, bids: list[Subject]) -> list[Subject]:
    """Who was let into this round and handed in nothing is out. Returns the others."""
    heard = set(HandIn.objects.filter(run=act.run).values_list("subject_id", flat=True))
    silent = [bid for bid in bids if bid.pk not in heard]
    why = f"{act.stage.label}：逾期未提交"
    for bid in silent:
        act.drafts.append(EntryDraft("bid.lapsed", {"subject": bid.pk}))
        act.messages.append(("bid.lapsed", bid, {"number": bid.number, "why": why}))
    end_subjects(silent, why, act.at)
    return [bid for bid in bids if bid.pk in heard]


def _end_refused(act: Act, bids: list[Subject]) -> list[Subject]:
    """Who fails a hard rule is out; all are judged as they stood when the window closed. Returns the others."""
    moment = act.program.rules_for(act.subject.process, act.run.stage, When.decide.value)
    rules = [rule for rule in moment if rule.about is Per.bid]
    if not rules:
        return bids
    situations = situations_of(bids, act.at)
    refused, others = [], []
    for bid in bids:
        verdicts = act.program.judge(situations[bid.pk], rules)
        failed = [v for v in verdicts if v.word == "fail" and not v.is_preference]
        if not failed:
            others.append(bid)
            continue
        told = "；".join(
            explain_verdict(v, act.program.types, act.program.pack)["explanation"] for v in failed
        )
        act.drafts.append(
            EntryDraft("bid.refused", {"subject": bid.pk, "rules": [v.compiled.id for v in failed]})
        )
        act.messages.append(("bid.refused", bid, {"number": bid.number, "why": told}))
        refused.append(bid)
    end_subjects(refused, f"{act.stage.label}：不符合条件", act.at)
    return others
