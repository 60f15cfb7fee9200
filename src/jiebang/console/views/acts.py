"""One act: its form, its draft, what came of it. Nothing typed is ever lost; a second click gets the first receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from jiebang.console.act_slots import TAKES_FACTS
from jiebang.console.amounts import preview_amounts
from jiebang.console.articles import articles_of
from jiebang.console.checks import changed_fields, leave_unchecked, with_declared, with_names
from jiebang.console.desks import withhold
from jiebang.console.drafts import REPLACES, close_draft, find_draft, next_revision, save_draft, was_changed
from jiebang.console.fields import Typed
from jiebang.console.forms import (
    BOUND_TO_READ,
    ActForm,
    build_form,
    fill_from_facts,
    new_draft_key,
    read_form,
    typed_of,
)
from jiebang.console.identity import Visit, visited
from jiebang.console.models import Draft
from jiebang.console.offers import SUBMISSIONS, Offer, describe_stage, offers_of
from jiebang.console.proposed import Proposed, proposed_at
from jiebang.console.sight import sight_of
from jiebang.console.slots import Asking
from jiebang.console.uploads import Sender, sent_controls, take_files
from jiebang.console.views.cases import find_subject
from jiebang.console.visibility import sees_proposals, visible_runs, visible_subjects
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import local_date
from jiebang.lifecycle.door import Receipt, apply
from jiebang.lifecycle.errors import NotAllowed, Refused, StillUnset, UnableToApply
from jiebang.lifecycle.facts import facts_asked_for
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import StageRun, Subject, Submission
from jiebang.lifecycle.sign_off import put_up_at
from jiebang.lifecycle.submissions import BadFields
from jiebang.lifecycle.templatetags.instants import instant
from jiebang.lifecycle.transitions import Act, find
from jiebang.lifecycle.typed_keys import read_draft_key, read_key
from jiebang.organisations.models import Organisation
from jiebang.policy.pack_process import Among
from jiebang.policy.program import Program

#: Acts by which an organisation hands in what it may later replace.
_REPLACED = frozenset({"submit_need", "submit_bid", "submit_result", "submit_papers"})


@dataclass(slots=True)
class Scene:
    """An act at a run, found and ready to be shown or done."""

    visit: Visit
    subject: Subject
    stage: str
    event: str
    program: Program
    run: StageRun | None
    offer: Offer | None
    asking: Asking | None
    held: Subject | None = None
    proposed: Proposed | None = None


def _set_scene(request: HttpRequest, visit: Visit, subject_id: int, stage: str, event: str) -> Scene:
    """Find everything. Raises Http404 for a subject that isn't visible, and for stages and acts that don't exist."""
    subject = find_subject(visit, subject_id)
    program = program_of(subject)
    described = describe_stage(program, subject, stage)
    if described is None or find(described.kind, event) is None:
        raise Http404
    run = (
        visible_runs(visit.actor, visit.at)
        .filter(subject=subject, stage=stage, closed_at__isnull=True)
        .prefetch_related("sign_offs__signed_by__person")
        .first()
    )
    scene = Scene(visit, subject, stage, event, program, run, None, None)
    if run is None:
        return scene
    run.subject = subject
    act = Act(run, subject, described, program, visit.actor, None, visit.at, {})
    scene.proposed = proposed_at(act)
    offers = offers_of(act, scene.proposed)
    scene.offer = next((one for one in offers if one.event == event), None)
    more = tuple(name for name in _asked_more(request) if name in program.types)
    scene.asking = Asking(run, subject, program, visit.at, visit.actor, more=more)
    scene.held = _held_by_actor(request, scene)
    scene.asking = replace(scene.asking, about=scene.held)
    return scene


def _asked_more(request: HttpRequest) -> list[str]:
    """Further facts that somebody chose to add to the form."""
    return list(dict.fromkeys([*request.GET.getlist("_more"), *request.POST.getlist("_more")]))[:60]


def _held_by_actor(request: HttpRequest, scene: Scene) -> Subject | None:
    """What the actor's organisation handed in before and would replace: its bid, or the need it asks to change."""
    organisation = scene.visit.actor.organisation_id
    if organisation is None or scene.event not in _REPLACED:
        return None
    mine = Subject.objects.filter(parent=scene.subject, lead_id=organisation, ended_at__isnull=True)
    if scene.event in ("submit_bid", "submit_papers"):
        return mine.filter(kind="bid").first()
    wanted = request.POST.get("_replace") or request.GET.get("thing") or ""
    kind = "need" if scene.event == "submit_need" else "result"
    return mine.filter(kind=kind, pk=read_key(wanted)).first()


