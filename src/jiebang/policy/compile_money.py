"""Money items ready to compute: their operands, limits, conditions and shares, each checked against its type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jiebang.policy.compile_expressions import compile_condition, compile_operand
from jiebang.policy.compile_operands import compile_fact
from jiebang.policy.compiled import Compiled, Operand, covers
from jiebang.policy.expressions import Force
from jiebang.policy.names import Names, Unresolved
from jiebang.policy.pack_facts import Source
from jiebang.policy.pack_money import DecidedAmount, Limit, Money, RestOf
from jiebang.policy.pack_parties import Party, PartyIs
from jiebang.policy.situation import RANK, Departure, Situation
from jiebang.policy.values import PERCENT, Kind
from jiebang.policy.working import take_off


@dataclass(slots=True)
class CompiledLimit:
    """A ceiling or floor ready to compute."""

    limit: Limit
    operand: Operand
    already: Operand | None
    when: Compiled | None

    def amount(self, s: Situation) -> Decimal | None:
        """The most (least) this limit leaves, to its own exact value; what others of the scope had is taken off."""
        found: Decimal | None = self.operand.get(s)
        if found is None or self.already is None:
            return found
        had = self.already.get(s)
        return None if had is None else max(found - had, Decimal(0))

    def work_out(self, s: Situation, *, known: bool) -> str:
        """How the limit comes about; nothing for a fixed sum that is named by its figure."""
        if self.already is not None:
            return take_off(self.operand.work_out(s), self.already.work_out(s)).text
        return "" if known and self.operand.constant is not None else self.operand.work_out(s).text

    def departure(self, item: str, s: Situation) -> Departure | None:
        """A recorded departure from this limit, if whoever made it was entitled to."""
        departs = self.limit.departs
        made = s.departures.get(f"{item}#{self.limit.name}")
        return made if made is not None and departs is not None and covers(made, departs) else None


@dataclass(slots=True)
class CompiledMoney:
    """A money item ready to compute."""

    id: str
    item: Money
    operand: Operand | None
    fact: Operand | None
    ceilings: list[CompiledLimit]
    floors: list[CompiledLimit]
    when: Compiled | None
    shares: list[Operand]


def compile_money(key: str, item: Money, names: Names) -> CompiledMoney:
    """Compile one money item; raises Unresolved after reporting every problem in it."""
    path: tuple[str | int, ...] = ("money", key)
    broken = False
    operand = fact = None
    try:
        if isinstance(item.amount, RestOf):
            if item.amount.rest_of not in names.pack.money:
                raise names.fail(
                    (*path, "amount", "rest_of"), f"没有金额项“{item.amount.rest_of}”", "写已有的金额项"
                )
        elif isinstance(item.amount, DecidedAmount):
            fact = _compile_decided(item.amount, names, (*path, "amount", "decided"))
        else:
            operand = compile_operand(item.amount, names, (*path, "amount"), 0)
            _must_be_money(operand, names, (*path, "amount"))
    except Unresolved:
        broken = True
    limits: dict[str, list[CompiledLimit]] = {"ceilings": [], "floors": []}
    for side, found in limits.items():
        for i, limit in enumerate(getattr(item, side)):
            try:
                found.append(_compile_limit(limit, names, (*path, side, i)))
            except Unresolved:
                broken = True
    when = None
    shares: list[Operand] = []
    try:
        if item.when is not None:
            when = compile_condition(item.when, names, (*path, "when"), 0, Force.must)
        shares = [
            _compile_share(f.share, names, (*path, "funders", i, "share")) for i, f in enumerate(item.funders)
        ]
        fixed = [share.constant for share in shares if share.constant is not None]
        if shares and len(fixed) == len(shares) and sum(fixed) != 1:
            raise names.fail((*path, "funders"), f"各方分担比例合计 {sum(fixed) * 100:f}%", "合计应为 100%")
        if item.odd_fen is not None and item.odd_fen not in [f.role for f in item.funders]:
            raise names.fail((*path, "odd_fen"), f"“{item.odd_fen}”不在分担各方中", "写 funders 里的一个角色")
    except Unresolved:
        broken = True
    if broken:
        raise Unresolved
    return CompiledMoney(key, item, operand, fact, limits["ceilings"], limits["floors"], when, shares)


def is_official(amount: DecidedAmount, parties: Mapping[str, Party]) -> bool:
    """Whether authorities set an amount on their own: then what a party puts into its own paper is no decision."""
    by_authority = all(role in parties and parties[role].is_ is PartyIs.authority for role in amount.by)
    return by_authority and amount.with_ != "agreement"


def _compile_decided(amount: DecidedAmount, names: Names, path: tuple[str | int, ...]) -> Operand:
    """The fact that holds a decided amount."""
    least = RANK[Source.checked] if is_official(amount, names.pack.parties) else 0
    fact = compile_fact(amount.decided, names, path, least)
    _must_be_money(fact, names, path)
    return fact


def _must_be_money(operand: Operand, names: Names, path: tuple[str | int, ...]) -> None:
    if operand.type.kind is not Kind.money:
        raise names.fail(path, f"{operand.text}不是金额", "这里要算出一个金额")


def _compile_share(node: Any, names: Names, path: tuple[str | int, ...]) -> Operand:
    share = compile_operand(node, names, path, 0)
    if share.type != PERCENT:
        raise names.fail(path, f"{share.text}不是百分比", "写成“50%”")
    return share


def _compile_limit(limit: Limit, names: Names, path: tuple[str | int, ...]) -> CompiledLimit:
    operand = compile_operand(limit.limit, names, (*path, "limit"), 0)
    _must_be_money(operand, names, (*path, "limit"))
    already = None
    if limit.already is not None:
        already = compile_operand(limit.already, names, (*path, "already"), 0)
        _must_be_money(already, names, (*path, "already"))
    elif limit.scope != "item":
        raise names.fail(
            path, f"限额按“{limit.scope}”累计，却没有写此前已有多少", "写 already: {sum: 记录.金额字段}"
        )
    when = (
        compile_condition(limit.when, names, (*path, "when"), 0, Force.must)
        if limit.when is not None
        else None
    )
    if limit.force is Force.prefer:
        raise names.fail((*path, "force"), "限额不能是 prefer", "写 must 或 in-principle")
    if limit.force is Force.in_principle and limit.departs is None:
        raise names.fail(path, "“原则上”的限额没有写谁可以例外", "写 departs")
    if limit.departs is not None and any(who not in names.pack.parties for who in limit.departs.by):
        raise names.fail(
            (*path, "departs"), "departs 里有没声明的角色", f"已有：{'、'.join(names.pack.parties)}"
        )
    return CompiledLimit(limit, operand, already, when)
