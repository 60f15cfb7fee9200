"""Whether experts' marks and opinions are those that the ledger says were given."""

from __future__ import annotations

from collections.abc import Iterator

from jiebang.ledger.read import altered, last_told
from jiebang.reviews.actions.record_review import review_body
from jiebang.reviews.models import Review


def altered_reviews(chain_key: str, bureau: int) -> Iterator[str]:
    """Every expert's marks in a bureau's programmes that aren't what its chain says, in Chinese."""
    rows = Review.objects.filter(subject__programme__bureau=bureau).select_related("subject").order_by("pk")
    held = {row.pk: (f"专家评分“{row.subject.number}”（第 {row.pk} 号）", review_body(row)) for row in rows}
    yield from altered(last_told(chain_key, "review.recorded", "review"), held, "专家评分")
