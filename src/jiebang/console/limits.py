"""How long a request may be, told by its own heading before anything of it is read or kept; and that its text is text."""

from __future__ import annotations

import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiebang.documents.names import show_size
from jiebang.kernel.errors import JiebangError

#: Addresses whose forms carry files.
TAKE_FILES = frozenset({"console:act", "console:import"})


class RequestLimits:
    """Middleware: refuses a request that is too long for its address, and for whoever isn't logged in.

    Stands before the check of a form's token, which reads the whole form.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:  # fmt: skip
        """Refuse what is too long; None lets it pass."""
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdecimal() else 0
        if size <= settings.JIEBANG_PLAIN_REQUEST_MOST_BYTES:
            return _refuse_unreadable(request)
        most = settings.JIEBANG_PLAIN_REQUEST_MOST_BYTES
        match = request.resolver_match
        if match is not None and match.view_name in TAKE_FILES and request.user.is_authenticated:
            most = settings.JIEBANG_REQUEST_MOST_BYTES
        if size <= most:
            return _refuse_unreadable(request)
        one = show_size(settings.JIEBANG_FILE_MOST_BYTES)
        problem = JiebangError(
            what=f"这次提交共 {show_size(size)}，最多 {show_size(most)}，单个文件不超过 {one}，没有收下",
            fix="返回上一页，填写的内容还在；文件多的，先选几个点“保存草稿”，再接着传其余的",
        )
        context = {"title": "一次提交的内容太大", "problem": problem}
        return render(request, "console/refused.html", context, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


#: No form of ours sends them, no database but SQLite keeps the first, and nobody sees them.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


def _refuse_unreadable(request: HttpRequest) -> HttpResponse | None:
    """Refuse control characters in an address or a form; None lets it pass."""
    texts = (
        text for given in (request.GET, request.POST) for key in given for text in (key, *given.getlist(key))
    )
    if not any(_CONTROL.search(str(text)) for text in texts):
        return None
    problem = JiebangError(
        what="提交的文字里有不能显示的控制字符，没有收下", fix="返回上一页，删去从别处粘贴来的内容后重新填写"
    )
    context = {"title": "提交的文字读不出来", "problem": problem}
    return render(request, "console/refused.html", context, status=HTTPStatus.BAD_REQUEST)