def _replaces(scene: Scene) -> bool:
    """Whether handing in now takes the place of what is held: not the first time in a round for those still in it."""
    if scene.held is None or scene.asking is None or scene.asking.stage.among is not Among.remaining:
        return scene.held is not None
    return scene.held.hand_ins.filter(run=scene.run).exists()


@require_http_methods(["GET", "HEAD", "POST"])
@visited
def act_page(request: HttpRequest, visit: Visit, subject_id: int, stage: str, event: str) -> HttpResponse:
    """Show the form of an act, or do the act."""
    scene = _set_scene(request, visit, subject_id, stage, event)
    # Looked at with a form that was kept (kept_forms): as one that asks to be shown.
    if request.method == "POST" or (scene.asking and request.POST):
        return _take(request, scene)
    return _show(request, scene, _open_form(scene) if scene.asking else None)


def _open_form(scene: Scene) -> ActForm:
    """A fresh form: with the draft saved last, else with what was handed in before, else with what is known."""
    assert scene.asking is not None
    if scene.event == "check_facts":
        # Blank but for the day: what is declared becomes checked by whoever writes it down anew, never by a click.
        today = {"as_of": [local_date(scene.visit.at).isoformat()]}
        return build_form(scene.event, scene.asking, today, draft=new_draft_key())
    if scene.event not in SUBMISSIONS:
        read = put_up_at(scene.asking.run) if scene.event in BOUND_TO_READ else ""
        return build_form(scene.event, scene.asking, draft=new_draft_key(), read=read)
    draft = find_draft(scene.visit, scene.subject, scene.stage, scene.event, _one_of_several(scene))
    if draft is not None and scene.held is None:
        return build_form(scene.event, scene.asking, draft.data, draft=draft.key, revision=draft.revision)
    earlier = scene.held or (scene.subject if scene.subject.kind not in ("batch", "challenge") else None)
    key, revision = new_draft_key(), 1
    typed: Typed | None = None
    if earlier is not None:
        seen = sight_of(scene.visit.actor, earlier, scene.program, scene.visit.at).readable
        facts = {name: entry.value for name, entry in seen.items() if entry.subject_id == earlier.pk}
        typed = fill_from_facts(scene.asking, with_names(facts, scene.program))
        if scene.held is not None and scene.event != "submit_papers":
            key, revision = next_revision(scene.visit, earlier)
        if draft is not None:
            typed, key, revision = draft.data, draft.key, draft.revision
    return build_form(scene.event, scene.asking, typed, draft=key, revision=revision)


def _take(request: HttpRequest, scene: Scene) -> HttpResponse:
    """Save, look, or do."""
    earlier = _earlier(request, scene)
    if scene.asking is None:
        return (
            _answer_again(request, scene, None, earlier) if earlier else _try_door(request, scene, None, {})
        )
    typed = typed_of(request.POST)
    key = read_draft_key(request.POST.get("_draft")) or new_draft_key()
    sender = Sender(scene.visit, scene.held or scene.subject, key, bool(scene.offer and scene.offer.allowed))
    taken = take_files(request, scene.event, scene.asking, typed, sender)
    typed = taken.typed
    form = build_form(
        scene.event, scene.asking, typed, draft=key, revision=_revision_of(request), errors=taken.errors,
        read=request.POST.get("_read", ""),
    )  # fmt: skip
    do = request.POST.get("_do", "")
    if do == "save":
        return _save(request, scene, form)
    if scene.event in SUBMISSIONS:
        # Whatever becomes of this form: what was typed is found again, and it is known with which words it was sent.
        _keep_draft(scene, form)
    if do in ("rows", "more", "preview") or request.POST.get("_rows"):
        return _show(request, scene, form)
    payload = read_form(form, scene.asking)
    if scene.event in ("conclude", "propose"):
        leave_unchecked(payload, form, scene.asking.run.kind)
    if scene.event in BOUND_TO_READ:
        payload["read"] = form.read
    if form.errors:
        return _show(request, scene, form, status=422)
    return _try_door(request, scene, form, payload)


