"""Which code implements a piece of a pack's vocabulary, found by looking at the program itself, never at a list kept by hand.

Operators are found in the tables they are compiled by, stage kinds in the table of kinds and wherever their name is used,
and sections by the functions that read them from a pack. A clause named in a docstring or a comment leads nowhere.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from jiebang.policy import stages
from jiebang.policy.compile_expressions import LEAVES, OPERANDS, compile_condition, compile_operand
from jiebang.policy.expressions import All, AnyOf, Not, Value
from jiebang.policy.pack import Pack
from jiebang.policy.pack_process import Stage

_SOURCE = Path(__file__).resolve().parents[1]
#: Modules that check, show or compare packs: reading a section there implements nothing.
_ONLOOKERS = frozenset(
    {
        "check_references", "expect", "exercise", "implementers", "loader", "mutate", "mutations", "pack", "shelf",
        "show", "diff", "sentences", "trace_clauses", "cases",
    }
)  # fmt: skip
_SECTIONS = frozenset(Pack.model_fields)


def implementers_of(section: str, node: Any) -> list[str]:
    """`module:line function` of everything that gives meaning to an item: its section's readers and its vocabulary."""
    found = dict.fromkeys(_source_index()[0].get("in_force" if section == "pack" else section, ()))
    for part in _parts(node):
        found.update(dict.fromkeys(_vocabulary(part)))
    return list(found)


def _parts(node: Any) -> Iterator[BaseModel]:
    if isinstance(node, BaseModel):
        yield node
        for name in type(node).model_fields:
            yield from _parts(getattr(node, name))
    elif isinstance(node, dict):
        for value in node.values():
            yield from _parts(value)
    elif isinstance(node, list):
        for value in node:
            yield from _parts(value)


def _vocabulary(part: BaseModel) -> Iterator[str]:
    builder = LEAVES.get(type(part)) or OPERANDS.get(type(part))
    if builder is not None:
        yield _place(builder)
    elif isinstance(part, All | AnyOf | Not):
        yield _place(compile_condition)
    elif isinstance(part, Value):
        yield _place(compile_operand)
    elif isinstance(part, Stage):
        rows, mentions = _kind_rows(), _source_index()[1]
        if part.kind in rows:
            yield f"{stages.__name__}:{rows[part.kind]} {part.kind}"
        yield from mentions.get(part.kind, ())


def _place(function: Callable[..., Any]) -> str:
    code = function.__code__
    return f"{function.__module__}:{code.co_firstlineno} {function.__qualname__.replace('.<locals>', '')}"


@lru_cache(maxsize=1)
def _kind_rows() -> dict[str, int]:
    """The line of each row of the table of stage kinds."""
    tree = ast.parse(Path(stages.__file__).read_text(encoding="utf-8"))
    return {
        key.value: key.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value in stages.KINDS
    }


Index = tuple[dict[str, list[str]], dict[str, list[str]]]


@lru_cache(maxsize=1)
def _source_index() -> Index:
    """(section → functions that read it from a pack or its program, stage kind → functions that name it)."""
    readers: dict[str, list[str]] = {}
    mentions: dict[str, list[str]] = {}
    for path in sorted(_SOURCE.glob("**/*.py")):
        if path.stem in _ONLOOKERS or "migrations" in path.parts:
            continue
        module = ".".join(("jiebang", *path.relative_to(_SOURCE).with_suffix("").parts))
        for name, function in _functions(ast.parse(path.read_text(encoding="utf-8"))):
            shown = f"{module}:{function.lineno} {name}"
            for section in _sections_read(ast.walk(function)):
                _add(readers, section, shown)
            if module != stages.__name__:
                for kind in _kinds_named(ast.walk(function)):
                    _add(mentions, kind, shown)
    return readers, mentions


def _add(table: dict[str, list[str]], key: str, shown: str) -> None:
    known = table.setdefault(key, [])
    if shown not in known:
        known.append(shown)


def _functions(tree: ast.AST, prefix: str = "") -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef):
            yield f"{prefix}{node.name}", node
        elif isinstance(node, ast.ClassDef):
            yield from _functions(node, f"{prefix}{node.name}.")


def _sections_read(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """`pack.rights`, `program.pack.rights`, `self.pack.rights`; the identity's `in_force` too."""
    for node in nodes:
        if not isinstance(node, ast.Attribute) or node.attr not in _SECTIONS | {"in_force"}:
            continue
        owner = node.value
        name = (
            owner.attr
            if isinstance(owner, ast.Attribute)
            else owner.id
            if isinstance(owner, ast.Name)
            else ""
        )
        if name == "pack":
            yield node.attr


def _kinds_named(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in stages.KINDS:
            yield node.value
