"""Programmes: what is open and decided, documents from outside, departures, and the beginning of a batch."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from jiebang.console.departures import departable_of
from jiebang.console.forms import too_long, typed_of
from jiebang.console.identity import Visit, visited
from jiebang.console.plain_forms import PlainForm
from jiebang.console.questions import Question, payload_value, questions_of
from jiebang.console.slots import choice
from jiebang.console.views.cases import find_subject
from jiebang.console.visibility import programmes_of
from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle.actions.decide_discretion import decide_discretion
from jiebang.lifecycle.actions.open_batch import open_batch
from jiebang.lifecycle.actions.record_departure import record_departure
from jiebang.lifecycle.actions.record_external_act import record_external_act
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import ExternalAct, Subject
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.roles import held_roles
from jiebang.lifecycle.typed_keys import read_key
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Authority, Programme
from jiebang.policy.values import DATE, TEXT


def _find(visit: Visit, slug: str) -> Programme:
    """A programme the actor may look at. Raises Http404."""
    found = programmes_of(visit.actor).filter(slug=slug).select_related("bureau").first()
    if found is None:
        raise Http404
    return found


@require_safe
@visited
def programme_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The programmes one's authority has to do with."""
    found = []
    for programme in programmes_of(visit.actor).select_related("bureau").order_by("pk"):
        program = load_program(programme.pack_id, programme.pack_version)
        questions = questions_of(programme, program, None, visit.actor)
        found.append(
            {
                "programme": programme,
                "pack": program.pack,
                "undecided": sum(1 for one in questions if one.decision is None),
                "may_open": bool(openable(programme, visit.actor)),
            }
        )
    return render(request, "console/programmes.html", {"programmes": found})


def openable(programme: Programme, actor: Actor) -> dict[str, str]:
    """The processes whose first stage the actor's authority runs: {process: label}."""
    program = load_program(programme.pack_id, programme.pack_version)
    return {
        key: process.label
        for key, process in program.pack.processes.items()
        if held_roles(programme, actor, process.stages[process.starts].by)
    }


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def discretion_page(request: HttpRequest, visit: Visit, slug: str) -> HttpResponse:
    """What the regulation leaves open: decide it, or read who did, when and why."""
    programme = _find(visit, slug)
    subject = _subject_of(request, visit, programme)
    program = program_of(subject) if subject else load_program(programme.pack_id, programme.pack_version)
    questions = questions_of(programme, program, subject, visit.actor)
    acts = list(
        ExternalAct.objects.filter(programme=programme).select_related("issuer").order_by("-on", "-pk")
    )
    asked = next((q for q in questions if q.name == request.POST.get("question")), None)
    if asked is not None:
        asked.typed, asked.reason = typed_of(request.POST), request.POST.get("reason", "")
        asked.act = request.POST.get("act", "")
    problem = None
    if request.method == "POST":
        if asked is None:
            raise Http404
        problem = _decide(visit, programme, asked, acts)
        if problem is None:
            messages.success(request, f"已作出决定并记入账本：{asked.item.question}")
            return redirect(f"{request.get_full_path()}#{asked.key}")
    context = {
        "programme": programme,
        "subject": subject,
        "pack": program.pack,
        "questions": questions,
        "acts": acts,
        "problem": problem,
        "may_record": visit.actor.acts_for(programme.bureau_id),
    }
    return render(request, "console/discretion.html", context, status=422 if problem else 200)


def _subject_of(request: HttpRequest, visit: Visit, programme: Programme) -> Subject | None:
    wanted = request.GET.get("subject", "")
    if not wanted:
        return None
    subject = find_subject(visit, read_key(wanted))
    if subject.programme_id != programme.pk:
        raise Http404
    return subject


def _decide(
    visit: Visit, programme: Programme, asked: Question, acts: list[ExternalAct]
) -> JiebangError | None:
    value = payload_value(asked, asked.typed)
    asked.error = "" if value is not None else "必填"
    asked.reason_error = _wrong_reason(asked.reason, needed=True)
    if asked.error or asked.reason_error:
        return JiebangError(where=asked.item.question, what="还有没填好的", fix="更正标出的各项再提交")
    act = next((one for one in acts if str(one.pk) == asked.act), None)
    try:
        decide_discretion(
            programme=programme, key=asked.key, value=value, reason=asked.reason, actor=visit.actor, at=visit.at,
            subject=asked.target, act=act,
        )  # fmt: skip
    except JiebangError as error:
        asked.error = str(error)
        return error
    return None


_LONGEST_REASON = 2000