def _one_of_several(scene: Scene) -> Subject | None:
    """What is to be replaced, where an organisation may have several things of its kind in one window."""
    return scene.held if scene.held is not None and scene.held.kind != "bid" else None


def _keep_draft(scene: Scene, form: ActForm) -> Draft | None:
    """Save what has been typed, and which of one's own things it is to take the place of."""
    typed = {name: list(values) for name, values in form.typed.items() if name != "_rows"}
    if (replaced := _one_of_several(scene)) is not None:
        typed[REPLACES] = [str(replaced.pk)]
    return save_draft(scene.visit, scene.subject, scene.stage, scene.event, form.draft, form.revision, typed)


#: A form that was sent as often as this is nobody's.
_MOST_REVISIONS = 999_999


def _revision_of(request: HttpRequest) -> int:
    revision = read_key(request.POST.get("_revision", "1"))
    return revision if 0 < revision <= _MOST_REVISIONS else 1


def _earlier(request: HttpRequest, scene: Scene) -> Submission | None:
    """The receipt of this very form, if it has been sent before."""
    return Submission.objects.filter(
        programme=scene.subject.programme,
        draft=request.POST.get("_draft", ""),
        revision=_revision_of(request),
    ).first()


def _save(request: HttpRequest, scene: Scene, form: ActForm) -> HttpResponse:
    saved = _keep_draft(scene, form)
    told = "草稿已保存，可以稍后接着填。" if saved else "这份草稿已经提交过或不属于当前身份，没有保存。"
    if form.errors:
        told = f"{told}有文件没有收下，原因写在那一项下面。"
    if request.headers.get("HX-Request"):
        shown = {
            "told": told,
            "saved": saved,
            "sent": sent_controls(request, form),
            **changed_fields(request, form),
        }
        return render(request, "console/_draft_status.html", shown)
    messages.info(request, told)
    if form.errors:
        return _show(request, scene, form, status=422)
    return redirect(request.get_full_path())


def _payload_for(scene: Scene, payload: dict[str, Any], request: HttpRequest) -> dict[str, Any]:
    if scene.event == "import_needs":
        code = payload.pop("organisation", "")
        found = Organisation.objects.filter(credit_code=code).first()
        if found is None:
            raise BadFields({"organisation": "没有登记这个单位；写全称或统一社会信用代码"}, scene.program)
        return {"rows": [{"organisation": found.pk, "values": payload.get("values", {})}]}
    if (replaced := _one_of_several(scene)) is not None:
        payload["replaces"] = replaced.pk
    if scene.event == "submit_bid" and scene.held is not None:
        payload["replace"] = bool(request.POST.get("_replace"))
    return payload


