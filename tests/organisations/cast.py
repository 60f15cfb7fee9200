"""A bureau with a district below it, another city, and those who act for them."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.ledger.models import Entry
from jiebang.organisations.actions.grant_mandate import grant_mandate
from jiebang.organisations.actions.open_account import open_account
from jiebang.organisations.actor import Actor, act_as
from jiebang.organisations.bodies import Body
from jiebang.organisations.models import Account, Authority, Mandate, Organisation, Person, Programme

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
PASSWORD = "Sheng-zhang 2026"


@dataclass(frozen=True)
class Somebody:
    """A person with one account under one mandate, and the code that came with it."""

    account: Account
    mandate: Mandate
    code: str

    @property
    def actor(self) -> Actor:
        """As whom they act today."""
        return act_as(self.account, self.mandate.pk, TODAY)


def city(name: str = "示例市科技局（合成）") -> Authority:
    return Authority.objects.create(name=name, kind="city")


def firm(number: int = 1) -> Organisation:
    return Organisation.objects.create(
        name=f"示例单位{number}（合成）", credit_code=make_synthetic_credit_code(number), is_synthetic=True
    )


def programme(bureau: Authority) -> Programme:
    return Programme.objects.create(
        slug=f"programme-{bureau.pk}", title="示例计划（合成）", bureau=bureau, pack_id="urumqi-open-bid",
        pack_version="consultation-draft",
    )  # fmt: skip


def somebody(username: str, body: Body, position: str, at: datetime = NOW) -> Somebody:
    person = Person.objects.create(name=f"{username}（合成）", is_synthetic=True)
    account, code = open_account(person=person, username=username, body=body, actor=None, at=at)
    mandate = grant_mandate(
        person=person, body=body, position=position, from_on=TODAY, until_on=None, actor=None, at=at
    )
    return Somebody(account, mandate, code)


def kinds_in(chain: str) -> list[str]:
    """The kinds of a chain's entries, in order."""
    return list(Entry.objects.filter(chain__key=chain).order_by("sequence").values_list("kind", flat=True))
