"""The bureau sums up a review: by the pack's pass line and number of survivors where it has them, never by hand then."""

from decimal import Decimal

from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.facts import facts_given, record_facts
from jiebang.lifecycle.known import alive_below
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.lifecycle.routing import end_subjects
from jiebang.lifecycle.rules import require_rules
from jiebang.lifecycle.sign_off import require_signed
from jiebang.lifecycle.transitions import Act
from jiebang.policy.pack_process import Scoring
from jiebang.policy.pack_rules import When
from jiebang.policy.scores import rank
from jiebang.reviews.computed import total_of
from jiebang.reviews.models import Review


def conclude_review(act: Act) -> str:
    """Passed or failed. A challenge's review ends the bids that don't survive. Raises UnableToApply while marks are missing."""
    scoring = act.stage.scoring or Scoring()
    if act.subject.kind == "challenge":
        bids = alive_below(act.subject, "bid")
        alive = _survivors(act, scoring, [(act.run, bid) for bid in bids])
        end_subjects([bid for bid in bids if bid.pk not in alive], f"{act.stage.label}未通过", act.at)
        passed = bool(alive)
    elif scoring.pass_mark is None and scoring.survivors is None:
        _survivors(act, scoring, [(act.run, act.subject)])
        outcome = str(act.payload.get("outcome", ""))
        if outcome not in ("passed", "failed"):
            raise UnableToApply(
                where=act.stage.label, what="没有选择结果", fix="依据专家意见选择通过或不通过"
            )
        passed = outcome == "passed"
        if not passed and not str(act.payload.get("note", "")).strip():
            raise UnableToApply(where=act.stage.label, what="没有写理由", fix="评审不通过要写明理由")
    else:
        passed = act.subject.pk in _survivors(act, scoring, _beside(act, scoring))
    # What the experts found besides marks (a plan feasible, a team able) is known from here on.
    facts = facts_given(act)
    if passed:
        require_rules(act, (When.decide,), facts)
        require_signed(act)
    record_facts(act, act.subject, facts)
    act.run.note = str(act.payload.get("note", ""))
    return "passed" if passed else "failed"


def _beside(act: Act, scoring: Scoring) -> list[tuple[StageRun, Subject]]:
    """The subject alone, or with all others in the same review where only so many survive."""
    if scoring.survivors is None:
        return [(act.run, act.subject)]
    runs = StageRun.objects.filter(
        stage=act.run.stage, round=act.run.round, subject__parent=act.subject.parent
    )
    return [(run, run.subject) for run in runs.select_related("subject")]


def _survivors(act: Act, scoring: Scoring, pairs: list[tuple[StageRun, Subject]]) -> set[int]:
    given: dict[tuple[int, int], list[Decimal]] = {}
    for one in Review.objects.filter(run__in={run.pk for run, _ in pairs}).order_by("pk"):
        given.setdefault((one.run_id, one.subject_id), []).append(total_of(one.marks))
    totals = {}
    for run, thing in pairs:
        if (run.pk, thing.pk) not in given:
            raise UnableToApply(where=thing.number, what="还没有专家打分", fix="等专家打分后再汇总")
        totals[str(thing.pk)] = given[run.pk, thing.pk]
    return {int(key) for key in rank(scoring, totals).survive}
