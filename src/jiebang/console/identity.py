"""Who is looking: the account logged in, and the mandate it has chosen to act under. Every page of the workbench asks here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from jiebang.console.kept_forms import (
    BACK_TO,
    DRAWN_FOR,
    fields_of,
    files_of,
    is_act,
    is_any_kept,
    keep_form,
    take_back,
)
from jiebang.kernel.errors import JiebangError
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
        at = clock.read_clock()
        if not isinstance(request.user, Account):
            return come_again(request, at)
        drawn_for = request.POST.get(DRAWN_FOR, "")
        kept = request.method == "GET" and is_any_kept(request)
        mandates = {str(one.pk): one for one in mandates_of(request.user, at)} if drawn_for or kept else {}
        if drawn_for in mandates and request.POST.get(BACK_TO) == drawn_for:
            request.session[MANDATE_KEY] = mandates[drawn_for].pk
        if kept and (back := take_back(request, mandates)) is not None:
            request.session[MANDATE_KEY] = mandates[back].pk
        visit = visit_of(request, request.user, at)
        if visit is None:
            return redirect("console:identities")
        request.visit = visit  # type: ignore[attr-defined]  # the frame of every page shows who acts
        if drawn_for and drawn_for != str(visit.mandate.pk):
            return _ask_as_whom(request, visit, mandates.get(drawn_for))
        return view(request, visit, *args, **kwargs)

    return wrapped


def come_again(request: HttpRequest, at: datetime) -> HttpResponse:
    """Do nothing of a form that came when its sender wasn't logged in, or had logged in anew since; keep it, and lead back to it."""
    if request.POST.get(DRAWN_FOR):
        if request.headers.get("HX-Request"):
            # What a page asks by itself is told where its answer would stand: the form is still before its sender.
            return render(request, "console/_come_again.html")
        try:
            keep_form(request, at)
        except JiebangError as error:
            context = {"title": "登录过期了", "problem": error}
            return render(request, "console/refused.html", context, status=HTTPStatus.FORBIDDEN)
        if not request.user.is_authenticated:
            messages.warning(request, "登录过期了，什么也没有办。登录后回到刚才的表单，填写的内容都在。")
    if request.user.is_authenticated:
        return redirect(request.get_full_path())
    return redirect_to_login(request.get_full_path())


def _ask_as_whom(request: HttpRequest, visit: Visit, drawn_for: Mandate | None) -> HttpResponse:
    """Refuse a form that was drawn for another mandate than the present one, keep what it says, and let its sender say who acts.

    Somebody changed the identity in another window; nothing may be done, or saved, in a name that stood on no page of theirs.
    `drawn_for` None: that mandate isn't the sender's, or isn't any more.
    """
    context: dict[str, Any] = {"drawn_for": drawn_for, "visit": visit}
    if request.headers.get("HX-Request"):
        # What a page asks by itself is told where its answer would stand.
        return render(request, "console/_as_whom.html", context)
    context |= {
        # The form of an act is shown again before it is sent; a short form is sent.
        "is_act": is_act(request),
        "fields": fields_of(request),
        "files": files_of(request),
    }
    return render(request, "console/as_whom.html", context, status=HTTPStatus.CONFLICT)


def is_demo() -> bool:
    """Whether one may enter as somebody without a password."""
    return bool(settings.JIEBANG_MODE == "demo")
