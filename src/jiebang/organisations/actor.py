"""Who acts: an account under one of its person's mandates. Everything that changes state is done by an actor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from jiebang.kernel.errors import JiebangError
from jiebang.organisations.enums import ACTING_POSITIONS
from jiebang.organisations.models import Account, Mandate


class UnableToAct(JiebangError):
    """The account has no mandate to act as it asks."""


@dataclass(frozen=True, slots=True)
class Actor:
    """An account acting under one mandate. Exactly one of authority and organisation is set."""

    account_id: int
    person_id: int
    mandate_id: int
    position: str
    authority_id: int | None
    organisation_id: int | None

    @property
    def reference(self) -> dict[str, int | str]:
        """What the ledger keeps: references only."""
        return {"account": self.account_id, "mandate": self.mandate_id, "position": self.position}

    def acts_for(self, authority_id: int) -> bool:
        """Whether one acts for that authority under this mandate; its auditors and administrators only look."""
        return self.authority_id == authority_id and self.position in ACTING_POSITIONS


def mandates_on(person_id: int, day: date) -> QuerySet[Mandate]:
    """The mandates a person holds on a day; one ended early counts no more, on its last day neither."""
    return running_on(day).filter(person_id=person_id)


def running_on(day: date) -> QuerySet[Mandate]:
    """Everybody's mandates that run on a day."""
    return unfinished_on(day).filter(from_on__lte=day)


def unfinished_on(day: date) -> QuerySet[Mandate]:
    """Everybody's mandates that run on a day or will begin after it."""
    return Mandate.objects.filter(Q(until_on__isnull=True) | Q(until_on__gte=day), revoked_at__isnull=True)


def act_as(account: Account, mandate_id: int, day: date) -> Actor:
    """The actor for an account under a mandate of its person that runs on `day`. Raises UnableToAct."""
    mandate = mandates_on(account.person_id, day).filter(pk=mandate_id).first()
    if mandate is None or not account.is_active:
        raise UnableToAct(what="没有这项授权，或授权已经到期", fix="在右上角换一个身份，或联系本单位管理员")
    return actor_under(account, mandate)


def still_acts(actor: Actor, day: date) -> bool:
    """Whether an actor's mandate still runs and its account is enabled: both may end while an act waits for its turn."""
    held = mandates_on(actor.person_id, day).filter(pk=actor.mandate_id)
    return held.filter(person__accounts=actor.account_id, person__accounts__is_active=True).exists()


def actor_under(account: Account, mandate: Mandate) -> Actor:
    """The actor for an account under a mandate already known to be its person's and to run."""
    return Actor(
        account.pk,
        account.person_id,
        mandate.pk,
        mandate.position,
        mandate.authority_id,
        mandate.organisation_id,
    )
