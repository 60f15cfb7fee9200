"""The owner of an account chooses its password by the code they were given."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.kernel.periods import SHANGHAI
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.bodies import chain_of_account
from jiebang.organisations.codes import digest_of
from jiebang.organisations.errors import UnusableCode
from jiebang.organisations.models import Account, ActivationCode
from jiebang.organisations.passwords import check_password_fit


def activate_account(*, code: str, password: str, again: str, at: datetime) -> Account:
    """Set the password and use up the code. Raises UnusableCode, UnfitPassword (which leaves the code as it was)."""
    with transaction.atomic():
        found = (
            ActivationCode.objects.select_for_update(of=("self",))
            .select_related("account__person")
            .filter(digest=digest_of(code))
            .first()
        )
        if found is None or not found.account.is_active:
            raise UnusableCode(what="没有这个激活码", fix="逐位核对；换发过新码的，旧码作废")
        if found.used_at is not None:
            raise UnusableCode(what="这个激活码已经用过", fix="直接登录；忘了口令请管理员换发新码")
        if found.expires_at <= at:
            until = f"{found.expires_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"
            raise UnusableCode(what=f"这个激活码已在 {until} 失效", fix="请管理员换发新码")
        account = found.account
        check_password_fit(password, again, account)
        account.set_password(password)
        account.save(update_fields=["password"])
        found.used_at = at
        found.save(update_fields=["used_at"])
        append_entries(
            chain_of_account(account), [EntryDraft("account.activated", {"account": account.pk})], at
        )
    return account
