"""What is answered where there is nothing to see or to do: a page in Chinese, in the frame of the part of the site it was asked of."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from jiebang.kernel.errors import JiebangError

_BACK = "返回上一页，填写的内容还在"


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such thing, or none that whoever asks may know of: the answer is the same."""
    problem = JiebangError(
        what="没有这个页面，或者现在的身份看不到它", fix="检查地址；在工作台的，也看看是不是换了身份"
    )
    return _refuse(request, HTTPStatus.NOT_FOUND, "找不到这个页面", problem)


def denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Not for whoever asks."""
    problem = JiebangError(what="现在的身份不能看、也不能办这一项", fix="换一个身份，或者从“我的待办”进入")
    return _refuse(request, HTTPStatus.FORBIDDEN, "不能办理", problem)


def unreadable(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that no page of ours makes. Without a frame: it may be the very address of this site that can't be believed."""
    text = f"提交的内容读不出来，什么也没有办。处理：{_BACK}；项数太多的，分几次保存。"
    return HttpResponse(text, content_type="text/plain; charset=utf-8", status=HTTPStatus.BAD_REQUEST)


def failed(request: HttpRequest) -> HttpResponse:
    """An error of the program. Without a frame: what makes frames may be what failed."""
    text = f"系统出了错。处理：{_BACK}；先在事项页面看看办成了没有，没有就再提交一次，同一张表单不会办两遍；还不行，请告诉系统管理员时间和页面地址。"
    return HttpResponse(
        text, content_type="text/plain; charset=utf-8", status=HTTPStatus.INTERNAL_SERVER_ERROR
    )


class TellWhatIsNotAllowed:
    """Middleware: an address that only takes forms, or takes none, says so."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Pass the request on; fill an empty refusal."""
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        problem = JiebangError(
            what="这个地址不能这样打开，什么也没有办", fix="返回上一页，用页面上的按钮办理"
        )
        told = _refuse(request, HTTPStatus.METHOD_NOT_ALLOWED, "不能这样打开", problem)
        told["Allow"] = response["Allow"]
        return told


def _refuse(request: HttpRequest, status: HTTPStatus, title: str, problem: JiebangError) -> HttpResponse:
    frame = "console" if request.path.startswith("/console/") else "portal"
    return render(request, f"{frame}/refused.html", {"title": title, "problem": problem}, status=status)
