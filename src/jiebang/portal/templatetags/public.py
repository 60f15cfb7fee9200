"""Words for what the public site shows."""

from __future__ import annotations

from django import template

register = template.Library()
_FORCES = {"must": "必须", "in-principle": "原则上", "prefer": "优先", "may": "可以"}


@register.filter
def left(days: int | None) -> str:
    """How long something still runs."""
    if days is None:
        return "未定期限"
    return "今天截止" if days <= 0 else f"还有 {days} 天"


@register.filter
def tone(days: int | None) -> str:
    """The class by which a deadline is marked."""
    return "due-none" if days is None else "due-soon" if days <= 3 else "due-far"


@register.filter
def force(word: str) -> str:
    """How binding a clause is."""
    return _FORCES.get(word, word)
