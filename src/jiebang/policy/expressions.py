"""The closed vocabulary of operands and conditions, as written in a pack.

An operand gives a value: a literal with its unit (`5000000 元`), a fact's name (`challenge.total_investment`), or a
mapping with one operator (`{percent: 40%, of: challenge.total_investment}`). A condition is a mapping with one operator
and, on a leaf, its force. There is nothing to evaluate as text: what isn't in these classes can't be said.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, RootModel, Tag


class Strict(BaseModel):
    """A part of a pack: no unknown keys, nothing changes after loading, keys as written in the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Force(StrEnum):
    """How strictly a condition binds: 须/不得, 原则上/一般, 鼓励/优先."""

    must = "must"
    in_principle = "in-principle"
    prefer = "prefer"


class DepartsWith(StrEnum):
    """What a departure from an in-principle condition needs on record."""

    reason = "reason"
    meeting = "meeting"
    external_act = "external_act"


class Departs(Strict):
    """Who may depart from an in-principle condition, and with what on record."""

    by: list[str] = Field(min_length=1)
    with_: DepartsWith = Field(alias="with")
    clause: str | None = None


# ── operands ──────────────────────────────────────────────────────────────────────────────────────────────────────


class Value(RootModel[str | bool | int]):
    """A literal with its unit, a fact's name, or an option's word."""

    model_config = ConfigDict(frozen=True)


class Percent(Strict):
    """A percentage (literal or operand) of an amount, a count or a score."""

    percent: Operand
    of: Operand


class Count(Strict):
    """How many records there are, optionally only those that satisfy `where` and lie within the last `last`."""

    count: str
    in_: str = Field(alias="in")
    where: Condition | None = None
    last: str | None = None


class Sum(Strict):
    """The sum of one field over records, written `records.field`."""

    sum: str
    where: Condition | None = None
    last: str | None = None


class Nth(Strict):
    """The value of one field (`records.field`) in the nth record in order; unknown where there are fewer."""

    nth: Annotated[int, Field(ge=1, le=99)]
    of: str


class Size(Strict):
    """How many entries a list of organisations, persons or choices has."""

    size: str
    in_: str = Field(alias="in")


class Least(Strict):
    """The smallest of several operands."""

    least: Annotated[list[Operand], Field(min_length=2)]


class Greatest(Strict):
    """The largest of several operands."""

    greatest: Annotated[list[Operand], Field(min_length=2)]


class Add(Strict):
    """The sum of several operands."""

    add: Annotated[list[Operand], Field(min_length=2)]


class Subtract(Strict):
    """The first operand less the second, never below zero."""

    subtract: Annotated[list[Operand], Field(min_length=2, max_length=2)]


class Divide(Strict):
    """The amount of which the operand is the given percentage (cash of at least 150% of the aid: aid is cash / 150%)."""

    divide: Operand
    by: Operand


class Ratio(Strict):
    """One operand as a percentage of another of the same kind."""

    ratio: Operand
    to: Operand


class Multiply(Strict):
    """An amount or score times a count, a percentage or a term's number (a daily charge times days)."""

    multiply: Operand
    by: Operand


class Between(Strict):
    """How long from one date to another, in whole 月, 日 or 工作日; never below zero. A broken month counts as `partial` says."""

    between: Annotated[list[Operand], Field(min_length=2, max_length=2)]
    in_: Literal["月", "日", "工作日"] = Field(alias="in")
    partial: Literal["up", "down"] = "down"


class Round(Strict):
    """An operand rounded to a number of decimal places."""

    round: Operand
    places: Annotated[int, Field(ge=0, le=6)]
    how: Literal["down", "up", "half_up"]


class Shift(Strict):
    """A date moved on by a term, counted as the base pack counts."""

    date: Operand
    plus: Operand


class Decided(Strict):
    """The value somebody entitled has decided for what the regulation leaves open; unknown until then."""

    discretion: str


class MoneyItem(Strict):
    """The amount of another money item of the pack."""

    money: str


class Choose(Strict):
    """One of two operands by a condition; unknown while the condition is."""

    when: Condition
    then: Operand
    otherwise: Operand


def _operand_tag(raw: Any) -> str | None:
    if isinstance(raw, str | bool | int | Value):
        return "value"
    keys = raw if isinstance(raw, dict) else raw.model_fields_set if isinstance(raw, BaseModel) else ()
    for tag in OPERAND_TAGS:
        if tag in keys:
            return tag
    return None


# `date` and `when` come last: their classes share words with others.
OPERAND_TAGS = (
    "percent", "count", "sum", "nth", "size", "least", "greatest", "add", "subtract", "divide", "ratio", "multiply", "between",
    "round", "discretion", "money", "date", "when",
)  # fmt: skip

Operand = Annotated[
    Annotated[Value, Tag("value")]
    | Annotated[Percent, Tag("percent")]
    | Annotated[Count, Tag("count")]
    | Annotated[Sum, Tag("sum")]
    | Annotated[Nth, Tag("nth")]
    | Annotated[Size, Tag("size")]
    | Annotated[Least, Tag("least")]
    | Annotated[Greatest, Tag("greatest")]
    | Annotated[Add, Tag("add")]
    | Annotated[Subtract, Tag("subtract")]
    | Annotated[Divide, Tag("divide")]
    | Annotated[Ratio, Tag("ratio")]
    | Annotated[Multiply, Tag("multiply")]
    | Annotated[Between, Tag("between")]
    | Annotated[Round, Tag("round")]
    | Annotated[Decided, Tag("discretion")]
    | Annotated[MoneyItem, Tag("money")]
    | Annotated[Shift, Tag("date")]
    | Annotated[Choose, Tag("when")],
    Discriminator(_operand_tag),
]

