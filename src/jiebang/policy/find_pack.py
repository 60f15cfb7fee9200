"""Find a pack by what a person calls it: `id/version`, or `id` alone where only one version is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from jiebang.kernel.errors import JiebangError, quote
from jiebang.policy.loader import find_packs, load_pack
from jiebang.policy.program import Program


class PackNotFound(JiebangError):
    """No pack, or more than one, answers to a name."""


def require_folders(folders: Iterable[Path]) -> None:
    """Raises PackNotFound for a folder that isn't there: what was asked to be looked at is never passed over."""
    for folder in folders:
        try:
            if folder.is_dir():
                continue
            fix = "写文件夹，不写里面的文件" if folder.is_file() else "检查路径"
        except OSError:  # a name longer than any file's
            fix = "检查路径"
        raise PackNotFound(what=f"没有文件夹{quote(str(folder))}", fix=fix)


def _is_pack(folder: Path) -> bool:
    try:
        return (folder / "pack.yaml").is_file()
    except OSError:  # a name longer than any file's
        return False


def find_pack(name: str, folders: Iterable[Path]) -> Path:
    """The folder of a pack. A path to a pack's folder is accepted too. Raises PackNotFound listing what there is."""
    if _is_pack(Path(name)):
        return Path(name)
    folders = list(folders)
    require_folders(folders)
    known = {f"{p.parent.name}/{p.name}": p for root in folders for p in find_packs(root)}
    if name in known:
        return known[name]
    versions = [key for key in known if key.split("/")[0] == name]
    if len(versions) == 1:
        return known[versions[0]]
    if versions:
        raise PackNotFound(what=f"{quote(name)}有几个版本", fix=f"写明版本：{'、'.join(versions)}")
    raise PackNotFound(what=f"没有政策包{quote(name)}", fix=f"已有：{'、'.join(known) or '（无）'}")


def load_named(name: str, folders: Iterable[Path], base_roots: tuple[Path, ...] = ()) -> Program:
    """Find and load a pack. Raises PackNotFound or PackProblems."""
    return load_pack(find_pack(name, folders), base_roots)
