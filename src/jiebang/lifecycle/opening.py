"""Opening a stage for some things: for which of them it is due, how often it may come, and until when it stays open."""

from __future__ import annotations

from datetime import date, datetime

from jiebang.kernel.periods import local_date
from jiebang.lifecycle.begun import note_stages
from jiebang.lifecycle.closing import last_day_of
from jiebang.lifecycle.errors import StillUnset, UnableToApply, YearMissing
from jiebang.lifecycle.known import lineages_of, program_of, situation_of, situations_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.policy.pack_process import Stage
from jiebang.policy.process import is_windowed
from jiebang.policy.situation import Situation
from jiebang.policy.truth import FAIL, PASS, UNKNOWN
from jiebang.policy.values import read_literal
from jiebang.policy.verdicts import unset_of


def open_where_due(things: list[Subject], name: str, stage: Stage, at: datetime) -> list[Subject]:
    """Open a run for each of some things of one kind. Returns those for which the stage isn't due.

    All are judged as they stand before any opens. A stage already open for a thing stays as it is: two branches met. Raises
    StillUnset while the window's length is open.
    """
    windowed = is_windowed(stage)
    # Most stages open without a question; what is known needn't be gathered for them.
    situations = situations_of(things, at) if windowed or stage.when is not None else {}
    due = [one for one in things if _is_due(one, name, stage, situations)]
    rounds: dict[int, int] = {}
    still_open = set()
    runs = StageRun.objects.filter(subject__in=due, stage=name)
    for key, closed_at in runs.values_list("subject_id", "closed_at"):
        rounds[key] = rounds.get(key, 0) + 1
        if closed_at is None:
            still_open.add(key)
    opening = [one for one in due if one.pk not in still_open]
    if stage.at_most is not None:
        most = int(read_literal(stage.at_most)[1])
        if any(rounds.get(one.pk, 0) >= most for one in opening):
            raise UnableToApply(
                where=stage.label, what=f"最多进行 {stage.at_most}，已经用完", fix="改走别的结果"
            )
    closing = _closing(opening, stage, stage.term, at, situations) if windowed and stage.term else {}
    opened = StageRun.objects.bulk_create(
        StageRun(
            subject=one, stage=name, kind=stage.kind, round=rounds.get(one.pk, 0) + 1, opened_at=at,
            closes_at=closing.get(one.pk),
        )
        for one in opening
    )  # fmt: skip
    note_stages(opened)
    through = {one.pk for one in due}
    return [one for one in things if one.pk not in through]


def _is_due(thing: Subject, name: str, stage: Stage, situations: dict[int, Situation]) -> bool:
    if stage.when is None:
        return True
    situation = situations[thing.pk]
    due = program_of(thing).holds(("processes", thing.process, "stages", name, "when"), situation)
    if due == UNKNOWN:
        raise _say_what_is_open(thing, name, stage, situation)
    return due != FAIL


def _closing(
    things: list[Subject], stage: Stage, term: str, at: datetime, situations: dict[int, Situation]
) -> dict[int, datetime]:
    """The first instant that is too late for the run of each of some things opened now, by the thing's key.

    Raises StillUnset, UnableToApply where it can't be computed. A term after another counts from the last day of that
    other's run, however late the clock opened this one. What would be over before it began counts from its opening instead:
    nobody loses a right because the clock stood still.
    """
    if not things:
        return {}
    program = program_of(things[0])
    keeper, today = program.timekeeper, local_date(at)
    after = keeper.terms[term].term.after
    starts = _ends_of_earlier(things, after) if after is not None else {}
    found = {}
    for one in things:
        start_on = starts.get(one.pk)
        deadline = keeper.deadline(term, start_on or today, situations[one.pk], earlier_ended=True)
        if start_on is not None and deadline.late_from is not None and deadline.late_from <= at:
            deadline = keeper.deadline(term, today, situations[one.pk], earlier_ended=True)
        if deadline.late_from is None:
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
        found[one.pk] = deadline.late_from
    return found


def _ends_of_earlier(things: list[Subject], term: str) -> dict[int, date]:
    """The last day of the newest run, of each thing or above it, that ran under `term`; nothing where there was none."""
    lineages = lineages_of(things)
    stages = program_of(things[0]).pack.processes[things[0].process].stages
    runs = StageRun.objects.filter(
        subject__in={here.pk for family in lineages.values() for here in family},
        stage__in=[name for name, stage in stages.items() if stage.term == term],
        closes_at__isnull=False,
    )
    newest_first = list(runs.order_by("-opened_at", "-pk"))
    found = {}
    for key, family in lineages.items():
        keys = {here.pk for here in family}
        run = next((run for run in newest_first if run.subject_id in keys), None)
        if run is not None and run.closes_at is not None:
            found[key] = last_day_of(run.closes_at)
    return found


def opens_at_once(above: Subject, name: str, stage: Stage, at: datetime) -> bool:
    """Whether a stage opens for the first that waits for it, without the others. Raises StillUnset while that is open."""
    if stage.at_once is None:
        return False
    situation = situation_of(above, at)
    found = program_of(above).holds(("processes", above.process, "stages", name, "at_once"), situation)
    if found == UNKNOWN:
        raise _say_what_is_open(above, name, stage, situation, "at_once")
    return found == PASS


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
