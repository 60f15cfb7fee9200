"""A page asks as much of the database for twenty bids as for three, whoever looks at it and wherever they stand."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytest
from django.urls import reverse
from tests.console.lives import Life, play_life
from tests.lifecycle.chains import set_chain
from tests.lifecycle.crowd import bid_many, count_queries, review_many

from jiebang.lifecycle.door import apply
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.packs import load_program
from jiebang.organisations.models import Mandate
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
FEW, MANY = 3, 20


@pytest.fixture(autouse=True)
def _forget_packs() -> Iterator[None]:
    yield
    load_program.cache_clear()


def crowded(bids: int, monkeypatch: pytest.MonkeyPatch, stage: str) -> Life:
    """The thin life with many bids, so far that `stage` (bid, check or select) is what comes next."""
    life = play_life("2026-03-06", monkeypatch, slug=f"thin-{bids}")
    challenge = life.stage.subjects["challenge"]
    values = {"bid.title": "解法", "bid.plan": "路线"}
    made = bid_many(challenge, "bid", bids, read_instant("2026-03-06T09:00"), values)
    life.stage.subjects["mine"] = made[0]
    # Whoever looks at a rival's page as a bidder is one of those who bid.
    mandate = Mandate.objects.select_related("person").get(organisation=made[0].lead)
    life.stage.accounts["bidder"] = (mandate.person.accounts.get(), mandate)
    life.set_clock("2026-03-06T10:00")
    if stage != "bid":
        apply(challenge.pk, "bid", "close", actor=None, at=read_instant("2026-03-25T17:00"))
        life.set_clock("2026-03-26T10:00")
    if stage == "select":
        review_many(life.stage, made, "2026-03-26T09:00")
    return life


def with_needs(needs: int, monkeypatch: pytest.MonkeyPatch) -> Life:
    """The thin life at the vetting of many needs of one firm, while its collection is over."""
    life = play_life("2026-03-02T10:00", monkeypatch, slug=f"thin-{needs}")
    at = read_instant("2026-03-02T10:00")
    batch, firm, officer = (
        life.stage.subjects["batch"].pk, life.stage.actor("firm", at), life.stage.actor("officer", at),
    )  # fmt: skip
    for number in range(needs):
        values = {"need.title": f"轴承{number}", "challenge.total_investment": "5000000 元"}
        apply(
            batch, "collect", "submit_need", actor=firm, at=at, payload={"values": values},
            submission=(f"{life.stage.programme.slug}-{number}", 1),
        )  # fmt: skip
    apply(batch, "collect", "close", actor=officer, at=at)
    life.stage.subjects["need"] = Subject.objects.filter(parent=batch).latest("pk")
    return life


def queries_of_pages(life: Life, who: str, names: tuple[str, ...]) -> dict[str, int]:
    """How many queries each page asks that this person may open."""
    client = life.client(who)
    about = {name: life.subject(name).pk for name in names}
    pages = {name: reverse("console:subject", args=[pk]) for name, pk in about.items()}
    pages |= {"worklist": reverse("console:worklist"), "cases": reverse("console:subjects")}
    pages["public"] = reverse("portal:home")
    if "challenge" in about:
        pages["public case"] = reverse("portal:challenge", args=[about["challenge"]])
    # Asked once beforehand: packs are loaded once, and not everybody may open everything.
    return {
        name: count_queries(partial(client.get, address))
        for name, address in pages.items()
        if client.get(address).status_code == 200
    }


@pytest.mark.parametrize("stage", ["bid", "check", "select"])
@pytest.mark.parametrize("who", ["officer", "expert", "bidder"])
def test_pages_ask_no_more_for_more_bids(monkeypatch: pytest.MonkeyPatch, who: str, stage: str) -> None:
    few, many = (
        queries_of_pages(crowded(bids, monkeypatch, stage), who, ("batch", "challenge", "mine"))
        for bids in (FEW, MANY)
    )
    assert few == many
    assert few.keys() >= {"worklist", "cases", "public", "public case"}
    assert who == "expert" or "mine" in few


@pytest.mark.parametrize("who", ["officer", "expert", "firm"])
def test_pages_ask_no_more_for_more_needs(monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    few, many = (
        queries_of_pages(with_needs(needs, monkeypatch), who, ("batch", "need")) for needs in (FEW, MANY)
    )
    assert few == many
    assert who == "expert" or few.keys() >= {"batch", "need"}


def with_outdated_proposals(needs: int, monkeypatch: pytest.MonkeyPatch) -> Life:
    """Many needs with a proposal each, under which what it was based on has changed."""
    life = with_needs(needs, monkeypatch)
    set_chain(life.stage.programme, "vet_need", "officer", "head")
    at = read_instant("2026-03-02T10:00")
    officer = life.stage.actor("officer", at)
    for need in Subject.objects.filter(programme=life.stage.programme, kind="need"):
        for event, payload in (
            ("propose", {"outcome": "passed", "facts": {"challenge.total_investment": "5000000 元"}}),
            ("check_facts", {"facts": {"challenge.total_investment": "6000000 元"}}),
        ):
            apply(need.pk, "vet", event, actor=officer, at=at, payload=payload)
    return life


def test_the_worklist_asks_no_more_for_more_outdated_proposals(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    for needs in (FEW, MANY):
        life = with_outdated_proposals(needs, monkeypatch)
        client, address = life.client("officer"), reverse("console:worklist")
        client.get(address)
        # A bureau's officers see all its programmes: the second time there are two.
        assert client.get(address).content.decode().count("您提出的拟办意见已经过时") >= needs
        counts.append(count_queries(partial(client.get, address)))
    assert counts[0] == counts[1], counts
