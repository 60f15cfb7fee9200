"""A session ends while somebody types, or they leave and come in again in another window: nothing is sent, nothing is lost, nobody else sees it."""

import re
from collections.abc import Callable
from datetime import date
from html import unescape

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from tests.console.lives import BACKEND, Life
from tests.console.test_as_whom import bid_address, bidders, hidden
from tests.organisations.cast import PASSWORD

from jiebang.console.models import Draft
from jiebang.lifecycle.models import Subject
from jiebang.organisations.limits import Limits
from jiebang.organisations.models import Mandate

PlayLife = Callable[[str], Life]
BIDDING = "2026-03-06T09:00"
SECRET = "只有本单位知道的“诀窍”\n第二行"
OURS = "http://testserver"


@pytest.fixture
def life(life_until: PlayLife) -> Life:
    life = life_until(BIDDING)
    for who in ("prof", "researcher", "officer"):
        account, _ = life.stage.accounts[who]
        account.set_password(PASSWORD)
        account.save()
    return life


def opened(life: Life, client: Client) -> dict[str, str]:
    """A bid's form, filled in."""
    form = hidden(client.get(bid_address(life)).content.decode())
    return {**form, "values.bid.title": "解法", "values.bid.plan": SECRET}


def expire(client: Client) -> None:
    """What the framework does to a session that nobody uses."""
    Session.objects.update(expire_date="2000-01-01T00:00+08:00")


def leave(client: Client) -> None:
    """As in another window of the same browser."""
    assert client.post(reverse("console:log_out")).status_code == 302


def come_in(life: Life, client: Client, who: str, where: str) -> str:
    """Log in at the page one was led to; where one is led then."""
    page = client.get(where)
    assert page.status_code == 200
    assert SECRET not in unescape(page.content.decode()), "whoever comes next may stand here"
    account, _ = life.stage.accounts[who]
    form = {"username": account.username, "password": PASSWORD, "next": hidden(page.content.decode())["next"]}
    entered = client.post(where, form)
    assert entered.status_code == 302
    return str(entered["Location"])


@pytest.mark.parametrize("ends", [expire, leave])
def test_one_logs_in_and_is_back_at_the_form_with_everything_typed(
    life: Life, ends: Callable[[Client], None]
) -> None:
    client = life.client("prof")
    form = opened(life, client)
    ends(client)
    sent = client.post(bid_address(life), form)
    assert sent.status_code == 302
    assert sent["Location"].startswith(reverse("console:log_in"))
    assert bidders() == []
    assert not Draft.objects.exists()
    back = come_in(life, client, "prof", sent["Location"])
    assert back == bid_address(life)
    page = client.get(back).content.decode()
    assert "登录过期了，所以什么也没有办" in page
    assert SECRET in unescape(page)
    assert 'value="解法"' in page
    assert bidders() == [], "shown, not sent"
    again = {**form, **hidden(page)}
    assert again["_draft"] == form["_draft"], "a second click gives the same receipt"
    assert client.post(bid_address(life), again).status_code == 302
    assert bidders() == ["示例大学（合成）"]
    assert "登录过期了" not in client.get(back).content.decode(), "told once"


def test_somebody_else_at_the_same_browser_sees_nothing_of_it(life: Life) -> None:
    client = life.client("prof")
    form = opened(life, client)
    expire(client)
    sent = client.post(bid_address(life), form)
    back = come_in(life, client, "researcher", sent["Location"])
    for address in (back, reverse("console:worklist"), back):
        assert "诀窍" not in client.get(address).content.decode()
    assert all("诀窍" not in str(one.get_decoded()) for one in Session.objects.all()), "nor waits for them"
    assert not Draft.objects.exists()
    assert bidders() == []


def test_one_comes_back_under_the_identity_that_the_form_was_opened_under(life: Life) -> None:
    account, mandate = life.stage.accounts["prof"]
    other = Mandate.objects.create(
        person=account.person, organisation=life.stage.organisations["institute"], position="member",
        from_on=date(2020, 1, 1),
    )  # fmt: skip
    client = life.client("prof")
    client.post(reverse("console:identities"), {"mandate": other.pk})
    form = opened(life, client)
    expire(client)
    sent = client.post(bid_address(life), form)
    page = client.get(come_in(life, client, "prof", sent["Location"])).content.decode()
    assert SECRET in unescape(page)
    assert "示例研究院（合成） · " in page
    assert Draft.objects.get().mandate_id == other.pk != mandate.pk


