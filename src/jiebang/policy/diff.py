"""What differs between two packs or two versions of one, in the words a lawyer reads; numbers as old → new."""

from __future__ import annotations

import re
from collections.abc import Iterator

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
    yield from _differing("", {"施行": describe_in_force(old.pack)}, {"施行": describe_in_force(new.pack)})
    for section in _SECTIONS:
        lines: list[str] = []
        had, has = getattr(old.pack, section), getattr(new.pack, section)
        lines += [f"  － 删去{before.name(section, key)}（{key}）" for key in had if key not in has]
        for key in has:
            if key not in had:
                told = "；".join(f"{a}：{t}" for a, t in after.aspects(section, key).items() if a != "名称")
                lines.append(f"  ＋ 新增{after.name(section, key)}（{key}）：{told}")
                continue
            changed = list(_differing("      ", before.aspects(section, key), after.aspects(section, key)))
            if cited := _clauses_changed(had[key], has[key]):
                changed.append(f"      依据条款：{cited}")
            if changed:
                lines.append(f"  ～ 修改{after.name(section, key)}（{key}）")
                lines += changed
        if lines:
            yield f"{words.SECTIONS[section]}："
            yield from lines


def _clauses_changed(had: object, has: object) -> str:
    old, new = getattr(had, "clause", None), getattr(has, "clause", None)
    return "" if old == new else f"{'、'.join(old or ())} → {'、'.join(new or ())}"


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
