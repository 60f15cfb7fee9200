"""Who may read what of a case: a bidder of the need it bids for, an outsider of what goes on around a challenge."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from tests.console.lives import LIFECYCLE, Life, play_life
from tests.console.papers import play_on

from jiebang.ledger.models import Entry
from jiebang.lifecycle.models import OutboxMessage
from jiebang.lifecycle.packs import load_program
from jiebang.organisations.models import Mandate
from jiebang.scenarios.play import play_steps
from jiebang.scenarios.read import Step

BIDDING, CHECKING, REVIEWING = "2026-03-07T09:00", "2026-03-26T09:00", "2026-03-27T10:00"
SELECTED, NOTICE, PAYING = "2026-03-31T09:00", "2026-04-02T10:00", "2026-04-13T09:00"
#: The announcement gives out the need's title, and not what the sponsor will spend; a bid is checked against that.
_CHANGES = (
    ("papers:\n", "papers:\n  list: {clause: TH-2, label: 榜单, from: bureau, fields: [{fact: need.title}]}\n"),
    ("per: batch, by: bureau, outcomes: {announced: bid}", "per: batch, by: bureau, papers: {gives: [list]}, outcomes: {announced: bid}"),
    ("stages: [vet]", "stages: [vet, check, pay]"),
)  # fmt: skip


def live_with(
    monkeypatch: pytest.MonkeyPatch, folder: Path, changes: tuple[tuple[str, str], ...], until: str
) -> Life:
    """The thin life under a regulation that is changed in some places."""
    text = (LIFECYCLE / "packs" / "thin" / "1" / "pack.yaml").read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    pack = folder / "thin" / "1" / "pack.yaml"
    pack.parent.mkdir(parents=True)
    pack.write_text(text, encoding="utf-8")
    monkeypatch.setattr(settings, "JIEBANG_PACK_ROOTS", [folder, *settings.JIEBANG_PACK_ROOTS])
    return play_life(until, monkeypatch)


@pytest.fixture
def life(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Life]:
    yield live_with(monkeypatch, tmp_path, _CHANGES, BIDDING)
    load_program.cache_clear()


def join(life: Life, who: str, organisation: str) -> None:
    """Let somebody act for an organisation of the life instead of whom they acted for."""
    account, _ = life.stage.accounts[who]
    Mandate.objects.filter(person=account.person).delete()
    mandate = Mandate.objects.create(
        person=account.person, organisation=life.stage.organisations[organisation], position="member",
        from_on=date(2020, 1, 1),
    )  # fmt: skip
    life.stage.accounts[who] = (account, mandate)


def page(life: Life, who: str, name: str) -> str:
    address = reverse("console:subject", args=[life.subject(name).pk])
    return life.client(who).get(address).content.decode()


def test_a_bidder_reads_of_the_need_what_was_announced_and_all_of_its_own(life: Life) -> None:
    text = page(life, "prof", "bid1")
    assert "解法一改" in text
    assert "路线一改" in text
    assert "高温轴承" in text
    assert "5,000,000.00" not in text
    assert "项目投入总额" not in text


@pytest.mark.parametrize("who", ["officer", "auditor", "secretary"])
def test_an_authority_reads_on_a_bid_all_that_is_known(life: Life, who: str) -> None:
    assert "5,000,000.00" in page(life, who, "bid1")


def test_what_the_rules_say_of_a_bid_tells_its_bidder_no_value_that_was_not_announced(life: Life) -> None:
    play_on(life, "2026-03-25T16:59", CHECKING)
    inside, outside = page(life, "officer", "bid1"), page(life, "prof", "bid1")
    assert "5,000,000.00" in inside
    assert "5,000,000.00" not in outside
    assert "所依据的内容没有公布" in outside
    line = outside.split("所依据的内容没有公布", maxsplit=1)[0].rsplit("<li", 1)[1]
    assert "不公开" in line, "whether it holds tells of the value as well"
    assert not re.search("v-(pass|fail|unknown)", line)
    assert "所依据的内容没有公布" not in inside


def test_a_refusal_tells_a_bidder_which_rule_and_not_the_value_that_was_not_announced(
    db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rule = "  dear: {clause: TH-3, label: 投入够大, force: must, at: submit, stages: [bid], test: {at_least: [challenge.total_investment, 6000000 元]}}\n"
    life = live_with(monkeypatch, tmp_path, (*_CHANGES, ("rules:\n", "rules:\n" + rule)), "2026-03-06T09:00")
    address = reverse("console:act", args=[life.subject("challenge").pk, "bid", "submit_bid"])
    form = {"_draft": "r1", "_revision": "1", "values.bid.title": "解法", "values.bid.plan": "路线"}
    sent = life.client("prof").post(address, form)
    assert sent.status_code == 422
    assert "投入够大" in sent.content.decode()
    assert "5,000,000.00" not in sent.content.decode()
    load_program.cache_clear()


def test_who_carries_out_a_project_reads_no_more_of_the_need_and_its_sponsor_reads_all(life: Life) -> None:
    play_on(life, "2026-03-25T16:59", PAYING)
    solver, sponsor = page(life, "prof", "project"), page(life, "firm", "project")
    assert "5,000,000.00" not in solver
    assert "5,000,000.00" in sponsor
    assert "路线一改" in solver
    assert "路线一改" in sponsor


@pytest.mark.parametrize("who", ["researcher", "other"])
def test_before_the_notice_outsiders_see_of_a_challenge_the_window_alone(life: Life, who: str) -> None:
    life.stage.accounts["other"] = life.stage.accounts["elsewhere"]
    play_on(life, "2026-03-25T16:59", SELECTED)
    join(life, "other", "other")
    challenge = life.subject("challenge")
    shown = page(life, who, "challenge") + life.client(who).get("/console/subjects/").content.decode()
    assert "揭榜" in page(life, who, "challenge").split('id="passage"')[1]
    own = page(life, who, "bid2") if who == "researcher" else ""
    for step in ("遴选", "联席会议审议"):
        assert step not in shown
        assert step not in own
    if who == "other":
        assert "经办甲" not in shown, "nor who handles what they don't see"
    address = reverse("console:act", args=[challenge.pk, "council", "conclude"])
    there, nowhere = (
        life.client(who).get(address).content.decode(),
        life.client(who).get(address.replace("council", "approve")).content.decode(),
    )
    assert "现在没有打开" in there
    assert "现在没有打开" in nowhere
    for inside in ("officer", "secretary", "firm"):
        assert "联席会议审议" in page(life, inside, "challenge"), inside


def test_a_bidder_knows_where_its_own_bid_waits(life: Life) -> None:
    play_on(life, "2026-03-25T16:59", SELECTED)
    text = page(life, "prof", "bid1")
    assert "等待联席会议审议" in text
    assert "选定" not in text.split('id="passage"')[1], "how a step of the whole challenge ended isn't told"
    assert page(life, "prof", "bid1").count("形式审查") > 0


def test_the_notice_is_for_all(life: Life) -> None:
    play_on(life, "2026-03-25T16:59", NOTICE)
    for who in ("researcher", "prof", "officer"):
        assert "公示" in page(life, who, "challenge"), who


#: Bids are sealed until the window closes; a bid names its price and partners, and a rule looks at the price.
_SEALED = (
    ("term: bidding,", "term: bidding, sealed: true,"),
    ("  experts: {", "  partners: {clause: TH-3, label: 合作单位, is: organisations, required: false, named_in: bid.partners}\n  experts: {"),
    ("bid.title: {label: 揭榜项目名称, type: text}", "bid.title: {label: 揭榜项目名称, type: text}\n  bid.price: {label: 报价, type: money}\n  bid.partners: {label: 合作单位, type: organisations}"),
    ("fields: [{fact: bid.title}, {fact: bid.plan}]", "fields: [{fact: bid.title}, {fact: bid.plan}, {fact: bid.price, required: false}, {fact: bid.partners, required: false}]"),
    ("rules:\n", "rules:\n  cheap:\n    {clause: TH-3, label: 报价不高于上限, force: prefer, at: decide, stages: [bid], test: {at_most: [bid.price, 9000000 元]}}\n"),
)  # fmt: skip


@pytest.fixture
def sealed(db: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Life]:
    life = live_with(monkeypatch, tmp_path, _SEALED, BIDDING)
    values = {
        "bid.title": "密封的解法",
        "bid.plan": "密封的路线",
        "bid.price": "7654321 元",
        "bid.partners": ["@other"],
    }
    step = Step(
        at="2026-03-07T08:59", by="prof", do="submit_bid", on="challenge", draft="s1", replace=True, values=values
    )  # fmt: skip
    play_steps(life.stage, [step])
    yield life
    load_program.cache_clear()


_VALUES = ("密封的解法", "密封的路线", "7,654,321", "7654321", "示例乙公司")


def everything_about_it(life: Life, who: str) -> str:
    """Every page on which somebody of the authority meets a bid while its window is open."""
    client, bid, challenge = life.client(who), life.subject("bid1"), life.subject("challenge")
    addresses = [
        reverse("console:subject", args=[bid.pk]),
        reverse("console:subject", args=[challenge.pk]),
        reverse("console:subject", args=[life.subject("batch").pk]),
        reverse("console:subjects"),
        reverse("console:subjects") + "?kind=bid",
        reverse("console:worklist"),
        reverse("console:receipt", args=["s1", 1]),
        reverse("console:act", args=[challenge.pk, "bid", "check_facts"]) + "?_more=bid.price&_more=bid.plan",
        reverse("console:act", args=[challenge.pk, "bid", "check_relations"]),
        reverse("portal:home"),
        reverse("portal:challenge", args=[challenge.pk]),
        reverse("portal:ledger"),
    ]
    return "".join(client.get(one).content.decode() for one in addresses)


@pytest.mark.parametrize("who", ["officer", "second", "head", "auditor", "secretary", "researcher"])
def test_nobody_reads_what_a_sealed_bid_says_before_its_window_closes(sealed: Life, who: str) -> None:
    life = sealed
    if who != "researcher":
        text = page(life, who, "bid1")
        assert text.count("密封，截止之后才能打开") == 4
        assert "示例大学" in text, "that it bids is no secret from those who receive it"
    pages = everything_about_it(life, who)
    assert [value for value in _VALUES if value in pages] == []
    found = life.client(who).get(reverse("console:subjects") + "?q=密封的解法").content.decode()
    assert life.subject("bid1").number not in found, "nor by searching for it"


def test_whose_bid_it_is_reads_it_and_all_do_once_the_time_is_over(sealed: Life) -> None:
    life = sealed
    assert "7,654,321.00" in page(life, "prof", "bid1")
    assert "示例乙公司" in page(life, "prof", "bid1")
    life.set_clock("2026-03-25T17:00")
    text = page(life, "officer", "bid1")
    assert "密封" not in text.replace("密封的", "")
    assert "7,654,321.00" in text
    assert "示例乙公司" in text
    play_steps(life.stage, [Step(at="2026-03-25T17:00", by="时钟", do="close", on="challenge")])
    assert life.subject("bid1").title == "密封的解法"


def test_the_ledger_and_the_messages_of_a_sealed_bid_hold_nothing_of_it(sealed: Life) -> None:
    bodies = " ".join(Entry.objects.values_list("body", flat=True))
    bodies += " ".join(str(body) for body in OutboxMessage.objects.values_list("body", flat=True))
    assert "示例大学" not in bodies
    assert [value for value in _VALUES if value in bodies] == []


def test_who_objects_is_shown_to_those_who_handle_it_and_to_no_expert(
    life_until: Callable[[str], Life],
) -> None:
    life = life_until("2026-04-08T09:00")
    for who, shown in (("officer", True), ("auditor", True), ("expert", False), ("firm", False)):
        assert ("评分有误" in page(life, who, "challenge")) is shown, who
