"""Checking a stored chain from its first entry to its head.

Reads plain columns in batches and hashes them; no model objects, no JSON. `verify_file` tells what is hashed.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.utils import CursorWrapper

from jiebang.kernel.errors import quote
from jiebang.ledger.errors import UnknownChain
from jiebang.ledger.verify_file import ALGORITHM, DOMAIN, GENESIS_HASH

# One query per so many entries: no long-lived cursor, which would keep SQLite from emptying its log.
ENTRIES_PER_QUERY = 20_000
# Handed over at once; more would only leave the processor's cache.
ENTRIES_PER_FETCH = 200
_BEFORE_ALL = -(2**63)

# A row that names another algorithm counts as absent here and is looked at again when its absence is noticed:
# fetching a column that is always the same would cost more than comparing it in the database.
_READ_ENTRIES = (
    "SELECT sequence, previous_hash, hash, at, kind, body FROM ledger_entry"
    " WHERE chain_id = %s AND sequence > %s AND sequence <= %s AND algorithm = %s ORDER BY sequence LIMIT %s"
)
_READ_NEXT = "SELECT sequence, algorithm FROM ledger_entry WHERE chain_id = %s AND sequence >= %s ORDER BY sequence LIMIT 1"
_READ_HEAD = "SELECT id, head_sequence, head_hash FROM ledger_chain WHERE key = %s"
# One statement, so that an entry written meanwhile is seen with the head that it moved.
_READ_BEYOND_HEAD = (
    "SELECT entry.sequence FROM ledger_entry entry JOIN ledger_chain chain ON chain.id = entry.chain_id"
    " WHERE chain.id = %s AND entry.sequence > chain.head_sequence ORDER BY entry.sequence LIMIT 1"
)


class ProblemKind(StrEnum):
    """What is wrong with a chain."""

    MISSING_SEQUENCE = "missing_sequence"
    UNEXPECTED_SEQUENCE = "unexpected_sequence"
    UNKNOWN_ALGORITHM = "unknown_algorithm"
    BROKEN_LINK = "broken_link"
    ALTERED_ENTRY = "altered_entry"
    HEAD_MISMATCH = "head_mismatch"
    KNOWN_HASH_MISMATCH = "known_hash_mismatch"


@dataclass(frozen=True, slots=True)
class Problem:
    """The first place where a chain is wrong, and why, in words for people."""

    sequence: int
    kind: ProblemKind
    message: str


@dataclass(frozen=True, slots=True)
class VerificationReport:
    """What verification found. `verified_entries` counts the good ones from the beginning."""

    chain_key: str
    verified_entries: int
    head_sequence: int
    head_hash: str
    problem: Problem | None

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found wrong."""
        return self.problem is None


