"""What can be changed in a pack so that some case ought to notice: one small change at a time.

Labels, paraphrases, hints and references are never changed; only what decides a verdict, an amount, a date, a route or a role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from jiebang.policy import expressions as ex
from jiebang.policy.loader import RawPack, own_items
from jiebang.policy.neighbours import neighbours_of
from jiebang.policy.pack import Pack
from jiebang.policy.pack_facts import Discretion, Options, Paper, PaperField
from jiebang.policy.pack_identity import InForce
from jiebang.policy.pack_money import DecidedAmount, Limit, Money
from jiebang.policy.pack_parties import Capacity, Duty, PartyIs, Right
from jiebang.policy.pack_process import Criterion, Papers, Process, Scoring, Stage
from jiebang.policy.pack_rules import Rule, Term
from jiebang.policy.strict_yaml import Path_

#: The kinds of change, in the words of the report.
KINDS: Mapping[str, str] = {
    "item": "去掉一项内容",
    "entry": "去掉一个条件、上下限、分担方、字段、材料、评分项、选项、角色或结果",
    "condition": "去掉适用条件或选取条件",
    "force": "必须与原则上互换",
    "bound": "含本数与不含本数互换",
    "nudge": "数值上下各挪一个最小单位",
}

#: (part of a pack, its field): what one entry of that list or table is. Each entry is taken out in turn.
ENTRIES: Mapping[tuple[type[BaseModel], str], str] = {
    (ex.All, "all"): "条件",
    (ex.AnyOf, "any"): "条件",
    (ex.OneOf, "options"): "选项",
    (ex.Includes, "options"): "选项",
    (ex.Departs, "by"): "可例外的角色",
    (Options, "options"): "选项",
    (Capacity, "roles"): "角色",
    (Money, "payer"): "付款方",
    (Money, "payee"): "收款方",
    (Money, "ceilings"): "上限",
    (Money, "floors"): "下限",
    (Money, "funders"): "分担方",
    (Money, "evidence"): "凭证",
    (DecidedAmount, "by"): "决定者",
    (Process, "stages"): "阶段",
    (Stage, "by"): "经办角色",
    (Stage, "with_"): "会同角色",
    (Stage, "outcomes"): "结果",
    (Papers, "takes"): "收取的材料",
    (Papers, "gives"): "给出的材料",
    (Scoring, "criteria"): "评分项",
    (Right, "holders"): "权利人",
    (Duty, "role"): "义务人",
    (Paper, "from_"): "提交角色",
    (Paper, "to"): "接收角色",
    (Paper, "fields"): "字段",
    (Discretion, "options"): "选项",
    (Discretion, "decides"): "决定者",
}

#: Conditions that may be left out altogether. One made of `all` or `any` is taken apart leaf by leaf instead.
CONDITIONS: frozenset[tuple[type[BaseModel], str]] = frozenset(
    {
        (Rule, "given"), (Limit, "when"), (Money, "when"), (Stage, "when"), (Right, "when"),
        (Duty, "given"), (Paper, "when"), (PaperField, "when"), (Stage, "on_expiry"), (Stage, "among"), (Stage, "at_once"),
        (Stage, "late"),
        (ex.Count, "where"), (ex.Sum, "where"), (ex.RecordFree, "where"),
    }
)  # fmt: skip

#: Bounds that include the number, and those that don't.
BOUNDS: Mapping[str, str] = {
    "at_least": "more_than",
    "more_than": "at_least",
    "at_most": "less_than",
    "less_than": "at_most",
}

#: Texts with a number in them that aren't operands. Operands' literals are all changed.
NUMBERS: frozenset[tuple[type[BaseModel], str]] = frozenset(
    {
        (ex.Count, "last"), (ex.Sum, "last"), (ex.RecordFree, "last"), (ex.Nth, "nth"), (ex.Round, "places"),
        (Stage, "at_most"), (Scoring, "pass_mark"), (Scoring, "survivors"), (Criterion, "most"),
        (Term, "closes_at"), (InForce, "from_"), (InForce, "until"), (InForce, "lasts"),
    }
)  # fmt: skip

_REMOVED_WITH: Mapping[tuple[type[BaseModel], str], str] = {(Stage, "when"): "skipped"}


@dataclass(frozen=True, slots=True)
class Mutation:
    """One change. `item` is the changed item as raw data (None: taken out); everything unchanged in it is shared."""

    kind: str
    place: Path_
    root: Path_
    what: str
    item: Any


def mutations_of(raw: RawPack, pack: Pack) -> Iterator[Mutation]:
    """Every change to the pack's own items, in the order of its sections. Its base's items aren't touched."""
    for root in own_items(raw):
        section, key = str(root[0]), str(root[1])
        yield from _Item(root, getattr(pack, section)[key], raw.data[section][key], pack).mutations()
    if ("counting",) in raw.own and pack.counting is not None:
        yield Mutation("item", ("counting",), ("counting",), "去掉这一项", None)
    if ("pack",) in raw.own and pack.pack.in_force is not None:
        here: Path_ = ("pack", "in_force")
        yield from _Item(here, pack.pack.in_force, raw.data["pack"]["in_force"], pack).mutations()


