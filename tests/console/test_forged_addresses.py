"""Addresses that somebody wrote by hand: a page in Chinese that tells nothing, never an error of the program."""

import re
from collections.abc import Callable
from itertools import product

import pytest
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life
from tests.console.test_every_address import ADDRESSES, CHECKING, NOTICE
from tests.console.test_hostile_forms import HOSTILE

from jiebang.ledger.models import Entry
from jiebang.lifecycle.clock import tick
from jiebang.lifecycle.models import StageRun, Subject

PlayLife = Callable[[str], Life]
REFUSALS = {400, 403, 404, 405}
NUMBERS = (
    "0",
    "-1",
    "1.5",
    "abc",
    "2147483648",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 40,
    "9" * 5000,
)
NUMBERED = (
    "/console/subjects/{}/",
    "/console/subjects/{}/acts/check/conclude/",
    "/console/subjects/{}/import/collect/",
    "/console/subjects/{}/files/bid.plan/x/",
    "/console/subjects/{}/departures/",
    "/console/subjects/{}/appointments/",
    "/console/organisations/{}/",
    "/console/receipts/b1/{}/",
    "/challenges/{}/",
    "/notices/{}/",
    "/console/programmes/thin/discretion/?subject={}",
    "/console/working-years/?year={}",
)
METHODS = ("head", "post", "put", "patch", "delete", "options", "trace")


def text_of(answer: object) -> str:
    return str(answer.content.decode())  # type: ignore[attr-defined]


@pytest.fixture
def life(life_until: PlayLife) -> Life:
    return life_until(NOTICE)


def test_a_number_that_is_nobodys(life: Life) -> None:
    officer, wrong = life.client("officer"), []
    for where in NUMBERED:
        for number in NUMBERS:
            answer = officer.get(where.format(number))
            if answer.status_code != 404 or "没有这个页面，或者现在的身份看不到它" not in text_of(answer):
                wrong.append((where, number[:20], answer.status_code))
    assert wrong == []


@pytest.mark.parametrize("who", ["prof", "elsewhere"])
def test_what_is_anothers_and_what_is_nobodys_look_the_same(life: Life, who: str) -> None:
    client = life.client(who)
    pages = []
    for key in (life.subject("bid2").pk, 999_999):
        answer = client.get(reverse("console:subject", args=[key]))
        assert answer.status_code == 404
        pages.append(re.sub(r'(name="csrfmiddlewaretoken" value=")[^"]*', "", text_of(answer)))
    assert pages[0] == pages[1]


def test_no_address_fails_by_a_way_of_asking(life_until: PlayLife) -> None:
    life = life_until(CHECKING)
    officer = life.client("officer")
    for route, when, about, arguments, query, _ in ADDRESSES:
        if when != CHECKING or route == "console:log_out":
            continue
        given = dict(arguments)
        if route == "console:organisation":
            given["organisation_id"] = life.stage.organisations[about].pk
        elif about and route != "console:receipt":
            given["subject_id"] = life.subject(about).pk
        for method in METHODS:
            answer = getattr(officer, method)(reverse(route, kwargs=given) + query)
            assert answer.status_code < 500, (route, method)
            if answer.status_code == 405:
                assert "这个地址不能这样打开" in text_of(answer), (route, method)
                assert answer["Allow"]


def test_whatever_stands_in_a_query(life: Life) -> None:
    client = life.client("officer")
    project = life.subject("challenge").pk
    pages = (
        ("/console/subjects/", ("q", "kind", "state", "programme", "page")),
        ("/console/organisations/", ("q", "page")),
        ("/console/letters/", ("page",)),
        ("/console/working-years/", ("year",)),
        ("/console/log-in/", ("next",)),
        ("/console/programmes/thin/discretion/", ("subject", "ask")),
        (f"/console/subjects/{project}/departures/", ("key",)),
        (f"/console/subjects/{project}/acts/notice/conclude/", ("_more", "thing")),
        ("/", ("x",)),
    )
    for (where, names), text in product(pages, [*HOSTILE.values(), "\x00", "\x1b[31m"]):
        answer = client.get(where, dict.fromkeys(names, text[:3000]))
        assert answer.status_code in {200, 404, 400}, (where, answer.status_code)
        assert "<script>alert" not in text_of(answer)


@pytest.mark.parametrize(
    "where",
    [
        "//console//worklist/",
        "/console//worklist/",
        "/console/../console/",
        "/%00",
        "/console/%ff%fe/",
        "/console/subjects/1/acts/a/b/c",
        "/.env",
        "/console/imports/%2e%2e/bad-rows.xlsx",
    ],
)
def test_addresses_that_are_none(life: Life, where: str) -> None:
    answer = life.client("officer").get(where)
    assert answer.status_code in REFUSALS
    assert "没有这个页面" in text_of(answer)


def test_in_each_part_of_the_site_in_its_own_frame(life: Life) -> None:
    assert "进入工作台" in text_of(Client().get("/nothing/"))
    inside = text_of(life.client("officer").get("/console/nothing/"))
    assert "进入工作台" not in inside
    assert "找不到这个页面" in inside


def test_without_the_key_of_the_form_nothing_is_done(life: Life) -> None:
    account, _ = life.stage.accounts["officer"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    before = Entry.objects.count()
    for where in ("/console/programmes/thin/batches/", "/console/log-out/", "/console/identities/"):
        answer = client.post(where, {"number": "x"})
        assert answer.status_code == 403
        assert "没有收下这张表单" in text_of(answer)
    public = Client(enforce_csrf_checks=True).post(
        reverse("portal:notice", args=[life.subject("challenge").pk]), {}
    )
    assert public.status_code == 403
    assert Entry.objects.count() == before


def test_a_form_of_thousands_of_fields_is_refused_in_words(life: Life) -> None:
    answer = life.client("officer").post(
        "/console/programmes/thin/batches/", {f"x{n}": "1" for n in range(6000)}
    )
    assert answer.status_code == 400
    assert "什么也没有办" in text_of(answer)


def test_a_bid_sent_again_after_the_deadline_changes_nothing_and_keeps_what_is_typed(
    life_until: PlayLife,
) -> None:
    """As by the back button: the form was opened in time."""
    life = life_until("2026-03-06T09:00")
    client, challenge = life.client("prof"), life.subject("challenge")
    where = reverse("console:act", args=[challenge.pk, "bid", "submit_bid"])
    assert client.get(where).status_code == 200
    for late in ("2026-03-25T17:00", "2026-03-26T09:00"):
        at = life.set_clock(late)
        if late == "2026-03-26T09:00":
            tick(at)
            assert StageRun.objects.filter(kind="take_bids", closed_at__isnull=False).exists()
        answer = client.post(
            where,
            {"_draft": "late", "_revision": "1", "values.bid.title": "晚了的解法", "values.bid.plan": "路线"},
        )
        assert answer.status_code in (403, 422)
        html = text_of(answer)
        assert "晚了的解法" in html
        assert "路线" in html
        assert not Subject.objects.filter(kind="bid").exists()
