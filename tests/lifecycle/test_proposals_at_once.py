"""Real processes at a chain of signatures: one wins, the other reads what happened; never two conclusions, never half of one."""

import json
import signal
import subprocess
from typing import Any

import pytest
from tests.conftest import FreshDatabase
from tests.lifecycle.chains import set_chain
from tests.lifecycle.conftest import PlayUntil
from tests.lifecycle.test_at_once import let_go, start
from tests.lifecycle.test_proposals import pk

from jiebang.ledger.models import Entry
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle.door import Receipt, apply
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.models import OutboxMessage, Proposal, SignOff, StageRun, Subject
from jiebang.lifecycle.sign_off import put_up_at
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.slow
AT = "2026-03-30T09:00+08:00"
Told = dict[str, Any]
#: The head of a race is who asks first; whoever is first takes its time, so that the other has to wait for it.
ORDERS = pytest.mark.parametrize("turned", [False, True], ids=["in-order", "the-other-way"])


class Selecting:
    """Two bids that passed their review, to be chosen between; officer and head have to sign."""

    def __init__(self, fresh: FreshDatabase, life: Stage) -> None:
        self.fresh, self.life = fresh, life
        self.challenge = pk(life, "challenge")
        for bid in ("bid1", "bid2"):
            self.act("expert", "record_review", on=bid, stage="review", marks={"plan": "70 分"})
            self.act("officer", "conclude", on=bid, stage="review")
        set_chain(life.programme, "select", "officer", "head")

    def act(
        self, by: str, event: str, *, on: str = "challenge", stage: str = "select", **payload: Any
    ) -> Receipt:
        at = read_instant("2026-03-30T09:00")
        return apply(pk(self.life, on), stage, event, actor=self.life.actor(by, at), at=at, payload=payload)

    def process(self, by: str, event: str, payload: Told, **asked: Any) -> subprocess.Popen[str]:
        return start(
            self.fresh, self.life, by,
            **{"subject": self.challenge, "stage": "select", "event": event, "at": AT, "payload": payload, **asked},
        )  # fmt: skip

    def race(self, *acts: tuple[str, str, Told], turned: bool = False, **asked: Any) -> list[Told]:
        """What each of some acts came to that were done at once; each waits before it commits."""
        started = [self.process(*act, **{"linger": 0.4, **asked}) for act in acts]
        told = let_go(started[::-1] if turned else started)
        return told[::-1] if turned else told

    @property
    def run(self) -> StageRun:
        return StageRun.objects.get(subject=self.challenge, stage="select")

    @property
    def bid1(self) -> int:
        return pk(self.life, "bid1")

    @property
    def bid2(self) -> int:
        return pk(self.life, "bid2")

    def hold_together(self) -> None:
        """What must be so whoever was first: an intact chain, a conclusion told as often as there is one, what was signed done."""
        assert verify_chain(self.life.programme.chain_key).is_intact
        run = self.run
        closed = int(run.closed_at is not None)
        assert Entry.objects.filter(kind="proposal.concluded").count() == int(run.outcome == "selected")
        told = OutboxMessage.objects.filter(topic="stage.concluded", body__stage="select")
        assert told.count() == closed
        after = StageRun.objects.filter(subject=self.challenge, stage="council")
        assert after.count() == int(run.outcome == "selected")
        assert Proposal.objects.filter(withdrawn_at=None).count() <= 1
        if run.outcome == "selected":
            signed = json.loads(Entry.objects.get(kind="proposal.concluded").body)["proposal"]
            standing = Proposal.objects.get(withdrawn_at=None)
            assert signed == standing.digest
            alive = Subject.objects.filter(parent=self.challenge, kind="bid", ended_at=None)
            assert list(alive.values_list("pk", flat=True)) == standing.payload["bids"]
            assert SignOff.objects.filter(run=run, voided_at=None, agreed=True).count() == 2

    def conclude(self) -> None:
        """Go on from here to the end, whatever stands: the door is open to whoever comes next."""
        held = SignOff.objects.filter(run=self.run, voided_at=None).count()
        for by in ("officer", "head")[held:]:
            self.act(by, "sign_off", agreed=True)
        assert self.act("second", "conclude_as_signed").outcome == "selected"
        self.hold_together()


