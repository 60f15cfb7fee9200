"""From a closed run to what opens next: one after another, one for each thing below, or one for all once all are through."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.known import alive_below, alive_below_each, descendants_of_each, program_of
from jiebang.lifecycle.models import StageRun, Subject, SubjectKind
from jiebang.lifecycle.opening import open_where_due, opens_at_once
from jiebang.policy.pack_process import End, Process, Stage, Target
from jiebang.policy.process import targets_of
from jiebang.policy.stages import INTAKE_KINDS, KINDS, Gives, Per, is_favourable
from jiebang.policy.words import outcome_label

_WIDTH = [kind.value for kind in SubjectKind]
#: The ending of what nothing more can happen to.
OVER = "下属事项均已结束"


def process_of(subject: Subject) -> Process:
    """The process a subject goes through."""
    return program_of(subject).pack.processes[subject.process]


def close_run(run: StageRun, outcome: str, at: datetime) -> None:
    """Close a run and open whatever its outcome leads to. Called inside the door's transaction only."""
    stage = process_of(run.subject).stages[run.stage]
    run.closed_at, run.outcome = at, outcome
    run.save(update_fields=["closed_at", "outcome", "closed_by", "note"])
    kind, target = KINDS[stage.kind], stage.outcomes[outcome]
    if _lets_in_at_once(run.subject, stage) and is_favourable(stage.kind, outcome):
        _follow_rest(run.subject, target, at)
    else:
        makes = Gives.projects in kind.outcomes[outcome]
        follow(run.subject, target, at, returning=outcome in kind.returning, makes=makes)
    if run.subject.kind == Per.project.value and run.subject.parent is not None:
        # A lane that goes on alone may be all that those to be joined have waited for.
        _release(run.subject.parent, run.subject.kind, at, last=run.subject)


def follow(
    subject: Subject, target: Target, at: datetime, *, returning: bool = False, makes: bool = False
) -> None:
    """Go where a target leads: open the next stages, or end the subject once nothing of it is left open.

    A thing that is returned to a stage of what it belongs to (a need to the batch's collection, a bid to the challenge's
    window) gets a run of that stage for itself alone: the others don't wait for it, and it doesn't reopen theirs.
    What `makes` projects leads only these on: one that is on its way already, or on its way out, is none of them.
    """
    _end_when_over([subject], _go([subject], target, at, returning=returning, makes=makes), at)


def let_on(subject: Subject, window: Stage, at: datetime) -> None:
    """What has come in through a window goes where all of it goes when the window closes, without waiting for that."""
    outcome = next(iter(KINDS[window.kind].outcomes))
    _end_when_over([subject], _go([subject], window.outcomes[outcome], at), at)


def windows_of(subject: Subject) -> list[StageRun]:
    """Open windows through which others may still come in beside those that have been let on."""
    return _windows_among(subject.stage_runs.filter(closed_at__isnull=True), subject)


def _windows_among(runs: Iterable[StageRun], subject: Subject) -> list[StageRun]:
    stages = process_of(subject).stages
    return [run for run in runs if _lets_in_at_once(subject, stages[run.stage])]


def _lets_in_at_once(subject: Subject, stage: Stage) -> bool:
    return stage.at_once is not None and stage.kind in INTAKE_KINDS and subject.kind == stage.per.value


def shut_windows(subject: Subject, note: str, at: datetime) -> list[str]:
    """Nobody can come in any more: what let in one after another is over, and nothing follows from it. Returns the stages."""
    windows = windows_of(subject)
    for run in windows:
        run.closed_at, run.outcome, run.note = at, next(iter(KINDS[run.kind].outcomes)), note
        run.save(update_fields=["closed_at", "outcome", "note"])
    return [run.stage for run in windows]


def _follow_rest(above: Subject, target: Target, at: datetime) -> None:
    """A window closes: those go on that it hasn't let on yet, and what the others have waited for may open."""
    inside = alive_below(above, Per.bid.value)
    if not inside:
        return
    begun = set(StageRun.objects.filter(subject__in=inside).values_list("subject_id", flat=True))
    if rest := [one for one in inside if one.pk not in begun]:
        _end_when_over(rest, _go(rest, target, at), at)
    _release(above, Per.bid.value, at, last=inside[-1])


def _go(
    things: list[Subject], target: Target, at: datetime, *, returning: bool = False, makes: bool = False
) -> dict[int, str]:
    """Open every branch of a target for things of one kind. Returns the last ending that each reached, by its key.

    It is for the caller to end those for which nothing else is open.
    """
    if isinstance(target, End):
        return {one.pk: target.end for one in things}
    stages, kind = process_of(things[0]).stages, things[0].kind
    branches = [(name, stages[name]) for name in targets_of(target)]
    if len(things) > 1:
        # None may go on together with the others before whatever else opens for all of them is open.
        branches.sort(key=lambda branch: _is_wider(branch[1], kind))
    begun = _begun_below(things) if makes else frozenset()
    endings: dict[int, str] = {}
    for name, stage in branches:
        alone = stage.per.value == kind or (returning and _is_wider(stage, kind))
        endings |= _open_runs(things, name, stage, at) if alone else _go_to(things, name, stage, at, begun)
    return endings


