"""A firm corrects a need that the bureau entered for it out of a list, while the collection is open; nobody else does."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.console.lives import Life
from tests.console.test_imports import HEADS, OPEN, upload
from tests.funding.building import Case

from jiebang.console.slots import Asking, submission_slots
from jiebang.console.worklist import worklist_of
from jiebang.ledger.models import Entry
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import NotAllowed
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.scenarios.read import read_instant

PlayLife = Callable[[str], Life]
FIRM, OTHER = "示例甲公司（合成）", "示例乙公司（合成）"
TOTAL = "challenge.total_investment"


def enter_list(life: Life, *rows: tuple[str, str]) -> None:
    """The officer imports needs: (firm, title)."""
    listed: list[list[Any]] = [
        HEADS,
        *([n, firm, title, 600, "某人"] for n, (firm, title) in enumerate(rows)),
    ]
    client, response = upload(life, listed)
    assert client.post(response["Location"]).status_code == 302


def need(title: str) -> Subject:
    return Subject.objects.get(kind="need", title=title)


def correct(client: Client, life: Life, thing: Subject, title: str, total: str = "700") -> Any:
    """Open the form that the list leads to, and hand in what is asked for."""
    address = reverse("console:act", args=[life.subject("batch").pk, "collect", "submit_need"])
    form = client.get(f"{address}?thing={thing.pk}").context["form"]
    typed = {
        "_draft": form.draft, "_revision": str(form.revision), "_replace": str(thing.pk),
        "values.need.title": title, f"values.{TOTAL}": total, f"values.{TOTAL}--unit": "万元",
    }  # fmt: skip
    return client.post(address, typed)


def total_of(thing: Subject) -> str:
    return str(FactEntry.objects.get(subject=thing, name=TOTAL, superseded_at=None).value)


def test_the_firm_finds_it_corrects_it_and_the_ledger_keeps_both(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    enter_list(life, (FIRM, "高温轴承"), (FIRM, "风机叶片"), (OTHER, "盐湖提锂"))
    thing = need("风机叶片")
    client = life.client("firm")
    page = client.get("/console/worklist/").content.decode()
    assert "高温轴承" in page
    assert "风机叶片" in page
    assert "由主管部门代录，请核对" in page
    assert "盐湖提锂" not in page
    case = client.get(reverse("console:subject", args=[thing.pk])).content.decode()
    assert "这一份由主管部门代录，请核对、补齐" in case
    assert correct(client, life, thing, "风机叶片（改）").status_code == 302
    thing.refresh_from_db()
    assert thing.title == "风机叶片（改）"
    assert total_of(thing) == "700 万元"
    assert total_of(need("高温轴承")) == "600 万元", "the firm's other need stays as it is"
    assert Subject.objects.filter(kind="need").count() == 3
    entry = Entry.objects.filter(kind="need.submitted").latest("sequence")
    assert f'"subject":{thing.pk}' in entry.body
    assert '"replaced":true' in entry.body
    assert FactEntry.objects.filter(subject=thing, name=TOTAL).count() == 2, "what was entered stays readable"
    assert client.get("/console/worklist/").content.decode().count("由主管部门代录") == 1


def test_it_may_be_corrected_again_and_a_second_click_changes_nothing(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    enter_list(life, (FIRM, "高温轴承"), (FIRM, "风机叶片"))
    client, thing = life.client("firm"), need("风机叶片")
    correct(client, life, thing, "风机叶片", "700")
    correct(client, life, thing, "风机叶片", "800")
    assert total_of(thing) == "800 万元"
    address = reverse("console:act", args=[life.subject("batch").pk, "collect", "submit_need"])
    form = client.get(f"{address}?thing={thing.pk}").context["form"]
    assert form.revision == 3
    before = Entry.objects.count()
    sent = {
        "_draft": form.draft,
        "_revision": "2",
        "_replace": str(thing.pk),
        f"values.{TOTAL}--unit": "万元",
    }
    as_it_was = {**sent, "values.need.title": "风机叶片", f"values.{TOTAL}": "800"}
    assert client.post(address, as_it_was).status_code == 302
    told = client.post(address, {**as_it_was, f"values.{TOTAL}": "1"})
    assert told.status_code == 409
    assert told.context["form"].revision == 3
    assert Entry.objects.count() == before


def test_one_need_entered_by_hand_is_corrected_under_a_draft_of_the_firms_own(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    enter_list(life, (FIRM, "高温轴承"))
    client, thing = life.client("firm"), need("高温轴承")
    assert correct(client, life, thing, "高温轴承", "700").status_code == 302
    assert total_of(thing) == "700 万元"
    assert Subject.objects.filter(kind="need").count() == 1


def test_a_draft_for_one_need_does_not_turn_up_in_another(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    enter_list(life, (FIRM, "高温轴承"), (FIRM, "风机叶片"))
    client = life.client("firm")
    address = reverse("console:act", args=[life.subject("batch").pk, "collect", "submit_need"])
    one, two = need("高温轴承"), need("风机叶片")
    form = client.get(f"{address}?thing={one.pk}").context["form"]
    client.post(
        address,
        {
            "_draft": form.draft,
            "_revision": "1",
            "_replace": str(one.pk),
            "_do": "save",
            "values.need.title": "半截",
        },
    )
    titles = {
        thing: next(
            c.value for c in client.get(f"{address}?thing={thing.pk}").context["form"].controls if c.name == "values.need.title"
        )
        for thing in (one, two)
    }  # fmt: skip
    assert titles == {one: "半截", two: "风机叶片"}
    fresh = client.get(address).context["form"]
    assert [c.value for c in fresh.controls if c.name == "values.need.title"] == [""]


def test_nobody_corrects_anothers_need(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    enter_list(life, (FIRM, "高温轴承"), (OTHER, "盐湖提锂"))
    at = read_instant(OPEN)
    with pytest.raises(NotAllowed, match="不是贵单位在这里的材料"):
        apply(
            life.subject("batch").pk, "collect", "submit_need", actor=life.stage.actor("firm", at), at=at,
            payload={"values": {"need.title": "夺来", TOTAL: "700 万元"}, "replaces": need("盐湖提锂").pk},
            submission=("x", 1),
        )  # fmt: skip
    assert need("盐湖提锂").lead is not None


def test_after_the_collection_it_cannot_be_changed(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    enter_list(life, (FIRM, "高温轴承"), (FIRM, "风机叶片"))
    batch = life.subject("batch")
    at = read_instant(OPEN)
    apply(batch.pk, "collect", "close", actor=life.stage.actor("officer", at), at=at)
    page = life.client("firm").get("/console/worklist/").content.decode()
    assert "截止前可以更正" not in page
    assert "更正" not in life.client("firm").get(
        reverse("console:subject", args=[need("高温轴承").pk])
    ).content.decode().replace("补充或更正", "")


def test_the_list_costs_the_same_however_many_needs_there_are(life_until: PlayLife) -> None:
    life = life_until(OPEN)
    at = read_instant(OPEN)
    actor = life.stage.actor("firm", at)
    assert actor is not None
    counts = []
    for titles in (["甲"], ["乙", "丙", "丁"]):
        enter_list(life, *((FIRM, title) for title in titles))
        worklist_of(actor, at)
        with CaptureQueriesContext(connection) as queries:
            found = worklist_of(actor, at)
        counts.append((len(found.handed_in), len(queries)))
    assert [count for count, _ in counts] == [1, 4]
    assert counts[0][1] == counts[1][1], counts


def test_a_registration_handed_in_anew_asks_for_the_same_as_the_first(db: None) -> None:
    case = Case("shenzhen-bounty/draft", "government-prize")
    bid = case.subject("bid", case.challenge, "示例-1-C001-B001")
    case.fact(bid, "bid.lead_kind", "university", source="computed")
    _, who = case.firm(bid, "solver")
    run = case.run(case.challenge, "register", "register")
    asking = Asking(run, case.challenge, program_of(bid), read_instant("2026-03-20T09:00"), case.actor(who))
    first = [slot.place for slot in submission_slots(asking)]
    assert ("values", "bid.lead_kind") in first
    assert [slot.place for slot in submission_slots(replace(asking, about=bid))] == first
