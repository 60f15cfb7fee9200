"""Try out every change of every pack of a shelf, spread over processes. A base pack's items are tried on all that extend it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.mutate import KILLED, REFUSED, SURVIVED, Bench
from jiebang.policy.mutations import Mutation, mutations_of
from jiebang.policy.shelf import Shelved, read_shelf
from jiebang.policy.strict_yaml import Problem

_CHUNK = 40


@dataclass(slots=True)
class Survivor:
    """A change that nobody noticed."""

    file: str
    line: int
    mutation: Mutation
    refused: bool

    def __str__(self) -> str:
        where = ".".join(str(step) for step in self.mutation.place)
        end = "装载器拒绝，没有案例检验过它" if self.refused else "没有案例不符"
        return f"{self.file}:{self.line}: {where}：{self.mutation.what}，{end}"


@dataclass(slots=True)
class PackResult:
    """What came of one pack's changes. `problems`: why they couldn't be tried out at all."""

    key: str
    killed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    survivors: list[Survivor] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many changes there were."""
        return self.killed.total() + self.refused.total() + len(self.survivors)


class Workshop:
    """The packs of some folders, their changes, and a bench for each pack that a change is tried on."""

    def __init__(self, folders: Sequence[Path], base_roots: tuple[Path, ...]) -> None:
        self.shelf = read_shelf(folders, base_roots)
        self.calendar = WorkingCalendar.bundled()
        self._mutations: dict[int, list[Mutation]] = {}
        self._benches: dict[int, list[Bench]] = {}

    def mutations(self, at: int) -> list[Mutation]:
        """All changes of the pack at this place of the shelf."""
        if at not in self._mutations:
            pack = self.shelf[at]
            assert pack.program is not None
            self._mutations[at] = list(mutations_of(pack.raw, pack.program.pack))
        return self._mutations[at]

    def users_of(self, pack: Shelved) -> list[Shelved]:
        """The pack itself and the packs of the shelf that extend it."""
        return [pack, *(other for other in self.shelf if other.extends == pack.key)]

    def benches(self, at: int) -> list[Bench]:
        """The benches on which the changes of this pack are tried out."""
        if at not in self._benches:
            self._benches[at] = [Bench.prepare(p, self.calendar) for p in self.users_of(self.shelf[at])]
        return self._benches[at]

    def try_out(self, at: int, start: int, stop: int) -> list[str]:
        """The outcomes of some changes of one pack."""
        return [self._try(mutation, self.benches(at)) for mutation in self.mutations(at)[start:stop]]

    def _try(self, mutation: Mutation, benches: list[Bench]) -> str:
        refused = False
        for bench in benches:
            outcome = bench.try_out(mutation)
            if outcome == KILLED:
                return KILLED
            refused = refused or outcome == REFUSED
        return REFUSED if refused else SURVIVED

    def obstacles(self, pack: Shelved) -> list[Problem]:
        """Why a pack's changes can't be tried out: it or a pack that extends it doesn't load, or its cases don't hold."""
        found: list[Problem] = []
        for user in self.users_of(pack):
            failures, problems = user.run(self.calendar)
            found += [*user.problems, *problems]
            found += [
                Problem(
                    f.case.file, f.case.line, f"案例 {f.case.id}：{f.where} 应为 {f.expected}，实为 {f.found}"
                )
                for f in failures
            ]
        return list(dict.fromkeys(found))


_workshop: list[Workshop] = []


def _open_workshop(folders: Sequence[Path], base_roots: tuple[Path, ...]) -> None:
    _workshop[:] = [Workshop(folders, base_roots)]


def _work(at: int, start: int, stop: int) -> list[str]:
    return _workshop[0].try_out(at, start, stop)


def mutate_shelf(
    folders: Sequence[Path], base_roots: tuple[Path, ...] = (), jobs: int = 1
) -> list[PackResult]:
    """Try out all changes of all packs below `folders`, on `jobs` processes."""
    workshop = Workshop(folders, base_roots)
    results, tasks = [], []
    for at, pack in enumerate(workshop.shelf):
        result = PackResult(pack.key, problems=workshop.obstacles(pack))
        results.append(result)
        if not result.problems:
            count = len(workshop.mutations(at))
            tasks += [(at, start, min(start + _CHUNK, count)) for start in range(0, count, _CHUNK)]
    if jobs > 1 and len(tasks) > 1:
        with ProcessPoolExecutor(
            jobs, initializer=_open_workshop, initargs=(list(folders), base_roots)
        ) as pool:
            outcomes = list(pool.map(_work, *zip(*tasks, strict=True)))
    else:
        outcomes = [workshop.try_out(*task) for task in tasks]
    for (at, start, stop), found in zip(tasks, outcomes, strict=True):
        pack = workshop.shelf[at]
        for mutation, outcome in zip(workshop.mutations(at)[start:stop], found, strict=True):
            _enter(results[at], pack, mutation, outcome)
    return results


def _enter(result: PackResult, pack: Shelved, mutation: Mutation, outcome: str) -> None:
    # The loader may refuse a pack with a hole in it, but a number that is off by one has to be noticed by a case.
    if outcome == KILLED:
        result.killed[mutation.kind] += 1
    elif outcome == REFUSED and mutation.kind != "nudge":
        result.refused[mutation.kind] += 1
    else:
        file, line = pack.raw.place(mutation.place)
        result.survivors.append(Survivor(file, line, mutation, refused=outcome == REFUSED))
