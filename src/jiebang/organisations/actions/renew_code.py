"""An account gets a new activation code: the old password is gone at once, its sessions end, a disabled one is enabled."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.actor import Actor
from jiebang.organisations.bodies import chain_of_account, reference_of, require_own_account
from jiebang.organisations.codes import issue_code
from jiebang.organisations.errors import NotEntitled
from jiebang.organisations.models import Account


def renew_code(*, account: Account, actor: Actor | None, at: datetime) -> str:
    """The new code, this once. Raises NotEntitled for an account that isn't all the actor's to administer, or its own."""
    require_own_account(actor, account, local_date(at))
    if actor is not None and actor.person_id == account.person_id:
        raise NotEntitled(
            where=account.username, what="不能给自己换发激活码", fix="在“修改口令”里改自己的口令"
        )
    with transaction.atomic():
        held = Account.objects.select_for_update().get(pk=account.pk)
        held.set_unusable_password()
        held.is_active = True
        held.save(update_fields=["password", "is_active"])
        code = issue_code(held, at)
        body = {"account": held.pk, "actor": reference_of(actor)}
        append_entries(chain_of_account(held), [EntryDraft("account.code_renewed", body)], at)
    return code
