"""Whom a programme's chains of signatures would wait for in vain: positions that nobody holds who may sign at the stage."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.sign_off import is_run_by_authority
from jiebang.organisations.actor import running_on
from jiebang.organisations.enums import Position
from jiebang.organisations.models import Programme, RoleHolder


def missing_signers(programme: Programme, at: datetime) -> Iterator[tuple[str, str]]:
    """(the stage, the position) for each position of a chain that nobody holds in the authorities which run the stage.

    A stage whose role no authority fills yet is left out: that is another thing to be put right.
    """
    program = load_program(programme.pack_id, programme.pack_version)
    holders: dict[str, set[int]] = {}
    for role, authority in RoleHolder.objects.filter(programme=programme).values_list("role", "authority_id"):
        holders.setdefault(role, set()).add(authority)
    held: dict[int, set[str]] = {}
    today = running_on(local_date(at)).filter(authority__isnull=False, person__accounts__is_active=True)
    for authority, position in today.values_list("authority_id", "position"):
        held.setdefault(authority or 0, set()).add(position)
    told = set()
    for process in program.pack.processes.values():
        for stage in process.stages.values():
            running = {one for role in stage.by for one in holders.get(role, ())}
            if not running or not is_run_by_authority(stage, program):
                continue
            there = {position for one in running for position in held.get(one, ())}
            for position in programme.sign_off_chains.get(stage.kind, []):
                lack = (stage.label, str(Position(position).label))
                if position not in there and lack not in told:
                    told.add(lack)
                    yield lack
