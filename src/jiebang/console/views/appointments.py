"""The bureau appoints organisations to roles of a batch, and ends appointments."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from jiebang.console.identity import Visit, visited
from jiebang.console.plain_forms import PlainForm
from jiebang.console.sight import sealed_facts
from jiebang.console.slots import choice
from jiebang.console.views.cases import find_subject
from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle.actions.appoint_organisation import (
    appoint_organisation,
    end_appointment,
    may_appoint,
    roles_to_appoint,
)
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import Participation, Subject
from jiebang.lifecycle.roles import bids_of
from jiebang.lifecycle.typed_keys import read_key
from jiebang.organisations.models import Organisation
from jiebang.policy.values import Kind, ValueType

_ORGANISATION = ValueType(Kind.organisation)


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def appointment_page(request: HttpRequest, visit: Visit, subject_id: int) -> HttpResponse:
    """Who is appointed to what in a batch; appoint one more, or end one."""
    batch = find_subject(visit, subject_id)
    roles = roles_to_appoint(batch)
    if not roles or not may_appoint(visit.actor, batch):
        raise Http404
    form = PlainForm(request, {"role": ("角色", choice(roles)), "organisation": ("单位", _ORGANISATION)})
    problem: JiebangError | None = None
    if request.method == "POST":
        try:
            if request.POST.get("end"):
                told = _end(request, visit, batch)
            else:
                told = _appoint(form, visit, batch, roles)
        except JiebangError as error:
            problem = error
        else:
            if not form.errors:
                messages.success(request, told)
                return redirect("console:appointments", subject_id=batch.pk)
    held = Participation.objects.filter(subject=batch, role__in=roles, until_at__isnull=True)
    context = {
        "subject": batch,
        "controls": form.controls,
        "held": [(one, roles[one.role]) for one in held.select_related("organisation").order_by("pk")],
        "problem": problem,
    }
    return render(
        request, "console/appointments.html", context, status=422 if form.errors or problem else 200
    )


def _appoint(form: PlainForm, visit: Visit, batch: Subject, roles: dict[str, str]) -> str:
    """Appoint, and what to tell of it; what is wrong with the form is left in it."""
    given = form.read()
    if form.errors:
        return ""
    found = Organisation.objects.filter(credit_code=given["organisation"]).first()
    if found is None:
        form.errors["organisation"] = "没有登记这个单位；写全称或统一社会信用代码"
        return ""
    role = given["role"]
    appoint_organisation(batch=batch, organisation=found, role=role, actor=visit.actor, at=visit.at)
    told = f"已指定{found.name}担任{roles[role]}。"
    bids = list(bids_of(found.pk, batch.children.filter(kind="challenge")).select_related("parent"))
    # Whom a sealed bid names isn't told by this either; it stays out there all the same.
    sealed = {subject for subject, _ in sealed_facts(visit.actor, bids, program_of(batch), visit.at)}
    if bids := [one for one in bids if one.pk not in sealed]:
        # Whoever appoints has to know that it stays out there, and how to set right what a bidder only claimed.
        told += (
            f"它自己参加、或被列入了 {'、'.join(one.number for one in bids)}，在这些申请竞争的榜题上不能办理；"
            "被列入而不属实的，在那份申请上用“记录核实情况”更正。"
        )
    return told


def _end(request: HttpRequest, visit: Visit, batch: Subject) -> str:
    wanted = read_key(request.POST["end"])
    row = Participation.objects.filter(pk=wanted, subject=batch).select_related("organisation").first()
    if row is None:
        raise Http404
    end_appointment(participation=row, actor=visit.actor, at=visit.at)
    return f"已解除对{row.organisation.name}的指定；它办过的事都还在记录里。"
