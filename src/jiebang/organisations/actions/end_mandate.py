"""A mandate is ended, at once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.actor import Actor
from jiebang.organisations.bodies import body_of, chain_of, reference_of, require_administrator
from jiebang.organisations.errors import NotEntitled, UnableToAdminister
from jiebang.organisations.models import Mandate


def end_mandate(*, mandate: Mandate, actor: Actor | None, at: datetime) -> None:
    """End a mandate: from this instant nobody acts under it, what was done under it stays.

    Raises NotEntitled for whoever doesn't administer the body and for one's own (a body would be left without an
    administrator), UnableToAdminister for one that is over.
    """
    require_administrator(actor, body_of(mandate))
    if actor is not None and actor.person_id == mandate.person_id:
        raise NotEntitled(where=mandate.person.name, what="不能终止自己的授权", fix="由另一名管理员办理")
    day = local_date(at)
    with transaction.atomic():
        held = Mandate.objects.select_for_update(of=("self",)).get(pk=mandate.pk)
        if held.revoked_at is not None or (held.until_on is not None and held.until_on < day):
            raise UnableToAdminister(where=mandate.person.name, what="这项授权已经终止", fix="刷新页面查看")
        body = {"mandate": revoke(held, at).pk, "actor": reference_of(actor)}
        append_entries(chain_of(body_of(held)), [EntryDraft("mandate.ended", body)], at)


def revoke(mandate: Mandate, at: datetime) -> Mandate:
    """Mark a mandate as ended; its days stay in order even if it had not begun."""
    mandate.revoked_at, mandate.until_on = at, max(mandate.from_on, local_date(at))
    mandate.save(update_fields=["revoked_at", "until_on"])
    return mandate
