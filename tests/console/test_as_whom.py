"""A form says under which identity it was opened; sent after changing it in another window, nothing is done."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life
from tests.console.test_every_address import ADDRESSES, CHECKING, client_of

from jiebang.console.models import Draft
from jiebang.lifecycle.models import Subject
from jiebang.organisations.models import Mandate

PlayLife = Callable[[str], Life]
BIDDING = "2026-03-06T09:00"


@pytest.fixture
def life(life_until: PlayLife) -> Life:
    """The professor of the university works for the institute as well."""
    life = life_until(BIDDING)
    account, _ = life.stage.accounts["prof"]
    Mandate.objects.create(
        person=account.person, organisation=life.stage.organisations["institute"], position="member",
        from_on=date(2020, 1, 1),
    )  # fmt: skip
    return life


def as_member_of(life: Life, client: Client, organisation: str) -> str:
    """Choose an identity, as in another window of the same browser; its key."""
    account, _ = life.stage.accounts["prof"]
    mandate = Mandate.objects.get(person=account.person, organisation=life.stage.organisations[organisation])
    assert client.post(reverse("console:identities"), {"mandate": mandate.pk}).status_code == 302
    return str(mandate.pk)


def bid_address(life: Life) -> str:
    return reverse("console:act", args=[life.subject("challenge").pk, "bid", "submit_bid"])


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the last form on a page."""
    form = html.rsplit("<form", 1)[1]
    return {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    }


def opened(life: Life, client: Client) -> dict[str, str]:
    """A bid's form as the university's, filled in."""
    as_member_of(life, client, "university")
    form = hidden(client.get(bid_address(life)).content.decode())
    return {**form, "values.bid.title": "解法“一”\n其二", "values.bid.plan": "路线一"}


def bidders() -> list[str]:
    return [one.lead.name for one in Subject.objects.filter(kind="bid").select_related("lead") if one.lead]


def test_a_form_is_not_taken_for_an_identity_it_was_not_opened_under(life: Life) -> None:
    client = life.client("prof")
    form = opened(life, client)
    as_member_of(life, client, "institute")
    sent = client.post(bid_address(life), form)
    assert sent.status_code == 409
    assert bidders() == []
    assert not Draft.objects.exists()
    html = sent.content.decode()
    assert "示例大学（合成） · 单位成员”的身份打开的" in html
    assert "您现在的身份是“示例研究院（合成）" in html
    assert "填写的内容还在" in html


def test_one_goes_back_to_the_identity_and_finds_what_was_typed(life: Life) -> None:
    client = life.client("prof")
    form = opened(life, client)
    as_member_of(life, client, "institute")
    html = client.post(bid_address(life), form).content.decode()
    back = hidden(html.split("用现在的身份", maxsplit=1)[0].rsplit("<form", 1)[0])
    assert back["_back_to"] == form["_as"]
    again = client.post(bid_address(life), back)
    assert again.status_code == 200
    assert bidders() == [], "shown first, not sent"
    shown = again.content.decode()
    assert "示例大学（合成）" in shown
    assert "解法“一”" in unescape(shown)
    assert Draft.objects.get().mandate_id == int(form["_as"]), "and saved as a draft of that identity"
    sent = client.post(bid_address(life), {**form, **hidden(shown)})
    assert sent.status_code == 302, sent.content.decode()
    assert bidders() == ["示例大学（合成）"]


def test_one_goes_on_under_the_new_identity_knowingly(life: Life) -> None:
    client = life.client("prof")
    form = opened(life, client)
    key = as_member_of(life, client, "institute")
    onward = hidden(client.post(bid_address(life), form).content.decode())
    assert onward["_as"] == key
    shown = client.post(bid_address(life), onward)
    assert shown.status_code == 200
    assert bidders() == []
    sent = client.post(bid_address(life), {**onward, "_do": ""})
    assert sent.status_code == 302
    assert bidders() == ["示例研究院（合成）"]


def test_a_draft_is_not_saved_by_itself_under_another_identity(life: Life) -> None:
    client = life.client("prof")
    form = opened(life, client)
    as_member_of(life, client, "institute")
    told = client.post(bid_address(life), {**form, "_do": "save"}, headers={"HX-Request": "true"})
    assert told.status_code == 200, "or it wouldn't be shown"
    assert "换了身份，这里没有保存" in told.content.decode()
    assert not Draft.objects.exists()


def test_nobody_goes_back_to_an_identity_that_is_over_or_anothers(life: Life) -> None:
    client = life.client("prof")
    form = opened(life, client)
    as_member_of(life, client, "institute")
    _, officer = life.stage.accounts["officer"]
    for key in (str(officer.pk), "999999", "x"):
        sent = client.post(bid_address(life), {**form, "_as": key, "_back_to": key})
        assert sent.status_code == 409
        assert "换回" not in sent.content.decode()
    Mandate.objects.filter(pk=form["_as"]).update(until_on=date(2026, 3, 1))
    sent = client.post(bid_address(life), {**form, "_back_to": form["_as"]})
    assert sent.status_code == 409
    assert "您现在不能用了" in sent.content.decode()
    assert bidders() == []


def test_every_form_of_the_workbench_says_for_whom_it_was_opened(life_until: PlayLife) -> None:
    """But for leaving, choosing an identity and one's own password, which are the account's."""
    life = life_until(CHECKING)
    seen = 0
    for route, when, about, arguments, query, expected in ADDRESSES:
        own = (
            "console:log_out",
            "console:log_in",
            "console:identities",
            "console:password",
            "console:activate",
        )
        if when != CHECKING or route in (*own, "console:enrol") or not route.startswith("console:"):
            continue
        takes_subject = about and route not in ("console:receipt", "console:organisation")
        given = {**arguments, **({"subject_id": life.subject(about).pk} if takes_subject else {})}
        if route == "console:organisation":
            given["organisation_id"] = life.stage.organisations[about].pk
        for role in ("officer", "council", "own_firm"):
            if expected[role] != 200 or route.startswith("console:import"):
                continue
            html = client_of(life, role, about).get(reverse(route, kwargs=given) + query).content.decode()
            for form in re.findall(r"<form[^>]*method=.post.*?</form>", html, flags=re.DOTALL):
                assert re.search(r'name="_as" value="\d+"', form), (route, role, form[:200])
                seen += 1
    assert seen > 20


def test_a_forged_or_stale_key_is_refused_in_words(life: Life) -> None:
    account, _ = life.stage.accounts["prof"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(account, backend="django.contrib.auth.backends.ModelBackend")
    sent = client.post(bid_address(life), {"values.bid.title": "解法"})
    assert sent.status_code == 403
    assert "填写的内容还在" in sent.content.decode()
