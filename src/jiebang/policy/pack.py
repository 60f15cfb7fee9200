"""A whole policy pack. Every item carries the clause it comes from; nothing has a default a regulation didn't give."""

from __future__ import annotations

from typing import Protocol

from jiebang.policy.expressions import Strict
from jiebang.policy.pack_facts import Discretion, FactDeclaration, Options, Paper
from jiebang.policy.pack_identity import Clause, Identity
from jiebang.policy.pack_money import Money
from jiebang.policy.pack_parties import Capacity, Duty, Party, Right
from jiebang.policy.pack_process import Process
from jiebang.policy.pack_rules import Counting, Rule, Term


class Pack(Strict):
    """A whole pack, its base pack's items included once the loader has merged them."""

    pack: Identity
    clauses: dict[str, Clause] = {}
    lists: dict[str, Options] = {}
    parties: dict[str, Party] = {}
    capacities: dict[str, Capacity] = {}
    facts: dict[str, FactDeclaration] = {}
    rules: dict[str, Rule] = {}
    money: dict[str, Money] = {}
    terms: dict[str, Term] = {}
    counting: Counting | None = None
    processes: dict[str, Process] = {}
    rights: dict[str, Right] = {}
    duties: dict[str, Duty] = {}
    papers: dict[str, Paper] = {}
    discretion: dict[str, Discretion] = {}

    @property
    def key(self) -> str:
        """`id/version`, as cases and programmes pin it."""
        return f"{self.pack.id}/{self.pack.version}"


#: Sections whose entries are items with a clause, in the order a person reads them.
ITEM_SECTIONS = (
    "lists", "parties", "capacities", "rules", "money", "terms", "processes", "rights", "duties", "papers", "discretion",
)  # fmt: skip


class OfProcesses(Protocol):
    """An item that may belong to some processes only."""

    @property
    def processes(self) -> list[str] | None:
        """Their keys; None: to all."""


def belongs(item: OfProcesses, process: str | None) -> bool:
    """Whether an item plays a part in a process; None asks about none in particular."""
    return process is None or item.processes is None or process in item.processes
