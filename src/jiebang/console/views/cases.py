"""The worklist, the list of cases and the page of one case."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from jiebang.console.amounts import preview_amounts
from jiebang.console.case_list import STATES, Wanted, find_cases, programmes_seen, rows_of
from jiebang.console.departures import departable_of, departures_of
from jiebang.console.desks import Desk, desks_of
from jiebang.console.fact_groups import group_facts
from jiebang.console.files import shown_facts
from jiebang.console.forms import BOUND_TO_READ, ActForm, build_form, new_draft_key
from jiebang.console.handed_in import HandedIn, handed_in
from jiebang.console.identity import Visit, visited
from jiebang.console.marks import marks_of
from jiebang.console.money_rows import money_of
from jiebang.console.offers import ASIDE, SUBMISSIONS
from jiebang.console.paging import page_of
from jiebang.console.passage import Event, passage_of, timeline_of
from jiebang.console.queries import participants_of, relatives_of
from jiebang.console.sight import sealed_facts
from jiebang.console.slots import Asking
from jiebang.console.visibility import is_inside, sees_proposals, visible_runs, visible_subjects
from jiebang.console.worklist import worklist_of
from jiebang.lifecycle.actions.appoint_organisation import may_appoint, roles_to_appoint
from jiebang.lifecycle.known import lineage_of, program_of
from jiebang.lifecycle.models import StageRun, Subject, SubjectKind
from jiebang.lifecycle.sign_off import put_up_at
from jiebang.publications.models import Objection
from jiebang.publications.on_notice import name_on_notice

_PER_PAGE = 40
#: A form of more fields than this gets a page of its own.
_MOST_INLINE = 8
#: A batch may have five hundred needs: the list of cases, which turns pages, has the rest.
_MOST_BELOW = 30


@require_safe
@visited
def worklist(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What waits for the actor."""
    return render(request, "console/worklist.html", {"list": worklist_of(visit.actor, visit.at)})


@require_safe
@visited
def subject_list(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The cases the actor may open, by words, kind, programme and state."""
    wanted = Wanted.read(request.GET)
    page = page_of(find_cases(visit.actor, visit.at, wanted), _PER_PAGE, request)
    asked = {"q": wanted.words, "kind": wanted.kind, "state": wanted.state, "programme": wanted.programme}
    context = {
        "page": page,
        "rows": rows_of(page.object_list, visit.actor, visit.at),
        "wanted": wanted,
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "kinds": SubjectKind.choices,
        "states": STATES,
        "programmes": programmes_seen(visit.actor, visit.at),
    }
    return render(request, "console/subject_list.html", context)


def find_subject(visit: Visit, subject_id: int) -> Subject:
    """A subject the actor may open. Raises Http404 for any other."""
    found = visible_subjects(visit.actor, visit.at).select_related("programme", "lead", "parent", "origin")
    subject = found.filter(pk=subject_id).first()
    if subject is None:
        raise Http404
    return subject


@require_safe
@visited
def subject_page(request: HttpRequest, visit: Visit, subject_id: int) -> HttpResponse:
    """One case: where it stands, what is known, what can be done, what has been done."""
    subject = find_subject(visit, subject_id)
    program = program_of(subject)
    inside = is_inside(visit.actor, subject)
    # What can be done now goes before what others do.
    desks = sorted(desks_of(subject, visit.actor, visit.at), key=lambda desk: not desk.may_act)
    relatives = relatives_of(subject, visit.actor, visit.at)
    below = [one for one in relatives if inside and one.parent_id == subject.pk]
    below.sort(key=lambda one: one.ended_at is not None)
    timeline = timeline_of(subject, relatives, program, visible_runs(visit.actor, visit.at))
    context = {
        "subject": subject,
        "pack": program.pack,
        "process": program.pack.processes.get(subject.process),
        "inside": inside,
        "desks": [(desk, _inline_forms(desk, visit)) for desk in desks],
        "facts": group_facts(
            shown_facts(visit, subject, program), subject, program, [desk.run.stage for desk in desks]
        ),
        "passage": passage_of(timeline),
        "marks": marks_of(subject, program, visit.actor) if inside else [],
        "below": rows_of(below[:_MOST_BELOW], visit.actor, visit.at),
        "count_below": len(below),
        "waits_for": _waits_for(subject, timeline),
        "revision": _revision(subject, visit),
        "participants": participants_of(
            relatives, program, sealed_facts(visit.actor, relatives, program, visit.at)
        )
        if inside
        else [],
        "money": money_of(relatives, program) if inside else [],
        "departures": departures_of(subject, program) if inside else [],
        "departable": departable_of(subject, program, visit.actor, visit.at) if inside else [],
        "objections": _objections(subject, visit),
        "handles_objections": any(
            one.event == "resolve_objection" and one.allowed for desk in desks for one in desk.offers
        ),
        "may_appoint": may_appoint(visit.actor, subject) and bool(roles_to_appoint(subject)),
    }
    return render(request, "console/subject.html", context)


def _revision(subject: Subject, visit: Visit) -> HandedIn | None:
    """For whoever it belongs to, while it may still be changed: where that is done."""
    mine = visit.actor.organisation_id
    if mine is None or subject.lead_id != mine or subject.parent_id is None:
        return None
    runs = StageRun.objects.filter(subject=subject.parent_id, closed_at__isnull=True)
    return next((one for one in handed_in(mine, runs, visit.at) if one.subject.pk == subject.pk), None)


def _waits_for(subject: Subject, timeline: list[Event]) -> list[tuple[str, int, Subject | None]]:
    """Where a thing without an open stage of its own goes on: (stage, how many, which if it is one), near things first."""
    family = {one.pk for one in lineage_of(subject)}
    going = [event for event in timeline if event.is_open and not event.is_own]
    near = [event for event in going if event.run.subject_id in family] or going
    by_label: dict[str, list[Event]] = {}
    for event in near:
        by_label.setdefault(event.label, []).append(event)
    return [(k, len(v), v[0].run.subject if len(v) == 1 else None) for k, v in by_label.items()]


def _objections(subject: Subject, visit: Visit) -> list[tuple[Objection, str]]:
    """Objections with what each is against, empty for the whole.

    Objectors are shown to the authorities that handle them alone, not to the experts whose marks they object to.
    """
    if not sees_proposals(visit.actor):
        return []
    found = Objection.objects.filter(run__subject=subject).select_related(
        "against__lead", "against__origin__lead"
    )
    return [
        (one, name_on_notice(one.against) if one.against is not None else "") for one in found.order_by("pk")
    ]


def _inline_forms(desk: Desk, visit: Visit) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for offer in desk.offers:
        form: ActForm | None = None
        amounts = None
        if offer.allowed and offer.event not in SUBMISSIONS | ASIDE:
            asking = Asking(desk.run, desk.run.subject, program_of(desk.run.subject), visit.at, visit.actor)
            read = put_up_at(desk.run) if offer.event in BOUND_TO_READ else ""
            form = build_form(offer.event, asking, draft=new_draft_key(), read=read)
            if len(form.slots) > _MOST_INLINE:
                form = None
            elif offer.event == "propose_payment":
                amounts = preview_amounts(asking, {})
        found.append({"offer": offer, "form": form, "amounts": amounts})
    return found
