"""Giving out one uploaded file: to those who may see the case, as a download, never as a page."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jiebang.console.files import find_file
from jiebang.console.identity import Visit, visited
from jiebang.console.views.cases import find_subject
from jiebang.documents.errors import DamagedFile
from jiebang.documents.store import open_content
from jiebang.lifecycle.known import program_of


@require_safe
@visited
def file_download(
    request: HttpRequest, visit: Visit, subject_id: int, fact: str, digest: str
) -> HttpResponse:
    """The file with this digest that a fact on the subject's page names. Raises Http404 for whoever may not open it."""
    subject = find_subject(visit, subject_id)
    upload = find_file(visit, subject, program_of(subject), fact, digest)
    if upload is None:
        raise Http404
    try:
        content = open_content(upload.digest)
    except DamagedFile as error:
        context = {"title": "文件打不开", "problem": error}
        return render(request, "console/refused.html", context, status=HTTPStatus.INTERNAL_SERVER_ERROR)
    response = FileResponse(content, as_attachment=True, filename=upload.name, content_type=upload.media_type)
    # Whatever the content is, no browser may take it for a page of this site or leave it where others find it.
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return cast("HttpResponse", response)
