"""What differs between two packs or two versions of one, in the words a lawyer reads; numbers as old → new."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pydantic import BaseModel

from jiebang.policy import words
from jiebang.policy.in_force import describe_in_force
from jiebang.policy.program import Program
from jiebang.policy.sentences import Narrator

_SECTIONS = (
    "clauses", "lists", "parties", "capacities", "facts", "rules", "money", "terms", "processes", "rights", "duties", "papers",
    "discretion",
)  # fmt: skip
_NUMBER = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}:[0-9]{2}|[0-9][0-9,]*(?:\.[0-9]+)?\s*(?:%|元|个工作日|工作日|个月|[年月日分家项个人名次份篇件支轮期票条])?"
)


def diff_packs(old: Program, new: Program) -> Iterator[str]:
    """Lines naming what was added, removed and changed. None if the two say the same."""
    before, after = Narrator(old), Narrator(new)
    yield from _differing("", _identity(old), _identity(new))
    for section in _SECTIONS:
        lines: list[str] = []
        had, has = getattr(old.pack, section), getattr(new.pack, section)
        lines += [f"  － 删去{before.name(section, key)}（{key}）" for key in had if key not in has]
        for key in has:
            if key not in had:
                told = "；".join(f"{a}：{t}" for a, t in after.aspects(section, key).items() if a != "名称")
                lines.append(f"  ＋ 新增{after.name(section, key)}（{key}）：{told}")
                continue
            changed = list(
                _differing("      ", _said_of(before, section, key), _said_of(after, section, key))
            )
            if cited := _clauses_changed(had[key], has[key]):
                changed.append(f"      依据条款：{cited}")
            if changed:
                lines.append(f"  ～ 修改{after.name(section, key)}（{key}）")
                lines += changed
        if lines:
            yield f"{words.SECTIONS[section]}："
            yield from lines


def _identity(program: Program) -> dict[str, str]:
    """Which regulation it is, how far it holds, and how it counts days."""
    pack, counting = program.pack, program.pack.counting
    found = {
        "名称": pack.pack.title,
        "地方": pack.pack.place,
        "主管": pack.pack.bureau,
        "依据": f"{pack.pack.source.title}，{words.SOURCES[pack.pack.source.status.value]}{pack.pack.source.number or ''}",
        "说明": pack.pack.source.note or "",
        "基础包": pack.pack.extends or "",
        "施行": describe_in_force(pack),
    }
    if counting is not None:
        found["末日遇休息日"] = words.REST_DAYS[counting.end_on_rest_day]
        found["截止钟点"] = words.CLOSING_INSTANT[counting.closing_instant]
        found["怎样数的依据"] = "、".join(counting.clause)
    return found


def _said_of(narrator: Narrator, section: str, key: str) -> dict[str, str]:
    """What there is to say about an item, what it is called included."""
    return {"名称": narrator.name(section, key), **narrator.aspects(section, key)}


def _clauses_changed(had: object, has: object) -> str:
    """The clauses that an item and its parts cite, where these differ: old → new."""
    old, new = list(_cited(had)), list(_cited(has))
    if old == new:
        return ""
    if len(old) == len(new):
        pairs = [(a, b) for a, b in zip(old, new, strict=True) if a != b]
        old, new = [a for a, _ in pairs], [b for _, b in pairs]
    return f"{'、'.join(dict.fromkeys(old)) or '（无）'} → {'、'.join(dict.fromkeys(new)) or '（无）'}"


def _cited(node: object) -> Iterator[str]:
    if isinstance(node, BaseModel):
        for name in type(node).model_fields:
            value = getattr(node, name)
            if name == "clause":
                yield "、".join([value] if isinstance(value, str) else value or ())
            else:
                yield from _cited(value)
    elif isinstance(node, dict | list):
        for value in node.values() if isinstance(node, dict) else node:
            yield from _cited(value)


def _differing(indent: str, old: dict[str, str], new: dict[str, str]) -> Iterator[str]:
    for aspect in dict.fromkeys((*old, *new)):
        was, now = old.get(aspect, ""), new.get(aspect, "")
        if was == now:
            continue
        if not was or not now:
            yield f"{indent}{aspect}：{f'新增 {now}' if now else f'删去 {was}'}"
        elif numbers := _numbers_only(was, now):
            yield f"{indent}{aspect}：{'，'.join(numbers)}（{now}）"
        else:
            yield f"{indent}{aspect}：原为 {was}"
            yield f"{indent}{' ' * 2 * len(aspect)}  现为 {now}"


def _numbers_only(was: str, now: str) -> list[str]:
    """`old → new` of each number that differs, if two sentences differ in nothing else."""
    if _NUMBER.sub("#", was) != _NUMBER.sub("#", now):
        return []
    pairs = zip(_NUMBER.findall(was), _NUMBER.findall(now), strict=True)
    return [f"{a.strip()} → {b.strip()}" for a, b in pairs if a != b]
