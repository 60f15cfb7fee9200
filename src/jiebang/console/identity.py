"""Who is looking: the account logged in, and the mandate it has chosen to act under. Every page of the workbench asks here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from jiebang.kernel.periods import local_date
from jiebang.lifecycle import clock
from jiebang.organisations.actions.verify_organisation import may_verify
from jiebang.organisations.actor import Actor, actor_under, mandates_on
from jiebang.organisations.models import Account, Mandate

MANDATE_KEY = "mandate"


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of somebody who may act: who, under which mandate, when."""

    account: Account
    mandate: Mandate
    actor: Actor
    at: datetime

    @property
    def verifies(self) -> bool:
        """Whether the visitor may verify organisations, as the frame of every page asks."""
        return self.mandate.authority is not None and may_verify(self.actor, self.mandate.authority)


View = Callable[..., HttpResponse]


def mandates_of(account: Account, at: datetime) -> list[Mandate]:
    """The mandates an account's person may choose from now."""
    rows = mandates_on(account.person_id, local_date(at)).select_related(
        "person", "authority", "organisation"
    )
    return list(rows.order_by("pk"))


def visit_of(request: HttpRequest, account: Account, at: datetime) -> Visit | None:
    """The visit under the mandate chosen; the only one there is needs no choosing. None: there is one to choose."""
    mandates = mandates_of(account, at)
    chosen = request.session.get(MANDATE_KEY)
    mandate = next((m for m in mandates if m.pk == chosen), None)
    if mandate is None and len(mandates) == 1:
        mandate = mandates[0]
    if mandate is None:
        return None
    return Visit(account, mandate, actor_under(account, mandate), at)


def visited(view: View) -> View:
    """Give a view its visit: `view(request, visit, …)`. Strangers are sent to log in, the undecided to choose."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, Account):
            return redirect_to_login(request.get_full_path())
        visit = visit_of(request, request.user, clock.read_clock())
        if visit is None:
            return redirect("console:identities")
        request.visit = visit  # type: ignore[attr-defined]  # the frame of every page shows who acts
        return view(request, visit, *args, **kwargs)

    return wrapped


def is_demo() -> bool:
    """Whether one may enter as somebody without a password."""
    return bool(settings.JIEBANG_MODE == "demo")
