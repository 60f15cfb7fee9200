"""What comes between a proposal and its conclusion, and stages at which a chain would only seem to guard something."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from tests.lifecycle.chains import set_chain
from tests.lifecycle.conftest import HERE, PlayUntil
from tests.lifecycle.test_proposals import pk
from tests.lifecycle.test_rounds import play_until as play_rounds
from tests.lifecycle.test_whole_lives import LIVES

from jiebang.lifecycle.actions.decide_discretion import decide_discretion
from jiebang.lifecycle.door import Receipt, apply
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.models import FactEntry, Proposal, StageRun, Subject
from jiebang.lifecycle.packs import load_program
from jiebang.organisations.models import Relation
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


def decide(life: Stage, key: str, value: str, when: str) -> None:
    at = read_instant(when)
    officer = life.actor("officer", at)
    assert officer is not None
    decide_discretion(programme=life.programme, key=key, value=value, reason="示例", actor=officer, at=at)


def test_what_was_decided_otherwise_after_the_signatures_has_to_be_signed_anew(play_until: PlayUntil) -> None:
    life = play_until("2026-03-31T10:00")
    set_chain(life.programme, "deliberate", "secretary")
    act = doing(life, "challenge", "council", "2026-03-31T10:00")
    act("secretary", "propose", outcome="approved")
    act("secretary", "sign_off", agreed=True)
    decide(life, "notice-counting", "working", "2026-03-31T11:00")
    later = doing(life, "challenge", "council", "2026-03-31T12:00")
    with pytest.raises(UnableToApply, match="情况变了：公示按自然日还是工作日？"):
        later("secretary", "conclude_as_signed")
    later("secretary", "propose", outcome="approved")
    later("secretary", "sign_off", agreed=True)
    assert later("secretary", "conclude_as_signed").outcome == "approved"


def test_what_was_decided_of_something_else_stands_in_nobodys_way(play_until: PlayUntil) -> None:
    life = play_until("2026-03-31T10:00")
    set_chain(life.programme, "deliberate", "secretary")
    act = doing(life, "challenge", "council", "2026-03-31T10:00")
    act("secretary", "propose", outcome="approved")
    # The notice that follows is as long as that question says; the year's report is nothing to it.
    assert set(Proposal.objects.get().asked) == {"notice-counting"}
    decide(life, "report-form", "table", "2026-03-31T10:30")
    act("secretary", "sign_off", agreed=True)
    decide(life, "report-form", "text", "2026-03-31T11:00")
    with pytest.raises(AlreadyDone, match="同样的拟办意见已经提出"):
        act("secretary", "propose", outcome="approved")
    assert act("secretary", "conclude_as_signed").outcome == "approved"


def test_a_decision_for_the_very_thing_counts_whether_or_not_it_was_looked_at(play_until: PlayUntil) -> None:
    life = play_until("2026-03-31T10:00")
    set_chain(life.programme, "deliberate", "secretary")
    act = doing(life, "challenge", "council", "2026-03-31T10:00")
    act("secretary", "propose", outcome="approved")
    at = read_instant("2026-03-31T10:30")
    officer = life.actor("officer", at)
    assert officer is not None
    decide_discretion(
        programme=life.programme, subject=life.subjects["challenge"], key="splitting", value="parts", reason="示例",
        actor=officer, at=at,
    )  # fmt: skip
    with pytest.raises(UnableToApply, match="榜题整体揭榜，还是可以分段"):
        act("secretary", "sign_off", agreed=True)


#: Ties that exclude whoever has them, unless the bureau has decided that they don't.
_LENIENT = (
    "test: {not: {related: [bid.lead], to: [challenge.sponsor], by: [sole_control, same_as]}}",
    "given: {related: [bid.lead], to: [challenge.sponsor], by: [sole_control, same_as]}\n    test: {equal: [{discretion: report-form}, text]}",
)


def test_a_decision_that_only_comes_in_by_what_is_otherwise_now_was_signed_by_nobody(
    play_until: PlayUntil, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    text = (HERE / "packs" / "thin" / "1" / "pack.yaml").read_text(encoding="utf-8")
    assert text.count(_LENIENT[0]) == 1
    pack = tmp_path / "thin" / "1" / "pack.yaml"
    pack.parent.mkdir(parents=True)
    pack.write_text(text.replace(*_LENIENT), encoding="utf-8")
    monkeypatch.setattr(settings, "JIEBANG_PACK_ROOTS", [tmp_path, *settings.JIEBANG_PACK_ROOTS])
    load_program.cache_clear()
    life = play_until("2026-03-26T09:00")
    set_chain(life.programme, "check_form", "officer", "head")
    act = doing(life, "bid1", "check", "2026-03-26T09:00")
    act("officer", "propose", outcome="passed")
    signed_by_both(act)
    # Now they are related, and somebody decides that it doesn't matter: the same outcome by a way that nobody has signed.
    firm, university = life.organisations["firm"], life.organisations["university"]
    Relation.objects.create(
        bureau=life.programme.bureau, from_end=firm.credit_code, to_end=university.credit_code, kind="sole_control",
        evidence="示例",
    )  # fmt: skip
    decide(life, "report-form", "text", "2026-03-26T09:20")
    later = doing(life, "bid1", "check", "2026-03-26T10:00")
    with pytest.raises(UnableToApply, match="情况变了：年度总结用什么格式"):
        later("officer", "conclude_as_signed")
    later("officer", "propose", outcome="passed")
    signed_by_both(later)
    assert later("officer", "conclude_as_signed").outcome == "passed"


def test_the_projects_that_were_signed_for_are_set_up_and_no_others(play_until: PlayUntil) -> None:
    life = play_until("2026-04-09T09:00")
    set_chain(life.programme, "approve_project", "officer", "head")
    act = doing(life, "challenge", "approve", "2026-04-09T09:00")
    act("officer", "propose", outcome="approved")
    challenge, bid = life.subjects["challenge"], life.subjects["bid1"]
    expected = {
        "kind": "project", "number": f"{challenge.number}-P01", "title": challenge.title, "lead": None,
        "parent": challenge.pk, "origin": bid.pk,
    }  # fmt: skip
    assert Proposal.objects.get().makes == [expected]
    assert not Subject.objects.filter(kind="project").exists(), "a trial sets nothing up"
    signed_by_both(act)
    # Another bid is in it by now: it would be set up as well, and nobody has signed for that.
    other = Subject.objects.create(
        programme=life.programme, pack_version="1", process="whole", kind="bid", parent=challenge, number="示例-B009",
        title="示例（合成）", created_at=read_instant("2026-04-09T09:00"),
    )  # fmt: skip
    with pytest.raises(UnableToApply, match="结果已经和签署时不同"):
        act("officer", "conclude_as_signed")
    assert not Subject.objects.filter(kind="project").exists()
    Subject.objects.filter(pk=other.pk).update(ended_at=read_instant("2026-04-09T09:10"))
    assert act("officer", "conclude_as_signed").outcome == "approved"
    assert list(Subject.objects.filter(kind="project").values_list("number", "origin")) == [
        (expected["number"], bid.pk)
    ]


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