def _try_door(
    request: HttpRequest, scene: Scene, form: ActForm | None, payload: dict[str, Any]
) -> HttpResponse:
    """Go to the door; whatever it says is shown with all that was typed."""
    context: dict[str, Any] = {}
    try:
        receipt = apply(
            scene.subject.pk, scene.stage, scene.event, actor=scene.visit.actor, at=scene.visit.at,
            payload=_payload_for(scene, payload, request), submission=(form.draft, form.revision) if form else None,
        )  # fmt: skip
    except BadFields as error:
        if form is not None:
            form.errors |= {
                (k if k == "organisation" else f"values.{k}"): text for k, text in error.errors.items()
            }
        context["problem"] = error
    except Refused as error:
        sight = sight_of(scene.visit.actor, scene.subject, scene.program, scene.visit.at)
        for verdict in error.verdicts:
            withhold(verdict, sight)
            verdict["articles"] = articles_of(scene.program, verdict["clause"])
        context["refused"] = error.verdicts
        context["problem"] = UnableToApply(what="不符合下列规则，没有办理", fix=error.fix)
    except StillUnset as error:
        context["problem"], context["unset"] = error, error.keys
    except JiebangError as error:
        context["problem"] = error
    else:
        return _answer(request, scene, form, receipt)
    denied = isinstance(context["problem"], NotAllowed)
    return _show(request, scene, form, status=403 if denied else 422, **context)


def _answer(request: HttpRequest, scene: Scene, form: ActForm | None, receipt: Receipt) -> HttpResponse:
    """Post, redirect, get."""
    assert form is not None
    if receipt.repeated and (earlier := _earlier(request, scene)) is not None:
        return _answer_again(request, scene, form, earlier)
    close_draft(scene.visit, form.draft, scene.visit.at)
    if scene.event in SUBMISSIONS:
        return redirect("console:receipt", draft=form.draft, revision=form.revision)
    entry = receipt.entries[0]
    told = f"{_label_of(scene)}已办理，记入账本第 {entry.sequence} 条（{entry.hash[:12]}…）。"
    messages.success(request, told)
    return redirect("console:subject", subject_id=scene.subject.pk)


def _label_of(scene: Scene) -> str:
    """How the act is called."""
    described = describe_stage(scene.program, scene.subject, scene.stage)
    row = find(described.kind, scene.event) if described else None
    return row.label if row else ""


def _answer_again(
    request: HttpRequest, scene: Scene, form: ActForm | None, earlier: Submission
) -> HttpResponse:
    """What a form gets that was sent before: the same answer. One that was changed since is told that the change isn't in.

    That is what comes of going back to a form, or of a second window: “received” would be taken to mean what stands in it now.
    """
    when = instant(earlier.received_at)
    if scene.event not in SUBMISSIONS:
        told = f"{_label_of(scene)}已办理，{when} 记入账本第 {earlier.entry_sequence} 条。"
        messages.info(request, f"{told}同一张表单只办一次，之后在它上面改的没有记。")
        return redirect("console:subject", subject_id=scene.subject.pk)
    if not was_changed(earlier, form.typed if form else typed_of(request.POST)):
        close_draft(scene.visit, earlier.draft, scene.visit.at)
        return redirect("console:receipt", draft=earlier.draft, revision=earlier.revision)
    if form is not None:
        if scene.event in ("submit_need", "submit_result") and earlier.subject.ended_at is None:
            scene.held = earlier.subject
        form.draft, form.revision = new_draft_key(), 1
        if scene.held is not None and scene.event != "submit_papers":
            form.draft, form.revision = next_revision(scene.visit, scene.held)
    problem = UnableToApply(
        what=f"这张表单 {when} 已经提交过，收下的是那时的内容，后来改的还没有提交",
        fix="要交改过的，核对后再提交一次" if form else "要用的请复制下来",
    )
    return _show(request, scene, form, status=HTTPStatus.CONFLICT, problem=problem)


