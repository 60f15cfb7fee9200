"""What the books tell: sums and counts of what was decided, paid and paid back, to the fen.

The platform alone keeps these rows, so nobody's figure is better: what is recorded for something wider (a challenge) gives way
to what is computed for the nearer thing (its lane), and where money is computed (`figures_of`) the books come before
anything recorded. Whoever thinks a sum wrong has the row put right. Where there are no rows, nothing is said.

Withdrawn and merely proposed payments count nowhere; recoveries are taken off; parties' own payments count once confirmed.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from jiebang.funding.lane_books import LaneBooks
from jiebang.funding.models import Contribution
from jiebang.funding.paid import payments_of_each, sum_of
from jiebang.lifecycle.known import FactSource, descendants_of_each, program_of
from jiebang.lifecycle.models import Subject
from jiebang.policy.stages import Per

_NOTHING = Decimal(0)
_BOUGHT = ("grant", "instalment", "price")


def figures_of(subject: Subject) -> dict[str, Any]:
    """Every figure of the books about a subject that its pack declares, in the form of a facts file."""
    known = program_of(subject).types
    found: dict[str, Any] = {}
    for source in SOURCES:
        figures = source([subject]).get(subject.pk, {})
        found.update({name: value for name, value in figures.items() if name in known})
    return found


def sum_payments(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """Of a project: `project.paid` (fiscal money out, recoveries off), `project.instalments_paid`, `payment.number`.

    An instalment is one recorded payment stage, however many payees shared it. The number is that of the payment now being
    made: one more than have been.
    """
    found = {}
    for key, rows in payments_of_each([one for one in subjects if one.kind == "project"]).items():
        instalments = len({row.run_id for row in rows if row.kind in _BOUGHT})
        found[key] = {
            "project.paid": _yuan(sum_of(rows)),
            "project.instalments_paid": f"{instalments} 期",
            "payment.number": f"{instalments + 1} 期",
        }
    return found


def sum_lanes(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """What a race's lanes have been promised and paid, together and beside one another.

    Of a challenge and of each lane: `challenge.race_aid_total`, said once every lane still in it has its aid. Of a lane:
    `challenge.other_lanes_aid`, what the others have so far, and `challenge.lane_aids`, the same one by one; of a bid both as well, since it may become one. Of a
    joint team: `project.predecessors_unpaid`.
    """
    #: a thing's key → its challenge's
    races: dict[int, int] = {}
    for one in subjects:
        race = one.pk if one.kind == "challenge" else one.parent_id
        asked = _BESIDE_A_LANE if one.kind == "bid" else _ABOUT_LANES
        if race is not None and one.kind in _RACING and asked & program_of(one).types.keys():
            races[one.pk] = race
    if not races:
        return {}
    books = LaneBooks(set(races.values()))
    found = {}
    for one in subjects:
        if one.pk not in races:
            continue
        if one.kind == "bid":
            found[one.pk] = _beside(books.aids_beside_bid(one))
        elif beside := books.lanes[races[one.pk]]:
            found[one.pk] = _sum_lanes(one, beside, books)
    return found


def _sum_lanes(subject: Subject, lanes: list[Subject], books: LaneBooks) -> dict[str, Any]:
    found: dict[str, Any] = {}
    aids = {one.pk: books.aid_of(one) for one in lanes}
    promised = [aid for aid in aids.values() if aid is not None]
    if len(promised) == len(lanes):
        found["challenge.race_aid_total"] = _yuan(sum(promised, _NOTHING))
    if subject.kind == "project":
        found |= _beside([aid for pk, aid in aids.items() if pk != subject.pk and aid is not None])
        unpaid = books.predecessors_unpaid(subject)
        if unpaid is not None:
            found["project.predecessors_unpaid"] = _yuan(unpaid)
    return found


def _beside(aids: list[Decimal]) -> dict[str, Any]:
    return {
        "challenge.other_lanes_aid": _yuan(sum(aids, _NOTHING)),
        "challenge.lane_aids": [{"amount": _yuan(aid)} for aid in aids],
    }


def list_subsidies(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """`project.subsidies`: each fiscal grant recorded as paid on this very thing, with its day."""
    asked = [one for one in subjects if "project.subsidies" in program_of(one).types]
    return {
        key: {
            "project.subsidies": [
                {"on": row.paid_on.isoformat(), "amount": _yuan(row.amount)}
                for row in rows
                if row.kind == "grant" and row.paid_on
            ]
        }
        for key, rows in payments_of_each(asked).items()
    }


def sum_contributions(subjects: Sequence[Subject]) -> dict[int, dict[str, Any]]:
    """`project.sponsor_paid`, the day of the newest such payment and its evidence; only confirmed payments, only if any.

    Of a challenge: with those of everything below it. A payment that is only declared is no sum an officer has seen.
    """
    asked = [one for one in subjects if "project.sponsor_paid" in program_of(one).types]
    if not asked:
        return {}
    below = descendants_of_each(one for one in asked if one.kind == Per.challenge)
    around = {
        one.pk: [one, *(other for other in below.get(one.pk, []) if other.kind in _PAID_FOR)] for one in asked
    }
    paid: dict[int, list[Contribution]] = {}
    for row in confirmed([thing for things in around.values() for thing in things]):
        paid.setdefault(row.subject_id, []).append(row)
    found = {}
    for pk, things in around.items():
        rows = [row for thing in things for row in paid.get(thing.pk, [])]
        if rows:
            newest = max(rows, key=lambda row: (row.paid_on, row.pk))
            found[pk] = {
                "project.sponsor_paid": _yuan(sum((row.amount for row in rows), _NOTHING)),
                "project.sponsor_paid_on": newest.paid_on.isoformat(),
                "project.sponsor_paid_evidence": newest.evidence,
            }
    return found


def confirmed(subjects: list[Subject], item: str | None = None) -> QuerySet[Contribution]:
    """Parties' payments that an officer has confirmed, for some subjects; of one money item or of all."""
    rows = Contribution.objects.filter(subject__in=subjects, confirmed_at__isnull=False)
    return rows if item is None else rows.filter(item=item)


def _yuan(amount: Decimal) -> str:
    return f"{amount:.2f} 元"


#: Facts that need all of a challenge's lanes looked at; a pack without any of them costs nothing.
_ABOUT_LANES = frozenset(
    {
        "challenge.race_aid_total", "challenge.other_lanes_aid", "challenge.lane_aids",
        "project.predecessors_unpaid",
    }
)  # fmt: skip

#: Those of them that are said of a bid as well, before it is a lane.
_BESIDE_A_LANE = frozenset({"challenge.other_lanes_aid", "challenge.lane_aids"})

#: The kinds that have a part in a race, and those that a sponsor pays for below a challenge.
_RACING = (Per.challenge, Per.project, Per.bid)
_PAID_FOR = (Per.bid, Per.project)

#: Facts that only the books give: nobody may write them where money is computed.
BOOKED = _ABOUT_LANES | {
    "project.paid", "project.instalments_paid", "payment.number", "project.subsidies", "project.sponsor_paid",
    "project.sponsor_paid_on", "project.sponsor_paid_evidence",
}  # fmt: skip

SOURCES: tuple[FactSource, ...] = (
    sum_payments, sum_lanes, list_subsidies, sum_contributions,
)  # fmt: skip
