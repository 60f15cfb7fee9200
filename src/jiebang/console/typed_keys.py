"""Keys and numbers as they come in an address or a form, from whoever wrote them."""

#: Longer ones are no key of ours; SQLite would refuse them with an error of its own.
_LONGEST = 12


def read_key(text: str | None) -> int:
    """The number, or 0, which is nobody's key, for anything else: a superscript is a digit to Python and no number."""
    return int(text) if text and text.isdecimal() and len(text) <= _LONGEST else 0
