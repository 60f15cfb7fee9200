"""From each clause to the content that carries it, the code that gives that content its meaning, and the cases that exercise it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.exercise import Exerciser
from jiebang.policy.implementers import implementers_of
from jiebang.policy.loader import RawPack
from jiebang.policy.pack import ITEM_SECTIONS, Pack
from jiebang.policy.shelf import Shelved
from jiebang.policy.strict_yaml import Path_


@dataclass(slots=True)
class Carrier:
    """A piece of a pack that cites a clause. `item` is what cases are counted by: an item, or a stage of a process."""

    path: Path_
    item: Path_
    label: str
    file: str
    line: int
    code: list[str]
    cases: list[str] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Where it stands, as words."""
        return ".".join(str(step) for step in self.path)


@dataclass(slots=True)
class ClauseTrace:
    """A clause with its carriers."""

    pack: str
    clause: str
    article: str
    file: str
    line: int
    carriers: list[Carrier] = field(default_factory=list)

    @property
    def cases(self) -> list[str]:
        """Every case that exercises some carrier."""
        return list(dict.fromkeys(case for carrier in self.carriers for case in carrier.cases))

    @property
    def fault(self) -> str:
        """Why the clause isn't realised; empty if it is."""
        if not self.carriers:
            return "没有任何内容承载"
        return "" if self.cases else "承载它的内容没有任何案例检验"


def trace_clauses(shelf: list[Shelved], calendar: WorkingCalendar | None) -> list[ClauseTrace]:
    """All clauses of the packs that load. A base pack's content counts as exercised by the cases of those that extend it."""
    exercised = {pack.key: _exercised(pack, calendar) if pack.program is not None else {} for pack in shelf}
    found = []
    for pack in shelf:
        if pack.program is None:
            continue
        used: dict[Path_, list[str]] = {}
        for other in (pack, *(p for p in shelf if p.extends == pack.key)):
            for path, cases in exercised[other.key].items():
                shown = cases if other is pack else [f"{other.key}:{case}" for case in cases]
                used.setdefault(path, []).extend(shown)
        found += list(_trace_pack(pack, pack.program.pack, used))
    return found


def _exercised(pack: Shelved, calendar: WorkingCalendar | None) -> dict[Path_, list[str]]:
    exerciser = Exerciser(pack.raw, calendar)
    used: dict[Path_, list[str]] = {}
    for case in pack.cases.cases:
        touched = exerciser.run(case)
        for path in touched | {path[:2] for path in touched if path[0] == "processes"}:
            used.setdefault(path, []).append(case.id)
    return used


def _trace_pack(shelved: Shelved, pack: Pack, used: Mapping[Path_, list[str]]) -> Iterator[ClauseTrace]:
    raw = shelved.raw
    traces = {}
    for key, clause in pack.clauses.items():
        if ("clauses", key) in raw.own:
            file, line = raw.place(("clauses", key))
            traces[key] = ClauseTrace(shelved.key, key, clause.article, file, line)
    for path, clauses, node in _citing(pack, raw):
        item = path[:4] if path[0] == "processes" and len(path) >= 4 else path[:2]
        file, line = raw.place(path)
        carrier = Carrier(
            path,
            item,
            _label(node),
            file,
            line,
            implementers_of(str(path[0]), node),
            list(used.get(item, ())),
        )
        for cited in clauses:
            if cited in traces:
                traces[cited].carriers.append(carrier)
    yield from traces.values()


def _citing(pack: Pack, raw: RawPack) -> Iterator[tuple[Path_, list[str], BaseModel]]:
    """Every piece of the pack's own content with the clauses it cites itself."""
    for section in (*ITEM_SECTIONS, "facts"):
        for key, item in getattr(pack, section).items():
            if (section, key) in raw.own:
                yield from _citing_below(item, (section, key))
    if pack.counting is not None and ("counting",) in raw.own:
        yield from _citing_below(pack.counting, ("counting",))
    if pack.pack.in_force is not None and ("pack",) in raw.own:
        yield from _citing_below(pack.pack.in_force, ("pack", "in_force"))


def _citing_below(node: Any, path: Path_) -> Iterator[tuple[Path_, list[str], BaseModel]]:
    if isinstance(node, BaseModel):
        cited = getattr(node, "clause", None)
        if cited:
            yield path, [cited] if isinstance(cited, str) else list(cited), node
        for name, info in type(node).model_fields.items():
            yield from _citing_below(getattr(node, name), (*path, info.alias or name))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _citing_below(value, (*path, key))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from _citing_below(value, (*path, i))


def _label(node: BaseModel) -> str:
    for word in ("label", "question", "name", "role", "fact"):
        found = getattr(node, word, None)
        if isinstance(found, str):
            return found
    return ""
