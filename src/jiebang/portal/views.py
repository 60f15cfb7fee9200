"""Pages for anybody; nobody logs in here."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import local_date
from jiebang.ledger.errors import LedgerError
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle import clock
from jiebang.lifecycle.closing import last_day_of
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import AlreadyDone
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import StageRun, Subject, Submission
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.receipts import hashes_of_receipts
from jiebang.lifecycle.templatetags.instants import instant
from jiebang.lifecycle.typed_keys import read_draft_key
from jiebang.organisations.addresses import address_of
from jiebang.organisations.attempts import begin_attempt
from jiebang.organisations.chains import ORGANISATIONS_CHAIN
from jiebang.organisations.errors import TooManyAttempts
from jiebang.organisations.models import Programme
from jiebang.policy.in_force import state_on
from jiebang.policy.pack import ITEM_SECTIONS
from jiebang.policy.program import Program
from jiebang.policy.sentences import Narrator
from jiebang.portal.queries import (
    WINDOWS,
    article,
    notice_of,
    open_runs,
    past_challenges,
    past_notices,
    proposed_bids,
    published_facts,
)
from jiebang.publications.on_notice import WHOLE, choices_on_notice
from jiebang.publications.queries import noticed_facts

_OBJECTION = {
    "objector": ("异议人姓名或单位全称", "须实名。姓名不公开，也不写入账本。"),
    "contact": ("联系方式", "电话或邮箱，只给核查人看。"),
    "statement": ("事实与证据", "写清时间、地点、事情经过；证据材料列出名称。"),
    "request": ("请求", "希望怎样处理；需要核查人回避的，写明是谁、为什么。"),
}
_LONGEST = {"objector": 200, "contact": 200, "statement": 8000, "request": 4000}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What stands open and what is on notice."""
    at = clock.read_clock()
    context = {
        "challenges": open_runs(WINDOWS, at),
        "collections": [one for one in open_runs(("collect_needs",), at) if one.subject.kind == "batch"],
        "notices": open_runs(("notice",), at),
        "past": past_challenges(at),
        "programmes": Programme.objects.select_related("bureau").order_by("pk"),
    }
    return render(request, "portal/home.html", context)


