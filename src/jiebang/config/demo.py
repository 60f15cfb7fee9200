"""What every page of a demo shows: that it is one, and at which time it stands."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from jiebang.lifecycle.clock import read_clock


def tell_demo(request: HttpRequest) -> dict[str, Any]:
    """`demo_now` in a demo, whose clock begins where its living examples stand; nothing elsewhere."""
    return {"demo_now": read_clock()} if settings.JIEBANG_MODE == "demo" else {}
