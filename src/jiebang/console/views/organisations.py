"""A bureau looks at the organisations that enrolled with it or take part in its programmes, and verifies them."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jiebang.console.identity import Visit, visited
from jiebang.console.paging import page_of
from jiebang.console.plain_forms import PlainForm
from jiebang.console.slots import choice
from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle.models import Participation, Subject
from jiebang.organisations.actions.verify_organisation import MOST_EVIDENCE, may_verify, verify_organisation
from jiebang.organisations.models import Authority, Enrolment, Organisation, Verification
from jiebang.organisations.verified import STANDING_LABELS, standing_of, standing_verifications
from jiebang.policy.values import TEXT

_PER_PAGE = 50
_FINDINGS = {"verified": "核验通过", "refused": "核验不通过"}


def _bureau(visit: Visit) -> Authority:
    """The visitor's bureau. Raises Http404 unless it verifies organisations and the visitor acts for it."""
    found = visit.mandate.authority
    if found is None or not may_verify(visit.actor, found):
        raise Http404
    return found


def _organisations(bureau: Authority) -> QuerySet[Organisation]:
    """Those that enrolled with the bureau, hand in or take part in its programmes: the others are none of its business."""
    of = {"programme__bureau": bureau}
    enrolled = Enrolment.objects.filter(organisation=OuterRef("pk"), bureau=bureau)
    leads = Subject.objects.filter(lead=OuterRef("pk"), **of)
    takes_part = Participation.objects.filter(organisation=OuterRef("pk"), subject__programme__bureau=bureau)
    return Organisation.objects.filter(Exists(enrolled) | Exists(leads) | Exists(takes_part))


@require_safe
@visited
def organisation_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The organisations the bureau has to do with, those it hasn't verified first."""
    bureau = _bureau(visit)
    words = request.GET.get("q", "").strip()[:60]
    found = _organisations(bureau)
    if words:
        found = found.filter(Q(name__contains=words) | Q(credit_code=words))
    verified = standing_verifications().filter(bureau=bureau, organisation=OuterRef("pk"))
    found = found.annotate(is_settled=Exists(verified)).order_by("is_settled", "-pk")
    page = page_of(found, _PER_PAGE, request)
    rows = [(one, STANDING_LABELS[standing_of(one, bureau)]) for one in page.object_list]
    return render(
        request, "console/organisations.html", {"page": page, "rows": rows, "q": words, "bureau": bureau}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def organisation_page(request: HttpRequest, visit: Visit, organisation_id: int) -> HttpResponse:
    """One organisation: how it enrolled, what was found before; verify it or refuse it, with evidence."""
    bureau = _bureau(visit)
    organisation = _organisations(bureau).filter(pk=organisation_id).first()
    if organisation is None:
        raise Http404
    form = PlainForm(
        request, {"finding": ("结论", choice(_FINDINGS)), "evidence": ("依据", TEXT)}, longest={"evidence": MOST_EVIDENCE},
        hints={"evidence": "看了什么材料、在哪里查的、和谁核实过；写入本机关的记录"},
    )  # fmt: skip
    problem: JiebangError | None = None
    if request.method == "POST":
        given = form.read()
        if not form.errors:
            try:
                verify_organisation(
                    organisation=organisation, bureau=bureau, is_verified=given["finding"] == "verified",
                    evidence=given["evidence"], actor=visit.actor, at=visit.at,
                )  # fmt: skip
            except JiebangError as error:
                problem = error
            else:
                messages.success(request, f"已记录：{organisation.name}{_FINDINGS[given['finding']]}。")
                return redirect("console:organisations")
    here = {"organisation": organisation, "bureau": bureau}
    context = {
        "organisation": organisation, "bureau": bureau, "controls": form.controls, "problem": problem,
        "standing": STANDING_LABELS[standing_of(organisation, bureau)],
        "enrolments": Enrolment.objects.filter(**here).select_related("enrolled_by").order_by("-pk"),
        "verifications": Verification.objects.filter(**here).select_related("decided_by__person").order_by("-pk"),
    }  # fmt: skip
    return render(
        request, "console/organisation.html", context, status=422 if form.errors or problem else 200
    )
