"""Which items a case really looks at: it is run on a program whose tables note what is taken from them.

Only what an expectation asked for, and what that in turn evaluated (the amount a limit is a share of, the window another
begins after, the open question an amount waits for), is noted. An item merely lying in the pack isn't.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.amounts import Accountant
from jiebang.policy.cases import Case, check_case, read_situation
from jiebang.policy.loader import RawPack, build
from jiebang.policy.program import Program
from jiebang.policy.situation import Watched
from jiebang.policy.strict_yaml import PackProblems, Path_
from jiebang.policy.times import Timekeeper


class Exerciser:
    """Runs cases of one pack, telling for each which items it exercised."""

    def __init__(self, raw: RawPack, calendar: WorkingCalendar | None) -> None:
        # A program of its own: the tables inside the accountant are replaced.
        self.touched: set[Path_] = set()
        self.calendar = calendar
        self.program = self._watch(build(raw))
        pack = self.program.pack
        self.lists = {
            (section, key): item.list
            for section in ("facts", "discretion")
            for key, item in getattr(pack, section).items()
            if item.list is not None
        }

    def _note(self, *path: str) -> Callable[[Any], None]:
        return lambda key: self.touched.add((*path, key))

    def _watch(self, program: Program) -> Program:
        accountant: Accountant = program.accountant
        accountant.items = Watched(accountant.items, self._note("money"))
        keeper = program.timekeeper
        watched_keeper = _WatchedKeeper(Watched(keeper.terms, self._note("terms")), keeper.counting)
        watched_keeper.touched = self.touched
        return replace(
            program,
            rules=Watched(program.rules, self._note("rules")),
            timekeeper=watched_keeper,
            conditions=Watched(program.conditions, lambda path: self.touched.add(_item_of(path))),
            lengths=Watched(program.lengths, self._note("duties")),
        )

    def run(self, case: Case) -> frozenset[Path_]:
        """Paths of the items the case's expectations looked at. Nothing if its facts can't be read."""
        self.touched.clear()
        try:
            situation = read_situation(self.program, case, self.calendar)
        except PackProblems:
            return frozenset()
        situation.facts = Watched(situation.facts, self._note("facts"))
        situation.decided = Watched(situation.decided, self._note("discretion"))
        check_case(self.program, case, situation, self.touched)
        self.touched |= {("lists", self.lists[path]) for path in self.touched if path in self.lists}
        return frozenset(self.touched)


class _WatchedKeeper(Timekeeper):
    """Notes when the general way of counting decided something."""

    touched: set[Path_]

    @property
    def rolls(self) -> bool:
        """As the timekeeper, noted."""
        self.touched.add(("counting",))
        return super().rolls

    @property
    def includes_instant(self) -> bool:
        """As the timekeeper, noted."""
        self.touched.add(("counting",))
        return super().includes_instant


def _item_of(path: Path_) -> Path_:
    """The item a selecting condition stands in: a stage, or section and key."""
    return path[:4] if path[0] == "processes" else path[:2]
