"""Whoever is asked for a list may say that there are none, which is more than leaving it blank."""

import re
from typing import Any, cast

import pytest
from tests.console.lives import Life, play_life
from tests.console.test_acts import address, open_form
from tests.console.test_imports import faults, preview

from jiebang.console.forms import ActForm, read_form
from jiebang.console.import_list import read_cell
from jiebang.console.models import Draft
from jiebang.console.sheets import Cell
from jiebang.console.slots import Asking, Slot
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.policy.values import Kind, ValueType

NONE = "values.bid.partners--none"
BID = {"values.bid.title": "戊案"}
PARTNERS = ValueType(Kind.organisations)


@pytest.fixture
def life(db: None, monkeypatch: pytest.MonkeyPatch) -> Life:
    """A window in which partners may be named."""
    return play_life("2026-03-06T11:00", monkeypatch, "rounds", "rounds.yaml")


def partners_of(lead: str) -> list[tuple[Any, str]]:
    bid = Subject.objects.get(kind="bid", lead__name__contains=lead, ended_at__isnull=True)
    held = FactEntry.objects.filter(subject=bid, name="bid.partners", superseded_at__isnull=True)
    return list(held.values_list("value", "source"))


def ticked(html: str, name: str) -> bool:
    found = re.search(rf'<input type="checkbox"[^>]*name="{re.escape(name)}"[^>]*>', html)
    assert found, name
    return " checked" in found[0]


def name_of(life: Life, who: str) -> str:
    mandate = life.stage.accounts[who][1]
    assert mandate.organisation
    return mandate.organisation.name


@pytest.mark.parametrize(
    ("said", "held"), [({NONE: "yes"}, [([], "declared")]), ({}, []), ({"values.bid.partners": "无"}, [([], "declared")])],
    ids=["ticked", "left blank", "written"],
)  # fmt: skip
def test_none_is_recorded_and_blank_is_not(
    life: Life, said: dict[str, str], held: list[tuple[Any, str]]
) -> None:
    client, where = life.client("five"), address(life.subject("challenge"), "first", "submit_bid")
    assert not ticked(client.get(where).content.decode(), NONE)
    assert client.post(where, {**open_form(client, where), **BID, **said}).status_code == 302
    assert partners_of(name_of(life, "five")) == held


def test_none_and_some_are_refused_beside_the_field(life: Life) -> None:
    client, where = life.client("five"), address(life.subject("challenge"), "first", "submit_bid")
    partner = life.stage.organisations["partner"].name
    both = {**open_form(client, where), **BID, NONE: "yes", "values.bid.partners": partner}
    response = client.post(where, both)
    html = response.content.decode()
    assert response.status_code == 422
    assert re.search(r'id="values_bid_partners-error">[^<]*勾了“没有”又填了内容', html)
    assert ticked(html, NONE)
    assert f">{partner}</textarea>" in html
    assert not Subject.objects.filter(kind="bid", lead=life.stage.organisations["five"]).exists()
    del both[NONE]
    assert client.post(where, both).status_code == 302
    assert partners_of(name_of(life, "five")) == [
        ([life.stage.organisations["partner"].credit_code], "declared")
    ]


def test_a_draft_and_what_was_handed_in_keep_the_tick(life: Life) -> None:
    client, where = life.client("five"), address(life.subject("challenge"), "first", "submit_bid")
    form = {**open_form(client, where), **BID, NONE: "yes"}
    client.post(where, {**form, "_do": "save"}, headers={"HX-Request": "true"})
    assert Draft.objects.get().data[NONE] == ["yes"]
    assert ticked(client.get(where).content.decode(), NONE)
    client.post(where, form)
    assert ticked(client.get(where).content.decode(), NONE), "handed in, and may be handed in anew"


def test_an_officer_finds_that_there_are_none(life: Life) -> None:
    challenge = life.subject("challenge")
    client, bid = life.client("officer"), life.subject("b2")
    where = address(challenge, "first", "check_facts")
    form = {**open_form(client, where), "_more": "bid.partners"}
    found = {
        "thing": str(bid.pk), "source": "checked", "as_of": "2026-03-06", "evidence": "申请表原件",
        "facts.bid.partners--none": "yes",
    }  # fmt: skip
    response = client.post(f"{where}?more=bid.partners", {**form, **found})
    assert response.status_code == 302, re.sub(r"<[^>]+>", "", response.content.decode())[-600:]
    assert partners_of(name_of(life, "two")) == [([], "checked")]
    page = client.get(f"/console/subjects/{bid.pk}/").content.decode()
    assert re.search(r"合作单位.{0,400}没有", page, re.DOTALL)


def test_a_list_that_a_paper_requires_cannot_be_none() -> None:
    slots = [Slot(("values", "bid.partners"), "合作单位", PARTNERS, required=True)]
    form = ActForm("submit_bid", slots, {NONE: ["yes"]})
    assert not form.controls[0].may_be_none
    assert read_form(form, cast("Asking", None)) == {}
    assert form.errors == {"values.bid.partners": "必填"}


def test_only_facts_are_asked_so() -> None:
    ties = Slot(("relations",), "查到的关联", ValueType(Kind.records, fields={"to": ValueType(Kind.text)}))
    assert not ties.may_be_none
    assert not Slot(("facts", "x"), "名称", ValueType(Kind.text)).may_be_none
    assert Slot(("facts", "x"), "成员", ValueType(Kind.persons)).may_be_none


@pytest.mark.parametrize("word", ["无", "没有", " 无 "])
@pytest.mark.parametrize("kind", [Kind.organisations, Kind.persons, Kind.choices, Kind.records])
def test_a_cell_of_a_list_says_none(kind: Kind, word: str) -> None:
    of = ValueType(kind, options={"a": "甲"}, fields={"name": ValueType(Kind.text)})
    assert read_cell(Cell(word), of, "") == []
    assert read_cell(Cell("甲"), of, "") != []


def test_a_cell_may_choose_an_option_that_is_called_none() -> None:
    of = ValueType(Kind.choices, options={"none": "无", "a": "甲"})
    assert read_cell(Cell("无"), of, "") == ["none"]
    assert read_cell(Cell("无"), ValueType(Kind.text), "") == "无"


def test_a_list_brought_in_says_none_for_an_optional_column_and_not_for_a_required_one(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = play_life("2026-11-09T09:00", monkeypatch, "jiangmen", "../../scenarios/jiangmen-needs.yaml")
    life.stage.accounts["officer"] = life.stage.accounts["liang"]
    firm = life.stage.organisations["motor"].name
    data = preview(life, [
        ["需求名称", "需求单位", "资质荣誉", "主要技术指标"],
        ["甲题", firm, "无", "功率密度不低于三十"],
        ["乙题", firm, None, "功率密度不低于三十"],
        ["丙题", firm, "高新技术企业", "无"],
    ])  # fmt: skip
    assert [one["values"].get("sponsor.honours") for one in data["good"]] == [[], None]
    assert faults(data) == [(4, "D", "必填")]