@pytest.fixture
def selecting(fresh_database: FreshDatabase, play_until: PlayUntil) -> Selecting:
    return Selecting(fresh_database, play_until("2026-03-27T09:01"))


def done(told: list[Told]) -> list[bool]:
    return ["done" in one for one in told]


def refusal(told: list[Told]) -> Told:
    return next(one for one in told if "refused" in one)


def test_two_officers_propose_the_same(selecting: Selecting) -> None:
    given = {"bids": [selecting.bid1]}
    told = selecting.race(("officer", "propose", given), ("second", "propose", given))
    assert sorted(done(told)) == [False, True]
    assert refusal(told)["refused"] == "AlreadyDone"
    assert "同样的拟办意见已经提出" in refusal(told)["why"]
    assert Proposal.objects.count() == 1
    selecting.hold_together()
    selecting.conclude()


def test_two_officers_propose_different_bids_and_one_of_them_stands(selecting: Selecting) -> None:
    told = selecting.race(
        ("officer", "propose", {"bids": [selecting.bid1]}), ("second", "propose", {"bids": [selecting.bid2]})
    )
    assert done(told) == [True, True]
    first, last = Proposal.objects.order_by("pk")
    assert first.withdrawn_at is not None
    assert last.withdrawn_at is None
    selecting.hold_together()
    selecting.conclude()


def test_two_who_hold_a_position_sign_the_same_step(selecting: Selecting) -> None:
    selecting.act("officer", "propose", bids=[selecting.bid1])
    read = {"agreed": True, "read": put_up_at(selecting.run)}
    told = selecting.race(("officer", "sign_off", read), ("second", "sign_off", read))
    assert sorted(done(told)) == [False, True]
    signer = SignOff.objects.get(voided_at=None).signed_by.person.name
    assert refusal(told)["refused"] == "AlreadyDone"
    assert f"经办这一级已由{signer}于 2026-03-30 09:00 签署" in refusal(told)["why"]
    selecting.conclude()


def test_one_person_signs_in_two_tabs(selecting: Selecting) -> None:
    selecting.act("officer", "propose", bids=[selecting.bid1])
    selecting.act("officer", "sign_off", agreed=True)
    read = {"agreed": True, "read": put_up_at(selecting.run)}
    processes = [
        selecting.process("head", "sign_off", read, submission=[tab, 1], linger=0.4)
        for tab in ("tab1", "tab1", "tab2")
    ]
    told = let_go(processes)
    # The same form twice is one signature with one receipt; another tab reads that it is signed.
    assert len({one["entry"] for one in told if "done" in one}) == 1
    assert [one.get("refused", "AlreadyDone") for one in told] == ["AlreadyDone"] * 3
    assert all("签署" in one["why"] or "签完" in one["why"] for one in told if "refused" in one)
    assert SignOff.objects.filter(run=selecting.run).count() == 2
    selecting.conclude()


def test_two_conclude_what_was_signed(selecting: Selecting) -> None:
    selecting.act("officer", "propose", bids=[selecting.bid1])
    for by in ("officer", "head"):
        selecting.act(by, "sign_off", agreed=True)
    told = selecting.race(("officer", "conclude_as_signed", {}), ("second", "conclude_as_signed", {}))
    assert sorted(done(told)) == [False, True]
    assert refusal(told)["refused"] == "AlreadyDone"
    assert "办结（已选定）" in refusal(told)["why"]
    selecting.hold_together()


@pytest.fixture
def all_but_one(selecting: Selecting) -> Selecting:
    """The head's signature is the last that is missing."""
    selecting.act("officer", "propose", bids=[selecting.bid1])
    selecting.act("officer", "sign_off", agreed=True)
    return selecting


