"""Whether what a case expects is written so that it can be held against anything: a misspelt word would ask nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jiebang.kernel.errors import quote
from jiebang.policy.pack_parties import CapacityWord
from jiebang.policy.values import as_written

Slip = tuple[tuple[str | int, ...], str, str]
Shape = Callable[[Any, tuple[str | int, ...]], Iterator[Slip]]


def slips_in(expect: Mapping[str, Any]) -> Iterator[Slip]:
    """Everything in `expect` that isn't written as the words of expect.py are: where, what, what was expected."""
    for word, wanted in expect.items():
        shape = _SHAPES.get(word)
        if shape is None:
            yield (word,), f"expect 没有“{word}”这一项", f"可用：{'、'.join(_SHAPES)}"
        elif isinstance(wanted, dict) and not wanted:
            yield (word,), f"{word} 里什么也没有写，什么也不会检查", "写上要检查的，或删掉这一项"
        else:
            yield from shape(wanted, (word,))


def _anything(_raw: Any, _path: tuple[str | int, ...]) -> Iterator[Slip]:
    return iter(())


def _listing(raw: Any, path: tuple[str | int, ...]) -> Iterator[Slip]:
    if not isinstance(raw, list):
        yield path, f"{quote(as_written(raw))}应是一个列表", "写成 [甲, 乙]；没有的写 []"


def _word(*words: str) -> Shape:
    def check(raw: Any, path: tuple[str | int, ...]) -> Iterator[Slip]:
        if raw not in words:
            yield path, f"{quote(as_written(raw))}不在可用的词里", f"可用：{'、'.join(words)}"

    return check


def _either(word: Shape, other: Shape, is_other: type) -> Shape:
    return lambda raw, path: other(raw, path) if isinstance(raw, is_other) else word(raw, path)


def _each(inner: Shape, example: str) -> Shape:
    """Names of the pack's choosing, each with something of one shape."""

    def check(raw: Any, path: tuple[str | int, ...]) -> Iterator[Slip]:
        if not isinstance(raw, dict):
            yield path, f"{quote(as_written(raw))}应是一组键", f"写成 {example}"
            return
        for key, value in raw.items():
            yield from inner(value, (*path, key))

    return check


def _fixed(example: str, *, needs: str = "", **words: Shape) -> Shape:
    """Words that are given, of which some are needed."""
    known = {word.rstrip("_"): shape for word, shape in words.items()}

    def check(raw: Any, path: tuple[str | int, ...]) -> Iterator[Slip]:
        if not isinstance(raw, dict):
            yield path, f"{quote(as_written(raw))}应是一组键", f"写成 {example}"
            return
        for key, value in raw.items():
            if key not in known:
                yield (*path, key), f"没有“{key}”这一项", f"可用：{'、'.join(known)}"
            else:
                yield from known[key](value, (*path, key))
        for key in needs.split():
            if key not in raw:
                yield path, f"缺少“{key}”", f"写成 {example}"

    return check


def _term(raw: Any, path: tuple[str | int, ...]) -> Iterator[Slip]:
    yield from _TERM(raw, path)
    if isinstance(raw, dict) and "from" not in raw and set(raw) - {"length"}:
        yield path, "没有写从哪一天起算，什么也不会检查", "写上 from: 2026-03-02"


def _steps(raw: Any, path: tuple[str | int, ...]) -> Iterator[Slip]:
    yield from _listing(raw, path)
    for i, step in enumerate(raw if isinstance(raw, list) else ()):
        if not isinstance(step, dict) or len(step) != 1:
            yield (*path, i), f"{quote(as_written(step))}不是一步", "每步写成 {阶段: 结果}"


_TRUTH = _word("pass", "fail", "unknown")
_TERM = _fixed(
    "{from: 2026-03-02, ends_on: 2026-03-09}",
    from_=_anything, ends_on=_anything, closes_at=_anything, late_from=_anything, unset=_listing, length=_anything,
)  # fmt: skip
_NAMES = _each(_listing, "{名称: [甲, 乙]}")
_SHAPES: Mapping[str, Shape] = {
    "rules": _each(_word("pass", "fail", "unknown", "departed", "departable", "not-applicable"), "{规则: pass}"),
    "runs": _fixed(
        "{stage: 阶段, at: decide, rules: [规则]}", needs="stage at rules",
        stage=_anything, at=_word("submit", "decide", "sign", "pay"), rules=_listing,
    ),
    "money": _each(
        _fixed(
            "{amount: 1 元, status: ok}", amount=_anything, ceiling=_anything, hard_ceiling=_anything, floor=_anything,
            status=_word("ok", "over", "under", "departable", "unknown", "not-due"), shares=_each(_anything, "{角色: 1 元}"),
            payee=_listing, payer=_listing, evidence=_listing, stage=_anything, decided_by=_anything, unset=_listing,
        ),
        "{金额项: {amount: 1 元}}",
    ),
    "terms": _each(_term, "{期限: {from: 2026-03-02, ends_on: 2026-03-09}}"),
    "waits_for": _NAMES,
    "rights": _each(_either(_word("not_held", "unknown"), _listing, list), "{权利: [角色]}"),
    "capacities": _fixed(
        "{stage: 阶段, is_paid: [角色]}", needs="stage", stage=_anything, **{word.value: _listing for word in CapacityWord}
    ),
    "parties": _listing,
    "duties": _NAMES,
    "duty_lasts": _each(_anything, "{职责: 3 年}"),
    "papers": _each(_fixed("{takes: [材料], gives: []}", takes=_listing, gives=_listing), "{阶段: {takes: [材料]}}"),
    "paper": _each(
        _fixed("{from: [角色]}", from_=_listing, to=_anything, signed=_anything, sealed=_anything, confidential=_anything),
        "{材料: {from: [角色]}}",
    ),
    "fields": _NAMES,
    "missing": _NAMES,
    "lists": _NAMES,
    "open_questions": _listing,
    "decides": _NAMES,
    "walk": _fixed(
        "{steps: [{阶段: 结果}], open: [阶段]}", needs="steps", steps=_steps, open=_listing, ended=_listing, refused=_anything
    ),
    "stage": _each(
        _fixed(
            "{by: [角色]}", by=_listing, with_=_anything, per=_anything, kind=_anything, on_expiry=_anything, among=_anything,
            when=_TRUTH, at_once=_TRUTH, late=_TRUTH, label=_anything, term=_anything, at_most=_anything, sealed=_anything,
        ),
        "{阶段: {by: [角色]}}",
    ),
    "scores": _fixed(
        "{stage: 阶段, reviews: {申请: [90 分]}, survive: [申请]}", needs="stage reviews",
        stage=_anything, reviews=_NAMES, marks=_each(_anything, "{申请: 90 分}"), survive=_listing, refused=_anything,
    ),
    "in_force": _either(
        _word("in_force", "not_yet", "lapsed", "unset"),
        _fixed("{state: in_force, from: 2026-01-01}", state=_anything, from_=_anything, until=_anything),
        dict,
    ),
}  # fmt: skip