def _wrong_reason(reason: str, *, needed: bool) -> str:
    """What stands beside the reason: missing, or more than there is room for."""
    if needed and not reason.strip():
        return "必填"
    if len(reason) <= _LONGEST_REASON:
        return ""
    return f"{too_long(reason, _LONGEST_REASON)}；写短些，详细的放进文件里"


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def external_act_page(request: HttpRequest, visit: Visit, slug: str) -> HttpResponse:
    """Record a document by which a body outside the system decided something."""
    programme = _find(visit, slug)
    if not visit.actor.acts_for(programme.bureau_id):
        raise Http404
    issuers = Authority.objects.filter(held_roles__programme=programme).distinct()
    options = {
        str(one.pk): one.name for one in Authority.objects.all() if one in issuers or one.parent_id is None
    }
    wanted = {
        "issuer": ("作出机关", choice(options)),
        "number": ("文号", TEXT),
        "on": ("文件日期", DATE),
        "title": ("标题名称", TEXT),
    }
    form = PlainForm(request, wanted, longest={"number": 120, "title": 300})
    problem: JiebangError | None = None
    if request.method == "POST":
        given = form.read()
        if not form.errors:
            issuer = Authority.objects.get(pk=int(given.pop("issuer")))
            try:
                record_external_act(
                    programme=programme, issuer=issuer, actor=visit.actor, at=visit.at, **given
                )
            except JiebangError as error:
                problem = error
            else:
                messages.success(request, f"已记录 {given['number']}。")
                return redirect("console:discretion", slug=programme.slug)
    return _show_form(request, form, problem, programme, "记录批复或纪要")


def _show_form(
    request: HttpRequest, form: PlainForm, problem: JiebangError | None, programme: Programme, title: str
) -> HttpResponse:
    context = {"programme": programme, "controls": form.controls, "problem": problem, "title": title}
    return render(request, "console/plain_form.html", context, status=422 if form.errors or problem else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def departure_page(request: HttpRequest, visit: Visit, subject_id: int) -> HttpResponse:
    """Depart from an in-principle condition for one case, in the form its clause asks for."""
    subject = find_subject(visit, subject_id)
    key = request.POST.get("key") or request.GET.get("key") or ""
    options = departable_of(subject, program_of(subject), visit.actor, visit.at)
    asked = next((one for one in options if one.key == key), None)
    if asked is None or not asked.may:
        raise Http404
    acts = list(ExternalAct.objects.filter(programme=subject.programme).order_by("-on", "-pk"))
    reason = request.POST.get("reason", "")
    act = next((one for one in acts if str(one.pk) == request.POST.get("act")), None)
    errors: dict[str, str] = {}
    problem: JiebangError | None = None
    if request.method == "POST":
        if wrong := _wrong_reason(reason, needed=not asked.needs_act):
            errors["reason"] = wrong
        if asked.needs_act and act is None:
            errors["act"] = "必填；还没有的，先记录批复的文号和日期"
    if request.method == "POST" and not errors:
        try:
            record_departure(
                subject=subject, key=asked.key, reason=reason, actor=visit.actor, at=visit.at, act=act
            )
        except JiebangError as error:
            problem = error
        else:
            messages.success(request, f"已记录例外：{asked.label}")
            return redirect("console:subject", subject_id=subject.pk)
    context = {
        "subject": subject, "asked": asked, "acts": acts, "problem": problem, "errors": errors, "reason": reason, "chosen": act,
        "act_url": reverse("console:external_act", args=[subject.programme.slug]),
    }  # fmt: skip
    return render(request, "console/departure.html", context, status=422 if problem or errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def open_batch_page(request: HttpRequest, visit: Visit, slug: str) -> HttpResponse:
    """Open a batch."""
    programme = _find(visit, slug)
    processes = openable(programme, visit.actor)
    if not processes:
        raise Http404
    wanted = {
        "process": ("流程", choice(processes)),
        "number": ("批次编号", TEXT),
        "title": ("批次名称", TEXT),
    }
    form = PlainForm(request, wanted, longest={"number": 40, "title": 200})
    problem: JiebangError | None = None
    if request.method == "POST":
        given = form.read()
        if not form.errors:
            try:
                batch = open_batch(programme=programme, actor=visit.actor, at=visit.at, **given)
            except JiebangError as error:
                problem = error
            else:
                messages.success(request, f"已开启批次 {batch.number}。")
                return redirect("console:subject", subject_id=batch.pk)
    return _show_form(request, form, problem, programme, "开启批次")
