"""Merkle trees as in RFC 9162, section 2.1: proofs that something is in a log and that the log only grew.

Pure functions over SHA-256. A leaf hash is made with `hash_leaf` from the bytes of what was logged; a tree is the
sequence of its leaf hashes; proofs are sequences of hashes, in the RFC's order. Verifying never raises for a wrong
proof of whatever shape: it answers False.
"""

import hashlib
from collections.abc import Sequence

from jiebang.ledger.errors import LedgerError

HASH_BYTES = 32


def hash_leaf(data: bytes) -> bytes:
    """The hash of one leaf (RFC 9162, 2.1.1); its prefix keeps a leaf from passing for a node."""
    return hashlib.sha256(b"\x00" + data).digest()


def hash_children(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def compute_root(leaves: Sequence[bytes]) -> bytes:
    """The root hash of the tree over `leaves` (RFC 9162, 2.1.1); of no leaves, the hash of nothing."""
    if not leaves:
        return hashlib.sha256().digest()
    # Pairing from the left and carrying an odd last one up gives the RFC's split at the largest power of two.
    level = list(leaves)
    while len(level) > 1:
        pairs = [hash_children(level[i], level[i + 1]) for i in range(0, len(level) - 1, 2)]
        level = pairs + level[len(pairs) * 2 :]
    return level[0]


def prove_inclusion(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that leaf `index`, counted from 0, is in the tree over `leaves` (RFC 9162, 2.1.3.1).

    Raises LedgerError for an index outside of the tree.
    """
    if not 0 <= index < len(leaves):
        raise LedgerError(
            where="公开日志的包含证明",
            what=f"没有第 {index} 片叶子，共 {len(leaves)} 片",
            fix="请核对序号，从 0 数起",
        )
    if len(leaves) == 1:
        return []
    split = _split(len(leaves))
    if index < split:
        return [*prove_inclusion(leaves[:split], index), compute_root(leaves[split:])]
    return [*prove_inclusion(leaves[split:], index - split), compute_root(leaves[:split])]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tell whether `proof` shows that `leaf` is leaf `index` of the tree of `size` leaves (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or not _are_hashes(leaf, root, *proof):
        return False
    position, last, digest = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if position % 2 or position == last:
            digest = hash_children(step, digest)
            while not position % 2 and position:
                position, last = position >> 1, last >> 1
        else:
            digest = hash_children(digest, step)
        position, last = position >> 1, last >> 1
    return last == 0 and digest == root


def prove_consistency(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the first `old_size` leaves are the beginning of the tree (RFC 9162, 2.1.4.1).

    Empty when the sizes are equal. Raises LedgerError for an old size of nothing, of which nothing can be proved, or
    one beyond the tree.
    """
    if not 0 < old_size <= len(leaves):
        raise LedgerError(
            where="公开日志的一致证明",
            what=f"旧日志的大小 {old_size} 不在 1 到 {len(leaves)} 之间",
            fix="请核对旧日志的大小",
        )
    return _prove_part(leaves, old_size, is_whole=True)


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Tell whether `proof` shows that the old tree is the beginning of the new one (RFC 9162, 2.1.4.2).

    Nothing can be proved of an empty old tree: False.
    """
    if not 0 < old_size <= new_size or not _are_hashes(old_root, new_root, *proof):
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    # An old tree that is full is itself a node of the new one and is left out of the proof.
    steps = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not steps:
        return False
    position, last = old_size - 1, new_size - 1
    while position % 2:
        position, last = position >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if position % 2 or position == last:
            old, new = hash_children(step, old), hash_children(step, new)
            while not position % 2 and position:
                position, last = position >> 1, last >> 1
        else:
            new = hash_children(new, step)
        position, last = position >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root


def _prove_part(leaves: Sequence[bytes], old_size: int, *, is_whole: bool) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1; `is_whole` while the old tree's root is what the verifier already has."""
    if old_size == len(leaves):
        return [] if is_whole else [compute_root(leaves)]
    split = _split(len(leaves))
    if old_size <= split:
        return [*_prove_part(leaves[:split], old_size, is_whole=is_whole), compute_root(leaves[split:])]
    return [*_prove_part(leaves[split:], old_size - split, is_whole=False), compute_root(leaves[:split])]


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _are_hashes(*values: bytes) -> bool:
    return all(len(value) == HASH_BYTES for value in values)
