"""Cases built row by row, where playing a whole life up to them would take long."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from jiebang.funding.models import Payment
from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.lifecycle.door import Receipt, apply
from jiebang.lifecycle.models import DiscretionDecision, FactEntry, Participation, StageRun, Subject
from jiebang.organisations.actor import Actor, act_as
from jiebang.organisations.enums import Position
from jiebang.organisations.models import (
    Account,
    Authority,
    Mandate,
    Organisation,
    Person,
    Programme,
    RoleHolder,
    Verification,
)
from jiebang.scenarios.read import read_instant

BEGUN = read_instant("2026-03-02T09:00")


@dataclass
class Case:
    """A programme of one city with a batch and a challenge, an officer, and whoever a test adds."""

    pack: str
    process: str
    programme: Programme = field(init=False)
    bureau: Authority = field(init=False)
    batch: Subject = field(init=False)
    challenge: Subject = field(init=False)
    officer: tuple[Account, Mandate] = field(init=False)

    def __post_init__(self) -> None:
        pack_id, _, version = self.pack.partition("/")
        self.bureau = Authority.objects.create(name="示例市科技局（合成）", kind="city")
        self.programme = Programme.objects.create(
            slug=f"built-{Programme.objects.count()}", title="示例计划（合成）", bureau=self.bureau, pack_id=pack_id,
            pack_version=version, adopted_on=date(2026, 1, 5), adoption_number="示例〔2026〕1号", sign_off_chains={},
        )  # fmt: skip
        RoleHolder.objects.create(programme=self.programme, role="bureau", authority=self.bureau)
        self.officer = self.person(authority=self.bureau, position=Position.OFFICER)
        self.batch = self.subject("batch", None, "示例-1")
        self.challenge = self.subject("challenge", self.batch, "示例-1-C001")

    def subject(
        self, kind: str, parent: Subject | None, number: str, *, origin: Subject | None = None
    ) -> Subject:
        return Subject.objects.create(
            programme=self.programme, pack_version=self.programme.pack_version, process=self.process, kind=kind,
            parent=parent, origin=origin, number=number, title=f"{number}（合成）", created_at=BEGUN,
        )  # fmt: skip

    def lane(self, number: int, aid: str | None = None) -> Subject:
        """A project below the challenge, perhaps with its aid decided."""
        made = self.subject("project", self.challenge, f"示例-1-C001-P{number:02d}")
        if aid is not None:
            self.fact(made, "project.aid", aid)
        return made

    def person(
        self,
        position: str,
        *,
        authority: Authority | None = None,
        organisation: Organisation | None = None,
    ) -> tuple[Account, Mandate]:
        person = Person.objects.create(name="示例人员（合成）", is_synthetic=True)
        account = Account.objects.create(username=f"built-{Account.objects.count()}", person=person)
        mandate = Mandate.objects.create(
            person=person, authority=authority, organisation=organisation, position=position, from_on=date(2020, 1, 1)
        )  # fmt: skip
        return account, mandate

    def firm(self, subject: Subject, role: str) -> tuple[Organisation, tuple[Account, Mandate]]:
        """An organisation with somebody in it, taking part in a subject."""
        count = Organisation.objects.count() + 1
        made = Organisation.objects.create(
            name=f"示例单位{count}（合成）", credit_code=make_synthetic_credit_code(count), is_synthetic=True
        )
        # The bureau knows who it is, or what others enter for it would open nothing to it.
        Verification.objects.create(
            organisation=made, bureau=self.bureau, is_verified=True, evidence="示例", decided_at=BEGUN
        )
        Participation.objects.create(subject=subject, organisation=made, role=role)
        return made, self.person(Position.MEMBER, organisation=made)

    def fact(
        self, subject: Subject, name: str, value: Any, *, source: str = "checked", at: datetime = BEGUN
    ) -> FactEntry:
        FactEntry.objects.filter(subject=subject, name=name, superseded_at__isnull=True).update(
            superseded_at=at
        )
        return FactEntry.objects.create(
            subject=subject,
            name=name,
            value=value,
            source=source,
            as_of=at.date(),
            recorded_at=at,
            salt="示例",
        )

    def decide(self, key: str, value: Any, subject: Subject | None = None) -> None:
        earlier = DiscretionDecision.objects.filter(programme=self.programme, subject=subject, key=key)
        earlier.update(superseded_at=BEGUN)
        DiscretionDecision.objects.create(
            programme=self.programme, subject=subject, key=key, value=value, by_role="bureau", reason="示例",
            decided_at=BEGUN, decided_by=self.officer[0],
        )  # fmt: skip

    def run(
        self,
        subject: Subject,
        stage: str,
        kind: str,
        outcome: str = "",
        *,
        opened: datetime = BEGUN,
        closed: datetime | None = None,
    ) -> StageRun:
        """A run, ended where an outcome is given."""
        return StageRun.objects.create(
            subject=subject, stage=stage, kind=kind, round=subject.stage_runs.filter(stage=stage).count() + 1,
            opened_at=opened, outcome=outcome, closed_at=(closed or opened) if outcome else None,
        )  # fmt: skip

    def payment(
        self,
        subject: Subject,
        amount: str,
        *,
        run: StageRun | None = None,
        item: str = "first-instalment",
        kind: str = "instalment",
        fiscal: bool = True,
        paid_on: str | None = "2026-04-01",
        withdrawn: bool = False,
    ) -> Payment:
        return Payment.objects.create(
            run=run or self.run(subject, f"pay-{Payment.objects.count()}", "pay", "paid"), subject=subject, item=item,
            kind=kind, amount=Decimal(amount), lines=[], payee="发榜方", fiscal=fiscal, proposed_at=BEGUN,
            proposed_by=self.officer[0], paid_on=date.fromisoformat(paid_on) if paid_on else None,
            voucher=f"示例凭证{Payment.objects.count() + 1}" if paid_on else "", withdrawn_at=BEGUN if withdrawn else None,
        )  # fmt: skip

    def actor(self, who: tuple[Account, Mandate] | None = None) -> Actor:
        account, mandate = who or self.officer
        return act_as(account, mandate.pk, date(2026, 6, 1))

    def do(
        self,
        subject: Subject,
        stage: str,
        event: str,
        at: datetime,
        who: tuple[Account, Mandate] | None = None,
        **payload: Any,
    ) -> Receipt:
        """Do an act through the door."""
        return apply(subject.pk, stage, event, actor=self.actor(who), at=at, payload=payload)
