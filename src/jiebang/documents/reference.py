"""How a fact's value names an uploaded file: the name people see and the digest of its content, in one text.

So the salted digest that the ledger keeps of the fact covers the content of the file. A value without a digest is the name
of a paper that is kept outside the system.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jiebang.policy.values import FILE_REFERENCE


@dataclass(frozen=True, slots=True)
class FileReference:
    """The name of an uploaded file and the SHA-256 of its content, in hexadecimal."""

    name: str
    digest: str

    def __str__(self) -> str:
        return f"{self.name}（sha256:{self.digest}）"


def read_reference(value: Any) -> FileReference | None:
    """The file a recorded value names; None for a paper kept outside, and for anything that isn't a file's value."""
    found = FILE_REFERENCE.fullmatch(value.strip()) if isinstance(value, str) else None
    return FileReference(found["name"], found["digest"]) if found else None


def references_in(value: Any) -> Iterator[FileReference]:
    """Every file named in a value: of a fact of type file, or in the rows of a list of records."""
    if isinstance(value, list):
        for row in value:
            yield from references_in(row)
    elif isinstance(value, dict):
        for part in value.values():
            yield from references_in(part)
    elif (found := read_reference(value)) is not None:
        yield found
