"""Processes: whatever is unsound is reported before anything runs, and a walk goes only where the process leads."""

from typing import Any

import pytest
from tests.policy.building import read_text

from jiebang.policy.pack_process import Process
from jiebang.policy.process import UnableToWalk, Walk, prove
from jiebang.policy.stages import KINDS

SOUND = """
clause: EX-1
label: 技术攻关
instrument: open-bid
starts: collect
stages:
  collect: {clause: EX-1, kind: collect_needs, label: 征集, per: batch, by: bureau, outcomes: {closed: vet, none_received: {end: 没有收到}}}
  vet: {clause: EX-1, kind: vet_need, label: 论证, per: need, by: bureau, outcomes: {passed: announce, returned: collect, rejected: {end: 不列榜}}}
  announce: {clause: EX-1, kind: announce, label: 张榜, per: batch, by: bureau, outcomes: {announced: bid}}
  bid: {clause: EX-1, kind: take_bids, label: 揭榜, per: challenge, by: solver, term: bidding, at_most: 2 次, outcomes: {closed: review, no_taker: bid}}
  review: {clause: EX-1, kind: review, label: 评审, per: bid, by: bureau, outcomes: {passed: select, failed: {end: 落选}}}
  select: {clause: EX-1, kind: select, label: 遴选, per: challenge, by: bureau, outcomes: {selected: approve, none_qualified: bid}}
  approve: {clause: EX-1, kind: approve_project, label: 立项, per: bid, by: bureau, outcomes: {approved: [sign, report], rejected: {end: 不立项}}}
  sign: {clause: EX-1, kind: sign, label: 签约, per: project, by: bureau, outcomes: {signed: pay, not_signed: {end: 未签约}}}
  pay: {clause: EX-1, kind: pay, label: 拨付, per: project, by: bureau, when: {holds: bid.a}, skipped: {end: 不拨付}, outcomes: {paid: {end: 完成}}}
  report: {clause: EX-1, kind: summarise, label: 总结, per: batch, by: bureau, outcomes: {recorded: {end: 已总结}}}
"""

DELETE = object()


def changed(*changes: tuple[str, Any]) -> Process:
    """The sound process with values at dotted paths set, or deleted."""
    data = read_text(SOUND)
    for path, value in changes:
        *steps, last = path.split(".")
        here = data
        for step in steps:
            here = here[step]
        if value is DELETE:
            del here[last]
        else:
            here[last] = value
    return Process.model_validate(data)


def complaints(process: Process) -> list[tuple[str, str]]:
    """(dotted path, what) of everything `prove` reports."""
    found: list[tuple[str, str]] = []
    prove(process, (), lambda path, what, expected: found.append((".".join(map(str, path)), what)))
    return found


def test_the_sound_process_is_sound() -> None:
    assert complaints(changed()) == []


@pytest.mark.parametrize(
    ("path", "value", "where", "what"),
    [
        ("starts", "begin", "starts", "没有阶段“begin”"),
        ("stages.vet.kind", "ponder", "stages.vet.kind", "不认识的阶段种类“ponder”"),
        ("stages.vet.per", "project", "stages.vet.per", "“需求论证”不能按 project 进行"),
        ("stages.review.outcomes.maybe", {"end": "完"}, "stages.review.outcomes.maybe", "“专家评审”没有结果“maybe”"),
        ("stages.review.outcomes.failed", DELETE, "stages.review.outcomes", "结果“failed”没有去向"),
        ("stages.bid.term", DELETE, "stages.bid", "“揭榜申请”没有写期限"),
        ("stages.vet.on_expiry", "rejected", "stages.vet.on_expiry", "写了到期的结果，没有写期限"),
        ("stages.bid.on_expiry", "too_few", "stages.bid.on_expiry", "到期的结果“too_few”没有去向"),
        ("stages.pay.on_expiry", "paid", "stages.pay.on_expiry", "“资金拨付”不能因为到期就有结果"),
        ("stages.bid.on_expiry", "no_taker", "stages.bid.on_expiry", "向所有单位开放的窗口，结果由收到的申请决定"),
        ("stages.bid.among", "reserve", "stages.bid.among", "“揭榜申请”不能写 among: reserve"),
        ("stages.vet.among", "remaining", "stages.vet.among", "“需求论证”不能写 among: remaining"),
        ("stages.bid.among", "remaining", "stages.bid.among", "没有一个窗口是向所有单位开放的，谁也进不来"),
        ("stages.select.per", "batch", "stages.select.per", "“遴选”不能按 batch 进行"),
        ("stages.select.among", "reserve", "stages.select.among", "没有一次遴选留下候补"),
        ("stages.pay.skipped", DELETE, "stages.pay", "when 与 skipped 要一起写"),
        ("stages.pay.when", DELETE, "stages.pay", "when 与 skipped 要一起写"),
        ("stages.review.outcomes.passed", "selekt", "stages.review.outcomes", "去向“selekt”不是本流程的阶段"),
        ("stages.approve.outcomes.approved", ["sign", "rest"], "stages.approve.outcomes", "去向“rest”不是本流程的阶段"),
        ("stages.pay.skipped", "rest", "stages.pay.outcomes", "去向“rest”不是本流程的阶段"),
        ("stages.approve.outcomes.approved", "sign", "stages.report", "阶段“总结”永远到不了"),
        ("stages.sign.outcomes.not_signed", "review", "stages.sign.outcomes", "“签约”回到“评审”，会自己循环"),
        ("stages.review.outcomes.failed", "review", "stages.review.outcomes", "“评审”回到“评审”，会自己循环"),
        ("stages.pay.skipped", "sign", "stages.pay.outcomes", "“拨付”回到“签约”，会自己循环"),
        # only a selection can begin with the first that comes, only a window let go on what comes in
        ("stages.approve.at_once", {"holds": "bid.a"}, "stages.approve.at_once", "“立项”不能写 at_once"),
        ("stages.select.late", {"holds": "bid.a"}, "stages.select.late", "“遴选”不能写 late"),
        # what a stage needs isn't there on every way to it
        ("stages.vet.outcomes.rejected", "select", "stages.select", "“遴选”需要先有评审结果，但有的路走到这里时还没有"),
        ("stages.collect.outcomes.none_received", "vet", "stages.vet", "“论证”需要先有需求，但有的路走到这里时还没有"),
        ("stages.approve.outcomes.rejected", "sign", "stages.sign", "“签约”需要先有立项项目，但有的路走到这里时还没有"),
        ("stages.sign.per", "result", "stages.sign", "“签约”需要先有成果，但有的路走到这里时还没有"),
    ],
)  # fmt: skip
def test_each_unsoundness_is_reported(path: str, value: object, where: str, what: str) -> None:
    assert (where, what) in complaints(changed((path, value)))


