"""From a closed run to what opens next: one after another, one for each thing below, or one for all once all are through."""

from __future__ import annotations

from datetime import date, datetime

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.closing import last_day_of
from jiebang.lifecycle.errors import StillUnset, UnableToApply, YearMissing
from jiebang.lifecycle.known import (
    alive_below,
    descendants_of,
    lineage_of,
    program_of,
    situation_of,
    situations_of,
)
from jiebang.lifecycle.models import StageRun, Subject, SubjectKind
from jiebang.policy.pack_process import End, Process, Stage, Target
from jiebang.policy.process import is_windowed, targets_of
from jiebang.policy.situation import Situation
from jiebang.policy.stages import KINDS, Per
from jiebang.policy.truth import FAIL, PASS, UNKNOWN
from jiebang.policy.values import read_literal
from jiebang.policy.verdicts import unset_of
from jiebang.policy.words import OUTCOMES

_WIDTH = [kind.value for kind in SubjectKind]
#: The ending of what nothing more can happen to.
OVER = "下属事项均已结束"
#: What stands as waited for, within one act, while things of a kind are let off one after another.
_NOT_LET_OFF = "*"


def process_of(subject: Subject) -> Process:
    """The process a subject goes through."""
    return program_of(subject).pack.processes[subject.process]


def close_run(run: StageRun, outcome: str, at: datetime) -> None:
    """Close a run and open whatever its outcome leads to. Called inside the door's transaction only."""
    stage = process_of(run.subject).stages[run.stage]
    run.closed_at, run.outcome = at, outcome
    run.save(update_fields=["closed_at", "outcome", "closed_by", "note"])
    follow(run.subject, stage.outcomes[outcome], at, returning=outcome in KINDS[stage.kind].returning)
    if run.subject.kind == Per.project.value and run.subject.parent is not None:
        # A lane that goes on alone may be all that those to be joined have waited for.
        _release(run.subject.parent, run.subject.kind, at, last=run.subject)


def follow(subject: Subject, target: Target, at: datetime, *, returning: bool = False) -> None:
    """Go where a target leads: open the next stages, or end the subject once nothing of it is left open.

    A thing that is returned to a stage of what it belongs to (a need to the batch's collection, a bid to the challenge's
    window) gets a run of that stage for itself alone: the others don't wait for it, and it doesn't reopen theirs.
    """
    endings = _go(subject, target, at, returning=returning)
    if endings:
        _end_when_over(subject, endings[-1], at)


def _go(subject: Subject, target: Target, at: datetime, *, returning: bool = False) -> list[str]:
    """Open every branch of a target. Returns the endings reached, for the caller to end the subject if nothing else is open."""
    if isinstance(target, End):
        return [target.end]
    endings = []
    for name in targets_of(target):
        stage = process_of(subject).stages[name]
        if returning and _WIDTH.index(stage.per.value) < _WIDTH.index(subject.kind):
            endings += open_run(subject, name, stage, at)
        else:
            endings += _go_to(subject, name, at)
    return endings


def _end_when_over(subject: Subject, ending: str, at: datetime) -> None:
    """End a subject that has reached an end, unless a branch beside or a thing below is still on its way: the last ends it."""
    if _is_moving(subject) or subject.waiting_for or _is_alive_below(subject):
        subject.ending = ending
        subject.save(update_fields=["ending"])
    else:
        end_subject(subject, ending, at)


def end_subject(subject: Subject, ending: str, at: datetime) -> None:
    """The subject's path ends, and with it that of whatever below has nowhere to go; those who waited for it may go on."""
    _mark_ended(subject, ending, at)
    for below in descendants_of(subject):
        if below.ended_at is None:
            _mark_ended(below, ending, at)
    _release_joins(subject, at)


def came_to(subject: Subject) -> str:
    """What a thing's way came to last, in words: the newest stage it has left, and how."""
    left = subject.stage_runs.filter(closed_at__isnull=False).order_by("-closed_at", "-pk").first()
    return f"{process_of(subject).stages[left.stage].label}：{OUTCOMES[left.outcome]}" if left else ""


def _mark_ended(subject: Subject, ending: str, at: datetime) -> None:
    subject.ended_at, subject.ending, subject.waiting_for = at, ending, ""
    subject.save(update_fields=["ended_at", "ending", "waiting_for"])


