"""An organisation enters itself with its first administrator; open to everybody."""

from __future__ import annotations

from typing import Any

from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jiebang.console.plain_forms import PlainForm
from jiebang.console.slots import choice
from jiebang.console.views.people import show_code
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.identifiers import MalformedCreditCode
from jiebang.lifecycle import clock
from jiebang.organisations.actions.enrol_organisation import Applicant, enrol_organisation
from jiebang.organisations.actions.renew_code import renew_code
from jiebang.organisations.addresses import address_of
from jiebang.organisations.attempts import begin_attempt
from jiebang.organisations.errors import AlreadyEnrolled, UnfitUsername
from jiebang.organisations.models import Account, Authority
from jiebang.policy.values import TEXT

#: Under which name a browser's session keeps the account that it has enrolled.
_ENROLLED = "enrolled"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """Anybody enters an organisation with its first administrator; a bureau verifies it later."""
    bureaus = {str(one.pk): one.name for one in _bureaus()}
    wanted = {
        "name": ("单位全称", TEXT), "credit_code": ("统一社会信用代码", TEXT), "bureau": ("向哪个主管部门登记", choice(bureaus)),
        "contact": ("联系方式", TEXT), "person": ("管理员姓名", TEXT), "username": ("管理员用户名", TEXT),
    }  # fmt: skip
    hints = {
        "credit_code": "18 位，照营业执照或法人证书填写", "contact": "主管部门核验时联系您用：电话或邮箱",
        "username": "登录用：字母、数字、汉字和 . _ - @，2 到 60 个字",
    }  # fmt: skip
    if request.method != "POST":
        request.session.setdefault(_ENROLLED, None)  # so that a browser is known before it first sends
    form = PlainForm(request, wanted, hints=hints, longest={"name": 200, "contact": 200, "person": 60})
    problem: JiebangError | None = None
    if request.method == "POST":
        given = form.read()
        if not form.errors:
            try:
                begin_attempt("enrol", given["credit_code"], address_of(request), clock.read_clock())
                with transaction.atomic():
                    made = enrol_organisation(
                        applicant=Applicant(**{key: given[key] for key in wanted if key != "bureau"}),
                        bureau=Authority.objects.get(pk=int(given["bureau"])), at=clock.read_clock(),
                    )  # fmt: skip
                    request.session[_ENROLLED] = made[1].pk
                    request.session.save()
            except AlreadyEnrolled as error:
                if (account := _enrolled_here(request, given)) is not None:
                    code = renew_code(account=account, actor=None, at=clock.read_clock())
                    return show_code(request, account, code, to_owner=True)
                form.errors["credit_code"] = error.beside_field
            except MalformedCreditCode as error:
                form.errors["credit_code"] = error.beside_field
            except UnfitUsername as error:
                form.errors["username"] = error.beside_field
            except JiebangError as error:
                problem = error
            else:
                return show_code(request, made[1], made[2], to_owner=True)
    context = {
        "title": "登记单位", "button": "登记", "problem": problem, "controls": form.controls,
        "lead": "企业、高校、院所在这里登记一次，就能提需求、揭榜。登记后主管部门会核验；核验之前可以先准备和提交材料，办理人员会看到“未核验”。",
        "aside": "单位已经登记过的，请本单位管理员给您加人。",
    }  # fmt: skip
    return render(request, "console/plain_form.html", context, status=422 if form.errors or problem else 200)


def _enrolled_here(request: HttpRequest, given: dict[str, Any]) -> Account | None:
    """The account that this very browser has just enrolled and nobody activated.

    A second click or a reload asks for the page with the code again, of which the first answer was never seen.
    """
    as_it_stands_now = SessionStore(request.session.session_key)  # the first answer may still be under way
    key = as_it_stands_now.get(_ENROLLED)
    if not key:
        return None
    # Not one that was disabled meanwhile, nor one whose code has served: renewing would open either again.
    unused = Account.objects.filter(is_active=True, activation_code__used_at__isnull=True)
    return unused.filter(
        pk=key, username=given["username"],
        person__mandates__organisation__credit_code=given["credit_code"],
    ).first()  # fmt: skip


def _bureaus() -> QuerySet[Authority]:
    return Authority.objects.filter(programmes__isnull=False).distinct().order_by("pk")
