"""Coming in and going out, and choosing as whom one acts."""

from __future__ import annotations

from http import HTTPStatus

from django import forms
from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiebang.console.demo_people import people_by_role
from jiebang.console.identity import MANDATE_KEY, come_again, is_demo, mandates_of
from jiebang.console.kept_forms import DRAWN_FOR, forget_all_but
from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle import clock
from jiebang.lifecycle.typed_keys import read_key
from jiebang.organisations.addresses import address_of
from jiebang.organisations.attempts import begin_attempt, forgive_attempts
from jiebang.organisations.errors import TooManyAttempts
from jiebang.organisations.models import Account, Mandate

BACKEND = "django.contrib.auth.backends.ModelBackend"


class LogInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(label="用户名", max_length=60)
    password = forms.CharField(label="口令", max_length=200, widget=forms.PasswordInput)


def _next_of(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """The log-in page. Whether the name or the password was wrong isn't told, nor by its limits whether there is such a name."""
    form = LogInForm(request.POST or None)
    problem: JiebangError | None = None
    if request.method == "POST" and form.is_valid():
        try:
            account = _authenticate(request, **form.cleaned_data)
        except JiebangError as error:
            problem = error
        else:
            login(request, account)
            request.session.pop(MANDATE_KEY, None)
            _forget_others(request, account)
            return redirect(_next_of(request) or "console:worklist")
    context = {"form": form, "problem": problem, "next": _next_of(request), "is_demo": is_demo()}
    status = HTTPStatus.OK
    if request.method == "POST":
        refused = isinstance(problem, TooManyAttempts)
        status = HTTPStatus.TOO_MANY_REQUESTS if refused else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "console/log_in.html", context, status=status)


def _authenticate(request: HttpRequest, username: str, password: str) -> Account:
    """Raises TooManyAttempts before anything is looked at, JiebangError where the name or the password is wrong."""
    attempt = begin_attempt("log_in", username, address_of(request), clock.read_clock())
    account = authenticate(request, username=username, password=password)
    if not isinstance(account, Account):
        raise JiebangError(
            what="用户名或口令不对", fix="请检查大小写和输入法；忘记口令请联系本单位管理员换发激活码"
        )
    forgive_attempts(attempt)
    return account


def _forget_others(request: HttpRequest, account: Account) -> None:
    mandates = mandates_of(account, clock.read_clock())
    forget_all_but(request, {str(mandate.pk) for mandate in mandates})


def refuse_key(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form whose key isn't this browser's (settings.CSRF_FAILURE_VIEW): nothing is done.

    Whoever has logged in anew in another window finds it again, if it certainly comes from a page of this site.
    """
    ours = {f"{request.scheme}://{request.get_host()}", *settings.CSRF_TRUSTED_ORIGINS}
    match = request.resolver_match
    leaves = match is not None and match.view_name == "console:log_out"
    if request.headers.get("Origin") in ours and request.POST.get(DRAWN_FOR) and not leaves:
        return come_again(request, clock.read_clock())
    return render(request, "403_csrf.html", status=HTTPStatus.FORBIDDEN)


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return redirect("console:log_in")


@require_http_methods(["GET", "HEAD", "POST"])
def demo_accounts(request: HttpRequest) -> HttpResponse:
    """In a demo: everybody who plays in it, by programme and role; one click enters as them. Elsewhere this page doesn't exist."""
    if not is_demo():
        raise Http404
    people = Mandate.objects.filter(person__is_synthetic=True).select_related(
        "person", "authority", "organisation"
    )
    if request.method == "POST":
        mandate = people.filter(pk=read_key(request.POST.get("mandate"))).first()
        account = (
            None if mandate is None else Account.objects.filter(person=mandate.person, is_active=True).first()
        )
        if mandate is None or account is None:
            raise Http404
        login(request, account, backend=BACKEND)
        request.session[MANDATE_KEY] = mandate.pk
        _forget_others(request, account)
        return redirect(_next_of(request) or "console:worklist")
    return render(
        request, "console/demo_accounts.html", {"companies": people_by_role(list(people.order_by("pk")))}
    )


@require_http_methods(["GET", "HEAD", "POST"])
def identities(request: HttpRequest) -> HttpResponse:
    """Choose under which mandate to act; only one's own that run today."""
    if not isinstance(request.user, Account):
        return redirect("console:log_in")
    mandates = mandates_of(request.user, clock.read_clock())
    if request.method == "POST":
        chosen = read_key(request.POST.get("mandate"))
        if chosen not in [mandate.pk for mandate in mandates]:
            raise Http404
        request.session[MANDATE_KEY] = chosen
        return redirect("console:worklist")
    context = {"mandates": mandates, "chosen": request.session.get(MANDATE_KEY)}
    return render(request, "console/identities.html", context)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The workbench begins at the worklist."""
    return redirect("console:worklist")
