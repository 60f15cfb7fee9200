import hashlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from jiebang.documents import store
from jiebang.documents.errors import DamagedFile, UnableToKeep
from jiebang.documents.store import incoming_folder, keep_content, open_content, path_of, remove_leftovers

CONTENT = [b"one", b"two" * 1000]
DIGEST = hashlib.sha256(b"".join(CONTENT)).hexdigest()


def contents(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def test_a_content_lies_under_its_digest_and_once(files_folder: Path) -> None:
    first, second = keep_content(CONTENT), keep_content(iter(CONTENT))
    assert first == second
    assert (first.digest, first.size) == (DIGEST, 3003)
    assert contents(files_folder) == [path_of(DIGEST)]
    with open_content(DIGEST) as file:
        assert file.read() == b"".join(CONTENT)
    assert path_of(DIGEST).stat().st_mode & 0o077 == 0


def test_a_broken_off_upload_leaves_nothing(files_folder: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"one"
        raise ConnectionResetError

    with pytest.raises(UnableToKeep):
        keep_content(broken())
    assert contents(files_folder) == []


def test_many_at_once_end_with_one_whole_file_each(files_folder: Path) -> None:
    wanted = [[bytes([n % 4]) * 70_000, b"x" * 50_000] for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        kept = list(pool.map(keep_content, wanted))
    assert len({one.digest for one in kept}) == 4
    assert len(contents(files_folder)) == 4
    for chunks, one in zip(wanted, kept, strict=True):
        with open_content(one.digest) as file:
            assert file.read() == b"".join(chunks)


KILLED = """
    import os, sys
    from pathlib import Path
    from django.conf import settings
    settings.configure(MEDIA_ROOT=sys.argv[1], JIEBANG_FILES_LEAVE_FREE=0)
    from jiebang.documents.store import keep_content
    if sys.argv[2] == "rename":
        Path.replace = lambda *_: os.kill(os.getpid(), 9)
    else:
        os.fsync = lambda _: os.kill(os.getpid(), 9)
    keep_content([b"one", b"two" * 1000])
"""


@pytest.mark.parametrize("moment", ["fsync", "rename"])
def test_a_kill_before_the_rename_leaves_nothing_under_the_digest(files_folder: Path, moment: str) -> None:
    incoming_folder()
    (files_folder / DIGEST[:2]).mkdir()
    died = subprocess.run(  # noqa: S603  (the program above)
        [sys.executable, "-c", textwrap.dedent(KILLED), str(files_folder), moment],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert died.returncode == -9
    assert not path_of(DIGEST).exists()
    left = contents(files_folder)
    assert [one.parent.name for one in left] == ["incoming"]
    assert keep_content(CONTENT).digest == DIGEST
    assert path_of(DIGEST).exists()
    os.utime(left[0], (0, 0))
    assert remove_leftovers(datetime(2026, 1, 1, tzinfo=UTC)) == 1
    assert contents(files_folder) == [path_of(DIGEST)]


def test_what_is_under_way_is_not_swept(files_folder: Path) -> None:
    under_way = incoming_folder() / "x"
    under_way.write_bytes(b"half")
    assert remove_leftovers(datetime(2026, 1, 1, tzinfo=UTC)) == 0
    assert under_way.exists()


@pytest.mark.parametrize("change", [b"", b"other", None], ids=["emptied", "other", "gone"])
def test_what_was_changed_on_the_disk_is_not_given_out(files_folder: Path, change: bytes | None) -> None:
    keep_content(CONTENT)
    if change is None:
        path_of(DIGEST).unlink()
    else:
        path_of(DIGEST).write_bytes(change)
    with pytest.raises(DamagedFile, match="对不上"):
        open_content(DIGEST)
    keep_content(CONTENT)
    with open_content(DIGEST) as file:
        assert file.read() == b"".join(CONTENT)


def test_a_disk_without_room_takes_nothing(files_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "JIEBANG_FILES_LEAVE_FREE", 2**60)
    with pytest.raises(UnableToKeep, match="空间不足"):
        keep_content(CONTENT)
    assert contents(files_folder) == []


@pytest.mark.parametrize("digest", ["", "ab", "../" * 21 + "x", "A" * 64, "g" * 64])
def test_no_other_path_can_be_asked_for(digest: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        path_of(digest)


def test_the_folder_is_the_installations_own() -> None:
    from jiebang.config import settings as declared

    assert declared.MEDIA_ROOT.is_relative_to(declared.JIEBANG_DATA_DIR)
    assert not settings.MEDIA_URL.strip("/")
    for served in (settings.STATIC_ROOT, *settings.STATICFILES_DIRS):
        assert served is None or not declared.MEDIA_ROOT.is_relative_to(served)
    assert store.incoming_folder().is_relative_to(settings.MEDIA_ROOT)
