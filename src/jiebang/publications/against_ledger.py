"""Whether objections, and what was concluded on them, are what the ledger says."""

from __future__ import annotations

from collections.abc import Iterator

from jiebang.ledger.read import altered, last_told
from jiebang.publications.actions.file_objection import received_body
from jiebang.publications.actions.resolve_objection import resolved_body
from jiebang.publications.models import Objection


def altered_objections(chain_key: str, bureau: int) -> Iterator[str]:
    """Every objection in a bureau's programmes that isn't what its chain says, in Chinese."""
    rows = list(Objection.objects.filter(run__subject__programme__bureau=bureau).order_by("pk"))
    received = {row.pk: (f"异议“{row.number}”（第 {row.pk} 号）", received_body(row)) for row in rows}
    yield from altered(last_told(chain_key, "objection.received", "objection"), received, "异议")
    resolved = {
        row.pk: (f"异议的结论“{row.number}”（第 {row.pk} 号）", resolved_body(row))
        for row in rows
        if row.resolved_at is not None
    }
    yield from altered(last_told(chain_key, "objection.resolved", "objection"), resolved, "异议的结论")
