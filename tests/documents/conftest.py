"""Every test keeps its files in a folder of its own."""

from pathlib import Path

import pytest
from django.conf import settings


@pytest.fixture(autouse=True)
def files_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The store of this test."""
    monkeypatch.setattr(settings, "MEDIA_ROOT", tmp_path / "files")
    monkeypatch.setattr(settings, "JIEBANG_FILES_LEAVE_FREE", 0)
    return tmp_path / "files"