def test_a_window_lets_nobody_on_to_what_is_done_for_all_together() -> None:
    at_once = ("stages.bid.at_once", {"holds": "bid.a"})
    assert complaints(changed(at_once)) == []
    found = complaints(changed(at_once, ("stages.review.per", "challenge")))
    assert ("stages.bid.at_once", "截止之后的阶段不是一份申请一份办，不能不等截止") in found


def test_a_term_that_leads_to_what_may_be_used_up_is_reported() -> None:
    limited = (("stages.vet.term", "vetting"), ("stages.vet.on_expiry", "passed"))
    assert complaints(changed(*limited)) == []
    found = complaints(changed(*limited, ("stages.announce.at_most", "1 次")))
    assert found == [("stages.vet.on_expiry", "到期通到限了次数的“张榜”，次数用完后无路可走")]


def test_a_path_that_never_ends_is_reported_at_each_of_its_stages() -> None:
    turning = changed(
        ("stages.vet.outcomes.rejected", "announce"),
        ("stages.collect.outcomes.none_received", DELETE),
        ("stages.bid.outcomes.closed", "bid"),
    )
    found = complaints(turning)
    for key, label in (("collect", "征集"), ("vet", "论证"), ("announce", "张榜"), ("bid", "揭榜")):
        assert (f"stages.{key}", f"从“{label}”出发的路永远不会结束") in found
    assert ("stages.bid.outcomes", "“揭榜”回到“揭榜”，会自己循环") in found


@pytest.mark.parametrize("stage", list(read_text(SOUND)["stages"]))
def test_taking_any_stage_out_is_noticed(stage: str) -> None:
    assert complaints(changed((f"stages.{stage}", DELETE)))


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [
        (stage, outcome)
        for stage, content in read_text(SOUND)["stages"].items()
        for outcome in content["outcomes"]
        if outcome not in KINDS[content["kind"]].optional
    ],
)
def test_taking_any_needed_outcome_out_is_noticed(stage: str, outcome: str) -> None:
    assert (f"stages.{stage}.outcomes", f"结果“{outcome}”没有去向") in complaints(
        changed((f"stages.{stage}.outcomes.{outcome}", DELETE))
    )


def test_optional_outcomes_may_be_left_out() -> None:
    assert (
        complaints(
            changed(
                ("stages.collect.outcomes.none_received", DELETE), ("stages.vet.outcomes.returned", DELETE)
            )
        )
        == []
    )


def test_every_kind_can_be_left_and_returns_only_by_its_own_outcomes() -> None:
    for name, kind in KINDS.items():
        assert kind.outcomes.keys() > kind.optional, name
        assert kind.returning <= kind.outcomes.keys(), name
        assert kind.optional <= kind.outcomes.keys(), name


# ── walks ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

TO_BIDS = [("collect", "closed"), ("vet", "passed"), ("announce", "announced")]
TO_APPROVAL = [
    *TO_BIDS,
    ("bid", "closed"),
    ("review", "passed"),
    ("select", "selected"),
    ("approve", "approved"),
]


def walk(steps: list[tuple[str, str]]) -> Walk:
    found = Walk.begin(changed())
    for stage, outcome in steps:
        found.step(stage, outcome)
    return found


