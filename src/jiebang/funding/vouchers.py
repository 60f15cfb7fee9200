"""When two vouchers are one: written by people and copied from many systems, the same number comes in several spellings."""

import unicodedata
from collections.abc import Iterable


def is_among(voucher: str, known: Iterable[str]) -> bool:
    """Whether a voucher is one of those known, however it is spelt: wide or narrow characters, spaces, letters' case."""
    return spelt(voucher) in {spelt(one) for one in known}


def spelt(voucher: str) -> str:
    """A voucher as it is compared; empty where nothing can be read in it."""
    plain = unicodedata.normalize("NFKC", voucher).casefold()
    # Case folding may leave something to compose; spaces, and what can't be seen at all, are no part of a number.
    plain = unicodedata.normalize("NFKC", plain)
    return "".join(one for one in plain if unicodedata.category(one)[0] not in "ZC")
