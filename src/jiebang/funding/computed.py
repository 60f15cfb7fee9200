"""What the books tell: sums and counts of what was decided, paid and paid back, to the fen.

The platform alone keeps these rows, so nobody's figure is better: what is recorded for something wider (a challenge) gives way
to what is computed for the nearer thing (its lane), and where money is computed (`figures_of`) the books come before
anything recorded. Whoever thinks a sum wrong has the row put right. Where there are no rows, nothing is said.

Withdrawn and merely proposed payments count nowhere; recoveries are taken off; parties' own payments count once confirmed.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from jiebang.funding.models import Contribution, Payment
from jiebang.lifecycle.known import descendants_of, program_of
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.policy.stages import Per
from jiebang.policy.values import read_value
from jiebang.projects.lanes import lanes_of, predecessors_of

_NOTHING = Decimal(0)
_BOUGHT = ("grant", "instalment", "price")


def figures_of(subject: Subject) -> dict[str, Any]:
    """Every figure of the books about a subject that its pack declares, in the form of a facts file."""
    known = program_of(subject).types
    found: dict[str, Any] = {}
    for source in SOURCES:
        found.update({name: value for name, value in source(subject).items() if name in known})
    return found


def sum_payments(subject: Subject) -> dict[str, Any]:
    """Of a project: `project.paid` (fiscal money out, recoveries off), `project.instalments_paid`, `payment.number`.

    An instalment is one recorded payment stage, however many payees shared it. The number is that of the payment now being
    made: one more than have been.
    """
    if subject.kind != "project":
        return {}
    instalments = _paid(subject).filter(kind__in=_BOUGHT).values("run").distinct().count()
    return {
        "project.paid": _yuan(paid_for(subject)),
        "project.instalments_paid": f"{instalments} 期",
        "payment.number": f"{instalments + 1} 期",
    }


def sum_lanes(subject: Subject) -> dict[str, Any]:
    """What a race's lanes have been promised and paid, together and beside one another.

    Of a challenge and of each lane: `challenge.paid_to_lanes` (all lanes, ended and joined ones included) and
    `challenge.race_aid_total`, said once every lane still in it has its aid. Of a lane: `challenge.other_lanes_aid`, what the
    others have so far, and `challenge.lane_aids`, the same one by one. Of a joint team: `project.predecessors_unpaid`.
    """
    if subject.kind == "bid":
        return _sum_others(subject)
    challenge = subject if subject.kind == "challenge" else subject.parent
    if subject.kind not in ("challenge", "project") or challenge is None:
        return {}
    known = program_of(subject).types
    if not _ABOUT_LANES & known.keys():
        return {}
    lanes = lanes_of(challenge)
    if not lanes:
        return {}
    found: dict[str, Any] = {
        "challenge.paid_to_lanes": _yuan(sum((paid_for(one) for one in lanes), _NOTHING))
    }
    aids = {one.pk: aid_of(one) for one in lanes}
    promised = [aid for aid in aids.values() if aid is not None]
    if len(promised) == len(lanes):
        found["challenge.race_aid_total"] = _yuan(sum(promised, _NOTHING))
    if subject.kind == "project":
        found |= _others([aid for pk, aid in aids.items() if pk != subject.pk and aid is not None])
        unpaid = predecessors_unpaid(subject)
        if unpaid is not None:
            found["project.predecessors_unpaid"] = _yuan(unpaid)
    return found


def _sum_others(bid: Subject) -> dict[str, Any]:
    if (
        bid.parent is None
        or not {"challenge.other_lanes_aid", "challenge.lane_aids"} & program_of(bid).types.keys()
    ):
        return {}
    put_down = FactEntry.objects.filter(
        subject__parent=bid.parent, name="project.aid", superseded_at__isnull=True
    ).exclude(subject=bid)
    # Hundreds of bids ask this long before anybody is given anything.
    if not put_down.exists():
        return _others([])
    lanes = [lane for lane in lanes_of(bid.parent) if lane.origin_id != bid.pk]
    become = {lane.origin_id for lane in lanes if lane.origin_id is not None}
    bids = Subject.objects.filter(fact_entries__in=put_down, kind="bid", ended_at__isnull=True)
    others = [*lanes, *bids.exclude(pk__in=become).order_by("pk")]
    return _others([aid for aid in map(aid_of, others) if aid is not None])


def _others(aids: list[Decimal]) -> dict[str, Any]:
    return {
        "challenge.other_lanes_aid": _yuan(sum(aids, _NOTHING)),
        "challenge.lane_aids": [{"amount": _yuan(aid)} for aid in aids],
    }


def aid_of(lane: Subject) -> Decimal | None:
    """What a lane takes of the race's money: once ended what it kept, before that the aid put down for it; None before any.

    A joint team's is what it has been paid, or more if more was decided for it. An aid that was put down and not yet signed
    counts: two lanes proposed side by side mustn't pass a common limit between them.
    """
    paid = paid_for(lane)
    if lane.ended_at is not None:
        return paid
    decided = _decided_aid(lane)
    if decided is not None:
        return max(decided, paid)
    return paid if predecessors_of(lane) else None


def predecessors_unpaid(project: Subject) -> Decimal | None:
    """What the lanes of a joint team were granted and hadn't been paid when they joined; None for any other project.

    None as well while one of them has no aid on record: then nobody knows.
    """
    left = []
    for lane in predecessors_of(project):
        decided = _decided_aid(lane)
        if decided is None:
            return None
        left.append(max(decided - paid_for(lane), _NOTHING))
    return sum(left, _NOTHING) if left else None


def paid_for(subject: Subject) -> Decimal:
    """Fiscal money recorded as paid for one subject, recoveries taken off."""
    sums = _paid(subject).aggregate(
        out=Sum("amount", filter=~Q(kind="recovery")), back=Sum("amount", filter=Q(kind="recovery"))
    )
    return (sums["out"] or _NOTHING) - (sums["back"] or _NOTHING)


def list_subsidies(subject: Subject) -> dict[str, Any]:
    """`project.subsidies`: each fiscal grant recorded as paid on this very thing, with its day."""
    if "project.subsidies" not in program_of(subject).types:
        return {}
    rows = _paid(subject).filter(kind="grant").order_by("paid_on", "pk")
    return {
        "project.subsidies": [
            {"on": row.paid_on.isoformat(), "amount": _yuan(row.amount)} for row in rows if row.paid_on
        ]
    }


def sum_contributions(subject: Subject) -> dict[str, Any]:
    """`project.sponsor_paid`, the day of the newest such payment and its evidence; only confirmed payments, only if any.

    Of a challenge: with those of everything below it. A payment that is only declared is no sum an officer has seen.
    """
    if "project.sponsor_paid" not in program_of(subject).types:
        return {}
    things = [subject]
    if subject.kind == Per.challenge:
        things += [*descendants_of(subject, Per.bid.value), *descendants_of(subject, Per.project.value)]
    rows = confirmed(things)
    newest = rows.order_by("-paid_on", "-pk").first()
    if newest is None:
        return {}
    return {
        "project.sponsor_paid": _yuan(sum((row.amount for row in rows), _NOTHING)),
        "project.sponsor_paid_on": newest.paid_on.isoformat(),
        "project.sponsor_paid_evidence": newest.evidence,
    }


def confirmed(subjects: list[Subject], item: str | None = None) -> QuerySet[Contribution]:
    """Parties' payments that an officer has confirmed, for some subjects; of one money item or of all."""
    rows = Contribution.objects.filter(subject__in=subjects, confirmed_at__isnull=False)
    return rows if item is None else rows.filter(item=item)