@pytest.mark.parametrize(
    ("steps", "still_open", "ended"),
    [
        ([], ["collect"], []),
        ([("collect", "none_received")], [], ["没有收到"]),
        ([("collect", "closed"), ("vet", "returned")], ["collect"], []),
        (TO_BIDS, ["bid"], []),
        ([*TO_BIDS, ("bid", "no_taker")], ["bid"], []),
        (TO_APPROVAL, ["sign", "report"], []),
        ([*TO_APPROVAL, ("report", "recorded")], ["sign"], ["已总结"]),
        (
            [*TO_APPROVAL, ("sign", "signed"), ("pay", "skipped"), ("report", "recorded")],
            [],
            ["不拨付", "已总结"],
        ),
    ],
)
def test_a_walk_goes_where_the_process_leads(
    steps: list[tuple[str, str]], still_open: list[str], ended: list[str]
) -> None:
    found = walk(steps)
    assert (found.open, found.ended) == (still_open, ended)


@pytest.mark.parametrize(
    ("steps", "step", "said"),
    [
        ([], ("vet", "passed"), "vet：这个阶段现在没有打开。现在打开的是：collect。"),
        ([], ("nowhere", "passed"), "nowhere：这个阶段现在没有打开。现在打开的是：collect。"),
        ([("collect", "none_received")], ("collect", "closed"), "collect：这个阶段现在没有打开。现在打开的是：没有收到。"),
        ([], ("collect", "passed"), "征集：没有结果“passed”。可用：closed、none_received。"),
        (TO_BIDS, ("bid", "too_few"), "揭榜：没有结果“too_few”。可用：closed、no_taker。"),
        (TO_BIDS, ("bid", "skipped"), "揭榜：没有结果“skipped”。可用：closed、no_taker。"),
        ([*TO_BIDS, ("bid", "no_taker")], ("bid", "no_taker"), "揭榜：最多进行 2 次，已经用完。改走别的结果。"),
    ],
)  # fmt: skip
def test_a_walk_refuses_what_the_process_does_not_allow(
    steps: list[tuple[str, str]], step: tuple[str, str], said: str
) -> None:
    found = walk(steps)
    before = (list(found.open), list(found.ended), dict(found.begun))
    with pytest.raises(UnableToWalk) as refused:
        found.step(*step)
    assert str(refused.value) == said
    assert (found.open, found.ended, found.begun) == before


def test_how_often_counts_over_different_ways_back() -> None:
    # Once by nobody bidding, once by nobody being good enough.
    round_two = [*TO_BIDS, ("bid", "closed"), ("review", "passed"), ("select", "none_qualified")]
    found = walk(round_two)
    assert found.begun["bid"] == 2
    with pytest.raises(UnableToWalk):
        found.step("bid", "no_taker")
    found.step("bid", "closed")
    assert found.open == ["review"]


SHARING = """
clause: EX-1
label: 共享
instrument: sharing
starts: library
stages:
  library: {clause: EX-1, kind: collect_results, label: 公布, per: batch, by: bureau, outcomes: {closed: apply}}
  apply: {clause: EX-1, kind: apply_to_use, label: 申请, per: result, by: bureau, outcomes: {agreed: agreement, refused: apply, withdrawn: {end: 停止受理}}}
  agreement: {clause: EX-1, kind: sign, label: 协议, per: result, by: bureau, outcomes: {signed: apply, not_signed: apply}}
"""


def test_coming_back_to_what_awaits_somebody_is_no_round_that_turns_by_itself() -> None:
    data = read_text(SHARING)
    assert complaints(Process.model_validate(data)) == []
    # An application that agreed to itself would go round by itself.
    data["stages"]["apply"]["outcomes"]["agreed"] = "apply"
    data["stages"]["apply"]["outcomes"]["refused"] = "agreement"
    assert ("stages.apply.outcomes", "“申请”回到“申请”，会自己循环") in complaints(
        Process.model_validate(data)
    )


def test_a_round_beyond_what_awaits_somebody_is_still_found() -> None:
    data = read_text(SHARING)
    data["stages"]["agreement"]["outcomes"]["signed"] = "again"
    data["stages"]["again"] = {
        **data["stages"]["agreement"],
        "outcomes": {"signed": "agreement", "not_signed": "apply"},
    }
    assert any("会自己循环" in what for _, what in complaints(Process.model_validate(data)))


def test_a_new_registration_is_a_new_beginning_and_a_failed_result_may_be_worked_on() -> None:
    registered = changed(
        ("stages.bid.kind", "register"),
        ("stages.bid.at_most", DELETE),
        ("stages.review", {**read_text(SOUND)["stages"]["review"], "kind": "verify_result"}),
        ("stages.review.outcomes.failed", "work"),
        (
            "stages.work",
            {**read_text(SOUND)["stages"]["sign"], "kind": "develop", "label": "研发", "per": "bid",
             "outcomes": {"finished": "review", "expired": "again"}},
        ),
        ("stages.again", {**read_text(SOUND)["stages"]["announce"], "label": "再张榜", "per": "challenge"}),
        ("stages.select.at_once", {"holds": "bid.a"}),
        ("stages.bid.at_once", {"holds": "bid.a"}),
        ("stages.bid.late", {"holds": "bid.a"}),
    )  # fmt: skip
    assert complaints(registered) == []