def last_signature(selecting: Selecting) -> tuple[str, str, Told]:
    return "head", "sign_off", {"agreed": True, "read": put_up_at(selecting.run)}


@ORDERS
def test_the_last_signature_and_its_conclusion(all_but_one: Selecting, turned: bool) -> None:
    told = all_but_one.race(last_signature(all_but_one), ("second", "conclude_as_signed", {}), turned=turned)
    assert done(told)[0], "nothing stands in the way of the signature"
    if not done(told)[1]:
        assert "逐级审批还没有签完：尚待主要负责人" in told[1]["why"]
        all_but_one.conclude()
    all_but_one.hold_together()


@ORDERS
def test_the_last_signature_and_another_proposal(all_but_one: Selecting, turned: bool) -> None:
    told = all_but_one.race(
        last_signature(all_but_one), ("second", "propose", {"bids": [all_but_one.bid2]}), turned=turned
    )
    assert done(told)[1]
    # Whichever was first: what was read isn't what stands now, and no signature stands under it.
    assert not SignOff.objects.filter(run=all_but_one.run, voided_at=None).exists()
    if not done(told)[0]:
        assert "您打开页面之后，要签署的内容换了" in told[0]["why"]
    with pytest.raises(UnableToApply, match="还没有签完"):
        all_but_one.act("officer", "conclude_as_signed")
    all_but_one.conclude()
    assert Subject.objects.get(pk=all_but_one.bid1).ended_at is not None


@ORDERS
def test_the_last_signature_and_the_withdrawal(all_but_one: Selecting, turned: bool) -> None:
    signature = last_signature(all_but_one)
    told = all_but_one.race(
        signature, ("officer", "withdraw_proposal", {"read": signature[2]["read"]}), turned=turned
    )
    assert done(told)[1]
    assert not Proposal.objects.filter(withdrawn_at=None).exists()
    assert not SignOff.objects.filter(run=all_but_one.run, voided_at=None).exists()
    if not done(told)[0]:
        assert "您打开页面之后，要签署的内容换了" in told[0]["why"]
    with pytest.raises(UnableToApply, match="还没有提出拟办意见"):
        all_but_one.act("officer", "conclude_as_signed")
    all_but_one.act("officer", "propose", bids=[all_but_one.bid1])
    all_but_one.conclude()


@ORDERS
def test_the_last_signature_and_a_refusal_of_the_whole(all_but_one: Selecting, turned: bool) -> None:
    told = all_but_one.race(
        last_signature(all_but_one), ("second", "conclude", {"bids": [], "note": "没有合格的"}), turned=turned
    )
    assert told[1]["done"] == "none_qualified"
    if not done(told)[0]:
        assert told[0]["refused"] == "AlreadyDone"
        assert "这个阶段已由经办乙（合成）" in told[0]["why"]
    assert all_but_one.run.outcome == "none_qualified"
    all_but_one.hold_together()


@ORDERS
def test_the_last_signature_and_a_bid_that_drops_out(all_but_one: Selecting, turned: bool) -> None:
    # The bid that isn't chosen is looked at anew and fails; what would end with the conclusion isn't what was signed.
    StageRun.objects.create(
        subject_id=all_but_one.bid2, stage="check", kind="check_form", round=2, opened_at=read_instant("2026-03-30T09:00")
    )  # fmt: skip
    drop = all_but_one.process(
        "second", "conclude", {"outcome": "failed", "note": "示例"}, subject=all_but_one.bid2, stage="check", linger=0.4,
        at="2026-03-30T09:00:30+08:00",
    )  # fmt: skip
    sign = all_but_one.process(*last_signature(all_but_one), linger=0.4)
    told = let_go([drop, sign] if turned else [sign, drop])
    assert done(told) == [True, True]
    assert Subject.objects.get(pk=all_but_one.bid2).ending == "形式审查未通过"
    with pytest.raises(UnableToApply, match="结果已经和签署时不同"):
        all_but_one.act("officer", "conclude_as_signed")
    all_but_one.act("officer", "propose", bids=[all_but_one.bid1])
    all_but_one.conclude()


