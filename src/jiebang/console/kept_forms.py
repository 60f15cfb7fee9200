"""What forms carry beside their fields, and those that came when nobody was logged in: kept until whoever they were drawn for is back.

They lie in the browser's session, on the server: whoever logs in there next finds in no page what somebody else has typed.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, QueryDict

from jiebang.kernel.errors import JiebangError
from jiebang.organisations.addresses import address_of
from jiebang.organisations.attempts import begin_attempt

#: In every form that a page of the workbench shows (templatetags.form_keys): under which mandate it was drawn.
DRAWN_FOR = "_as"
#: Sent with a form by whoever was asked: they act under the mandate that it was drawn for again.
BACK_TO = "_back_to"
_FRAME = frozenset({"csrfmiddlewaretoken", DRAWN_FOR, BACK_TO})
_KEPT = "kept_forms"
#: How many forms of one browser are kept, and how many characters of one: strangers may send them too.
_MOST_FORMS, _LONGEST = 3, 600_000


def is_act(request: HttpRequest) -> bool:
    """Whether it is the form of an act, which can be shown without being sent."""
    return "_draft" in request.POST


def fields_of(request: HttpRequest) -> list[tuple[str, str]]:
    """What a form says, without its frame and without which button was pressed, where it will be shown before it is sent."""
    return [
        (name, value)
        for name in request.POST
        if name not in _FRAME and not (is_act(request) and name == "_do")
        for value in request.POST.getlist(name)
    ]


def files_of(request: HttpRequest) -> list[str]:
    """The names of the files that came with a form."""
    return [file.name or "" for name in request.FILES for file in request.FILES.getlist(name)]


def keep_form(request: HttpRequest, at: datetime) -> None:
    """Keep a form for whoever it was drawn for. Raises JiebangError for one that is too long, or one too many from one address."""
    fields = fields_of(request)
    if sum(len(name) + len(value) for name, value in fields) > _LONGEST:
        raise JiebangError(
            what="登录已经过期，填写的内容太长，没有替您留下，什么也没有办",
            fix="返回上一页，填写的内容还在：先复制要紧的文字，再重新登录",
        )
    if not request.user.is_authenticated:
        begin_attempt(
            "keep_form", "", address_of(request), at,
            "登录已经过期，同一个网络地址留下的表单太多，这一张没有留下；返回上一页，填写的内容还在，先复制要紧的文字",
        )  # fmt: skip
    held = {path: form for path, form in request.session.get(_KEPT, {}).items() if path != _path(request)}
    held[_path(request)] = {
        "drawn_for": request.POST[DRAWN_FOR],
        "fields": fields,
        "files": files_of(request),
    }
    request.session[_KEPT] = dict(list(held.items())[-_MOST_FORMS:])


def is_any_kept(request: HttpRequest) -> bool:
    """Whether a form waits for this address."""
    return _path(request) in request.session.get(_KEPT, {})


def forget_all_but(request: HttpRequest, mandates: Collection[str]) -> None:
    """Forget the forms that were drawn for none of these mandates: somebody else has logged in."""
    held = request.session.pop(_KEPT, {})
    if own := {path: form for path, form in held.items() if form["drawn_for"] in mandates}:
        request.session[_KEPT] = own


def take_back(request: HttpRequest, mandates: Collection[str]) -> str | None:
    """Put a form that was kept for this address in the place of what was sent, once; the mandate it was drawn for, None without one.

    The request stays one that only looks.
    """
    held = request.session.get(_KEPT, {})
    form = held.pop(_path(request), None)
    if form is None:
        return None
    request.session[_KEPT] = held
    if form["drawn_for"] not in mandates:
        messages.warning(request, "刚才的表单是用别人的或已经失效的身份填的，没有办，也没有留给现在的身份。")
        return None
    typed = QueryDict(mutable=True)
    for name, value in form["fields"]:
        typed.appendlist(name, value)
    request.POST = typed  # type: ignore[assignment]  # what pages fill their forms with
    if is_act(request):
        typed["_do"] = "more"
    told = "登录过期了，所以什么也没有办。填写的内容都还在，看过再提交。"
    if form["files"]:
        told = f"{told}选好的文件没有留下，要重新选：{'、'.join(form['files'])}。"
    messages.warning(request, told)
    return str(form["drawn_for"])


def _path(request: HttpRequest) -> str:
    return request.get_full_path()
