"""Many bids for one challenge, handed in through the door by an organisation each, and the queries that an act asks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.db import connection

from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.models import Subject
from jiebang.organisations.actor import act_as
from jiebang.organisations.models import Account, Mandate, Organisation, Person
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant


def bid_many(
    challenge: Subject, stage: str, count: int, at: datetime, values: dict[str, Any]
) -> list[Subject]:
    """`count` organisations bid at the open window `stage` of a challenge, all alike. Returns their bids in order."""
    for number in range(count):
        key = f"{challenge.programme.slug}-{number}"
        code = make_synthetic_credit_code(50_000 + Organisation.objects.count())
        organisation = Organisation.objects.create(
            name=f"示例揭榜单位{key}（合成）", credit_code=code, is_synthetic=True
        )
        person = Person.objects.create(name="示例人员（合成）", is_synthetic=True)
        account = Account.objects.create(username=f"crowd-{key}", person=person)
        mandate = Mandate.objects.create(
            person=person, organisation=organisation, position="member", from_on=date(2020, 1, 1)
        )
        apply(
            challenge.pk, stage, "submit_bid", actor=act_as(account, mandate.pk, at.date()), at=at,
            payload={"values": values}, submission=(f"crowd-{key}", 1),
        )  # fmt: skip
    return list(Subject.objects.filter(parent=challenge, kind="bid").order_by("pk"))


def bid_again(challenge: Subject, stage: str, bid: Subject, at: datetime, values: dict[str, Any]) -> None:
    """Whoever bid as one of many hands in more for the same bid."""
    mandate = Mandate.objects.get(organisation=bid.lead)
    account = mandate.person.accounts.get()
    apply(
        challenge.pk, stage, "submit_bid", actor=act_as(account, mandate.pk, at.date()), at=at,
        payload={"values": values},
    )  # fmt: skip


def review_many(life: Stage, bids: list[Subject], at: str) -> None:
    """In the thin life, check and mark each of some bids, all well, up to the selection among them."""
    instant = read_instant(at)
    officer, expert = life.actor("officer", instant), life.actor("expert", instant)
    looked_up = {"as_of": instant.date().isoformat(), "evidence": "示例登记系统"}
    for bid in bids:
        apply(bid.pk, "check", "check_relations", actor=officer, at=instant, payload=looked_up)
        apply(bid.pk, "check", "conclude", actor=officer, at=instant, payload={"outcome": "passed"})
        apply(
            bid.pk, "review", "record_review", actor=expert, at=instant, payload={"marks": {"plan": "60 分"}}
        )
    for bid in bids:
        apply(bid.pk, "review", "conclude", actor=officer, at=instant)


def count_queries(act: Callable[[], object]) -> int:
    """How many queries an act asks of the database through Django."""
    asked = 0

    # Django's log of queries ends at nine thousand.
    def count(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal asked
        asked += 1
        return execute(*given)

    with connection.execute_wrapper(count):
        act()
    return asked
