"""An organisation enrols itself, with its first administrator; a bureau will have to verify it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from jiebang.kernel.identifiers import check_credit_code, is_synthetic_credit_code
from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.actions.grant_mandate import grant_mandate
from jiebang.organisations.actions.open_account import open_account, read_username
from jiebang.organisations.chains import ORGANISATIONS_CHAIN
from jiebang.organisations.enums import Position
from jiebang.organisations.errors import AlreadyEnrolled
from jiebang.organisations.models import Account, Authority, Enrolment, Organisation, Person
from jiebang.organisations.verified import Standing, is_verified_anywhere, standing_of


@dataclass(frozen=True, slots=True)
class Applicant:
    """What a enrolment says: the organisation, how to reach it, and who administers it here."""

    name: str
    credit_code: str
    contact: str
    person: str
    username: str


def enrol_organisation(
    *, applicant: Applicant, bureau: Authority, at: datetime
) -> tuple[Organisation, Account, str]:
    """Enter an unverified organisation, its administrator and the account; the code is returned this once.

    A code that is here already is refused, except where its enrolment was refused and nobody has verified it since.
    Raises MalformedCreditCode, AlreadyEnrolled, UnfitUsername.
    """
    code = check_credit_code(applicant.credit_code)
    read_username(applicant.username)
    synthetic = is_synthetic_credit_code(code)
    with transaction.atomic():
        held, is_new = Organisation.objects.select_for_update().get_or_create(
            credit_code=code, defaults={"name": applicant.name, "is_synthetic": synthetic}
        )
        if not is_new:
            if not _may_enrol_again(held):
                raise AlreadyEnrolled(
                    where=code,
                    what="这个统一社会信用代码的单位已经登记过",
                    fix="请本单位管理员给您加人；不知道管理员是谁的，请与主管部门联系",
                )
            held.name = applicant.name
            held.save(update_fields=["name"])
        person = Person.objects.create(name=applicant.person, is_synthetic=synthetic)
        Enrolment.objects.create(
            organisation=held,
            bureau=bureau,
            contact=applicant.contact,
            enrolled_by=person,
            enrolled_at=at,
        )
        account, activation = open_account(
            person=person, username=applicant.username, body=held, actor=None, at=at
        )
        grant_mandate(
            person=person, body=held, position=Position.ORGANISATION_ADMIN, from_on=local_date(at), until_on=None,
            actor=None, at=at,
        )  # fmt: skip
        body = {"organisation": held.pk, "bureau": bureau.pk, "person": person.pk}
        append_entries(ORGANISATIONS_CHAIN, [EntryDraft("organisation.enrolled", body)], at)
    return held, account, activation


def _may_enrol_again(organisation: Organisation) -> bool:
    """Whether its last enrolment was refused: somebody else had taken its name. Being without an administrator isn't enough."""
    last = organisation.enrolments.order_by("-enrolled_at", "-pk").first()
    if last is None or is_verified_anywhere(organisation):
        return False
    return standing_of(organisation, last.bureau_id) is Standing.REFUSED
