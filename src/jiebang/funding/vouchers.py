"""When two vouchers are one: written by people and copied from many systems, the same number comes in several spellings."""

import unicodedata
from collections.abc import Iterable

from jiebang.lifecycle.errors import UnableToApply

LONGEST_VOUCHER, LONGEST_EVIDENCE = 120, 300


def is_among(voucher: str, known: Iterable[str]) -> bool:
    """Whether a voucher is one of those known, however it is spelt: wide or narrow characters, spaces, letters' case."""
    return spelt(voucher) in {spelt(one) for one in known}


def keep_voucher(given: object, longest: int, where: str) -> str:
    """A voucher as it is kept. Raises UnableToApply for one of more than `longest` characters: cut, two could become one."""
    voucher = str(given or "").strip()
    if len(voucher) > longest:
        raise UnableToApply(
            where=where, what=f"凭证写了 {len(voucher)} 字，不超过 {longest} 字", fix="只写凭证或回单的编号"
        )
    return voucher


def spelt(voucher: str) -> str:
    """A voucher as it is compared; empty where nothing can be read in it."""
    plain = unicodedata.normalize("NFKC", voucher).casefold()
    # Case folding may leave something to compose; spaces, and what can't be seen at all, are no part of a number.
    plain = unicodedata.normalize("NFKC", plain)
    return "".join(one for one in plain if unicodedata.category(one)[0] not in "ZC")
