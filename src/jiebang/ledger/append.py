"""Writing to the ledger.

Entries can never be deleted, so their bodies hold references and salted digests, never personal or sealed data:
those stay in ordinary tables, where they can be erased, and whoever still has the value and its salt can prove what
the entry speaks of.
"""

import hmac
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from django.db import DEFAULT_DB_ALIAS, connections

from jiebang.kernel.canonical_json import canonical_bytes, canonical_text
from jiebang.kernel.errors import quote
from jiebang.ledger.errors import LedgerError, OutsideTransaction
from jiebang.ledger.fields import write_instant
from jiebang.ledger.verify_file import ALGORITHM, GENESIS_HASH, hash_entry

SHORTEST_SALT_BYTES = 16
_KEY = re.compile(r"[a-z][a-z0-9_-]{0,18}:[A-Za-z0-9._-]{1,100}")
_KIND = re.compile(r"(?=.{1,100}\Z)[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


@dataclass(frozen=True, slots=True)
class _Statements:
    """The three fixed texts, to which nothing from outside is ever added, as the database's own driver takes them."""

    read_head: str
    open_chain: str
    insert: str


def _write_statements(mark: str, locking: str) -> _Statements:
    return _Statements(
        read_head=f"SELECT id, head_sequence, head_hash FROM ledger_chain WHERE key = {mark}{locking}",  # noqa: S608
        open_chain="INSERT INTO ledger_chain (key, head_sequence, head_hash)"  # noqa: S608
        f" VALUES ({mark}, 0, {mark}) ON CONFLICT (key) DO NOTHING",
        insert="INSERT INTO ledger_entry"  # noqa: S608
        " (chain_id, sequence, at, kind, body, previous_hash, hash, algorithm)"
        f" VALUES ({', '.join([mark] * 8)})",
    )


# SQLite's transaction has held the only writer's place since it began; there is no row to lock, and no syntax.
_SQLITE: Final = _write_statements("?", "")
_POSTGRESQL: Final = _write_statements("%s", " FOR UPDATE")


class _Head(NamedTuple):
    """Where a chain ends."""

    chain_id: int
    sequence: int
    hash: str


# The heads that this process wrote last, one per bureau, so that SQLite needn't be asked each time: that was a third
# of what an append costs besides its commit.
# A head that is no longer the chain's, in this database or another, is refused by the trigger, which holds
# sequence and hash against the stored ones; and no two chains have an entry's hash in common, since it covers the key.
_last_heads: Final[dict[str, _Head]] = {}
_ENTRY_AND_HEAD: Final = 2


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An act to be recorded: what kind it is (words joined by dots) and what it refers to."""

    kind: str
    body: dict[str, Any]


class EntryReference(NamedTuple):
    """Where an entry stands; enough to find it again and to notice that it isn't the same any more."""

    chain_key: str
    sequence: int
    hash: str


def append_entries(
    chain_key: str, drafts: Sequence[EntryDraft], at: datetime, *, using: str = DEFAULT_DB_ALIAS
) -> tuple[EntryReference, ...]:
    """Append `drafts`, in order, to the chain `chain_key`, which is opened by its first entry.

    Call it as the last step of the transaction that makes the changes recorded: it locks the chain's head, and
    whatever were locked after that would be locked in an order of its own. Entries exist once that transaction is
    committed. Raises OutsideTransaction, LedgerError for a malformed key, kind or instant or when the database
    swallows an entry, and NotCanonical for a body without a canonical form.
    """
    connection = connections[using]
    if not connection.in_atomic_block:
        raise OutsideTransaction(
            where=f"账本链{quote(chain_key)}",
            what="不能在事务之外记账，否则所记的事与账目可能只成其一",
            fix="请在 transaction.atomic 之内先完成业务改动，最后记账",
        )
    _require_key(chain_key)
    # All that can fail or take time comes before the lock.
    instant = write_instant(at)
    prepared = [(_require_kind(draft.kind), canonical_text(draft.body)) for draft in drafts]
    if not prepared:
        return ()
    # Through the driver itself, because Django's cursor costs more than the database does. What that would
    # see to is done here, once: connection, thread and transaction in order, and errors of Django's classes.
    # Only its log of queries and its execute wrappers don't see these statements.
    connection.validate_thread_sharing()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        return insert_entries(connection.connection, connection.vendor, chain_key, prepared, instant)


def salted_digest(value: Any, salt: str) -> str:
    """A digest of `value` for an entry's body: HMAC-SHA-256 of its canonical JSON under `salt`, named in the text.

    Make the salt with `secrets.token_hex(16)`, one per value, and keep it beside the value: without it a name or a
    price could be found by trying, and once both are erased the digest says nothing. Raises LedgerError for a salt
    of less than 16 bytes.
    """
    key = salt.encode()
    if len(key) < SHORTEST_SALT_BYTES:
        raise LedgerError(
            where="加盐摘要", what="盐太短，可以被猜出", fix=f"请用至少 {SHORTEST_SALT_BYTES} 字节的随机值"
        )
    return "hmac-sha-256:" + hmac.digest(key, canonical_bytes(value), "sha256").hex()


def insert_entries(
    driver: Any, vendor: str, chain_key: str, prepared: list[tuple[str, str]], instant: str
) -> tuple[EntryReference, ...]:
    """Chain (kind, canonical body) onto the head through the driver's own connection, inside its open transaction.

    `append_entries` is the way in; this alone is what the benchmark holds against bare rows. Raises LedgerError.
    """
    statements = _SQLITE if vendor == "sqlite" else _POSTGRESQL
    first, *rest = prepared
    # PostgreSQL's row has to be locked, and its transaction would be lost with a refused insertion.
    remembered = _last_heads.get(chain_key) if vendor == "sqlite" else None
    head = remembered and _try_after(driver, remembered, chain_key, instant, first)
    if head is None:
        head = _lock_head(driver, statements, chain_key)
        head = _insert_after(driver, statements, head, chain_key, instant, first)
    references = [EntryReference(chain_key, head.sequence, head.hash)]
    for draft in rest:
        head = _insert_after(driver, statements, head, chain_key, instant, draft)
        references.append(EntryReference(chain_key, head.sequence, head.hash))
    if vendor == "sqlite":
        _last_heads[chain_key] = head
    return tuple(references)


def _lock_head(driver: Any, statements: _Statements, chain_key: str) -> _Head:
    head = driver.execute(statements.read_head, (chain_key,)).fetchone()
    if head is None:
        driver.execute(statements.open_chain, (chain_key, GENESIS_HASH))
        head = driver.execute(statements.read_head, (chain_key,)).fetchone()
        assert head is not None
    return _Head(*head)


def _try_after(
    driver: Any, head: _Head, chain_key: str, instant: str, draft: tuple[str, str]
) -> _Head | None:
    """Insert after a remembered head; None if the chain ends elsewhere by now."""
    before = driver.total_changes
    try:
        inserted = _insert_after(driver, _SQLITE, head, chain_key, instant, draft)
    except sqlite3.IntegrityError:
        # Another process has written since, or what this one wrote was undone. If it was neither, the database
        # refuses again.
        return None
    if driver.total_changes - before < _ENTRY_AND_HEAD:
        # Without its trigger the chain would go on here while its head stays behind.
        raise LedgerError(
            where=f"账本链{quote(chain_key)}",
            what=f"数据库收下了第 {inserted.sequence} 条，却没有移动链的末尾",
            fix="请停止写入，检查账本的保护触发器",
        )
    return inserted


def _insert_after(
    driver: Any, statements: _Statements, head: _Head, chain_key: str, instant: str, draft: tuple[str, str]
) -> _Head:
    kind, body = draft
    chain_id, sequence, previous = head
    sequence += 1
    digest = hash_entry(ALGORITHM, chain_key, sequence, instant, kind, previous, body)
    # The database moves the head with each entry (see triggers), so the two can't part.
    row = (chain_id, sequence, instant, kind, body, previous, digest, ALGORITHM)
    if driver.execute(statements.insert, row).rowcount != 1:
        # Somebody's trigger or rule may swallow an insertion without an error.
        raise LedgerError(
            where=f"账本链{quote(chain_key)}",
            what=f"数据库没有收下第 {sequence} 条",
            fix="请停止写入，检查数据库里账本表上多出的触发器或规则",
        )
    return _Head(chain_id, sequence, digest)


# Few keys and kinds, each met again and again.
@lru_cache(maxsize=1024)
def _require_key(chain_key: str) -> None:
    if not _KEY.fullmatch(chain_key):
        raise LedgerError(where="账本链的键", what=f"{quote(chain_key)}不合格式", fix="请写成 bureau:编号")


@lru_cache(maxsize=1024)
def _require_kind(kind: str) -> str:
    if not _KIND.fullmatch(kind):
        raise LedgerError(
            where="账本条目的类别", what=f"{quote(kind)}不合格式", fix="请用小写英文单词，以点相连"
        )
    return kind
