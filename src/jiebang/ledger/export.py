"""Handing out a chain as a file that anybody can check with `verify_file`."""

import json
from typing import Any, BinaryIO

from django.db import DEFAULT_DB_ALIAS, connections

from jiebang.ledger.verify import ENTRIES_PER_FETCH, ENTRIES_PER_QUERY, read_head
from jiebang.ledger.verify_file import EXPORT_FORMAT

_COLUMNS = ("sequence", "at", "kind", "body", "previous", "hash", "algorithm")
_READ_ENTRIES = (
    "SELECT sequence, at, kind, body, previous_hash, hash, algorithm FROM ledger_entry"
    " WHERE chain_id = %s AND sequence > %s AND sequence <= %s ORDER BY sequence LIMIT %s"
)


def export_chain(chain_key: str, file: BinaryIO, *, using: str = DEFAULT_DB_ALIAS) -> int:
    """Write the chain, as stored and up to its head, to `file`; return how many entries were written.

    Doesn't verify: a damaged chain is exported as damaged as it is. The format is told in `verify_file`. Raises
    UnknownChain.
    """
    with connections[using].cursor() as cursor:
        chain_id, head_sequence, head_hash = read_head(cursor, chain_key)
        _write_line(file, {"format": EXPORT_FORMAT, "chain": chain_key})
        position = written = 0
        while True:
            cursor.execute(_READ_ENTRIES, [chain_id, position, head_sequence, ENTRIES_PER_QUERY])
            before = written
            while rows := cursor.fetchmany(ENTRIES_PER_FETCH):
                for row in rows:
                    _write_line(file, dict(zip(_COLUMNS, row, strict=True)))
                position, written = rows[-1][0], written + len(rows)
            if written == before:
                break
        _write_line(file, {"head": {"sequence": head_sequence, "hash": head_hash}})
    return written


def _write_line(file: BinaryIO, value: dict[str, Any]) -> None:
    file.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
