"""Sessions end when nobody uses them: the framework forgets one after SESSION_COOKIE_AGE, unless it is written anew."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from jiebang.lifecycle import clock

_SEEN = "seen_at"
#: Written no more often than this: on SQLite every request that writes waits for the only writer's place.
_EVERY = timedelta(minutes=1)


class KeepBusySessions:
    """Middleware: a session in use is written anew now and then, which moves its end."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        # Whoever comes without a session, as most of the public does, costs no look at the database.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now, seen = clock.read_clock(), request.session.get(_SEEN)
            if seen is None or abs(now - datetime.fromisoformat(seen)) >= _EVERY:
                request.session[_SEEN] = now.isoformat()
        return self.get_response(request)
