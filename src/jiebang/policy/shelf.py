"""The packs below some folders: found, read, loaded, each with its cases and everything that is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.cases import CaseFile, Failure, read_cases, run_case
from jiebang.policy.find_pack import require_folders
from jiebang.policy.loader import RawPack, find_packs, read_raw, try_to_build
from jiebang.policy.program import Program
from jiebang.policy.strict_yaml import PackProblems, Problem


@dataclass(slots=True)
class Shelved:
    """One pack version as it stands on disk. `program` is None while it doesn't load."""

    folder: Path
    raw: RawPack
    program: Program | None
    cases: CaseFile
    problems: list[Problem] = field(default_factory=list)

    @property
    def key(self) -> str:
        """`id/version`, from the folder's place (which the loader holds against what pack.yaml says)."""
        return f"{self.folder.parent.name}/{self.folder.name}"

    @property
    def extends(self) -> str | None:
        """The key of the base pack, if it has one."""
        identity = self.raw.data.get("pack")
        found = identity.get("extends") if isinstance(identity, dict) else None
        return found if isinstance(found, str) else None

    def run(self, calendar: WorkingCalendar | None) -> tuple[list[Failure], list[Problem]]:
        """Run every case: what failed, and what couldn't be read (a broken case is a failure, never skipped)."""
        failures: list[Failure] = []
        problems = list(self.cases.problems)
        for case in self.cases.cases if self.program is not None else ():
            assert self.program is not None
            try:
                failures += run_case(self.program, case, calendar)
            except PackProblems as error:
                problems += error.problems
        return failures, list(dict.fromkeys(problems))


def read_shelf(folders: Iterable[Path], base_roots: tuple[Path, ...] = ()) -> list[Shelved]:
    """Every pack below `folders`, each once, loaded as far as it loads. Raises nothing for bad packs.

    A folder that isn't there is a PackNotFound.
    """
    folders = list(folders)
    require_folders(folders)
    found: dict[Path, Shelved] = {}
    for root in folders:
        for folder in find_packs(root):
            here = folder.resolve()
            if here not in found:
                found[here] = take_down(folder, base_roots)
    return list(found.values())


def take_down(folder: Path, base_roots: tuple[Path, ...] = ()) -> Shelved:
    """One pack version with its cases, loaded as far as it loads."""
    raw, problems = read_raw(folder, base_roots)
    program, problems = try_to_build(raw, problems)
    return Shelved(folder, raw, program, read_cases(folder), problems)


def stray_folders(root: Path) -> list[Problem]:
    """Folders that hold YAML as a pack would but have no pack.yaml: nothing else would ever look at them.

    What lies below such a folder (its cases) is not said again.
    """
    told = {folder.resolve() for folder in find_packs(root)}
    found = []
    # Parents come first.
    for folder in sorted({path.parent for path in root.glob("**/*.yaml")}):
        here = folder.resolve()
        if not told & {here, *here.parents}:
            told.add(here)
            found.append(folder)
    problems = [
        Problem(
            str(folder), 1, "这里有 YAML 文件，却没有 pack.yaml", "补上 pack.yaml，或把文件移进政策包的文件夹"
        )
        for folder in found
    ]

    def cannot_open(error: OSError) -> None:
        problems.append(Problem(str(error.filename), 1, "这个文件夹打不开，里面的没有检查", "检查读它的权限"))

    for _ in os.walk(root, onerror=cannot_open):
        pass
    return problems