class _Found(Exception):
    """Carries the first problem out of the loops."""

    def __init__(self, sequence: int, kind: ProblemKind, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(sequence, kind, message)


def verify_chain(
    chain_key: str, *, known_hashes: Mapping[int, str] | None = None, using: str = DEFAULT_DB_ALIAS
) -> VerificationReport:
    """Check every entry of a chain up to its head, and that nothing lies beyond.

    Takes no lock; entries appended meanwhile are left for the next time. `known_hashes`, by sequence, are hashes that
    the caller has from elsewhere (a receipt, a published checkpoint): only they can show that a whole chain was
    written anew. Raises UnknownChain.
    """
    with connections[using].cursor() as cursor:
        chain_id, head_sequence, head_hash = read_head(cursor, chain_key)
        chain = _Chain(cursor, chain_id, chain_key, dict(known_hashes or {}))
        problem = None
        try:
            chain.verify_to(head_sequence)
            chain.verify_head(head_sequence, head_hash)
        except _Found as found:
            problem = found.problem
    return VerificationReport(chain_key, chain.verified, head_sequence, head_hash, problem)


def read_head(cursor: CursorWrapper, chain_key: str) -> tuple[int, int, str]:
    """A chain's row number and its head's sequence and hash. Raises UnknownChain."""
    cursor.execute(_READ_HEAD, [chain_key])
    head = cursor.fetchone()
    if head is None:
        raise UnknownChain(where="账本", what=f"没有键为{quote(chain_key)}的链", fix="请核对链的键")
    chain_id, sequence, digest = head
    return chain_id, sequence, digest


class _Chain:
    """How far verification of one chain has come."""

    def __init__(self, cursor: CursorWrapper, chain_id: int, key: str, known_hashes: dict[int, str]) -> None:
        self.cursor = cursor
        self.chain_id = chain_id
        self.key = key
        self.known_hashes = known_hashes
        self.verified = 0
        self.last_hash = GENESIS_HASH

    def verify_to(self, head_sequence: int) -> None:
        """Verify the entries up to the head."""
        entries_per_fetch = ENTRIES_PER_FETCH
        while self.verified < head_sequence:
            before = self.verified
            try:
                bounds = (self.chain_id, before or _BEFORE_ALL, head_sequence, ALGORITHM, ENTRIES_PER_QUERY)
                self.cursor.execute(_READ_ENTRIES, bounds)
                while rows := self.cursor.fetchmany(entries_per_fetch):
                    self._verify_rows(rows)
            except DatabaseError as error:
                # SQLite hands out a text that isn't UTF-8 as an error. One by one, it shows which entry it is.
                if self.cursor.db.vendor != "sqlite":
                    raise
                if entries_per_fetch == 1:
                    raise self._explain_unreadable(self.verified + 1) from error
                entries_per_fetch = 1
                continue
            if self.verified == before:
                raise self._explain_absence(before + 1)

    def verify_head(self, head_sequence: int, head_hash: str) -> None:
        """Verify that the chain ends where its head says."""
        if self.verified == head_sequence and self.last_hash != head_hash:
            raise _Found(
                head_sequence,
                ProblemKind.HEAD_MISMATCH,
                f"第 {head_sequence} 条的哈希与链的末尾记录不符：最后一条或末尾记录被改动",
            )
        self.cursor.execute(_READ_BEYOND_HEAD, [self.chain_id])
        if beyond := self.cursor.fetchone():
            raise _Found(
                beyond[0],
                ProblemKind.HEAD_MISMATCH,
                f"第 {beyond[0]} 条在链的末尾记录之后：末尾记录被改回，或条目绕过了数据库的保护",
            )
        for sequence in sorted(self.known_hashes):
            if not 1 <= sequence <= self.verified:
                raise _Found(
                    sequence,
                    ProblemKind.MISSING_SEQUENCE,
                    f"缺少已知的第 {sequence} 条：账目只到第 {self.verified} 条",
                )

    def _verify_rows(self, rows: list[tuple[Any, ...]]) -> None:
        # The hot loop: everything it needs is local, and the text is the one of verify_file.hash_entry.
        sha256, prefix = hashlib.sha256, f"{DOMAIN}\n{ALGORITHM}\n{self.key}"
        expected, last = self.verified, self.last_hash
        for sequence, previous, digest, at, kind, body in rows:
            expected += 1
            text = f"{prefix}\n{sequence}\n{at}\n{kind}\n{previous}\n{body}"
            if sequence != expected or previous != last or sha256(text.encode()).hexdigest() != digest:
                self._advance(rows, expected - 1, last)
                raise self._explain(sequence, expected, previous)
            last = digest
        self._advance(rows, expected, last)

    def _advance(self, rows: list[tuple[Any, ...]], verified: int, last_hash: str) -> None:
        first, self.verified, self.last_hash = self.verified, verified, last_hash
        if not self.known_hashes:
            return
        for sequence, (_, _, digest, *_) in enumerate(rows[: verified - first], start=first + 1):
            if self.known_hashes.get(sequence, digest) != digest:
                self.verified = sequence - 1
                raise _Found(
                    sequence,
                    ProblemKind.KNOWN_HASH_MISMATCH,
                    f"第 {sequence} 条的哈希与已知的不同：账目从这一条或更早起被改写",
                )

    def _explain(self, sequence: int, expected: int, previous: str) -> _Found:
        if sequence > expected:
            return self._explain_absence(expected)
        if sequence < expected:
            return _Found(
                sequence,
                ProblemKind.UNEXPECTED_SEQUENCE,
                f"有多出的第 {sequence} 条：序号应从 1 起、逐条加一",
            )
        if previous != self.last_hash:
            return _Found(
                sequence, ProblemKind.BROKEN_LINK, f"第 {sequence} 条没有接上前一条：它或前一条被改动"
            )
        return _Found(
            sequence, ProblemKind.ALTERED_ENTRY, f"第 {sequence} 条的内容与它的哈希不符：内容被改动"
        )

    def _explain_unreadable(self, sequence: int) -> _Found:
        return _Found(
            sequence, ProblemKind.ALTERED_ENTRY, f"第 {sequence} 条读不出来：内容被改动，或存储已损坏"
        )

    def _explain_absence(self, expected: int) -> _Found:
        self.cursor.execute(_READ_NEXT, [self.chain_id, expected])
        following = self.cursor.fetchone()
        if following and following[0] == expected and following[1] != ALGORITHM:
            return _Found(
                expected,
                ProblemKind.UNKNOWN_ALGORITHM,
                f"第 {expected} 条写的哈希算法不认识：{quote(following[1])}",
            )
        return _Found(expected, ProblemKind.MISSING_SEQUENCE, f"缺少第 {expected} 条：它被删去")
