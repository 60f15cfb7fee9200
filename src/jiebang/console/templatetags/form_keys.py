"""What every form carries beside its fields. Built into all templates (config.settings), in the place of Django's own tag.

So no form can be without it: one that is sent without Django's key is refused everywhere.
"""

from __future__ import annotations

from django import template
from django.template.context import Context
from django.template.defaulttags import CsrfTokenNode
from django.utils.html import format_html
from django.utils.safestring import SafeString

from jiebang.console.kept_forms import DRAWN_FOR

register = template.Library()


@register.simple_tag(takes_context=True)
def csrf_token(context: Context) -> SafeString:
    """Django's key against forged forms and, where somebody acts, under which mandate the form was drawn."""
    key = CsrfTokenNode().render(context)
    visit = getattr(context.get("request"), "visit", None)
    if visit is None:
        return format_html("{}", key)
    return format_html('{}<input type="hidden" name="{}" value="{}">', key, DRAWN_FOR, visit.mandate.pk)
