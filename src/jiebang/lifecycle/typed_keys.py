"""Keys and numbers as they come in an address or a form, from whoever wrote them."""

import re

from django.urls.converters import IntConverter

#: Longer ones are no key of ours; SQLite would refuse them with an error of its own.
_LONGEST = 12


class KeyConverter(IntConverter):
    """A key in an address (`<key:…>`); a longer number is no address of ours, and SQLite would refuse it with an error of its own."""

    regex = f"[0-9]{{1,{_LONGEST}}}"


def read_key(text: str | None) -> int:
    """The number, or 0, which is nobody's key, for anything else: a superscript is a digit to Python and no number."""
    return int(text) if text and text.isdecimal() and len(text) <= _LONGEST else 0


#: What forms make of their drafts; anything else couldn't stand in the address of a receipt, found out after the commit.
_DRAFT = re.compile(r"[A-Za-z0-9_.-]{1,64}")


def read_draft_key(text: str | None) -> str:
    """The key of a draft, or nothing for what no form of ours has made."""
    return text if text and _DRAFT.fullmatch(text) else ""
