"""An account is disabled: nobody logs in with it any more, and its sessions end."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.actor import Actor
from jiebang.organisations.bodies import chain_of_account, reference_of, require_own_account
from jiebang.organisations.errors import NotEntitled, UnableToAdminister
from jiebang.organisations.models import Account


def disable_account(*, account: Account, actor: Actor | None, at: datetime) -> None:
    """Disable an account. Raises NotEntitled (also for one's own), UnableToAdminister where it is disabled."""
    require_own_account(actor, account, local_date(at))
    if actor is not None and actor.account_id == account.pk:
        raise NotEntitled(where=account.username, what="不能停用自己的账号", fix="由另一名管理员办理")
    with transaction.atomic():
        held = Account.objects.select_for_update().get(pk=account.pk)
        if not held.is_active:
            raise UnableToAdminister(where=held.username, what="这个账号已经停用", fix="刷新页面查看")
        held.is_active = False
        held.save(update_fields=["is_active"])
        body = {"account": held.pk, "actor": reference_of(actor)}
        append_entries(chain_of_account(held), [EntryDraft("account.disabled", body)], at)
