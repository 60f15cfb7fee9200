"""What a chain signs is what happens: these bids, this outcome, these facts, with these consequences, or nothing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from tests.lifecycle.chains import set_chain
from tests.lifecycle.conftest import PlayUntil

from jiebang.ledger.models import Entry
from jiebang.lifecycle.door import Receipt, apply
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, Refused, UnableToApply
from jiebang.lifecycle.models import FactEntry, OutboxMessage, Proposal, SignOff, StageRun, Subject
from jiebang.lifecycle.transitions import find
from jiebang.policy.stages import KINDS, MONEY_KINDS
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-03-30T09:00")
Act = Callable[..., Receipt]


def doing(life: Stage, subject: str, stage: str) -> Act:
    """`act(who, event, **payload)` at one stage."""

    def do(by: str, event: str, **payload: Any) -> Receipt:
        return apply(
            life.subjects[subject].pk, stage, event, actor=life.actor(by, AT), at=AT, payload=payload
        )

    return do


@pytest.fixture
def selecting(play_until: PlayUntil) -> tuple[Stage, Act]:
    """Two bids that passed their review, to be chosen between; officer and head have to sign."""
    life = play_until("2026-03-27T09:01")
    for bid in ("bid1", "bid2"):
        act = doing(life, bid, "review")
        act("expert", "record_review", marks={"plan": "70 分"})
        act("officer", "conclude")
    set_chain(life.programme, "select", "officer", "head")
    return life, doing(life, "challenge", "select")


def pk(life: Stage, name: str) -> int:
    return life.subjects[name].pk


def test_the_bid_that_was_signed_for_is_chosen_and_no_other(selecting: tuple[Stage, Act]) -> None:
    life, act = selecting
    act("officer", "propose", bids=[pk(life, "bid1")])
    act("officer", "sign_off", agreed=True)
    with pytest.raises(UnableToApply, match="尚待主要负责人"):
        act("officer", "conclude_as_signed")
    act("head", "sign_off", agreed=True)
    with pytest.raises(UnableToApply, match="按签署的意见办结"):
        act("officer", "conclude", bids=[pk(life, "bid2")])
    # Whatever a forged form sends along, what was signed is done.
    done = act("second", "conclude_as_signed", bids=[pk(life, "bid2")])
    assert done.outcome == "selected"
    assert Subject.objects.get(pk=pk(life, "bid1")).ended_at is None
    assert Subject.objects.get(pk=pk(life, "bid2")).ending == "未选中"
    with pytest.raises(AlreadyDone):
        act("officer", "conclude_as_signed")


def test_a_trial_leaves_nothing_behind(selecting: tuple[Stage, Act]) -> None:
    life, act = selecting
    counted = (FactEntry, OutboxMessage, StageRun, SignOff)
    before = [model.objects.count() for model in counted]
    act("officer", "propose", bids=[pk(life, "bid1")], note="示例")
    assert [model.objects.count() for model in counted] == before
    assert not Subject.objects.filter(ended_at=AT).exists()
    assert StageRun.objects.get(subject=life.subjects["challenge"], stage="select").closed_at is None
    proposal = Proposal.objects.get()
    assert (proposal.outcome, proposal.ends) == ("selected", [pk(life, "bid2")])
    told = Entry.objects.filter(chain__key=life.programme.chain_key).order_by("-sequence")
    assert list(told.values_list("kind", flat=True)[:2]) == ["conclusion.proposed", "stage.propose"]


def test_the_ledger_knows_who_agreed_to_which_proposal(selecting: tuple[Stage, Act]) -> None:
    life, act = selecting
    act("officer", "propose", bids=[pk(life, "bid1")])
    act("officer", "sign_off", agreed=True)
    act("head", "sign_off", agreed=True)
    act("officer", "conclude_as_signed")
    told = Entry.objects.filter(kind__in=("conclusion.proposed", "proposal.signed", "proposal.concluded"))
    bodies = [json.loads(entry.body) for entry in told.order_by("sequence")]
    assert {body["proposal"] for body in bodies} == {Proposal.objects.get().digest}
    assert [(b["position"], b["agreed"]) for b in bodies if "position" in b] == [
        ("officer", True),
        ("head", True),
    ]


def test_what_the_rules_refuse_isnt_put_up_for_signature(selecting: tuple[Stage, Act]) -> None:
    life, act = selecting
    with pytest.raises(UnableToApply, match="不在候选之列"):
        act("officer", "propose", bids=[pk(life, "challenge")])
    with pytest.raises(UnableToApply, match="这个结果不需要逐级审批"):
        act("officer", "propose", bids=[], note="没有合格的")
    with pytest.raises(NotAllowed):
        act("prof", "propose", bids=[pk(life, "bid1")])
    assert not Proposal.objects.exists()
    with pytest.raises(UnableToApply, match="还没有提出拟办意见"):
        act("officer", "sign_off", agreed=True)
    # To turn everything down needs no chain, as ever.
    assert act("officer", "conclude", bids=[], note="没有合格的").outcome == "none_qualified"


def test_another_proposal_voids_the_signatures_under_the_first(selecting: tuple[Stage, Act]) -> None:
    life, act = selecting
    act("officer", "propose", bids=[pk(life, "bid1")])
    with pytest.raises(AlreadyDone, match="同样的拟办意见已经提出"):
        act("second", "propose", bids=[pk(life, "bid1")])
    act("officer", "sign_off", agreed=True)
    act("officer", "propose", bids=[pk(life, "bid2")])
    with pytest.raises(NotAllowed, match="现在轮到经办"):
        act("head", "sign_off", agreed=True)
    assert SignOff.objects.filter(voided_at__isnull=True).count() == 0
    assert list(
        Proposal.objects.filter(withdrawn_at__isnull=True).values_list("payload__bids", flat=True)
    ) == [[pk(life, "bid2")]]


def test_a_signer_who_refuses_sends_the_proposal_back(selecting: tuple[Stage, Act]) -> None:
    life, act = selecting
    act("officer", "propose", bids=[pk(life, "bid1")])
    act("officer", "sign_off", agreed=True)
    act("head", "sign_off", agreed=False, note="再议")
    with pytest.raises(UnableToApply, match="还没有提出拟办意见"):
        act("officer", "sign_off", agreed=True)
    act("officer", "propose", bids=[pk(life, "bid1")])
    assert Proposal.objects.count() == 2


def test_whoever_proposed_may_take_it_back_and_nobody_else(selecting: tuple[Stage, Act]) -> None:
    life, act = selecting
    with pytest.raises(UnableToApply, match="没有拟办意见可以撤回"):
        act("officer", "withdraw_proposal")
    act("officer", "propose", bids=[pk(life, "bid1")])
    act("officer", "sign_off", agreed=True)
    with pytest.raises(NotAllowed, match="由经办甲（合成）提出，只能由其本人撤回"):
        act("second", "withdraw_proposal")
    with pytest.raises(UnableToApply, match="拟办意见换了"):
        act("officer", "withdraw_proposal", read="别的")
    act("officer", "withdraw_proposal")
    assert not Proposal.objects.filter(withdrawn_at=None).exists()
    assert not SignOff.objects.filter(voided_at=None).exists()
    told = json.loads(Entry.objects.get(kind="proposal.withdrawn").body)
    assert told["proposal"] == Proposal.objects.get().digest
    with pytest.raises(UnableToApply, match="还没有提出拟办意见"):
        act("officer", "sign_off", agreed=True)
    act("second", "propose", bids=[pk(life, "bid1")])


def test_nobody_signs_or_concludes_what_has_changed_since(selecting: tuple[Stage, Act]) -> None:
    life, act = selecting
    act("officer", "propose", bids=[pk(life, "bid1")])
    act("officer", "sign_off", agreed=True)
    # A third bid is called back into it: what would end isn't what was signed.
    other = Subject.objects.create(
        programme=life.programme, pack_version="1", process="whole", kind="bid", parent=life.subjects["challenge"],
        number="示例-B009", title="示例（合成）", created_at=AT,
    )  # fmt: skip
    act("head", "sign_off", agreed=True)
    with pytest.raises(UnableToApply, match="结果已经和签署时不同"):
        act("officer", "conclude_as_signed")
    assert Subject.objects.get(pk=pk(life, "bid2")).ended_at is None
    # Whoever reads that isn't stuck: the same is proposed anew, with its new consequences.
    act("officer", "propose", bids=[pk(life, "bid1")])
    assert sorted(Proposal.objects.get(withdrawn_at__isnull=True).ends) == sorted(
        [pk(life, "bid2"), other.pk]
    )


def test_a_fact_that_the_rules_look_at_changed_after_the_signatures(play_until: PlayUntil) -> None:
    life = play_until("2026-03-04T09:00")
    set_chain(life.programme, "vet_need", "officer", "head")
    act = doing(life, "need", "vet")
    found = {"challenge.total_investment": "5000000 元"}
    with pytest.raises(Refused, match=r"不低于 5,000,000\.00 元"):
        act("officer", "propose", outcome="passed", facts={"challenge.total_investment": "4999999.99 元"})
    act("officer", "propose", outcome="passed", facts=found)
    act("officer", "sign_off", agreed=True)
    act("officer", "check_facts", facts={"challenge.total_investment": "6000000 元"})
    with pytest.raises(UnableToApply, match="提出拟办意见之后情况变了：项目投入总额"):
        act("head", "sign_off", agreed=True)
    act("officer", "propose", outcome="passed", facts=found)
    act("officer", "sign_off", agreed=True)
    act("head", "sign_off", agreed=True)
    act("officer", "check_facts", facts={"challenge.total_investment": "7000000 元"})
    with pytest.raises(UnableToApply, match="情况变了"):
        act("officer", "conclude_as_signed")
    act("officer", "propose", outcome="passed", facts=found)
    act("officer", "sign_off", agreed=True)
    act("head", "sign_off", agreed=True)
    assert act("officer", "conclude_as_signed").outcome == "passed"
    standing = FactEntry.objects.get(
        subject=life.subjects["need"], name="challenge.total_investment", superseded_at=None
    )
    assert standing.value == "5000000 元"


def test_only_stages_that_conclude_know_of_proposals() -> None:
    for kind in KINDS:
        for event in ("propose", "withdraw_proposal", "conclude_as_signed"):
            assert (find(kind, event) is not None) == (kind not in MONEY_KINDS)


def test_without_a_chain_there_is_nothing_to_propose(play_until: PlayUntil) -> None:
    life = play_until("2026-03-04T09:00")
    act = doing(life, "need", "vet")
    with pytest.raises(UnableToApply, match="不需要逐级审批"):
        act("officer", "propose", outcome="passed", facts={"challenge.total_investment": "5000000 元"})