@require_safe
def challenge_page(request: HttpRequest, subject_id: int) -> HttpResponse:
    """One announced challenge."""
    subject = (
        Subject.objects.filter(pk=subject_id, kind="challenge").select_related("programme__bureau").first()
    )
    if subject is None:
        raise Http404
    at = clock.read_clock()
    program = program_of(subject)
    window = next((one for one in open_runs(WINDOWS, at) if one.subject.pk == subject.pk), None)
    context = {
        "subject": subject,
        "pack": program.pack,
        "window": window,
        "facts": published_facts(subject, program),
        "notice": notice_of(subject.pk, at),
        "noticed": past_notices(subject, program),
    }
    return render(request, "portal/challenge.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def notice_page(request: HttpRequest, subject_id: int) -> HttpResponse:
    """A notice with the days it still runs, and the way to object to it."""
    at = clock.read_clock()
    run = notice_of(subject_id, at)
    if run is None:
        raise Http404
    program = program_of(run.subject)
    stage = program.pack.processes[run.subject.process].stages[run.stage]
    given = {name: request.POST.get(name, "").strip() for name in _OBJECTION}
    against, choices = request.POST.get("against", ""), choices_on_notice(run.subject)
    errors: dict[str, str] = {}
    problem: JiebangError | None = None
    draft = read_draft_key(request.POST.get("_draft")) or secrets.token_urlsafe(18)
    if request.method == "POST":
        errors = {name: "必填" for name, text in given.items() if not text} | {
            name: f"写了 {len(given[name])} 字，不超过 {most} 字"
            for name, most in _LONGEST.items()
            if len(given[name]) > most
        }
        if choices and against not in choices:
            errors["against"] = "选一个"
        if not errors:
            try:
                _object(request, run, {**given, "against": against}, draft, at)
            except JiebangError as error:
                problem = error
                if isinstance(error, AlreadyDone):
                    draft = secrets.token_urlsafe(18)
            else:
                return redirect("portal:objection", draft=draft)
    context: dict[str, Any] = {
        "run": run,
        "subject": run.subject,
        "stage": stage,
        "article": article(program, stage.clause[0]),
        "days_left": (last_day_of(run.closes_at) - local_date(at)).days if run.closes_at else None,
        "facts": _once(
            published_facts(run.subject, program)
            + published_facts(run.subject, program, noticed_facts(program, run.subject, run.stage))
        ),
        "proposed": proposed_bids(run, program),
        "fields": [
            {"name": name, "label": label, "hint": hint, "value": given[name], "error": errors.get(name, "")}
            for name, (label, hint) in _OBJECTION.items()
        ],
        "choices": choices.items(),
        "against": against,
        "against_error": errors.get("against", ""),
        "problem": problem,
        "draft": draft,
        "failed": bool(errors or problem),
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if errors or problem else HTTPStatus.OK
    if isinstance(problem, TooManyAttempts):
        status = HTTPStatus.TOO_MANY_REQUESTS
    return render(request, "portal/notice.html", context, status=status)


def _object(request: HttpRequest, run: StageRun, given: dict[str, str], draft: str, at: datetime) -> None:
    """Hand the objection in. Raises AlreadyDone for another text on a form that has arrived.

    And TooManyAttempts for more to one notice from one address than this installation takes.
    """
    key = f"objection:{draft}"
    sent = Submission.objects.filter(programme=run.subject.programme, draft=key).first()
    if sent is not None:
        text, against = {name: given[name] for name in _OBJECTION}, given["against"]
        for one in run.objections.filter(received_at=sent.received_at, **text):
            if (against in ("", WHOLE)) if one.against_id is None else (against == str(one.against_id)):
                return  # a second click on what has arrived
        raise AlreadyDone(
            what=f"这张表单 {instant(sent.received_at)} 已经提交过，收下的是那时的内容，现在写的还没有提交",
            fix="再提交一次，就作为另一件异议收下",
        )
    most = settings.JIEBANG_LIMITS["objection"].pair
    bureau = run.subject.programme.bureau.name
    attempt = begin_attempt(
        "objection", str(run.pk), address_of(request), at,
        f"从同一个网络地址，24 小时内对一次公示最多收 {most} 件异议，这一件没有收下；急的可以书面交{bureau}",
    )  # fmt: skip
    try:
        apply(
            run.subject_id, run.stage, "file_objection", actor=None, public=True, at=at, payload=dict(given),
            submission=(key, 1),
        )  # fmt: skip
    except JiebangError:
        attempt.delete()  # nothing has arrived
        raise


def _once(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(dict.fromkeys(pairs))


@require_safe
def objection_receipt(request: HttpRequest, draft: str) -> HttpResponse:
    """That an objection was received; known to whoever holds its key alone."""
    found = Submission.objects.filter(draft=f"objection:{draft}"[:80]).select_related("subject").first()
    if found is None:
        raise Http404
    return render(request, "portal/objection.html", {"receipt": found})


@require_safe
def policy_page(request: HttpRequest, slug: str) -> HttpResponse:
    """A programme's policy: every clause in plain words, with what the system does because of it."""
    programme = Programme.objects.filter(slug=slug).select_related("bureau").first()
    if programme is None:
        raise Http404
    program = load_program(programme.pack_id, programme.pack_version)
    narrator = Narrator(program)
    doing: dict[str, list[dict[str, Any]]] = {}
    for section in ITEM_SECTIONS:
        for key, item in getattr(program.pack, section).items():
            told = {"name": narrator.name(section, key), "aspects": narrator.aspects(section, key)}
            for clause in item.clause:
                doing.setdefault(clause, []).append(told)
    clauses = [
        {"key": key, "clause": clause, "does": doing.get(key, [])}
        for key, clause in program.pack.clauses.items()
    ]
    context = {
        "programme": programme,
        "pack": program.pack,
        "clauses": clauses,
        "in_force": _in_force(program, programme),
    }
    return render(request, "portal/policy.html", context)


def _in_force(program: Program, programme: Programme) -> str:
    """Whether the policy holds today, by its articles as people cite them."""
    told = state_on(program.pack, local_date(clock.read_clock()), programme.adopted_on).explanation
    dated = program.pack.pack.in_force
    keys = dated.clause if dated else []
    return told.replace("、".join(keys), "、".join(article(program, key) for key in keys)) if keys else told


@require_safe
def ledger_page(request: HttpRequest) -> HttpResponse:
    """Whether each bureau's chain holds together, with the hash that anybody may write down and compare later.

    Each chain is read from its beginning at most once a minute, however many look: the page is open to everybody.
    """
    at = clock.read_clock()
    found: list[dict[str, Any]] = []
    programmes = Programme.objects.select_related("bureau").order_by("bureau_id", "pk")
    chains = {one.chain_key: one.bureau.name for one in programmes}
    for key, bureau in {**chains, ORGANISATIONS_CHAIN: "单位登记与人员"}.items():
        kept = f"ledger:{connection.settings_dict['NAME']}:{key}:{at:%Y%m%d%H%M}"
        report, verified_at = cache.get(kept, (None, at))
        if report is None:
            with suppress(LedgerError):  # nothing has been written there yet
                report = verify_chain(key, known_hashes=hashes_of_receipts(key))
                cache.set(kept, (report, at), 60)
        found.append({"key": key, "bureau": bureau, "report": report, "at": verified_at})
    context = {"chains": found}
    return render(request, "portal/ledger.html", context)
