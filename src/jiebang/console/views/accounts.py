"""One's own account: choosing a password by an activation code, and changing it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import get_default_password_validators
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from jiebang.console.fields import Control
from jiebang.console.plain_forms import password_control
from jiebang.lifecycle import clock
from jiebang.organisations.actions.activate_account import activate_account
from jiebang.organisations.actions.change_password import WrongPassword, change_password
from jiebang.organisations.errors import UnfitPassword, UnusableCode
from jiebang.organisations.models import Account
from jiebang.organisations.passwords import KindsOfCharacters, Length


def _regime() -> str:
    """What a password must have, as the settings have it; Django's other two checks in the words of these pages."""
    own = (one for one in get_default_password_validators() if isinstance(one, Length | KindsOfCharacters))
    return "".join(one.get_help_text() for one in own) + "不能和用户名相近，也不能是常见的口令。"


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """The owner of a code chooses the password; open to everybody, since nobody without a code gets anything of it."""
    code, wrong_code, wrong_password = request.POST.get("code", "").strip(), "", ""
    if request.method == "POST":
        try:
            account = activate_account(
                code=code, password=request.POST.get("password", ""), again=request.POST.get("again", ""),
                at=clock.read_clock(),
            )  # fmt: skip
        except UnusableCode as error:
            wrong_code = error.beside_field
        except UnfitPassword as error:
            wrong_password = error.beside_field
        else:
            messages.success(request, f"口令已设好。您的用户名是 {account.username}，请登录。")
            return redirect("console:log_in")
    context = {
        "title": "设置口令", "lead": "激活码由管理员给您，只能用一次。口令由您自己定，别人都不知道。",
        "controls": [
            Control("code", "激活码", "line", value=code, required=True, hint="四组，每组四位；大小写、横线不影响", error=wrong_code),
            password_control("password", "新口令", is_new=True, hint=_regime(), error=wrong_password),
            password_control("again", "再输一次", is_new=True),
        ],
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "console/plain_form.html", context, status=status)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; one's other sessions end by it, this one goes on."""
    account = request.user
    if not isinstance(account, Account):
        return redirect("console:log_in")
    wrong_present, wrong_new = "", ""
    if request.method == "POST":
        try:
            change_password(
                account=account, present=request.POST.get("present", ""), password=request.POST.get("password", ""),
                again=request.POST.get("again", ""), at=clock.read_clock(),
            )  # fmt: skip
        except WrongPassword as error:
            wrong_present = error.beside_field
        except UnfitPassword as error:
            wrong_new = error.beside_field
        else:
            update_session_auth_hash(request, account)
            messages.success(request, "口令已修改。在别处的登录都已退出。")
            return redirect("console:identities")
    context = {
        "title": "修改口令",
        "controls": [
            password_control("present", "现在的口令", is_new=False, error=wrong_present),
            password_control("password", "新口令", is_new=True, hint=_regime(), error=wrong_new),
            password_control("again", "再输一次", is_new=True),
        ],
    }  # fmt: skip
    status = 422 if request.method == "POST" else 200
    return render(request, "console/plain_form.html", context, status=status)
