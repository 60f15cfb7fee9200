"""What is asked at which moment, and how time is counted: rules and terms."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal

from jiebang.policy.expressions import Condition, Departs, Force, Operand
from jiebang.policy.pack_facts import Source
from jiebang.policy.pack_items import Item, Names


class When(StrEnum):
    """At which moment of a stage a rule runs."""

    submit = "submit"
    decide = "decide"
    sign = "sign"
    pay = "pay"


class Rule(Item):
    """A condition that runs at one moment of some stages. `force` is what its leaves have unless they say otherwise."""

    label: str
    force: Force
    test: Condition
    departs: Departs | None = None
    processes: Names | None = None
    stages: Names
    at: When
    source: Source = Source.declared
    given: Condition | None = None
    says: str | None = None


class Term(Item):
    """A period or a window: how long, counted how, from when, for whom, closing at which clock time."""

    label: str
    length: Operand
    counting: Operand | None = None
    bound: Literal["exactly", "at_most", "at_least"] = "exactly"
    starts: str
    after: str | None = None
    #: a fact's day from which it counts, where that isn't the day on which its stage opens
    counts_from: Operand | None = None
    role: str | None = None
    closes_at: str | None = None
    backward: bool = False
    rolls: bool | None = None
    force: Force = Force.must
    departs: Departs | None = None
    processes: Names | None = None
    stage: str | None = None


class Counting(Item):
    """How this law counts: is the first day counted; does an end on a rest day roll on; is the very second named in time.

    `closing_instant` is about clock times only: a day always ends with its last moment.
    """

    first_day: Literal["excluded"]
    end_on_rest_day: Literal["rolls", "stays"]
    closing_instant: Literal["included", "excluded"] = "excluded"