def _go_to(subject: Subject, name: str, at: datetime) -> list[str]:
    """Open stage `name` from where `subject` stands: for itself, for each thing below it, or for the thing above it."""
    stage = process_of(subject).stages[name]
    if stage.per.value == subject.kind:
        return open_run(subject, name, stage, at)
    if _WIDTH.index(stage.per.value) > _WIDTH.index(subject.kind):
        # A project approved for one bid grew out of it and belongs to the challenge.
        grown = subject.offspring.filter(kind=stage.per.value, ended_at__isnull=True).order_by("pk")
        below = alive_below(subject, stage.per.value) or list(grown)
        # None may go on together with the others before all of them have been let off.
        Subject.objects.filter(pk__in=[one.pk for one in below]).update(waiting_for=_NOT_LET_OFF)
        # Most stages open without a question; what is known needn't be gathered for them.
        asked = is_windowed(stage) or stage.when is not None
        situations = situations_of(below, at) if asked else {}
        for one in below:
            one.waiting_for = ""
            one.save(update_fields=["waiting_for"])
            endings = open_run(one, name, stage, at, situations.get(one.pk))
            if endings:
                _end_when_over(one, endings[-1], at)
        return [] if below else [OVER]
    above = _above(subject, stage.per.value)
    subject.waiting_for = name
    subject.save(update_fields=["waiting_for"])
    _release(above, subject.kind, at, last=subject)
    return []


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
    are to be joined wait for those that are assessed in the same round only: a lane that goes on alone has decided.
    """
    if above.ended_at is not None or _has_open_run(above):
        return
    below = list(descendants_of(above, kind))
    if any(one.waiting_for == _NOT_LET_OFF for one in below):
        return
    names = {one.waiting_for for one in below if one.waiting_for and one.ended_at is None}
    stages = process_of(above).stages
    ahead = [name for name in stages if name in names and stages[name].per.value == above.kind]
    for name in ahead:
        waited = [one for one in below if one.ended_at is None and one.waiting_for != name]
        if kind == Per.project.value and stages[name].kind == "approve_project":
            moving = _assessed_with(last, waited)
        else:
            moving = [one for one in waited if _is_moving(one)]
        if not moving or _opens_at_once(above, name, stages[name], at):
            endings = open_run(above, name, stages[name], at)
            if endings:
                _end_when_over(above, endings[-1], at)
            return


def _opens_at_once(above: Subject, name: str, stage: Stage, at: datetime) -> bool:
    if stage.at_once is None:
        return False
    situation = situation_of(above, at)
    found = program_of(above).holds(("processes", above.process, "stages", name, "at_once"), situation)
    if found == UNKNOWN:
        raise _say_what_is_open(above, name, stage, situation, "at_once")
    return found == PASS


def _assessed_with(last: Subject, others: list[Subject]) -> list[Subject]:
    """Those of `others` that are still under the assessment, and in the round of it, which `last` has just left."""
    left = last.stage_runs.filter(closed_at__isnull=False).order_by("-closed_at", "-pk").first()
    if left is None:
        return []
    same = StageRun.objects.filter(
        subject__in=others, stage=left.stage, round__lte=left.round, closed_at__isnull=True
    )
    return [run.subject for run in same.select_related("subject")]


def _release_joins(subject: Subject, at: datetime) -> None:
    """When a thing ends, its siblings may be all that a join waited for; when none is left alive, the join opens empty."""
    above = subject.parent
    while above is not None:
        below = list(descendants_of(above, subject.kind))
        if any(one.ended_at is None for one in below):
            _release(above, subject.kind, at, last=subject)
        elif name := _join_after(subject, above):
            stage = process_of(above).stages[name]
            endings = [OVER] if stage.kind == "announce" else open_run(above, name, stage, at)
            if endings:
                _end_when_over(above, endings[-1], at)
        if _is_over(above):
            end_subject(above, above.ending or OVER, at)
            return
        above = above.parent


def _has_open_run(subject: Subject) -> bool:
    return subject.stage_runs.filter(closed_at__isnull=True).exists()


def _is_moving(subject: Subject) -> bool:
    """Whether something is open for a thing, or what grew out of it is still alive."""
    return _has_open_run(subject) or subject.offspring.filter(ended_at__isnull=True).exists()


def _is_alive_below(subject: Subject) -> bool:
    """Whether anything below is still on its way: a stage open for it, or waiting to be let on."""
    ids = [one.pk for one in descendants_of(subject) if one.ended_at is None]
    return (
        StageRun.objects.filter(subject__in=ids, closed_at__isnull=True).exists()
        or Subject.objects.filter(pk__in=ids).exclude(waiting_for="").exists()
    )


def _is_over(above: Subject) -> bool:
    """Whether nothing more can happen to a wider thing: no stage is open for it, and all below has ended or lives on elsewhere."""
    if above.ended_at is not None or above.waiting_for or _is_moving(above) or _is_alive_below(above):
        return False
    return bool(above.ending) or all(
        child.offspring.exists() for child in above.children.filter(ended_at__isnull=True)
    )


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


def open_run(
    subject: Subject, name: str, stage: Stage, at: datetime, situation: Situation | None = None
) -> list[str]:
    """Open a run, or skip the stage where its condition doesn't hold. Returns the endings that skipping reached.

    Whoever waited below for this very stage waits no more. A stage already open for the subject stays as it is: two branches
    met. Raises StillUnset while its window's length is open.
    """
    program = program_of(subject)
    windowed = is_windowed(stage)
    if situation is None and (windowed or stage.when is not None):
        situation = situation_of(subject, at)
    Subject.objects.filter(
        pk__in=[one.pk for one in descendants_of(subject) if one.waiting_for == name]
    ).update(waiting_for="")
    if stage.when is not None and situation is not None:
        due = program.holds(("processes", subject.process, "stages", name, "when"), situation)
        if due == UNKNOWN:
            raise _say_what_is_open(subject, name, stage, situation)
        if due == FAIL:
            assert stage.skipped is not None
            return _go(subject, stage.skipped, at)
    runs = subject.stage_runs.filter(stage=name)
    if runs.filter(closed_at__isnull=True).exists():
        return []
    before = runs.count()
    if stage.at_most is not None and before >= int(read_literal(stage.at_most)[1]):
        raise UnableToApply(where=stage.label, what=f"最多进行 {stage.at_most}，已经用完", fix="改走别的结果")
    closes_at = None
    if windowed and stage.term is not None and situation is not None:
        closes_at = _closing(subject, stage, stage.term, at, situation)
    StageRun.objects.create(
        subject=subject, stage=name, kind=stage.kind, round=before + 1, opened_at=at, closes_at=closes_at
    )
    return []


def _closing(subject: Subject, stage: Stage, term: str, at: datetime, situation: Situation) -> datetime:
    """The first instant that is too late for a run opened now. Raises StillUnset, UnableToApply where it can't be computed.

    A term after another counts from the last day of that other's run, however late the clock opened this one. What would be
    over before it began counts from its opening instead: nobody loses a right because the clock stood still.
    """
    program = program_of(subject)
    keeper, today = program.timekeeper, local_date(at)
    after = keeper.terms[term].term.after
    start_on = _end_of_earlier(subject, after) if after is not None else None
    deadline = keeper.deadline(term, start_on or today, situation, earlier_ended=True)
    if start_on is not None and deadline.late_from is not None and deadline.late_from <= at:
        deadline = keeper.deadline(term, today, situation, earlier_ended=True)
    if deadline.late_from is not None:
        return deadline.late_from
    if deadline.unknown_year is not None:
        raise YearMissing(where=stage.label, year=deadline.unknown_year)
    if not deadline.unset:
        raise UnableToApply(
            where=stage.label, what=f"截止时间算不出来：{deadline.problem}", fix="按提示处理后再办理"
        )
    questions = "、".join(program.pack.discretion[key].question for key in deadline.unset)
    raise StillUnset(
        what=f"{stage.label}的期限还没有定下来：{deadline.problem or questions}", keys=deadline.unset
    )


def _end_of_earlier(subject: Subject, term: str) -> date | None:
    """The last day of the newest run, here or above, that ran under `term`; None where there was none."""
    stages = process_of(subject).stages
    names = [name for name, stage in stages.items() if stage.term == term]
    run = (
        StageRun.objects.filter(subject__in=lineage_of(subject), stage__in=names, closes_at__isnull=False)
        .order_by("-opened_at", "-pk")
        .first()
    )
    return None if run is None or run.closes_at is None else last_day_of(run.closes_at)


def _say_what_is_open(
    subject: Subject, name: str, stage: Stage, situation: Situation, word: str = "when"
) -> UnableToApply:
    """Why nobody can say yet whether a stage is due: what somebody has to decide, else what has to be found out."""
    program = program_of(subject)
    leaves = program.conditions["processes", subject.process, "stages", name, word].matters(situation)
    asked = "要不要进行" if word == "when" else "能不能不等其他的先进行"
    told = f"{stage.label}：还不能判断这个阶段{asked}"
    if unset := list(dict.fromkeys(key for leaf in leaves for key in unset_of(leaf, situation))):
        questions = "；".join(program.pack.discretion[key].question for key in unset)
        return StillUnset(what=f"{told}，尚待决定：{questions}", keys=unset)
    facts = [fact for leaf in leaves for operand in leaf.operands for fact in operand.facts]
    lacking = "、".join(program.pack.facts[fact].label for fact in dict.fromkeys(facts))
    return UnableToApply(what=f"{told}，要看：{lacking}", fix="先补齐或核实")
