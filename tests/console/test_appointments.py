"""Roles that the bureau fills: who may, who sees what because of it, and the two rounds on their pages."""

from __future__ import annotations

import pytest
from django.urls import reverse
from tests.console.lives import Life, play_life

from jiebang.lifecycle.models import Participation

pytestmark = pytest.mark.django_db


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch) -> Life:
    """Bids are being looked at by the appointed agency."""
    return play_life("2026-03-20T09:00", monkeypatch, "rounds", "rounds.yaml")


def status(life: Life, who: str, name: str, route: str = "console:subject") -> int:
    return life.client(who).get(reverse(route, args=[life.subject(name).pk])).status_code


@pytest.mark.parametrize(
    ("who", "code"),
    [("officer", 200), ("expert", 404), ("county", 404), ("agency", 404), ("one", 404), ("finance", 200)],
)
def test_only_the_bureau_appoints(rounds: Life, who: str, code: int) -> None:
    assert status(rounds, who, "batch", "console:appointments") == code


def test_an_appointed_agency_sees_what_its_stages_are_about_and_no_more(rounds: Life) -> None:
    assert [status(rounds, "agency", name) for name in ("batch", "b1", "b2")] == [200, 200, 200]
    assert [status(rounds, "alliance", name) for name in ("batch", "theirs", "ours")] == [200, 200, 200]
    assert status(rounds, "alliance", "b1") == 404, "who poses topics doesn't see the bids"
    assert status(rounds, "one", "b2") == 404


def test_an_appointed_bidder_reads_no_rivals_bid(rounds: Life) -> None:
    bids = {name: rounds.subject(name) for name in ("b1", "b2")}
    # One leads a bid, the other is named in one; the bureau appoints both as agencies before it has looked.
    for whose in ("示例甲所（合成）", "示例合作公司（合成）"):
        sent = rounds.client("officer").post(
            reverse("console:appointments", args=[rounds.subject("batch").pk]),
            {"role": "agency", "organisation": whose},
        )
        assert sent.status_code == 302
    assert [status(rounds, "one", name) for name in bids] == [200, 404]
    found = rounds.client("one").get(reverse("console:subjects") + f"?q={bids['b2'].number}").content.decode()
    assert "示例乙所" not in found
    # Whoever doesn't bid goes on judging.
    assert [status(rounds, "agency", name) for name in bids] == [200, 200]


def test_a_partner_sees_the_bid_it_is_named_in(rounds: Life) -> None:
    page = (
        rounds.client("one").get(reverse("console:subject", args=[rounds.subject("b1").pk])).content.decode()
    )
    assert "示例合作公司（合成）" in page
    assert "合作单位" in page


def test_appoint_and_dismiss_on_the_page(rounds: Life) -> None:
    client, address = (
        rounds.client("officer"),
        reverse("console:appointments", args=[rounds.subject("batch").pk]),
    )
    wrong = client.post(address, {"role": "agency", "organisation": "没有的单位"})
    assert wrong.status_code == 422
    assert "没有登记这个单位" in wrong.content.decode()
    assert client.post(address, {"role": "solver", "organisation": "示例戊所（合成）"}).status_code == 422
    assert client.post(address, {"role": "agency", "organisation": "示例戊所（合成）"}).status_code == 302
    assert status(rounds, "five", "b1") == 200
    again = client.post(address, {"role": "agency", "organisation": "示例戊所（合成）"})
    assert "已经是受托机构" in again.content.decode()
    row = Participation.objects.get(
        organisation__name="示例戊所（合成）", role="agency", until_at__isnull=True
    )
    other = Participation.objects.get(subject=rounds.subject("b1"), role="solver")
    assert client.post(address, {"end": other.pk}).status_code == 404, "another subject's row"
    assert client.post(address, {"end": row.pk}).status_code == 302
    assert status(rounds, "five", "b1") == 404


def test_a_topic_is_posed_on_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    life = play_life("2026-03-02T10:00", monkeypatch, "rounds", "rounds.yaml")
    address = reverse("console:act", args=[life.subject("batch").pk, "pose", "pose_topic"])
    page = life.client("alliance").get(address)
    assert page.status_code == 200
    sent = life.client("alliance").post(
        address, {"_draft": "p1", "_revision": "1", "values.need.title": "页面上的题"}
    )
    assert sent.status_code == 302, sent.content.decode()
    assert life.subject("batch").children.get().title == "页面上的题"


def test_the_second_round_is_no_replacement_the_first_time(monkeypatch: pytest.MonkeyPatch) -> None:
    life = play_life("2026-03-26T09:02", monkeypatch, "rounds", "rounds.yaml")
    address = reverse("console:act", args=[life.subject("challenge").pk, "full", "submit_bid"])
    page = life.client("one").get(address).content.decode()
    assert "替换已经提交的" not in page
    assert "合作协议" in page, "asked because of the partners named in the first round"
    sent = life.client("one").post(
        address, {"_draft": "p2", "_revision": "1", "values.bid.plan": "全案", "values.bid.agreement": "协议"}
    )
    assert sent.status_code == 302, sent.content.decode()
    assert "替换已经提交的" in life.client("one").get(address).content.decode()
    assert (
        "只收前面留下的单位"
        in life.client("five")
        .post(address, {"_draft": "p3", "_revision": "1", "values.bid.plan": "全案"})
        .content.decode()
    )


def test_an_agencys_form_offers_no_fact_that_its_stage_does_not_look_at(rounds: Life) -> None:
    address = reverse("console:act", args=[rounds.subject("b1").pk, "look", "conclude"])
    offered = rounds.client("agency").get(address).content.decode()
    assert "联盟出题" not in offered
    assert '<option value="bid.plan">' not in offered


def test_whoever_appoints_a_bidder_is_told_where_it_stays_out(rounds: Life) -> None:
    client = rounds.client("officer")
    address = reverse("console:appointments", args=[rounds.subject("batch").pk])
    sent = client.post(address, {"role": "agency", "organisation": "示例合作公司（合成）"}, follow=True)
    assert f"被列入了 {rounds.subject('b1').number}" in sent.content.decode()
    assert "记录核实情况" in sent.content.decode()
