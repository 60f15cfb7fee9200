"""Words for what the public site shows."""

from __future__ import annotations

from datetime import datetime

from django import template

from jiebang.kernel.periods import SHANGHAI
from jiebang.lifecycle.closing import show_close

register = template.Library()
_FORCES = {"must": "必须", "in-principle": "原则上", "prefer": "优先", "may": "可以"}


@register.filter
def closing(at: datetime | None) -> str:
    """A closing instant; midnight is the end of the day before."""
    return show_close(at) if at else ""


@register.filter
def instant(at: datetime | None) -> str:
    """An instant in Shanghai to the minute."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""


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
