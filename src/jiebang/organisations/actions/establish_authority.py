"""An authority is entered in the tree. Only whoever runs the installation can do so."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.bodies import chain_of, reference_of
from jiebang.organisations.enums import AuthorityKind
from jiebang.organisations.errors import UnableToAdminister
from jiebang.organisations.models import Authority


def establish_authority(*, name: str, kind: str, parent: Authority | None, at: datetime) -> Authority:
    """Enter an authority. Raises UnableToAdminister for an unknown kind, or a name that is taken."""
    if kind not in AuthorityKind.values:
        raise UnableToAdminister(
            where=name, what=f"没有“{kind}”这类机关", fix=f"可用：{'、'.join(AuthorityKind.values)}"
        )
    with transaction.atomic():
        if Authority.objects.filter(name=name).exists():
            raise UnableToAdminister(where=name, what="已经有这个机关", fix="用已有的，或换一个名称")
        made = Authority.objects.create(name=name, kind=kind, parent=parent)
        body = {"authority": made.pk, "parent": parent.pk if parent else 0, "actor": reference_of(None)}
        append_entries(chain_of(made), [EntryDraft("authority.established", body)], at)
    return made
