"""File names as people gave them, without what could mislead a reader or a file system."""

from __future__ import annotations

import unicodedata

LONGEST_NAME = 200
_LONGEST_EXTENSION = 10
#: Control and format characters (the right-to-left override among them), lone surrogates, private use, separators of lines.
_REMOVED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_name(raw: str) -> str:
    """The last part of a path, composed (NFC), without control characters, at most 200 characters, extension kept.

    May come out empty.
    """
    # Windows and Unix both: which of them sent it isn't known.
    last = raw.replace("\\", "/").rsplit("/", 1)[-1]
    composed = unicodedata.normalize("NFC", last)
    spaced = "".join(" " if letter.isspace() else letter for letter in composed)
    kept = "".join(letter for letter in spaced if unicodedata.category(letter) not in _REMOVED)
    # A name that ends in a dot or a space loses it on Windows, and so its extension would change.
    plain = " ".join(kept.split()).strip(". ")
    if len(plain) <= LONGEST_NAME:
        return plain
    stem, dot, extension = plain.rpartition(".")
    if not dot or len(extension) > _LONGEST_EXTENSION:
        return plain[:LONGEST_NAME].rstrip(". ")
    return f"{stem[: LONGEST_NAME - len(extension) - 1].rstrip('. ')}.{extension}"


def extension_of(name: str) -> str:
    """What stands behind the last dot, in small letters; empty where there is none or nothing stands before it."""
    stem, _, extension = name.rpartition(".")
    return extension.lower() if stem else ""


def show_size(size: int) -> str:
    """A size as people read it; rounded up, so that nothing looks smaller than it is."""
    if size < 1024:
        return f"{size} 字节"
    unit, name = (1024, "KB") if size < 1024 * 1024 else (1024 * 1024, "MB")
    tenths = -(-size * 10 // unit)
    return f"{tenths // 10}.{tenths % 10} {name}" if tenths % 10 else f"{tenths // 10} {name}"
