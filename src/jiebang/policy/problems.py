"""Say a validation error in Chinese, at its file and line, so that somebody who doesn't program can mend it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from jiebang.policy.expressions import CONDITION_TAGS, OPERAND_TAGS, Strict
from jiebang.policy.strict_yaml import Path_, Problem
from jiebang.policy.values import as_written

Place = Callable[[Path_], tuple[str, int]]


def say_in_chinese(error: ValidationError, data: Any, place: Place) -> list[Problem]:
    """Every error of a pydantic validation as a Problem."""
    found = []
    for detail in error.errors(include_url=False):
        if detail["input"] is None:
            continue  # the strict reader has said that nothing is written there
        path, extra = _walk(detail["loc"], data)
        file, line = place(path)
        what, expected = _say(detail, extra)
        found.append(Problem(file, line, f"{_shown(path)}{what}", expected))
    return list(dict.fromkeys(found))


@cache
def _words() -> tuple[str, ...]:
    """Every key that may be written somewhere in a pack."""
    found: dict[str, None] = {}
    queue: list[type[BaseModel]] = [Strict]
    for model in queue:
        queue += model.__subclasses__()
        found.update((info.alias or name, None) for name, info in model.model_fields.items())
    return tuple(found)


def _walk(loc: tuple[str | int, ...], data: Any) -> tuple[Path_, str]:
    """Follow a location through the raw data, leaving out union tags that stand in no file. Returns what is left over too.

    A tag may have the name of a key (`record_free` is both): of the two readings the one that goes further is meant.
    """
    if not loc:
        return (), ""
    step, rest = loc[0], loc[1:]
    skipped, left = _walk(rest, data)
    as_tag = (skipped, left or ("" if rest else str(step)))
    known = _keys_of(data)
    if step not in known:
        return as_tag
    inner, left = _walk(rest, known[step])
    as_key = ((step, *inner), left)
    return max(as_key, as_tag, key=lambda found: (not found[1], len(found[0])))


def _keys_of(data: Any) -> dict[str | int, Any]:
    if isinstance(data, dict):
        return data
    return dict(enumerate(data)) if isinstance(data, list) else {}


def _shown(path: Path_) -> str:
    return f"{'.'.join(str(step) for step in path)}：" if path else ""


def _say(detail: Any, extra: str) -> tuple[str, str]:
    kind, context, given = detail["type"], detail.get("ctx") or {}, detail.get("input")
    shown = f"“{as_written(given)[:60]}”"
    if kind == "missing":
        return f"缺少“{extra or detail['loc'][-1]}”", f"写上 {extra or detail['loc'][-1]}"
    if kind == "extra_forbidden":
        word = str(detail["loc"][-1])
        if word in CONDITION_TAGS or word in OPERAND_TAGS:
            return "不认识这个键", "一处只写一种判断或算法；几个条件用 all 或 any 合起来"
        close = difflib.get_close_matches(word, _words(), n=3, cutoff=0.7)
        return "不认识这个键", f"是不是 {'、'.join(close)}" if close else "检查拼写，或删掉它"
    if kind in ("union_tag_not_found", "union_tag_invalid"):
        keys = "、".join(map(str, given)) if isinstance(given, dict) else as_written(given)
        return (
            f"看不懂的写法（{keys}）",
            f"条件可用：{'、'.join(CONDITION_TAGS)}；取值可用：事实名、带单位的值，或 {'、'.join(OPERAND_TAGS)}",
        )
    if kind in ("enum", "literal_error"):
        return f"{shown}不在可用的词里", str(context.get("expected", "")).replace(" or ", " 或 ")
    if kind == "string_type":
        return f"{shown}应是文字", "写成文字；数字编号请加引号"
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return f"{shown}应是一组键", "写成 键: 值"
    if kind == "list_type":
        return f"{shown}应是一个列表", "写成 [甲, 乙] 或分行以 - 开头"
    if kind in ("too_short", "too_long"):
        return (
            f"有 {context.get('actual_length')} 项",
            f"{'至少' if kind == 'too_short' else '至多'} {context.get('min_length', context.get('max_length'))} 项",
        )
    if kind in ("bool_type", "bool_parsing"):
        return f"{shown}应是 true 或 false", "写 true 或 false"
    if kind in ("int_type", "int_parsing", "greater_than_equal", "less_than_equal"):
        return f"{shown}不是可用的整数", f"{context.get('ge', '')}…{context.get('le', '')}".strip("…")
    if kind == "string_pattern_mismatch":
        return f"{shown}的写法不对", f"按 {context.get('pattern')} 的样子写"
    if kind == "value_error":
        return str(context.get("error", "写法不对")), ""
    return f"{shown}不合要求", f"检查写法（{kind}）"
