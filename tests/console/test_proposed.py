"""A conclusion that a chain has to sign, on the pages: proposed, read by those who sign, done as it was signed."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life
from tests.console.test_acts import address, open_form
from tests.lifecycle.chains import set_chain

from jiebang.console import proposed
from jiebang.lifecycle.models import Proposal, Subject
from jiebang.lifecycle.proposals import digest_known
from jiebang.lifecycle.transitions import Act

PlayLife = Callable[[str], Life]
WORKLIST = "/console/worklist/"


def case_page(client: Client, subject: Subject) -> str:
    return client.get(reverse("console:subject", args=[subject.pk])).content.decode()


def test_from_proposal_to_what_was_signed(life_until: PlayLife) -> None:
    life = life_until("2026-03-30T09:00")
    set_chain(life.stage.programme, "select", "officer", "head")
    challenge, bid = life.subject("challenge"), life.subject("bid1")
    officer, head = life.client("officer"), life.client("head")
    propose = address(challenge, "select", "propose")
    sign = address(challenge, "select", "sign_off")
    conclude = address(challenge, "select", "conclude_as_signed")
    assert "等提出拟办意见" in case_page(officer, challenge)
    empty = officer.post(propose, open_form(officer, propose))
    assert empty.status_code == 422
    assert "必填" in empty.content.decode()
    form = {**open_form(officer, propose), "bids": str(bid.pk), "note": "专家评分第一"}
    assert officer.post(propose, form).status_code == officer.post(propose, form).status_code == 302
    assert Proposal.objects.count() == 1
    read = case_page(head, challenge)
    for word in ("拟办意见：已选定", "经办甲（合成）", "专家评分第一", bid.number, "现在轮到经办签署"):
        assert word in read, word
    # What firms and their rivals see of the case has no word of it.
    told = case_page(life.client("prof"), challenge)
    assert "拟办意见" not in told
    assert "专家评分第一" not in told
    early = officer.post(conclude, {"_draft": "early", "_revision": "1"})
    assert "逐级审批还没有签完" in early.content.decode()
    for client in (officer, head):
        assert client.post(sign, {**open_form(client, sign), "agreed": "true"}).status_code == 302
    assert officer.post(conclude, open_form(officer, conclude)).status_code == 302
    assert life.subject("challenge").stage_runs.get(stage="select").outcome == "selected"


def test_the_form_for_what_isnt_signed_offers_only_that(life_until: PlayLife) -> None:
    life = life_until("2026-04-09T09:00")
    set_chain(life.stage.programme, "approve_project", "officer", "head")
    challenge, officer = life.subject("challenge"), life.client("officer")
    propose = officer.get(address(challenge, "approve", "propose")).content.decode()
    conclude = officer.get(address(challenge, "approve", "conclude")).content.decode()
    assert "同意立项" in propose
    assert "不予立项" not in propose
    assert "不予立项" in conclude
    assert "同意立项" not in conclude


def test_the_worklist_tells_whose_turn_it_is(life_until: PlayLife) -> None:
    life = life_until("2026-03-30T09:00")
    set_chain(life.stage.programme, "select", "officer", "head")
    challenge, officer = life.subject("challenge"), life.client("officer")
    assert "提出拟办意见" in officer.get(WORKLIST).content.decode()
    propose = address(challenge, "select", "propose")
    officer.post(propose, {**open_form(officer, propose), "bids": str(life.subject("bid1").pk)})
    officer.get(WORKLIST)  # what has just been done is told once
    told = officer.get(WORKLIST).content.decode()
    assert "提出拟办意见" not in told
    assert "签署" in told
    assert "现在轮到经办签署" in life.client("head").get(WORKLIST).content.decode()


def test_what_changed_since_is_said_where_one_signs(life_until: PlayLife) -> None:
    life = life_until("2026-03-04T09:00")
    set_chain(life.stage.programme, "vet_need", "officer", "head")
    need, officer = life.subject("need"), life.client("officer")
    propose = address(need, "vet", "propose")
    invested = {"facts.challenge.total_investment": "500", "facts.challenge.total_investment--unit": "万元"}
    assert (
        officer.post(propose, {**open_form(officer, propose), **invested, "outcome": "passed"}).status_code
        == 302
    )
    check = address(need, "vet", "check_facts")
    found = {
        **{name: value.replace("500", "600") for name, value in invested.items()},
        "source": "checked", "as_of": "2026-03-04", "evidence": "示例",
    }  # fmt: skip
    assert officer.post(check, {**open_form(officer, check), **found}).status_code == 302
    page = case_page(officer, need)
    assert "提出之后变了：项目投入总额" in page
    assert "要重新提出" in page
    assert "等提出拟办意见" in page
    assert "现在轮到经办签署" not in page
    # Whoever proposed it reads it where their day begins, and may propose anew; to others it is nothing of theirs.
    officer.get(WORKLIST)  # what has just been done is told once
    own, others = (life.client(who).get(WORKLIST).content.decode() for who in ("officer", "second"))
    outdated = "您提出的拟办意见已经过时（之后变了：项目投入总额）"
    assert outdated in own
    assert outdated not in others
    for page in (own, others):
        assert "提出拟办意见</a>" in page
        assert ">签署</span>" not in page, "nobody is asked to sign what can't be signed"
    propose = address(need, "vet", "propose")
    again = {**open_form(officer, propose), **invested, "outcome": "passed"}
    assert officer.post(propose, again).status_code == 302
    assert outdated not in officer.get(WORKLIST).content.decode()


def test_whoever_proposed_takes_it_back_on_its_own_page(life_until: PlayLife) -> None:
    life = life_until("2026-03-30T09:00")
    set_chain(life.stage.programme, "select", "officer", "head")
    challenge, officer = life.subject("challenge"), life.client("officer")
    propose, back = address(challenge, "select", "propose"), address(challenge, "select", "withdraw_proposal")
    assert back not in case_page(officer, challenge)
    given = {"bids": str(life.subject("bid1").pk), "note": "专家评分第一"}
    assert officer.post(propose, {**open_form(officer, propose), **given}).status_code == 302
    assert back in case_page(officer, challenge)
    for who in ("second", "head", "auditor", "prof"):
        assert back not in case_page(life.client(who), challenge)
    assert "撤回拟办意见" not in officer.get(WORKLIST).content.decode(), "nobody has to"
    assert "专家评分第一" in officer.get(back).content.decode()
    assert officer.post(back, open_form(officer, back)).status_code == 302
    assert "专家评分第一" not in case_page(officer, challenge)


def test_the_page_that_is_signed_names_the_projects_it_sets_up(life_until: PlayLife) -> None:
    life = life_until("2026-04-09T09:00")
    set_chain(life.stage.programme, "approve_project", "officer", "head")
    challenge, bid, officer = life.subject("challenge"), life.subject("bid1"), life.client("officer")
    propose = address(challenge, "approve", "propose")
    assert officer.post(propose, {**open_form(officer, propose), "outcome": "approved"}).status_code == 302
    for page in (
        case_page(officer, challenge),
        officer.get(address(challenge, "approve", "sign_off")).content.decode(),
    ):
        assert "办结后设立 1 件" in page
        assert f"项目 {challenge.number}-P01" in page
        assert f"来自 {bid.number} 示例大学（合成）" in page
    assert "办结后设立" not in case_page(life.client("prof"), challenge)


def test_what_has_changed_is_worked_out_once_for_a_page(
    life_until: PlayLife, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = life_until("2026-04-09T09:00")
    set_chain(life.stage.programme, "approve_project", "officer", "head")
    challenge, officer = life.subject("challenge"), life.client("officer")
    propose, sign = address(challenge, "approve", "propose"), address(challenge, "approve", "sign_off")
    assert officer.post(propose, {**open_form(officer, propose), "outcome": "approved"}).status_code == 302
    asked = []

    def count(act: Act) -> dict[str, str]:
        asked.append(act)
        return digest_known(act)

    monkeypatch.setattr(proposed, "digest_known", count)
    case_page(officer, challenge)
    assert len(asked) == 1
    officer.get(sign)
    assert len(asked) == 2


def test_nobody_signs_what_was_put_in_the_place_of_what_they_read(life_until: PlayLife) -> None:
    life = life_until("2026-03-30T09:00")
    set_chain(life.stage.programme, "select", "officer", "head")
    challenge = life.subject("challenge")
    officer, head = life.client("officer"), life.client("head")
    propose, sign = address(challenge, "select", "propose"), address(challenge, "select", "sign_off")
    tabs = [open_form(officer, propose), open_form(officer, propose)]

    def put_up(note: str, form: dict[str, str]) -> int:
        form = {**form, "bids": str(life.subject("bid1").pk), "note": note}
        return officer.post(propose, form).status_code

    def sign_first() -> None:
        assert officer.post(sign, {**open_form(officer, sign), "agreed": "true"}).status_code == 302

    assert put_up("评分第一", tabs[0]) == 302
    sign_first()
    read = open_form(head, sign)
    assert "评分第一" in head.get(sign).content.decode()
    # A tab opened before knows nothing of what stands by now, and doesn't void what was signed.
    assert put_up("另有考虑", tabs[1]) == 422
    assert Proposal.objects.count() == 1
    assert put_up("另有考虑", {**tabs[1], "_draft": "z", "_read": read["_read"]}) == 302
    sign_first()
    late = head.post(sign, {**read, "agreed": "true"})
    assert "您打开页面之后，要签署的内容换了" in late.content.decode()
    # A form that doesn't say what was read is no signature either, and what was refused once isn't signed by another click.
    for stale in (
        {"_draft": "x", "_revision": "1"},
        {"_draft": "y", "_revision": "1", "_read": read["_read"]},
    ):
        assert head.post(sign, {**stale, "agreed": "true"}).status_code == 422
    assert Proposal.objects.get(withdrawn_at=None).run.sign_offs.filter(voided_at=None).count() == 1
    assert head.post(sign, {**open_form(head, sign), "agreed": "true"}).status_code == 302


def test_experts_dont_read_what_is_being_proposed(life_until: PlayLife) -> None:
    life = life_until("2026-03-30T09:00")
    set_chain(life.stage.programme, "select", "officer", "head")
    challenge, officer = life.subject("challenge"), life.client("officer")
    propose = address(challenge, "select", "propose")
    form = {**open_form(officer, propose), "bids": str(life.subject("bid1").pk), "note": "专家评分第一"}
    assert officer.post(propose, form).status_code == 302
    for who in ("expert", "prof", "firm"):
        page = case_page(life.client(who), challenge)
        for word in ("拟办意见", "专家评分第一", "逐级审批"):
            assert word not in page, (who, word)
    assert "专家评分第一" in case_page(life.client("auditor"), challenge)