def _paid(subject: Subject) -> QuerySet[Payment]:
    return Payment.objects.filter(
        subject=subject, fiscal=True, paid_on__isnull=False, withdrawn_at__isnull=True
    )


def _decided_aid(lane: Subject) -> Decimal | None:
    rows = FactEntry.objects.filter(name="project.aid", superseded_at__isnull=True)
    entry = rows.filter(subject=lane).first()
    if entry is None and lane.origin_id is not None:
        # What was put down for a bid is its lane's, until something is put down for the lane itself.
        entry = rows.filter(subject=lane.origin_id).first()
    if entry is None:
        return None
    amount: Decimal = read_value(entry.value, program_of(lane).types["project.aid"])
    return amount


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f} 元"


#: Facts that need all of a challenge's lanes looked at; a pack without any of them costs nothing.
_ABOUT_LANES = frozenset(
    {
        "challenge.paid_to_lanes", "challenge.race_aid_total", "challenge.other_lanes_aid", "challenge.lane_aids",
        "project.predecessors_unpaid",
    }
)  # fmt: skip

#: Facts that only the books give: nobody may write them where money is computed.
BOOKED = _ABOUT_LANES | {
    "project.paid", "project.instalments_paid", "payment.number", "project.subsidies", "project.sponsor_paid",
    "project.sponsor_paid_on", "project.sponsor_paid_evidence",
}  # fmt: skip

SOURCES: tuple[Callable[[Subject], dict[str, Any]], ...] = (
    sum_payments, sum_lanes, list_subsidies, sum_contributions,
)  # fmt: skip