def _show(
    request: HttpRequest, scene: Scene, form: ActForm | None, status: int = 200, **context: Any
) -> HttpResponse:
    described = describe_stage(scene.program, scene.subject, scene.stage)
    assert described is not None
    row = find(described.kind, scene.event)
    context |= {
        "subject": scene.subject,
        "stage": described,
        "stage_name": scene.stage,
        "articles": articles_of(scene.program, described.clause),
        "row": row,
        "run": scene.run,
        "offer": scene.offer,
        "form": form,
        "event": scene.event,
        "held": scene.held if _replaces(scene) else None,
        # Whoever opened the form with it before their eyes came to replace it; it may also have come in since.
        "replaces": "_replace" in request.POST or request.method != "POST" or status == HTTPStatus.CONFLICT,
        "is_submission": scene.event in SUBMISSIONS,
        "takes_facts": scene.event in TAKES_FACTS,
        "papers": [scene.program.pack.papers[key] for key in described.papers.takes],
    }
    allowed = scene.offer is not None and scene.offer.allowed
    context["shows_form"] = form is not None and bool(allowed or context.get("problem") or form.errors)
    if not context["shows_form"]:
        # What can't be handed in any more is still its writer's.
        context["left"] = _left_over(request, scene.program)
    if scene.run is not None and scene.event in ("sign_off", "withdraw_proposal", "conclude_as_signed"):
        # Nobody signs or carries out what isn't before his eyes.
        context["proposed"] = scene.proposed if sees_proposals(scene.visit.actor) else None
    if form and scene.event == "check_facts":
        form.slots = [with_declared(slot) for slot in form.slots]
    if scene.asking and form and scene.event in TAKES_FACTS:
        asked = {slot.place[1] for slot in form.slots if slot.place[0] == "facts"}
        facts, may_add = scene.program.pack.facts, _may_add(scene)
        context["more_facts"] = [(k, facts[k].label) for k in facts if k in may_add - asked]
        context["more"] = scene.asking.more
    if scene.asking and form and scene.event == "propose_payment":
        context["amounts"] = preview_amounts(scene.asking, _facts_typed(form, scene.asking))
    return render(request, "console/act.html", context, status=status)


def _left_over(request: HttpRequest, program: Program) -> list[tuple[str, str]]:
    """What was typed into a form that isn't shown again, by what it was asked as."""
    facts = program.pack.facts
    found = []
    for name, values in typed_of(request.POST).items():
        fact = name.partition(".")[2].partition("--")[0]
        text = "\n".join(values).strip()
        if text and not name.startswith("_") and not name.endswith("--unit"):
            found.append((facts[fact].label if fact in facts else "", text))
    return found


def _may_add(scene: Scene) -> set[str]:
    """Facts that may be added to a form that doesn't ask for them: an organisation writes only what the stage looks at."""
    actor, run, program = scene.visit.actor, scene.run, scene.program
    if actor.organisation_id is None or run is None:
        return set(program.pack.facts)
    stage = program.pack.processes[scene.subject.process].stages[run.stage]
    return facts_asked_for(Act(run, scene.subject, stage, program, actor, None, scene.visit.at, {}))


def _facts_typed(form: ActForm, asking: Asking) -> dict[str, Any]:
    """What can be read of the facts typed so far; what can't is no error while one only looks."""
    probe = ActForm(form.event, form.slots, form.typed)
    facts: dict[str, Any] = read_form(probe, asking).get("facts", {})
    return facts


@require_POST
@visited
def amounts_panel(request: HttpRequest, visit: Visit, subject_id: int, stage: str) -> HttpResponse:
    """The amounts as they would be with what is typed; only looks."""
    scene = _set_scene(request, visit, subject_id, stage, "propose_payment")
    if scene.asking is None or scene.offer is None or not scene.offer.allowed:
        raise Http404
    form = build_form("propose_payment", scene.asking, typed_of(request.POST))
    amounts = preview_amounts(scene.asking, _facts_typed(form, scene.asking))
    return render(request, "console/_amounts.html", {"amounts": amounts})


@require_safe
@visited
def receipt_page(request: HttpRequest, visit: Visit, draft: str, revision: int) -> HttpResponse:
    """The receipt of a submission: what, when, and where it stands in the ledger."""
    found = (
        Submission.objects.filter(draft=draft, revision=revision)
        .select_related("subject", "programme")
        .first()
    )
    if found is None or not visible_subjects(visit.actor, visit.at).filter(pk=found.subject_id).exists():
        raise Http404
    return render(request, "console/receipt.html", {"receipt": found})