def _is_wider(stage: Stage, kind: str) -> bool:
    return _WIDTH.index(stage.per.value) < _WIDTH.index(kind)


def _end_when_over(things: list[Subject], endings: dict[int, str], at: datetime) -> None:
    """End those that have reached an end, unless a branch beside or a thing below is still on its way: the last ends it."""
    if not endings:
        return
    reached = [one for one in things if one.pk in endings]
    going_on = _moving_among(reached) | _alive_below_among(reached)
    going_on |= {one.pk for one in reached if one.waiting_for}
    staying = [one for one in reached if one.pk in going_on]
    for one in staying:
        one.ending = endings[one.pk]
    Subject.objects.bulk_update(staying, ["ending"])
    end_each([one for one in reached if one.pk not in going_on], endings, at)


def end_subjects(subjects: list[Subject], ending: str, at: datetime) -> None:
    """The paths of some things end alike."""
    end_each(subjects, {one.pk: ending for one in subjects}, at)


def came_to(subjects: list[Subject]) -> dict[int, str]:
    """What the way of each of some things came to last, in words, by its key: the newest stage it has left, and how."""
    left = StageRun.objects.filter(subject__in=subjects, closed_at__isnull=False)
    newest = {run.subject_id: run for run in left.order_by("closed_at", "pk")}
    return {
        one.pk: f"{process_of(one).stages[run.stage].label}：{outcome_label(run.kind, run.outcome)}"
        for one in subjects
        if (run := newest.get(one.pk)) is not None
    }


def end_each(subjects: list[Subject], endings: Mapping[int, str], at: datetime) -> None:
    """Each ends with its ending, and with it whatever below has nowhere to go; those who waited for them may go on."""
    ended: dict[str, list[Subject]] = {}
    below = alive_below_each(subjects)
    for one in subjects:
        ended.setdefault(endings[one.pk], []).extend([one, *below[one.pk]])
    for ending, together in ended.items():
        for one in together:
            one.ended_at, one.ending, one.waiting_for = at, ending, ""
        Subject.objects.filter(pk__in=[one.pk for one in together]).update(
            ended_at=at, ending=ending, waiting_for=""
        )
    # The last of those that ended beside one another speaks for all of them.
    for last in {(one.parent_id, one.kind): one for one in subjects}.values():
        _release_joins(last, at)


def _go_to(
    things: list[Subject], name: str, stage: Stage, at: datetime, begun: frozenset[int] = frozenset()
) -> dict[int, str]:
    """Open a stage that isn't run for things like these: for each below them that hasn't `begun`, or for what is above them."""
    kind = things[0].kind
    if not _is_wider(stage, kind):
        below = _below_or_grown(things, stage.per.value)
        every = [one for found in below.values() for one in found if one.pk not in begun]
        _wait_for([one for one in every if one.waiting_for], "")
        _end_when_over(every, _open_runs(every, name, stage, at), at)
        return {pk: OVER for pk, found in below.items() if not found}
    _wait_for(things, name)
    for last in {one.parent_id: one for one in things}.values():
        _release(_above(last, stage.per.value), kind, at, last=last)
    return {}


def _begun_below(things: list[Subject]) -> frozenset[int]:
    """The keys of projects that belong to some things, or to what these belong to, and have had a stage."""
    around = {one.pk for one in things} | {one.parent_id for one in things if one.parent_id is not None}
    runs = StageRun.objects.filter(subject__parent__in=around, subject__kind=Per.project.value)
    return frozenset(runs.values_list("subject_id", flat=True))


def _below_or_grown(things: list[Subject], kind: str) -> dict[int, list[Subject]]:
    """What is still in it below each of some things. A project approved for one bid grew out of it and belongs to the challenge."""
    below = alive_below_each(things, kind)
    if without := [pk for pk, found in below.items() if not found]:
        grown = Subject.objects.filter(origin__in=without, kind=kind, ended_at__isnull=True)
        for one in grown.order_by("pk"):
            below[one.origin_id or 0].append(one)
    return below


def _wait_for(things: list[Subject], name: str) -> None:
    """Note which stage of something wider things have reached; "" for none."""
    for one in things:
        one.waiting_for = name
    if things:
        Subject.objects.filter(pk__in=[one.pk for one in things]).update(waiting_for=name)


def _above(subject: Subject, kind: str) -> Subject:
    here: Subject | None = subject
    while here is not None and here.kind != kind:
        here = here.parent
    if here is None:
        raise UnableToApply(where=subject.number, what=f"上面没有 {kind}", fix="检查流程")
    return here


