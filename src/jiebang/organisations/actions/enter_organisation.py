"""An organisation is entered by whoever runs the installation, without an administrator of its own yet."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.kernel.identifiers import check_credit_code, is_synthetic_credit_code
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.bodies import reference_of
from jiebang.organisations.chains import ORGANISATIONS_CHAIN
from jiebang.organisations.errors import AlreadyEnrolled
from jiebang.organisations.models import Organisation


def enter_organisation(*, name: str, credit_code: str, at: datetime) -> Organisation:
    """Enter an organisation; no bureau has verified it by this. Raises MalformedCreditCode, AlreadyEnrolled."""
    code = check_credit_code(credit_code)
    with transaction.atomic():
        made, is_new = Organisation.objects.get_or_create(
            credit_code=code, defaults={"name": name, "is_synthetic": is_synthetic_credit_code(code)}
        )
        if not is_new:
            raise AlreadyEnrolled(where=code, what="这个代码的单位已经登记过", fix="用已有的")
        body = {"organisation": made.pk, "actor": reference_of(None)}
        append_entries(ORGANISATIONS_CHAIN, [EntryDraft("organisation.entered", body)], at)
    return made
