"""What comes between a proposal and its conclusion, and stages at which a chain would only seem to guard something."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.lifecycle.chains import set_chain
from tests.lifecycle.conftest import PlayUntil
from tests.lifecycle.test_proposals import pk
from tests.lifecycle.test_rounds import play_until as play_rounds
from tests.lifecycle.test_whole_lives import LIVES

from jiebang.lifecycle.actions.decide_discretion import decide_discretion
from jiebang.lifecycle.door import Receipt, apply
from jiebang.lifecycle.errors import NotAllowed, UnableToApply
from jiebang.lifecycle.models import FactEntry, Proposal, StageRun, Subject
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = pytest.mark.django_db
Act = Callable[..., Receipt]


def doing(life: Stage, subject: str, stage: str, when: str) -> Act:
    """`act(who, event, **payload)` at one stage, at one instant."""
    at = read_instant(when)

    def do(by: str, event: str, **payload: Any) -> Receipt:
        actor = life.actor(by, at)
        return apply(life.subjects[subject].pk, stage, event, actor=actor, at=at, payload=payload)

    return do


def signed_by_both(act: Act) -> None:
    act("officer", "sign_off", agreed=True)
    act("head", "sign_off", agreed=True)


def test_a_review_that_passes_is_signed_and_one_that_fails_is_not(play_until: PlayUntil) -> None:
    life = play_until("2026-03-27T10:00")
    set_chain(life.programme, "review", "officer", "head")
    passes = doing(life, "bid1", "review", "2026-03-27T10:00")
    with pytest.raises(UnableToApply, match="这个结果要逐级审批"):
        passes("officer", "conclude")
    passes("officer", "propose")
    signed_by_both(passes)
    # Marks may still be changed until the review is summed up; what was signed was a pass.
    passes("expert", "record_review", marks={"plan": "59 分"})
    with pytest.raises(UnableToApply, match="结果已经和签署时不同"):
        passes("officer", "conclude_as_signed")
    passes("expert", "record_review", marks={"plan": "61 分"})
    assert passes("officer", "conclude_as_signed").outcome == "passed"
    fails = doing(life, "bid2", "review", "2026-03-27T10:01")
    with pytest.raises(UnableToApply, match="这个结果不需要逐级审批"):
        fails("officer", "propose")
    assert fails("officer", "conclude").outcome == "failed"


def test_what_was_decided_otherwise_after_the_signatures_has_to_be_signed_anew(play_until: PlayUntil) -> None:
    life = play_until("2026-03-31T10:00")
    set_chain(life.programme, "deliberate", "secretary")
    act = doing(life, "challenge", "council", "2026-03-31T10:00")
    act("secretary", "propose", outcome="approved")
    act("secretary", "sign_off", agreed=True)
    at = read_instant("2026-03-31T11:00")
    officer = life.actor("officer", at)
    assert officer is not None
    decide_discretion(
        programme=life.programme, key="notice-counting", value="working", reason="示例：改按工作日",
        actor=officer, at=at,
    )  # fmt: skip
    later = doing(life, "challenge", "council", "2026-03-31T12:00")
    with pytest.raises(UnableToApply, match="情况变了：公示按自然日还是工作日？"):
        later("secretary", "conclude_as_signed")
    later("secretary", "propose", outcome="approved")
    later("secretary", "sign_off", agreed=True)
    assert later("secretary", "conclude_as_signed").outcome == "approved"


def test_the_list_is_announced_as_it_was_signed_word_for_word(play_until: PlayUntil) -> None:
    life = play_until("2026-03-05T09:00")
    set_chain(life.programme, "announce", "officer", "head")
    act = doing(life, "batch", "announce", "2026-03-05T09:00")
    act("officer", "propose")
    signed_by_both(act)
    act("officer", "check_facts", thing=pk(life, "need"), facts={"need.title": "别的题目"})
    with pytest.raises(UnableToApply, match="情况变了：需求名称"):
        act("officer", "conclude_as_signed")
    act("officer", "propose")
    signed_by_both(act)
    assert act("officer", "conclude_as_signed").outcome == "announced"


def test_no_topic_is_slipped_into_a_list_that_was_signed(thin_pack: None) -> None:
    life = play_rounds("2026-03-02T10:05")
    set_chain(life.programme, "set_challenge", "officer")
    act = doing(life, "batch", "pose", "2026-03-02T11:00")
    act("officer", "propose", outcome="set")
    act("officer", "sign_off", agreed=True)
    act("officer", "pose_topic", values={"need.title": "后加的题"})
    with pytest.raises(UnableToApply, match="情况变了"):
        act("officer", "conclude_as_signed")


def test_what_was_found_when_it_was_proposed_isnt_found_later_by_a_late_signature(
    play_until: PlayUntil,
) -> None:
    life = play_until("2026-03-04T09:00")
    set_chain(life.programme, "vet_need", "officer", "head")
    act = doing(life, "need", "vet", "2026-03-04T09:00")
    act("officer", "propose", outcome="passed", facts={"challenge.total_investment": "5000000 元"})
    signed_by_both(act)
    doing(life, "need", "vet", "2026-05-04T09:00")("officer", "conclude_as_signed")
    entry = FactEntry.objects.get(
        subject=life.subjects["need"], name="challenge.total_investment", superseded_at=None
    )
    assert (str(entry.as_of), entry.source) == ("2026-03-04", "checked")


def test_a_proposal_of_an_earlier_round_is_nothing_in_the_next(play_until: PlayUntil) -> None:
    life = play_until("2026-03-04T09:00")
    set_chain(life.programme, "vet_need", "officer", "head")
    act = doing(life, "need", "vet", "2026-03-04T09:00")
    found = {"challenge.total_investment": "5000000 元"}
    act("officer", "propose", outcome="passed", facts=found)
    signed_by_both(act)
    act("second", "conclude", outcome="returned", note="再补充")
    doing(life, "need", "collect", "2026-03-04T10:00")(
        "firm", "submit_need", values={"need.title": "高温轴承", "challenge.total_investment": "5000000 元"}
    )
    again = doing(life, "need", "vet", "2026-03-04T11:00")
    with pytest.raises(UnableToApply, match="还没有提出拟办意见"):
        again("officer", "conclude_as_signed")
    again("officer", "propose", outcome="passed", facts=found)
    assert Proposal.objects.filter(withdrawn_at=None, run__closed_at=None).count() == 1


def test_where_organisations_run_a_stage_the_bureaus_chain_has_no_say() -> None:
    scenario = read_scenario(next(path for path in LIVES if path.stem == "urumqi-race"))
    life = set_stage(scenario, lambda _line: None)
    set_chain(life.programme, "select", "officer", "head")
    # The sponsor chooses; nobody there has a position, so that nothing it proposed could ever be signed.
    play_steps(life, [step for step in scenario.steps if step.at < "2026-02-24"])
    run = StageRun.objects.get(subject=life.subjects["challenge"], stage="select")
    assert run.outcome == "selected"
    assert Subject.objects.get(pk=pk(life, "bid4")).ended_at is not None


def test_a_solver_who_signs_with_the_bureau_puts_nothing_up_in_its_place(thin_pack: None) -> None:
    life = play_rounds("2026-04-16")
    set_chain(life.programme, "sign", "officer")
    run = StageRun.objects.get(subject=life.subjects["project"], stage="sign")
    act = doing(life, "project", "sign", "2026-04-15T10:00")
    act("officer", "propose", outcome="signed")
    act("officer", "sign_off", agreed=True)
    with pytest.raises(NotAllowed, match="由主管部门提出"):
        act("two", "propose", outcome="signed", note="按我们的条件")
    assert run.sign_offs.filter(voided_at=None).count() == 1
    assert act("officer", "conclude_as_signed").outcome == "signed"