@dataclass(slots=True)
class _Item:
    """One item of a pack while its changes are listed."""

    root: Path_
    item: BaseModel
    raw: Any
    pack: Pack

    def mutations(self) -> Iterator[Mutation]:
        """All changes of this item."""
        yield Mutation("item", self.root, self.root, "去掉这一项", None)
        yield from self._below(self.item, self.raw, ())
        if isinstance(self.item, Rule):
            yield from self._leaf_forces(self.item, self.item.test, self.raw["test"], ("test",))

    def _change(self, kind: str, path: Path_, what: str, item: Any) -> Mutation:
        return Mutation(kind, (*self.root, *path), self.root, what, item)

    def _below(self, node: Any, raw: Any, path: Path_) -> Iterator[Mutation]:
        """Changes of a part and of everything in it. Model and raw data are gone through side by side."""
        if isinstance(node, ex.Value):
            if not (path and path[-1] == "share"):
                yield from self._nudges(raw, path)
        elif isinstance(node, BaseModel):
            yield from self._of_model(node, raw, path)
        elif isinstance(node, dict):
            for key, value in node.items():
                yield from self._below(value, raw[key], (*path, key))
        elif isinstance(node, list) and isinstance(raw, list):
            for i, value in enumerate(node):
                yield from self._below(value, raw[i], (*path, i))

    def _of_model(self, node: BaseModel, raw: Any, path: Path_) -> Iterator[Mutation]:
        for name, info in type(node).model_fields.items():
            alias = info.alias or name
            if not isinstance(raw, dict) or alias not in raw:
                continue
            here, field = (*path, alias), (type(node), name)
            if field in ENTRIES:
                yield from self._entries(ENTRIES[field], info.metadata, raw[alias], here)
            elif field in CONDITIONS:
                yield from self._condition(_REMOVED_WITH.get(field), raw[alias], here)
            elif field in NUMBERS:
                least = max((getattr(limit, "ge", 0) for limit in info.metadata), default=0)
                points = field == (Criterion, "most")
                yield from self._nudges(raw[alias], here, least=least, whole_points=points)
            if name in BOUNDS and isinstance(node, ex.Leaf):
                swapped = {BOUNDS[name] if key == name else key: value for key, value in raw.items()}
                what = f"{name} 改为 {BOUNDS[name]}"
                yield self._change("bound", here, what, put(self.raw, path, swapped))
            yield from self._below(getattr(node, name), raw[alias], here)
        if isinstance(node, Limit):
            yield self._limit_force(node, raw, path)
        if isinstance(node, Money):
            yield from self._shares(node, raw)

    def _entries(self, label: str, limits: list[Any], raw: Any, path: Path_) -> Iterator[Mutation]:
        may_be_absent = path[-1] in ("with", "to")
        least = max((getattr(limit, "min_length", 0) for limit in limits), default=0)
        if isinstance(raw, str) or len(raw) <= max(least, may_be_absent):
            # The only one: taking it out would be no pack at all, except where the whole key may be left out.
            if may_be_absent:
                only = raw if isinstance(raw, str) else "、".join(raw)
                yield self._change("entry", path, f"去掉{label} {only}", drop(self.raw, path))
            return
        for key in raw if isinstance(raw, dict) else range(len(raw)):
            shown = (
                key
                if isinstance(raw, dict)
                else raw[key]
                if isinstance(raw[key], str)
                else f"第 {key + 1} 个"
            )
            what = f"去掉{label} {_named(raw[key], shown)}"
            yield self._change("entry", (*path, key), what, drop(self.raw, (*path, key)))

    def _condition(self, along: str | None, raw: Any, path: Path_) -> Iterator[Mutation]:
        if isinstance(raw, dict) and {"all", "any"} & set(raw):
            return
        smaller = drop(self.raw, path)
        if along is not None:
            smaller = drop(smaller, (*path[:-1], along))
        yield self._change("condition", path, f"去掉条件 {path[-1]}", smaller)

    def _nudges(
        self, raw: Any, path: Path_, *, least: int = 0, whole_points: bool = False
    ) -> Iterator[Mutation]:
        for other in neighbours_of(raw, whole_points=whole_points):
            if isinstance(other, int) and other < least:
                continue
            yield self._change("nudge", path, f"{raw} 改为 {other}", put(self.raw, path, other))

    def _shares(self, money: Money, raw: Any) -> Iterator[Mutation]:
        """Shares have to add up to 100%, so what one funder gains the next one loses."""
        fixed = [i for i, funder in enumerate(money.funders) if isinstance(funder.share, ex.Value)]
        for i, here in enumerate(fixed):
            there = fixed[(i + 1) % len(fixed)]
            mine, yours = raw["funders"][here]["share"], raw["funders"][there]["share"]
            for up, down in zip(neighbours_of(mine), reversed(neighbours_of(yours)), strict=False):
                if here != there:
                    changed = put(self.raw, ("funders", here, "share"), up)
                    changed = put(changed, ("funders", there, "share"), down)
                    what = f"{mine} 改为 {up}（另一方 {yours} 改为 {down}）"
                    yield self._change("nudge", ("funders", here, "share"), what, changed)

    # ── forces ────────────────────────────────────────────────────────────────────────────────────────────────

    def _departs(self) -> dict[str, Any]:
        """Somebody who might plausibly depart: the first authority among the parties."""
        parties = self.pack.parties
        found = [key for key, party in parties.items() if party.is_ is PartyIs.authority] or list(parties)
        return {"by": found[:1] or ["bureau"], "with": "reason"}

    def _limit_force(self, limit: Limit, raw: Any, path: Path_) -> Mutation:
        changed = self._flipped(limit.force, raw, inherited=False)
        return self._change("force", (*path, "force"), _flip_text(limit.force), put(self.raw, path, changed))

    def _leaf_forces(self, rule: Rule, node: Any, raw: Any, path: Path_) -> Iterator[Mutation]:
        if isinstance(node, ex.All | ex.AnyOf):
            word = "all" if isinstance(node, ex.All) else "any"
            for i, part in enumerate(getattr(node, word)):
                yield from self._leaf_forces(rule, part, raw[word][i], (*path, word, i))
        elif isinstance(node, ex.Not):
            yield from self._leaf_forces(rule, node.not_, raw["not"], (*path, "not"))
        else:
            force = node.force or rule.force
            if force is not ex.Force.prefer and not self._never_fails(node):
                changed = self._flipped(force, raw, inherited=rule.departs is not None)
                yield self._change("force", path, _flip_text(force), put(self.raw, path, changed))

    def _never_fails(self, leaf: Any) -> bool:
        """Whether a leaf accepts every option there is: then nobody could tell with which force it binds."""
        if not isinstance(leaf, ex.OneOf) or leaf.one_of not in self.pack.facts:
            return False
        fact = self.pack.facts[leaf.one_of]
        options = self.pack.lists[fact.list].options if fact.list in self.pack.lists else fact.options or {}
        return set(options) <= set(leaf.options)

    def _flipped(self, force: ex.Force, raw: dict[str, Any], *, inherited: bool) -> dict[str, Any]:
        if force is ex.Force.in_principle:
            return {**{key: value for key, value in raw.items() if key != "departs"}, "force": "must"}
        departs = {} if inherited or "departs" in raw else {"departs": self._departs()}
        return {**raw, "force": "in-principle", **departs}


def _flip_text(force: ex.Force) -> str:
    return "原则上改为必须" if force is ex.Force.in_principle else "必须改为原则上"


def _named(entry: Any, otherwise: Any) -> str:
    """What an entry is called, to be found again by a reader."""
    if isinstance(entry, dict):
        for word in ("name", "role", "fact"):
            if isinstance(entry.get(word), str):
                return str(entry[word])
    return str(otherwise)


def put(data: Any, path: Path_, value: Any) -> Any:
    """`data` with `value` at `path`; only what lies along the path is copied."""
    if not path:
        return value
    changed: Any = list(data) if isinstance(data, list) else dict(data)
    changed[path[0]] = put(data[path[0]], path[1:], value)
    return changed


def drop(data: Any, path: Path_) -> Any:
    """`data` without what is at `path`; only what lies along the path is copied."""
    changed: Any = list(data) if isinstance(data, list) else dict(data)
    if len(path) == 1:
        del changed[path[0]]
    else:
        changed[path[0]] = drop(data[path[0]], path[1:])
    return changed
