"""RFC 9162's own example (2.1.5), the published roots of Certificate Transparency's test tree, and properties."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jiebang.ledger.errors import LedgerError
from jiebang.ledger.merkle import (
    compute_root,
    hash_children,
    hash_leaf,
    prove_consistency,
    prove_inclusion,
    verify_consistency,
    verify_inclusion,
)

DATA = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [hash_leaf(bytes.fromhex(text)) for text in DATA]

trees = st.integers(1, 70).map(lambda size: [hash_leaf(bytes([number])) for number in range(size)])


def define_root(leaves: list[bytes]) -> bytes:
    """MTH of RFC 9162, 2.1.1, word for word, to hold the faster one against."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = max(2**power for power in range(12) if 2**power < len(leaves))
    return hash_children(define_root(leaves[:split]), define_root(leaves[split:]))


@pytest.mark.parametrize("size", range(1, 9))
def test_the_roots_are_the_published_ones(size: int) -> None:
    assert compute_root(LEAVES[:size]).hex() == ROOTS[size - 1]


def test_the_root_of_nothing_is_the_hash_of_nothing() -> None:
    assert compute_root([]).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("size", range(70))
def test_the_root_is_as_defined(size: int) -> None:
    leaves = [hash_leaf(bytes([number])) for number in range(size)]
    assert compute_root(leaves) == define_root(leaves)


def test_the_proofs_of_the_rfc() -> None:
    a, b, c, d, e, f, j = leaves = LEAVES[:7]
    g, h, i = hash_children(a, b), hash_children(c, d), hash_children(e, f)
    k, m = hash_children(g, h), hash_children(i, j)
    assert compute_root(leaves) == hash_children(k, m)
    assert prove_inclusion(leaves, 0) == [b, h, m]
    assert prove_inclusion(leaves, 3) == [c, g, m]
    assert prove_inclusion(leaves, 4) == [f, j, k]
    assert prove_inclusion(leaves, 6) == [i, k]
    assert prove_consistency(leaves, 3) == [c, d, g, m]
    assert prove_consistency(leaves, 4) == [m]
    assert prove_consistency(leaves, 6) == [i, j, k]


@settings(deadline=None)
@given(trees, st.data())
def test_every_leaf_can_be_proved_and_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    size, root = len(leaves), compute_root(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof = prove_inclusion(leaves, index)
    assert len(proof) <= (size - 1).bit_length()
    assert verify_inclusion(leaves[index], index, size, proof, root)
    for wrong_index in {index - 1, index + 1, size, -1}:
        assert not verify_inclusion(leaves[index], wrong_index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size * 4, proof, root)
    assert not verify_inclusion(hash_leaf(b"other"), index, size, proof, root)
    assert not verify_inclusion(leaves[index], index, size, [*proof, root], root)
    assert not verify_inclusion(leaves[index], index, size, proof, hash_leaf(b"other"))
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not verify_inclusion(leaves[index], index, size, proof[:place] + proof[place + 1 :], root)
        changed = [*proof[:place], hash_leaf(b"other"), *proof[place + 1 :]]
        assert not verify_inclusion(leaves[index], index, size, changed, root)
        assert not verify_inclusion(
            leaves[index], index, size, [*proof[:place], b"", *proof[place + 1 :]], root
        )


@settings(deadline=None)
@given(trees, st.data())
def test_every_beginning_can_be_proved_and_nothing_else(leaves: list[bytes], data: st.DataObject) -> None:
    new_size, new_root = len(leaves), compute_root(leaves)
    old_size = data.draw(st.integers(1, new_size))
    old_root = compute_root(leaves[:old_size])
    proof = prove_consistency(leaves, old_size)
    assert verify_consistency(old_size, new_size, old_root, new_root, proof)
    other = hash_leaf(b"other")
    assert not verify_consistency(old_size, new_size, other, new_root, proof)
    assert not verify_consistency(old_size, new_size, old_root, other, proof)
    assert not verify_consistency(old_size, new_size, old_root, new_root, [*proof, other])
    for wrong_size in {0, -1, new_size + 1}:
        assert not verify_consistency(wrong_size, new_size, old_root, new_root, proof)
    assert not verify_consistency(old_size, new_size * 4, old_root, new_root, proof)
    rewritten = [other, *leaves[1:]]
    forged = prove_consistency(rewritten, old_size)
    assert not verify_consistency(old_size, new_size, old_root, compute_root(rewritten), forged)
    if proof:
        place = data.draw(st.integers(0, len(proof) - 1))
        assert not verify_consistency(
            old_size, new_size, old_root, new_root, proof[:place] + proof[place + 1 :]
        )
        changed = [*proof[:place], other, *proof[place + 1 :]]
        assert not verify_consistency(old_size, new_size, old_root, new_root, changed)


def test_what_can_not_be_proved_is_an_error() -> None:
    for index in (-1, 8):
        with pytest.raises(LedgerError, match="片叶子"):
            prove_inclusion(LEAVES, index)
    for old_size in (0, -1, 9):
        with pytest.raises(LedgerError, match="旧日志的大小"):
            prove_consistency(LEAVES, old_size)