# ── conditions ────────────────────────────────────────────────────────────────────────────────────────────────────


class Leaf(Strict):
    """What every leaf may carry. Force defaults to the rule's; clause too."""

    force: Force | None = None
    clause: str | None = None
    departs: Departs | None = None
    name: str | None = None


Pair = Annotated[list[Operand], Field(min_length=2, max_length=2)]


class All(Strict):
    """Every part holds."""

    all: Annotated[list[Condition], Field(min_length=1)]


class AnyOf(Strict):
    """At least one part holds."""

    any: Annotated[list[Condition], Field(min_length=1)]


class Not(Strict):
    """The part doesn't hold; unknown stays unknown."""

    not_: Condition = Field(alias="not")


class AtLeast(Leaf):
    """≥ (以上、不低于: the number itself passes)."""

    at_least: Pair


class MoreThan(Leaf):
    """> (超过: the number itself fails)."""

    more_than: Pair


class AtMost(Leaf):
    """≤ (以下、不超过: the number itself passes)."""

    at_most: Pair


class LessThan(Leaf):
    """< (不满、未满: the number itself fails)."""

    less_than: Pair


class Equal(Leaf):
    """The two are the same."""

    equal: Pair


class NotEqual(Leaf):
    """The two differ."""

    not_equal: Pair


class IsDecided(Leaf):
    """Somebody entitled has decided this open question, whatever the answer; unknown until then."""

    decided: str


class Holds(Leaf):
    """A yes/no fact is yes."""

    holds: str


class Provided(Leaf):
    """Every one of these facts is given and isn't blank. Not given is unknown; given blank fails."""

    provided: Annotated[list[str], Field(min_length=1)]


class OneOf(Leaf):
    """A choice is among these options. A word outside an open list (…等) is unknown: somebody has to judge it."""

    one_of: str
    options: Annotated[list[str], Field(min_length=1)]


class Includes(Leaf):
    """A choices fact includes every one of these options."""

    includes: str
    options: Annotated[list[str], Field(min_length=1)]


class RecordFree(Leaf):
    """No record that satisfies `where` within the last `last` or (`in_force`) with a term running on the day.

    Fields used: `on` for `last`; `from` and `until` for `in_force` (no `until`: still running). Needs a dated query of
    at least the source asked for: an empty list that nobody looked up is unknown, not clean.
    """

    record_free: str
    where: Condition | None = None
    last: str | None = None
    in_force: bool = False


class Related(Leaf):
    """Some path of the relation graph leads from one of `from` to one of `to`.

    `by` names the links allowed: employed_by (person → organisation), legal_representative, sole_control, joint_control,
    significant_influence, same_as (both ways). With none, only identity counts. Of the links in `once` a path may have one
    at most: a firm is tied to what it holds a part of, and not by that to whoever holds another part of it. Use under
    `not` to forbid a relation; the path found is shown.
    """

    related: Annotated[list[str], Field(min_length=1)]
    to: Annotated[list[str], Field(min_length=1)]
    by: list[RelationKind]
    once: list[RelationKind] = []


class Every(Leaf):
    """Every record satisfies `test`, in which the record's fields are `item.field` (or the word after `as`)."""

    every: str
    test: Condition
    as_: str = Field(default="item", alias="as")


class Some(Leaf):
    """At least one record satisfies `test`."""

    some: str
    test: Condition
    as_: str = Field(default="item", alias="as")


class Covers(Leaf):
    """Each value of `covers` (`records.field`) is answered by some value of `by` (`records.field`)."""

    covers: str
    by: str


RelationKind = Literal[
    "employed_by",
    "legal_representative",
    "sole_control",
    "joint_control",
    "significant_influence",
    "same_as",
    "kin",
]

CONDITION_TAGS = (
    "all", "any", "not", "at_least", "more_than", "at_most", "less_than", "equal", "not_equal", "holds", "decided",
    "provided", "one_of", "includes", "record_free", "related", "every", "some", "covers",
)  # fmt: skip


def _condition_tag(raw: Any) -> str | None:
    keys = raw if isinstance(raw, dict) else raw.model_fields_set if isinstance(raw, BaseModel) else ()
    for tag in CONDITION_TAGS:
        if tag in keys or f"{tag}_" in keys:
            return tag
    return None


Condition = Annotated[
    Annotated[All, Tag("all")]
    | Annotated[AnyOf, Tag("any")]
    | Annotated[Not, Tag("not")]
    | Annotated[AtLeast, Tag("at_least")]
    | Annotated[MoreThan, Tag("more_than")]
    | Annotated[AtMost, Tag("at_most")]
    | Annotated[LessThan, Tag("less_than")]
    | Annotated[Equal, Tag("equal")]
    | Annotated[NotEqual, Tag("not_equal")]
    | Annotated[Holds, Tag("holds")]
    | Annotated[IsDecided, Tag("decided")]
    | Annotated[Provided, Tag("provided")]
    | Annotated[OneOf, Tag("one_of")]
    | Annotated[Includes, Tag("includes")]
    | Annotated[RecordFree, Tag("record_free")]
    | Annotated[Related, Tag("related")]
    | Annotated[Every, Tag("every")]
    | Annotated[Some, Tag("some")]
    | Annotated[Covers, Tag("covers")],
    Discriminator(_condition_tag),
]

for _model in (
    Percent, Count, Sum, Least, Greatest, Add, Subtract, Divide, Ratio, Multiply, Between, Round, Shift, Choose, All, AnyOf, Not, AtLeast, MoreThan, AtMost,
    LessThan, Equal, NotEqual, RecordFree, Related, Every, Some,
):  # fmt: skip
    _model.model_rebuild()
