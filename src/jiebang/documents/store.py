"""The store: content under its own digest, whole or not at all, each content once.

Written aside, forced to the disk, then renamed: whoever pulls the plug leaves the whole file or nothing under its name. What
is left in `incoming` is nobody's.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

from jiebang.documents.errors import DamagedFile, UnableToKeep

_CHUNK = 256 * 1024
#: Readable by the program's own user alone.
_FOLDER_MODE = 0o700


@dataclass(frozen=True, slots=True)
class Kept:
    """What was kept: the SHA-256 of the content in hexadecimal, and its length in bytes."""

    digest: str
    size: int


def incoming_folder() -> Path:
    """Where files are written before they are whole; on the same disk as the store, so that a rename is one step."""
    return _make_folder(_root() / "incoming")


def path_of(digest: str) -> Path:
    """Where the content with this digest lies, if it was kept. Raises ValueError for anything but a SHA-256."""
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError(digest)
    return _root() / digest[:2] / digest


def keep_content(chunks: Iterable[bytes]) -> Kept:
    """Keep a content. Returns when it is safely on the disk. Raises UnableToKeep where there is no room for it."""
    try:
        return _keep(chunks)
    except OSError as error:
        raise UnableToKeep(
            what="文件没有存下来，服务器的存储出了问题",
            fix="其他内容都还在；请稍后再传，仍不行就联系系统管理员",
        ) from error


def _keep(chunks: Iterable[bytes]) -> Kept:
    folder = incoming_folder()
    if shutil.disk_usage(folder).free < settings.JIEBANG_FILES_LEAVE_FREE:
        # The database lies on the same disk and must go on.
        raise UnableToKeep(
            what="服务器的存储空间不足，文件没有收下", fix="其他内容都还在；请联系系统管理员腾出空间后再传"
        )
    descriptor, unfinished = tempfile.mkstemp(dir=folder)
    hashed, size = hashlib.sha256(), 0
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)
                hashed.update(chunk)
                size += len(chunk)
            file.flush()
            os.fsync(file.fileno())
        kept = Kept(hashed.hexdigest(), size)
        target = path_of(kept.digest)
        _make_folder(target.parent)
        if not (target.exists() and target.stat().st_size == size):
            Path(unfinished).replace(target)
            _sync_folder(target.parent)
    finally:
        Path(unfinished).unlink(missing_ok=True)
    return kept


def open_content(digest: str) -> BinaryIO:
    """The content with this digest, from its beginning, looked through first.

    Raises DamagedFile if it is missing or isn't what was put there: it would pass for what the ledger vouches for.
    """
    try:
        file = path_of(digest).open("rb")
    except OSError:
        raise _damaged(digest) from None
    hashed = hashlib.sha256()
    while chunk := file.read(_CHUNK):
        hashed.update(chunk)
    if hashed.hexdigest() != digest:
        file.close()
        raise _damaged(digest)
    file.seek(0)
    return file


def is_kept(digest: str) -> bool:
    """Whether a content lies in its place."""
    return path_of(digest).exists()


def remove_content(digest: str, is_wanted: Callable[[], bool]) -> bool:
    """Remove a content that nobody wants; whether it is gone. Whoever begins to want it meanwhile finds it gone or there.

    It is taken out of its place before `is_wanted` is asked the last time: an upload that is entered later than that
    misses it there, and puts it back (see keep_upload); one entered before is seen.
    """
    place, aside = path_of(digest), incoming_folder() / f"removing-{digest}"
    if is_wanted() or not place.exists():
        return False
    place.replace(aside)
    if is_wanted():
        aside.replace(place)
        return False
    aside.unlink()
    return True


def remove_leftovers(before: datetime) -> int:
    """Remove what unfinished uploads left behind before an instant; how many there were."""
    removed = 0
    for path in incoming_folder().iterdir():
        try:
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                removed += 1
        except FileNotFoundError:
            # Somebody else's upload has just been finished, or somebody else sweeps too.
            continue
    return removed


def _damaged(digest: str) -> DamagedFile:
    return DamagedFile(
        where=f"文件 {digest[:12]}…", what="存储里的内容缺失或者和账本登记的摘要对不上，不能给出", fix="请系统管理员从备份恢复"
    )  # fmt: skip


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)


def _make_folder(folder: Path) -> Path:
    if not folder.is_dir():
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        _sync_folder(folder.parent)
    return folder


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
