"""An account is opened for a person, with a code by which its owner, and nobody else, chooses the password."""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime

from django.db import transaction

from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.actor import Actor
from jiebang.organisations.bodies import Body, chain_of, reference_of, require_administrator
from jiebang.organisations.codes import issue_code
from jiebang.organisations.errors import UnfitUsername
from jiebang.organisations.models import Account, Person

_USERNAME = re.compile(r"[\w.@-]{2,60}")


def open_account(
    *, person: Person, username: str, body: Body, actor: Actor | None, at: datetime
) -> tuple[Account, str]:
    """Open an account; the code is returned this once. `body`: for whom its person acts.

    Raises NotEntitled for whoever doesn't administer the body, UnfitUsername.
    """
    require_administrator(actor, body)
    name = read_username(username)
    with transaction.atomic():
        if Account.objects.filter(username__iexact=name).exists():
            raise UnfitUsername(where="用户名", what=f"“{name}”已经有人用", fix="换一个用户名")
        account = Account(username=name, person=person)
        account.set_unusable_password()
        account.save(force_insert=True)
        code = issue_code(account, at)
        entry = {"account": account.pk, "person": person.pk, "actor": reference_of(actor)}
        append_entries(chain_of(body), [EntryDraft("account.opened", entry)], at)
    return account, code


def read_username(text: str) -> str:
    """A user name as it is kept. Raises UnfitUsername."""
    name = unicodedata.normalize("NFKC", text.strip())
    if not _USERNAME.fullmatch(name):
        raise UnfitUsername(
            where="用户名", what="用户名要 2 到 60 个字，只用字母、数字、汉字和 . _ - @", fix="改写用户名"
        )
    return name
