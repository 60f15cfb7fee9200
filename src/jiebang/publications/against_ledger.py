"""Whether objections, and what was concluded on them, are what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator

from jiebang.lifecycle.against_ledger.decided import differing, said
from jiebang.publications.actions.file_objection import received_body
from jiebang.publications.actions.resolve_objection import resolved_body
from jiebang.publications.models import Objection


def altered_objections(chain_key: str, bureau: int) -> Iterator[str]:
    """Every objection in a bureau's programmes that isn't what its chain says, in Chinese."""
    rows = list(Objection.objects.filter(run__subject__programme__bureau=bureau).order_by("pk"))
    received = {row.pk: (row.number, received_body(row)) for row in rows}
    yield from differing(said(chain_key, "objection.received", "objection"), received, "异议")
    resolved = {row.pk: (row.number, resolved_body(row)) for row in rows if row.resolved_at is not None}
    yield from differing(said(chain_key, "objection.resolved", "objection"), resolved, "异议的结论")
