"""Who acts for a body: an administrator adds people, ends their mandates, hands out new codes."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from jiebang.console.identity import Visit, visited
from jiebang.console.paging import page_of
from jiebang.console.plain_forms import PlainForm
from jiebang.console.slots import choice
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import local_date
from jiebang.lifecycle.typed_keys import read_key
from jiebang.organisations.actions.disable_account import disable_account
from jiebang.organisations.actions.end_mandate import end_mandate
from jiebang.organisations.actions.grant_mandate import grant_mandate, positions_of
from jiebang.organisations.actions.open_account import open_account
from jiebang.organisations.actions.renew_code import renew_code
from jiebang.organisations.actor import unfinished_on
from jiebang.organisations.bodies import Body, administered_by
from jiebang.organisations.errors import UnfitUsername
from jiebang.organisations.models import Account, ActivationCode, Authority, Mandate, Organisation, Person
from jiebang.policy.values import DATE, TEXT

_PER_PAGE = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@visited
def people_page(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The people of one's bodies: list them, add one, end a mandate, hand out a code. For administrators only."""
    bodies = administered_by(visit.actor)
    if not bodies:
        raise Http404
    form, problem = _form(request, bodies, visit), None
    if request.method == "POST":
        try:
            told, code = _act(request, visit, bodies, form)
        except UnfitUsername as error:
            form.errors["username"] = error.beside_field
        except JiebangError as error:
            problem = error
        else:
            if code is not None:
                return show_code(request, *code)
            if told:
                messages.success(request, told)
                return redirect("console:people")
    words = request.GET.get("q", "").strip()[:60]
    page = page_of(_mandates(bodies, words, visit.at), _PER_PAGE, request)
    context = {
        "page": page, "rows": [_row(one, visit) for one in page.object_list], "q": words, "form": form,
        "problem": problem, "bodies": bodies, "is_organisation": visit.actor.organisation_id is not None,
    }  # fmt: skip
    return render(request, "console/people.html", context, status=422 if form.errors or problem else 200)


def show_code(request: HttpRequest, account: Account, code: str, *, to_owner: bool = False) -> HttpResponse:
    """The code, this once: answered directly, kept in no message and no session."""
    found = ActivationCode.objects.get(account=account)
    context = {"account": account, "code": code, "expires_at": found.expires_at, "to_owner": to_owner}
    return render(request, "console/code.html", context)


def _form(request: HttpRequest, bodies: list[Body], visit: Visit) -> PlainForm:
    positions = {one.value: one.label for one in positions_of(bodies[0])}
    wanted = {
        "body": ("单位", choice({_key(one): one.name for one in bodies})), "name": ("姓名", TEXT),
        "username": ("用户名", TEXT), "position": ("职务", choice(positions)), "from_on": ("授权自", DATE),
        "until_on": ("授权至", DATE),
    }  # fmt: skip
    if len(bodies) == 1:
        del wanted["body"]
    return PlainForm(
        request, wanted, optional=frozenset({"until_on"}), longest={"name": 60},
        hints={
            "username": "登录用，全系统不能重复；此人已在本单位有账号的，写原来的用户名，只加授权",
            "until_on": "当天还在授权之内；不写就是没有止日",
        },
        initial={"from_on": local_date(visit.at).isoformat()},
    )  # fmt: skip


def _key(body: Body) -> str:
    return str(body.pk)


def _act(
    request: HttpRequest, visit: Visit, bodies: list[Body], form: PlainForm
) -> tuple[str, tuple[Account, str] | None]:
    """Do what a button says: what to tell, and an account with its code where one was made."""
    for do in ("end", "code", "disable"):
        if wanted := request.POST.get(do):
            form.typed = {}
            return _change(do, _find(wanted, bodies), visit)
    return _add(visit, bodies, form)


def _find(wanted: str, bodies: list[Body]) -> Mandate:
    """One of the mandates of these bodies. Raises Http404 for any other."""
    number = read_key(wanted)
    found = _of(bodies).filter(pk=number).select_related("person", "authority", "organisation").first()
    if found is None:
        raise Http404
    return found


def _change(do: str, mandate: Mandate, visit: Visit) -> tuple[str, tuple[Account, str] | None]:
    if do == "end":
        end_mandate(mandate=mandate, actor=visit.actor, at=visit.at)
        return f"已终止{mandate.person.name}的授权；他办过的事都还在记录里。", None
    account = Account.objects.filter(person=mandate.person).order_by("pk").first()
    if account is None:
        raise Http404
    if do == "code":
        return "", (account, renew_code(account=account, actor=visit.actor, at=visit.at))
    disable_account(account=account, actor=visit.actor, at=visit.at)
    return f"已停用账号 {account.username}；换发激活码可以重新启用。", None


def _add(visit: Visit, bodies: list[Body], form: PlainForm) -> tuple[str, tuple[Account, str] | None]:
    given = form.read()
    if form.errors:
        return "", None
    body = bodies[0] if len(bodies) == 1 else next(one for one in bodies if _key(one) == given["body"])
    mandate = {
        "body": body, "position": given["position"], "from_on": given["from_on"], "until_on": given["until_on"],
        "actor": visit.actor, "at": visit.at,
    }  # fmt: skip
    people = _unfinished(bodies, visit.at).values("person")
    held = Account.objects.filter(username=given["username"], person__in=people).first()
    if held is not None:
        if held.person.name != given["name"]:
            form.errors["name"] = f"用户名 {held.username} 是本单位另一个人的"
            return "", None
        grant_mandate(person=held.person, **mandate)
        return f"已给{held.person.name}加上授权。", None
    synthetic = isinstance(body, Organisation) and body.is_synthetic
    with transaction.atomic():
        person = Person.objects.create(name=given["name"], is_synthetic=synthetic)
        account, code = open_account(
            person=person, username=given["username"], body=body, actor=visit.actor, at=visit.at
        )
        grant_mandate(person=person, **mandate)
    return "", (account, code)


def _of(bodies: list[Body]) -> QuerySet[Mandate]:
    authorities = [one.pk for one in bodies if isinstance(one, Authority)]
    organisations = [one.pk for one in bodies if isinstance(one, Organisation)]
    return Mandate.objects.filter(Q(authority__in=authorities) | Q(organisation__in=organisations))


def _unfinished(bodies: list[Body], at: datetime) -> QuerySet[Mandate]:
    return _of(bodies) & unfinished_on(local_date(at))


def _mandates(bodies: list[Body], words: str, at: datetime) -> QuerySet[Mandate]:
    found = _unfinished(bodies, at)
    if words:
        found = found.filter(Q(person__name__contains=words) | Q(person__accounts__username__contains=words))
    related = found.select_related("person", "authority", "organisation").prefetch_related(
        "person__accounts__activation_code"
    )
    return related.order_by("authority_id", "organisation_id", "pk").distinct()


def _row(mandate: Mandate, visit: Visit) -> dict[str, object]:
    """A line of the list: the mandate, the account, how it stands."""
    account = next(iter(mandate.person.accounts.all()), None)
    code = getattr(account, "activation_code", None)
    state = "没有账号"
    if account is not None and not account.is_active:
        state = "停用"
    elif account is not None and account.has_usable_password():
        state = "在用"
    elif code is not None:
        state = "等待激活" if code.expires_at > visit.at else "激活码已过期"
    is_own = mandate.person_id == visit.actor.person_id
    return {"mandate": mandate, "account": account, "state": state, "is_own": is_own}
