"""Words for what templates show: outcomes, kinds, states, money."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.html import format_html

from jiebang.console import labels
from jiebang.console.identity import Visit
from jiebang.console.letters import MOST_COUNTED, count_unread
from jiebang.kernel.money import format_yuan
from jiebang.organisations.models import Mandate, Organisation
from jiebang.organisations.verified import STANDING_LABELS, Standing, standing_of

register = template.Library()


@register.filter
def yuan(amount: Decimal) -> str:
    """An amount with separators and unit."""
    return format_yuan(amount)


@register.simple_tag
def standing(organisation: Organisation | None, visit: Visit | None, bureau_id: int) -> str:
    """“未核验” (or “核验未通过”) beside an organisation's name, for the authorities alone; nothing where its bureau verified it."""
    if organisation is None or visit is None or visit.actor.authority_id is None:
        return ""
    found = standing_of(organisation, bureau_id)
    return (
        ""
        if found is Standing.VERIFIED
        else format_html('<span class="tag tag-do">{}</span>', STANDING_LABELS[found])
    )


@register.filter
def verdict_label(word: str) -> str:
    """A verdict in Chinese."""
    return labels.VERDICTS.get(word, word)


@register.filter
def per_label(word: str) -> str:
    """What something is decided or done for."""
    return labels.PER_LABELS.get(word, word)


@register.filter
def deadline_words(days: int | None) -> str:
    """How long is left, in words."""
    if days is None:
        return "无固定期限"
    if days < 0:
        return f"已过 {-days} 天"
    return "今天截止" if days == 0 else f"还有 {days} 天"


@register.filter
def deadline_tone(days: int | None) -> str:
    """The class by which a deadline is marked."""
    if days is None:
        return "due-none"
    return "due-late" if days < 0 else "due-soon" if days <= 3 else "due-far"


@register.simple_tag
def unread_letters(mandate: Mandate) -> str:
    """How many messages to the mandate's organisation are unread; nothing for none."""
    unread = count_unread(mandate)
    if not unread:
        return ""
    return f"{MOST_COUNTED}+" if unread > MOST_COUNTED else str(unread)
