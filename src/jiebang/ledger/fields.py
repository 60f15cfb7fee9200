"""Instants as the ledger hashes them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django.db import models

from jiebang.ledger.errors import LedgerError

LENGTH = len("2026-01-02T03:04:05.000006Z")

if TYPE_CHECKING:
    _TextField = models.CharField[datetime, datetime]
else:
    _TextField = models.CharField


def write_instant(at: datetime) -> str:
    """The canonical text of an instant: UTC, six decimals, Z. Raises LedgerError for one without a time zone."""
    if at.tzinfo is not UTC:  # every act's instant is, and is spared the two calls
        if at.utcoffset() is None:
            raise LedgerError(where="账本条目的时间", what="时间没有时区", fix="请写明时区")
        at = at.astimezone(UTC)
    return at.isoformat("T", "microseconds")[:-6] + "Z"


class InstantField(_TextField):
    """An instant stored as the text that is hashed.

    A column type for instants would store other bytes on each database, and verification would have to make the
    text again for every entry. The text has a fixed width, so comparing it compares instants.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["max_length"] = LENGTH
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        """Leave out the length, which is always the same."""
        name, path, arguments, keywords = super().deconstruct()
        keywords.pop("max_length", None)
        return name, path, list(arguments), dict(keywords)

    def from_db_value(self, value: str | None, *_: Any) -> datetime | None:
        """Read the stored text."""
        return None if value is None else datetime.fromisoformat(value)

    def to_python(self, value: Any) -> Any:
        """Accept the text as well as the instant."""
        return datetime.fromisoformat(value) if isinstance(value, str) else value

    def get_prep_value(self, value: Any) -> Any:
        """Write the instant as its text, for storing and for comparing."""
        return write_instant(value) if isinstance(value, datetime) else value
