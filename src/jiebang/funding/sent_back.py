"""A proposal that a signer sent back, or that isn't what is due any more, makes room for a new one, or for none."""

from collections.abc import Iterable
from dataclasses import dataclass

from jiebang.funding.due import compute_due
from jiebang.funding.models import Payment
from jiebang.kernel.errors import JiebangError
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import AlreadyDone
from jiebang.lifecycle.known import situations_of
from jiebang.lifecycle.models import SignOff, StageRun
from jiebang.lifecycle.transitions import Act
from jiebang.policy.situation import Situation


def withdraw_sent_back(act: Act) -> None:
    """A signer who refuses sends the proposal back: it is withdrawn, and stays readable, when something takes its place.

    Raises AlreadyDone while an earlier proposal still stands, and for one that has been paid: whatever a signer said of it
    before, the money is out, and a run whose payment was put aside would pay it again.
    """
    standing = Payment.objects.filter(run=act.run, withdrawn_at__isnull=True)
    newest = standing.order_by("-proposed_at").first()
    if newest is None:
        return
    if newest.paid_on is not None:
        raise AlreadyDone(where=act.subject.number, what="已经登记过这笔款", fix="等其他各方的付款核实后办结")
    sent_back = SignOff.objects.filter(run=act.run, agreed=False, signed_at__gte=newest.proposed_at).exists()
    if not sent_back and not is_outdated(act):
        raise AlreadyDone(where=act.subject.number, what="已经提出过金额意见", fix="等签署完，或由签署人退回")
    for payment in standing:
        act.drafts.append(
            EntryDraft(
                "payment.withdrawn",
                {
                    "payment": payment.pk,
                    "subject": act.subject.pk,
                    "item": payment.item,
                    "amount": payment.amount,
                },
            )
        )
    standing.update(withdrawn_at=act.at)


@dataclass(frozen=True, slots=True)
class Outdated:
    """What was put up at a run and isn't what it would be now: by which people, and what has changed, in words."""

    people: frozenset[int]
    changed: tuple[str, ...]


def is_outdated(act: Act) -> bool:
    """Whether the standing proposals of this run aren't what the pack computes now: facts changed after somebody signed."""
    return bool(outdated_payments([act]))


def outdated_payments(acts: Iterable[Act]) -> dict[int, Outdated]:
    """What is put up at the runs of some acts, all at one instant, and not as the pack computes it now, by the run's key.

    What can't be computed any more has changed as well. As many queries for many acts as for one.
    """
    by_run = {act.run.pk: act for act in acts}
    standing: dict[int, list[Payment]] = {}
    rows = Payment.objects.filter(run__in=by_run, withdrawn_at__isnull=True, paid_on__isnull=True)
    for row in rows.select_related("proposed_by"):
        standing.setdefault(row.run_id, []).append(row)
    subjects = {by_run[pk].subject.pk: by_run[pk].subject for pk in standing}
    if not subjects:
        return {}
    situations = situations_of(list(subjects.values()), next(iter(by_run.values())).at)
    found = {}
    for pk, put_up in standing.items():
        items = _differing(by_run[pk], put_up, situations[by_run[pk].subject.pk])
        if items:
            found[pk] = Outdated(frozenset(row.proposed_by.person_id for row in put_up), items)
    return found


def _differing(act: Act, put_up: list[Payment], situation: Situation) -> tuple[str, ...]:
    proposed = {row.item: (row.amount, row.shares) for row in put_up}
    try:
        due = compute_due(act, situation)
    except JiebangError:
        due = {}
    now = {
        key: (found.amount, {role: f"{part:.2f}" for role, part in found.shares.items()})
        for key, found in due.items()
        if found.amount
    }
    differ = [key for key in {**proposed, **now} if proposed.get(key) != now.get(key)]
    return tuple(act.program.pack.money[key].label for key in differ)


def amounts_put_up(run: StageRun) -> str:
    """The rows that stand proposed at a run; each proposal makes rows of its own."""
    rows = Payment.objects.filter(run=run, withdrawn_at__isnull=True).order_by("pk")
    return ".".join(str(pk) for pk in rows.values_list("pk", flat=True))
