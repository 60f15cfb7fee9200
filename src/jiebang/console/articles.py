"""Clauses as people cite them."""

from __future__ import annotations

from collections.abc import Iterable

from jiebang.policy.program import Program


def article_of(program: Program, clause: str | None) -> str:
    """A clause as people cite it: its article, or its key where the pack doesn't list it."""
    if not clause:
        return ""
    found = program.pack.clauses.get(clause)
    return found.article if found else clause


def articles_of(program: Program, clauses: Iterable[str]) -> list[str]:
    """Clauses as people cite them, each article once: what a pack keeps apart may stand in one of them."""
    return list(dict.fromkeys(article_of(program, key) for key in clauses))
