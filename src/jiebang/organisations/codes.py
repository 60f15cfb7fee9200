"""Activation codes: made here, shown once, kept as a digest."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings

from jiebang.kernel.fullwidth import to_half_width
from jiebang.organisations.models import Account, ActivationCode

#: Without 0, 1, I, L and O, which are mistaken for one another on paper: 31 letters, 16 of them make 79 bits.
_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_LENGTH = 16


def issue_code(account: Account, at: datetime) -> str:
    """A new code for an account, in groups of four; any earlier one is void. Call it in the act's transaction."""
    code = "".join(secrets.choice(_LETTERS) for _ in range(_LENGTH))
    expires_at = at + timedelta(days=settings.JIEBANG_CODE_DAYS)
    ActivationCode.objects.update_or_create(
        account=account,
        defaults={"digest": digest_of(code), "made_at": at, "expires_at": expires_at, "used_at": None},
    )
    return "-".join(code[place : place + 4] for place in range(0, _LENGTH, 4))


def digest_of(code: str) -> str:
    """The digest of a code however it was typed. Nothing slow or salted: a code can't be guessed and serves once."""
    plain = "".join(letter for letter in to_half_width(code[:80]).upper() if letter in _LETTERS)
    return hashlib.sha256(plain.encode()).hexdigest()