def test_what_saves_itself_tells_that_it_did_not(life: Life) -> None:
    client = life.client("prof")
    form = opened(life, client)
    expire(client)
    told = client.post(bid_address(life), {**form, "_do": "save"}, headers={"HX-Request": "true"})
    assert told.status_code == 200, "or it wouldn't be shown"
    html = told.content.decode()
    assert "这里没有保存" in html
    assert "<html" not in html
    assert not Session.objects.filter(expire_date__year__gt=2000).exists(), (
        "the form is still before its sender"
    )


def test_a_short_form_is_shown_again_and_not_sent(life: Life) -> None:
    client, where = life.client("officer"), reverse("console:open_batch", args=["thin"])
    form = hidden(client.get(where).content.decode())
    expire(client)
    sent = client.post(where, {**form, "process": "whole", "number": "2026-2", "title": "第二批"})
    page = client.get(come_in(life, client, "officer", sent["Location"])).content.decode()
    assert 'value="2026-2"' in page
    assert 'value="第二批"' in page
    assert not Subject.objects.filter(number="2026-2").exists()


def test_a_decision_and_a_departure_are_shown_again(life_until: PlayLife) -> None:
    life = life_until("2026-04-13T09:00")
    for where, typed in (
        (
            reverse("console:discretion", args=["thin"]),
            {"question": "value.notice-counting.0", "value.notice-counting.0": "natural", "reason": SECRET},
        ),
        (
            reverse("console:departure", args=[life.subject("project").pk]) + "?key=aid%23usual",
            {"key": "aid#usual", "reason": SECRET},
        ),
    ):
        client = life.client("officer")
        form = hidden(client.get(where).content.decode())
        expire(client)
        assert client.post(where, {**form, **typed}).status_code == 302
        account, _ = life.stage.accounts["officer"]
        client.force_login(account, backend=BACKEND)
        assert SECRET in unescape(client.get(where).content.decode())


def stale(life: Life) -> tuple[Client, dict[str, str]]:
    """Somebody who opened a form and has logged in anew since, in another window."""
    account, _ = life.stage.accounts["prof"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(account, backend=BACKEND)
    html = client.get(bid_address(life)).content.decode()
    form = {**hidden(html), "values.bid.title": "解法", "values.bid.plan": SECRET}
    log_in = client.get(reverse("console:log_in")).content.decode()
    key = {"csrfmiddlewaretoken": hidden(log_in)["csrfmiddlewaretoken"]}
    entered = client.post(
        reverse("console:log_in"), {**key, "username": account.username, "password": PASSWORD}
    )
    assert entered.status_code == 302
    return client, form


def test_who_has_logged_in_anew_since_finds_what_was_typed(life: Life) -> None:
    client, form = stale(life)
    sent = client.post(bid_address(life), form, headers={"Origin": OURS})
    assert sent.status_code == 302
    assert sent["Location"] == bid_address(life)
    assert bidders() == []
    page = client.get(bid_address(life)).content.decode()
    assert SECRET in unescape(page)
    assert (
        client.post(bid_address(life), {**form, **hidden(page)}, headers={"Origin": OURS}).status_code == 302
    )
    assert bidders() == ["示例大学（合成）"]


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null"])
def test_a_form_from_elsewhere_is_refused_and_not_kept(life: Life, origin: str | None) -> None:
    client, form = stale(life)
    headers = {"Origin": origin} if origin else {}
    assert client.post(bid_address(life), form, headers=headers).status_code == 403
    assert "诀窍" not in client.get(bid_address(life)).content.decode()


def test_leaving_with_an_old_key_keeps_nothing(life: Life) -> None:
    client, form = stale(life)
    left = client.post(reverse("console:log_out"), form, headers={"Origin": OURS})
    assert left.status_code == 403
    assert "没有收下这张表单" in left.content.decode()


def test_a_password_is_never_kept(life: Life) -> None:
    client = Client(enforce_csrf_checks=True)
    client.get(reverse("console:log_in"))
    typed = {"username": "zhang", "password": "Geheim 2026", "csrfmiddlewaretoken": "x"}
    assert client.post(reverse("console:log_in"), typed, headers={"Origin": OURS}).status_code == 403
    assert not Session.objects.exists()


def test_strangers_cannot_fill_the_disk_with_it(life: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.JIEBANG_LIMITS, "keep_form", Limits(60, None, None, 2))
    form = {"_as": "1", "_draft": "x", "values.bid.title": "解法"}
    long = Client().post(bid_address(life), {**form, "values.bid.plan": "长" * 700_000})
    assert long.status_code == 403
    assert "先复制要紧的文字" in long.content.decode()
    for _ in range(2):
        assert Client().post(bid_address(life), form).status_code == 302
    told = Client().post(bid_address(life), form)
    assert told.status_code == 403
    assert re.search("同一个网络地址留下的表单太多.*之后再试", told.content.decode())
    assert Session.objects.count() == 2
