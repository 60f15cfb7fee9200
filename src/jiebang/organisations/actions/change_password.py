"""The owner of an account changes its password; every other session of theirs ends by it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.bodies import chain_of_account
from jiebang.organisations.errors import UnableToAdminister
from jiebang.organisations.models import Account
from jiebang.organisations.passwords import check_password_fit


class WrongPassword(UnableToAdminister):
    """The present password isn't right."""


def change_password(*, account: Account, present: str, password: str, again: str, at: datetime) -> None:
    """Change the password. Raises WrongPassword, UnfitPassword."""
    if not account.check_password(present):
        raise WrongPassword(what="现在的口令不对", fix="检查大小写和输入法")
    check_password_fit(password, again, account)
    with transaction.atomic():
        account.set_password(password)
        account.save(update_fields=["password"])
        append_entries(
            chain_of_account(account), [EntryDraft("account.password_changed", {"account": account.pk})], at
        )
