"""Find a pack by what a person calls it: `id/version`, or `id` alone where only one version is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jiebang.kernel.errors import JiebangError
from jiebang.policy.loader import find_packs, load_pack
from jiebang.policy.program import Program


class PackNotFound(JiebangError):
    """No pack, or more than one, answers to a name."""


def find_pack(name: str, folders: Iterable[Path]) -> Path:
    """The folder of a pack. A path to a pack's folder is accepted too. Raises PackNotFound listing what there is."""
    if (Path(name) / "pack.yaml").is_file():
        return Path(name)
    known = {f"{p.parent.name}/{p.name}": p for root in folders for p in find_packs(root)}
    if name in known:
        return known[name]
    versions = [key for key in known if key.split("/")[0] == name]
    if len(versions) == 1:
        return known[versions[0]]
    if versions:
        raise PackNotFound(what=f"“{name}”有几个版本", fix=f"写明版本：{'、'.join(versions)}")
    raise PackNotFound(what=f"没有政策包“{name}”", fix=f"已有：{'、'.join(known) or '（无）'}")


def load_named(name: str, folders: Iterable[Path], base_roots: tuple[Path, ...] = ()) -> Program:
    """Find and load a pack. Raises PackNotFound or PackProblems."""
    return load_pack(find_pack(name, folders), base_roots)