def _release(above: Subject, kind: str, at: datetime, last: Subject) -> None:
    """Open what things of a kind wait for together, once none of them that might still come is on its way.

    Where they wait for different stages, the first of the process goes first; the others wait on. A stage that may open at once
    opens for the first that waits for it; raises StillUnset while nobody has decided whether it may. Lanes of a race that
    are to be joined wait for those that are assessed in the same round only: a lane that goes on alone has decided. While a
    window is open that lets each go on by itself, somebody might still come.
    """
    here = list(above.stage_runs.filter(closed_at__isnull=True))
    windows = _windows_among(here, above)
    if above.ended_at is not None or len(here) > len(windows):
        return
    below = alive_below(above, kind)
    names = {one.waiting_for for one in below if one.waiting_for}
    if not names:
        return
    moving = _moving_among(below)
    stages = process_of(above).stages
    ahead = [name for name in stages if name in names and stages[name].per.value == above.kind]
    for name in ahead:
        waited = [one for one in below if one.waiting_for != name]
        if kind == Per.project.value and stages[name].kind == "approve_project":
            held_up = _is_assessed_with(last, waited)
        else:
            held_up = bool(windows) or any(one.pk in moving for one in waited)
        if not held_up or opens_at_once(above, name, stages[name], at):
            _open_above(above, name, at)
            return


def _open_above(above: Subject, name: str, at: datetime) -> None:
    stage = process_of(above).stages[name]
    _end_when_over([above], _open_runs([above], name, stage, at), at)


def _is_assessed_with(last: Subject, others: list[Subject]) -> bool:
    """Whether any of `others` is still under the assessment, and in the round of it, which `last` has just left."""
    left = last.stage_runs.filter(closed_at__isnull=False).order_by("-closed_at", "-pk").first()
    return (
        left is not None
        and StageRun.objects.filter(
            subject__in=others, stage=left.stage, round__lte=left.round, closed_at__isnull=True
        ).exists()
    )


def _release_joins(subject: Subject, at: datetime) -> None:
    """When a thing ends, its siblings may be all that a join waited for; when none is left alive, the join opens empty."""
    above = subject.parent
    while above is not None:
        if alive_below(above, subject.kind):
            _release(above, subject.kind, at, last=subject)
        elif name := _join_after(subject, above):
            if process_of(above).stages[name].kind == "announce":
                _end_when_over([above], {above.pk: OVER}, at)
            else:
                _open_above(above, name, at)
        if _is_over(above):
            end_subjects([above], above.ending or OVER, at)
            return
        above = above.parent


def _has_open_run(subject: Subject) -> bool:
    return subject.stage_runs.filter(closed_at__isnull=True).exists()


def _moving_among(things: list[Subject]) -> set[int]:
    """Keys of those for which something is open, or of which what grew out of them is still alive."""
    keys = [one.pk for one in things]
    grown = Subject.objects.filter(origin__in=keys, ended_at__isnull=True)
    return _open_among(keys) | set(grown.values_list("origin_id", flat=True))


def _open_among(keys: Collection[int]) -> set[int]:
    if not keys:
        return set()
    rows = StageRun.objects.filter(subject__in=keys, closed_at__isnull=True)
    return set(rows.values_list("subject_id", flat=True))


def _alive_below_among(things: list[Subject]) -> set[int]:
    """Keys of those below which anything is still on its way: a stage open for it, or waiting to be let on."""
    below = alive_below_each(things)
    moving = _open_among({one.pk for found in below.values() for one in found})
    return {pk for pk, found in below.items() if any(one.waiting_for or one.pk in moving for one in found)}


def _is_over(above: Subject) -> bool:
    """Whether nothing more can happen to a wider thing: no stage is open for it, and all below has ended or lives on elsewhere."""
    if above.ended_at is not None or above.waiting_for:
        return False
    if _moving_among([above]) or _alive_below_among([above]):
        return False
    alive = above.children.filter(ended_at__isnull=True)
    return bool(above.ending) or not alive.filter(offspring__isnull=True).exists()


def _join_after(subject: Subject, above: Subject) -> str:
    """The stage at which things like `subject` come together for `above`: the nearest one ahead of where this one ended."""
    process = process_of(subject)
    if _has_open_run(above) or above.ended_at is not None or above.ending:
        return ""
    last = subject.stage_runs.order_by("-closed_at", "-pk").values_list("stage", flat=True).first()
    ahead = (
        [last] if last is not None else [k for k, s in process.stages.items() if s.per.value == subject.kind]
    )
    for here in ahead:
        stage = process.stages[here]
        for outcome, target in stage.outcomes.items():
            if outcome in KINDS[stage.kind].returning:
                continue
            for name in targets_of(target):
                to = process.stages[name]
                # Lanes that are no more can't be joined.
                if to.per.value == above.kind and not (
                    subject.kind == Per.project.value and to.kind == "approve_project"
                ):
                    return name
                if to.per.value == subject.kind and name not in ahead:
                    ahead.append(name)
    return ""


def _open_runs(things: list[Subject], name: str, stage: Stage, at: datetime) -> dict[int, str]:
    """Open a run for each of some things of one kind, or skip the stage where it isn't due. Returns the endings reached so.

    Whoever waited below for this very stage waits no more. The stage is open for those it is due for before the others go
    on: none of these may go on together with the rest before all of them have been let off.
    """
    below = descendants_of_each(things).values()
    _wait_for([one for found in below for one in found if one.waiting_for == name], "")
    skipping = open_where_due(things, name, stage, at)
    if not skipping:
        return {}
    assert stage.skipped is not None
    return _go(skipping, stage.skipped, at)