@ORDERS
def test_the_last_signature_and_a_decision(
    fresh_database: FreshDatabase, play_until: PlayUntil, turned: bool
) -> None:
    life = play_until("2026-03-31T10:00")
    set_chain(life.programme, "deliberate", "secretary")
    council, at = pk(life, "challenge"), "2026-03-31T10:00+08:00"

    def act(event: str, **payload: Any) -> Receipt:
        when = read_instant("2026-03-31T10:00")
        return apply(council, "council", event, actor=life.actor("secretary", when), at=when, payload=payload)

    act("propose", outcome="approved")
    read = put_up_at(StageRun.objects.get(subject=council, stage="council"))
    common = {"subject": council, "stage": "council", "at": at, "linger": 0.4}
    decide = {"key": "notice-counting", "value": "working", "reason": "示例：改按工作日"}
    sign = start(
        fresh_database, life, "secretary", **common, event="sign_off", payload={"agreed": True, "read": read}
    )
    decided = start(fresh_database, life, "officer", **common, decide=decide)
    told = let_go([decided, sign] if turned else [sign, decided])
    by_sign, by_decision = told[::-1] if turned else told
    assert by_decision["done"] == "decided"
    if "refused" in by_sign:
        assert "提出拟办意见之后情况变了：公示按自然日还是工作日？" in by_sign["why"]
    # Whoever was first: nothing is concluded as it was proposed under the earlier decision.
    with pytest.raises(UnableToApply):
        act("conclude_as_signed")
    act("propose", outcome="approved")
    act("sign_off", agreed=True)
    assert act("conclude_as_signed").outcome == "approved"
    assert verify_chain(life.programme.chain_key).is_intact


def test_killed_before_the_last_signature_is_committed(all_but_one: Selecting) -> None:
    chain = all_but_one.life.programme.chain_key
    before = verify_chain(chain).head_sequence
    assert let_go([all_but_one.process(*last_signature(all_but_one), die_unsaid=True)]) == [
        {"killed": signal.SIGKILL}
    ]
    assert SignOff.objects.filter(run=all_but_one.run).count() == 1, "an unacknowledged signature isn't one"
    assert verify_chain(chain).head_sequence == before
    with pytest.raises(UnableToApply, match="尚待主要负责人"):
        all_but_one.act("officer", "conclude_as_signed")
    all_but_one.conclude()


@pytest.mark.parametrize("moment", ["die_while_closing", "die_unsaid"])
def test_killed_between_the_last_signature_and_the_conclusion(all_but_one: Selecting, moment: str) -> None:
    all_but_one.act("head", "sign_off", agreed=True)
    chain = all_but_one.life.programme.chain_key
    before, runs = verify_chain(chain).head_sequence, StageRun.objects.count()
    dies = all_but_one.process("officer", "conclude_as_signed", {}, **{moment: True})
    assert let_go([dies]) == [{"killed": signal.SIGKILL}]
    assert all_but_one.run.closed_at is None, "nothing of it happened"
    assert (verify_chain(chain).head_sequence, StageRun.objects.count()) == (before, runs)
    assert Subject.objects.get(pk=all_but_one.bid2).ended_at is None
    # The signatures are whole, and whoever comes next concludes by them.
    told = let_go([all_but_one.process("second", "conclude_as_signed", {})])
    assert told[0]["done"] == "selected"
    all_but_one.hold_together()


def test_killed_in_the_middle_of_a_trial(selecting: Selecting) -> None:
    given = {"bids": [selecting.bid1]}
    dies = selecting.process("officer", "propose", given, die_while_closing=True)
    assert let_go([dies]) == [{"killed": signal.SIGKILL}]
    assert not Proposal.objects.exists()
    assert selecting.run.closed_at is None
    assert "done" in let_go([selecting.process("second", "propose", given)])[0]
    selecting.conclude()
