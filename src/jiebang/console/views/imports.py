"""A list of needs out of an xlsx file: uploaded, looked at, confirmed. Nothing is saved before."""

from __future__ import annotations

from dataclasses import asdict
from io import BytesIO
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jiebang.console.drafts import close_draft
from jiebang.console.forms import new_draft_key
from jiebang.console.identity import Visit, visited
from jiebang.console.import_list import preview_import
from jiebang.console.models import Draft
from jiebang.console.offers import offers_of
from jiebang.console.queries import show_value
from jiebang.console.sheets import MOST_BYTES, MOST_ROWS, UnreadableSheet, column_name, read_rows, write_rows
from jiebang.console.slots import Asking
from jiebang.console.views.cases import find_subject
from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.transitions import Act
from jiebang.policy.program import Program
from jiebang.policy.values import ORDERED

EVENT = "import_list"
_SHOWN = 60
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _ask(visit: Visit, subject: Subject, stage: str) -> Asking:
    """What an import is checked against. Raises Http404 for whoever may not import here now."""
    run = (
        StageRun.objects.filter(subject=subject, stage=stage, kind="collect_needs", closed_at__isnull=True)
        .prefetch_related("sign_offs__signed_by__person")
        .first()
    )
    if run is None or subject.kind != "batch":
        raise Http404
    run.subject = subject
    asking = Asking(run, subject, program_of(subject), visit.at, visit.actor)
    # Nobody decides when a collection ends, so nothing stands proposed at one.
    act = Act(run, subject, asking.stage, asking.program, visit.actor, None, visit.at, {})
    offers = offers_of(act, None)
    if not any(one.event == "import_needs" and one.allowed for one in offers):
        raise Http404
    return asking


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def import_page(request: HttpRequest, visit: Visit, subject_id: int, stage: str) -> HttpResponse:
    """Choose a file; what is in it is shown before anything is done."""
    subject = find_subject(visit, subject_id)
    asking = _ask(visit, subject, stage)
    problem: JiebangError | None = None
    if request.method == "POST":
        uploaded = request.FILES.get("file")
        if uploaded is None or uploaded.size is None:
            problem = UnreadableSheet(what="没有选择文件", fix="选择一个 .xlsx 文件")
        else:
            try:
                rows = read_rows(BytesIO(uploaded.read()), uploaded.size)
                preview = preview_import(uploaded.name or "", rows, asking)
            except JiebangError as error:
                problem = error
            else:
                draft = Draft.objects.create(
                    key=new_draft_key(), account=visit.account, mandate=visit.mandate, subject=subject, stage=stage,
                    event=EVENT, data=asdict(preview), saved_at=visit.at,
                )  # fmt: skip
                return redirect("console:import_preview", key=draft.key)
    papers = asking.program.pack.papers
    asked = [
        asking.program.pack.facts[one.fact].label
        for key in asking.stage.papers.takes
        for one in papers[key].fields
    ]
    context = {
        "subject": subject, "stage": asking.stage, "problem": problem, "most_rows": MOST_ROWS,
        "most_mb": MOST_BYTES // 1024 // 1024, "asked": list(dict.fromkeys(asked)),
    }  # fmt: skip
    return render(request, "console/import.html", context, status=422 if problem else 200)


def _find(visit: Visit, key: str) -> Draft:
    """The import that this very mandate uploaded. Raises Http404 for anybody else's."""
    draft = (
        Draft.objects.filter(key=key, mandate=visit.mandate, event=EVENT)
        .select_related("subject__programme")
        .first()
    )
    if draft is None:
        raise Http404
    return draft


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def preview_page(request: HttpRequest, visit: Visit, key: str) -> HttpResponse:
    """What the file would bring; confirming brings the good rows in, all of them or none."""
    draft = _find(visit, key)
    data = draft.data
    problem = None
    if request.method == "POST" and data["good"]:
        payload: dict[str, Any] = {
            "rows": [{"organisation": one["organisation"], "values": one["values"]} for one in data["good"]],
            "may_lack": data["may_lack"],
        }
        try:
            with transaction.atomic():
                apply(
                    draft.subject_id, draft.stage, "import_needs", actor=visit.actor, at=visit.at, payload=payload,
                    submission=(draft.key, 1),
                )  # fmt: skip
                close_draft(visit, draft.key, visit.at)
        except JiebangError as error:
            problem = error
        else:
            return redirect("console:receipt", draft=draft.key, revision=1)
    context = {
        "subject": draft.subject, "draft": draft, "data": data, "problem": problem,
        "shown": [{**one, "read_as": _read_as(one["values"], program_of(draft.subject))} for one in data["good"][:_SHOWN]],
        "more": max(len(data["good"]) - _SHOWN, 0), "faults": data["faults"][:500],
    }  # fmt: skip
    return render(request, "console/import_preview.html", context, status=422 if problem else 200)


def _read_as(values: dict[str, Any], program: Program) -> list[tuple[str, str]]:
    """The amounts, numbers and days of a row as they were understood: a column in yuan taken for one in 万元 shows here."""
    return [
        (program.pack.facts[name].label, show_value(raw, program.types[name]))
        for name, raw in values.items()
        if name in program.types and program.types[name].kind in ORDERED
    ]


@require_safe
@visited
def bad_rows(request: HttpRequest, visit: Visit, key: str) -> HttpResponse:
    """The rows that can't be imported, each with what is wrong, to be mended and uploaded again."""
    data = _find(visit, key).data
    told: dict[int, list[str]] = {}
    for fault in data["faults"]:
        told.setdefault(fault["row"], []).append(f"{fault['column']} 列“{fault['head']}”：{fault['message']}")
    width = len(data["heads"])
    heads = [head or f"{column_name(i)} 列" for i, head in enumerate(data["heads"])]
    rows = [
        [*[*one["cells"], *[""] * width][:width], str(one["row"]), "；".join(told.get(one["row"], []))]
        for one in data["bad"]
    ]
    response = HttpResponse(write_rows([*heads, "原表行号", "问题"], rows), content_type=XLSX)
    response["Content-Disposition"] = "attachment; filename=bad-rows.xlsx"
    return response
