"""Many bids for one challenge, each handed in through the door by an organisation of its own."""

from __future__ import annotations

from datetime import date, datetime

from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.models import Subject
from jiebang.organisations.actor import act_as
from jiebang.organisations.models import Account, Mandate, Organisation, Person


def hand_in_bids(challenge: Subject, stage: str, count: int, at: datetime) -> None:
    """`count` organisations bid at the open window `stage` of a challenge of the thin pack."""
    for number in range(count):
        name = f"示例揭榜单位{number}（合成）"
        organisation = Organisation.objects.create(
            name=name, credit_code=make_synthetic_credit_code(50_000 + number), is_synthetic=True
        )
        person = Person.objects.create(name="示例人员（合成）", is_synthetic=True)
        account = Account.objects.create(username=f"many-{number}", person=person)
        mandate = Mandate.objects.create(
            person=person, organisation=organisation, position="member", from_on=date(2020, 1, 1)
        )
        values = {"bid.title": f"解法{number}", "bid.plan": f"路线{number}"}
        apply(
            challenge.pk, stage, "submit_bid", actor=act_as(account, mandate.pk, at.date()), at=at,
            payload={"values": values}, submission=(f"many-{number}", 1),
        )  # fmt: skip
