"""How instants are shown on every page: in Shanghai, to the minute. Built into all templates (config.settings)."""

from __future__ import annotations

from datetime import datetime

from django import template

from jiebang.kernel.periods import SHANGHAI
from jiebang.lifecycle.closing import show_close

register = template.Library()


@register.filter
def closing(at: datetime | None) -> str:
    """A closing instant; midnight is the end of the day before."""
    return show_close(at) if at else ""


@register.filter
def instant(at: datetime | None) -> str:
    """An instant in Shanghai to the minute."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M") if at else ""
