"""Where packs are looked for unless a command is told: the project's own folders."""

from __future__ import annotations

from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
BASES = (PROJECT / "packs",)
"""Where a base pack is found if it doesn't stand beside the pack that extends it."""


def default_folders(*names: str) -> list[Path]:
    """The project's folders of these names that are there, relative to where the caller stands if they lie below it."""
    found = [PROJECT / name for name in names if (PROJECT / name).is_dir()]
    here = Path.cwd()
    return [path.relative_to(here) if path.is_relative_to(here) else path for path in found]
