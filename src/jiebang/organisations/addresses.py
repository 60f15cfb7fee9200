"""From which address a request comes, where proxies of one's own stand in front."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """The address that connected to the outermost of one's own proxies.

    Each proxy adds to the right of X-Forwarded-For what it saw; everything further to the left is what the visitor
    claims. Without proxies the heading is only a claim, and isn't looked at.
    """
    proxies: int = settings.JIEBANG_PROXIES
    claimed = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
    told = [part.strip() for part in claimed.split(",")]
    if proxies and len(told) >= proxies and told[-proxies]:
        return told[-proxies]
    return str(request.META.get("REMOTE_ADDR", ""))
