"""What the lanes of races were granted and paid, read at once for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Q

from jiebang.funding.paid import payments_of_each, sum_of
from jiebang.lifecycle.facts import AID
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.policy.values import read_value
from jiebang.projects.lanes import lanes_of_each, predecessors_of_each

_NOTHING = Decimal(0)


class LaneBooks:
    """The books of every lane of some challenges, and of the bids for them that an aid was put down for."""

    def __init__(self, challenges: Iterable[int]) -> None:
        #: every lane a challenge ever had, by the challenge's key
        self.lanes = lanes_of_each(challenges)
        lanes = [lane for beside in self.lanes.values() for lane in beside]
        self._before = predecessors_of_each(lanes)
        every = [*lanes, *(lane for before in self._before.values() for lane in before)]
        origins = [lane.origin_id for lane in every if lane.origin_id is not None]
        rows = FactEntry.objects.filter(
            Q(subject__parent__in=self.lanes) | Q(subject__in=[*(lane.pk for lane in every), *origins]),
            name=AID,
            superseded_at__isnull=True,
        )
        self._put_down: dict[int, Decimal] = {}
        #: the things an aid was put down for, by their challenge's key
        self._given: dict[int, list[Subject]] = {}
        for row in rows.select_related("subject__programme").order_by("subject_id"):
            wanted = program_of(row.subject).types[AID]
            self._put_down[row.subject_id] = read_value(row.value, wanted)
            self._given.setdefault(row.subject.parent_id or 0, []).append(row.subject)
        given = [one for beside in self._given.values() for one in beside]
        self._paid = {key: sum_of(rows) for key, rows in payments_of_each([*every, *given]).items()}

    def aid_of(self, lane: Subject) -> Decimal | None:
        """What a lane takes of the race's money: once ended what it kept, before that the aid put down for it; None before any.

        A joint team's is what it has been paid, or more if more was decided for it. An aid that was put down and not yet
        signed counts: two lanes proposed side by side mustn't pass a common limit between them.
        """
        paid = self._paid[lane.pk]
        if lane.ended_at is not None:
            return paid
        decided = self._decided(lane)
        if decided is not None:
            return max(decided, paid)
        return paid if lane.pk in self._before else None

    def aids_beside_bid(self, bid: Subject) -> list[Decimal]:
        """What the others have for whom a bid's challenge has aid: its lanes, and bids that are to become one."""
        given = [one for one in self._given.get(bid.parent_id or 0, []) if one.pk != bid.pk]
        # Hundreds of bids ask this long before anybody is given anything.
        if not given:
            return []
        lanes = [lane for lane in self.lanes[bid.parent_id or 0] if lane.origin_id != bid.pk]
        become = {lane.origin_id for lane in lanes}
        bids = [one for one in given if one.kind == "bid" and one.ended_at is None and one.pk not in become]
        return [aid for one in (*lanes, *bids) if (aid := self.aid_of(one)) is not None]

    def predecessors_unpaid(self, project: Subject) -> Decimal | None:
        """What the lanes of a joint team were granted and hadn't been paid when they joined; None for any other project.

        None as well while one of them has no aid on record: then nobody knows.
        """
        left = []
        for lane in self._before.get(project.pk, []):
            decided = self._decided(lane)
            if decided is None:
                return None
            left.append(max(decided - self._paid[lane.pk], _NOTHING))
        return sum(left, _NOTHING) if left else None

    def _decided(self, lane: Subject) -> Decimal | None:
        # What was put down for a bid is its lane's, until something is put down for the lane itself.
        return self._put_down.get(lane.pk, self._put_down.get(lane.origin_id or 0))
