"""The hashes that receipts hold of a bureau's chain: what a chain that was written anew or cut short contradicts."""

from __future__ import annotations

from jiebang.lifecycle.models import Submission
from jiebang.organisations.chains import bureau_of_chain


def hashes_of_receipts(chain_key: str) -> dict[int, str]:
    """{sequence: hash} of every receipt given out for acts of the chain.

    Receipts are ordinary rows, and copies of them are in the hands of those who submitted. Whoever rewrites a chain has to
    rewrite these as well; the copies stay.
    """
    bureau = bureau_of_chain(chain_key)
    if bureau is None:
        return {}
    rows = Submission.objects.filter(programme__bureau_id=bureau)
    return dict(rows.values_list("entry_sequence", "entry_hash"))
