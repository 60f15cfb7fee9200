"""The messages to an organisation: what happened to its cases."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from jiebang.console.identity import Visit, visited
from jiebang.console.letters import letters_of, mark_read, messages_to
from jiebang.console.paging import page_of
from jiebang.lifecycle.typed_keys import read_key

_PER_PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def letters(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Newest first. Looking changes nothing; a button says that they have been read."""
    if visit.mandate.organisation_id is None:
        raise Http404
    found = messages_to(visit.mandate)
    if request.method == "POST":
        through = read_key(request.POST.get("through"))
        if not through:
            raise Http404
        mark_read(visit.mandate, through)
        return redirect("console:letters")
    page = page_of(found.select_related("subject__programme"), _PER_PAGE, request)
    messages = list(page)
    newest = messages[0].pk if messages and page.number == 1 else 0
    context = {"page": page, "letters": letters_of(messages, visit.mandate), "newest": newest}
    return render(request, "console/letters.html", context)
