"""The sample pack in a folder of a test's own, and what running a command gives."""

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.policy.building import SAMPLE

KEY = "example-open-bid/1"

Run = Callable[..., tuple[int, str, str]]
RunLines = Callable[..., tuple[int, list[str], list[str]]]
Change = tuple[str, str, str]


def copy_sample(tmp_path: Path, *changes: Change, key: str = KEY) -> Path:
    """The sample pack with some words replaced, each of which stood there once."""
    folder = tmp_path / key
    shutil.copytree(SAMPLE, folder)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert text.count(old) == 1, old
        (folder / name).write_text(text.replace(old, new))
    return folder


def edit(file: Path, old: str, new: str) -> int:
    """Replace a text that stands exactly once in a file; the line it stands on."""
    text = file.read_text(encoding="utf-8")
    assert text.count(old) == 1, old
    file.write_text(text.replace(old, new), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1
