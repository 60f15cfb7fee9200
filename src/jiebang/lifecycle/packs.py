"""The compiled pack a programme or a subject runs on."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from jiebang.kernel.periods import WorkingCalendar
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.working_years import EnteredCalendar
from jiebang.policy.loader import load_pack
from jiebang.policy.program import Program


@lru_cache(maxsize=64)
def load_program(pack_id: str, version: str) -> Program:
    """A pack version by its id, from the installation's pack folders; once per process, for a version never changes.

    Raises UnableToApply where no folder holds it, PackProblems where it isn't sound.
    """
    roots = tuple(Path(root) for root in settings.JIEBANG_PACK_ROOTS)
    for root in roots:
        folder = root / pack_id / version
        if (folder / "pack.yaml").is_file():
            return load_pack(folder, roots)
    raise UnableToApply(where=f"{pack_id}/{version}", what="没有这个政策包版本", fix="检查计划引用的政策包")


def working_calendar() -> WorkingCalendar:
    """The working days known to this installation, as they stand now."""
    return EnteredCalendar()
