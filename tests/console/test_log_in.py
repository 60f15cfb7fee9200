"""Coming in: limited, the same whether or not there is such a user; one's own password; sessions that end."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from django.urls import reverse
from tests.console.lives import Life
from tests.organisations.cast import PASSWORD, Somebody, somebody

from jiebang.kernel.periods import SHANGHAI
from jiebang.organisations.actions.activate_account import activate_account
from jiebang.organisations.addresses import address_of

PlayLife = Callable[[str], Life]
LOG_IN = "/console/log-in/"
WRONG = "Wrong-one 1"


@pytest.fixture
def life(life_until: PlayLife) -> Life:
    return life_until("2026-03-26T09:00")


@pytest.fixture
def held(life: Life) -> Somebody:
    at = life.set_clock("2026-03-26T09:00")
    made = somebody("zhang", life.stage.authorities["bureau"], "officer", at)
    activate_account(code=made.code, password=PASSWORD, again=PASSWORD, at=at)
    return made


def attempt(username: str, password: str = WRONG, **more: str) -> tuple[int, str]:
    response = Client().post(LOG_IN, {"username": username, "password": password}, **more)  # type: ignore[arg-type]
    html = response.content.decode()
    return response.status_code, html[
        html.find('role="alert"') : html.find("</div>", html.find('role="alert"'))
    ]


def test_who_is_and_who_is_not_get_the_same_answers_to_the_last_letter(held: Somebody) -> None:
    known, unknown = ([attempt(name) for _ in range(7)] for name in ("zhang", "nobody"))
    assert known == unknown
    assert [status for status, _ in known] == [422] * 5 + [429] * 2
    assert "用户名或口令不对" in known[0][1]
    assert "请在 2026-03-26 09:15 之后再试" in known[-1][1]


def test_the_right_password_opens_nothing_while_it_is_locked_and_does_afterwards(
    life: Life, held: Somebody
) -> None:
    for _ in range(5):
        attempt("zhang")
    assert attempt("zhang", PASSWORD)[0] == 429
    life.set_clock("2026-03-26T09:14")
    assert attempt("zhang", PASSWORD)[0] == 429
    life.set_clock("2026-03-26T09:15")
    assert attempt("zhang", PASSWORD)[0] == 302


def test_one_who_mistypes_does_not_lock_out_the_campus(held: Somebody) -> None:
    for _ in range(5):
        attempt("somebody-else")
    assert attempt("zhang", PASSWORD)[0] == 302


def test_coming_in_clears_the_count(held: Somebody) -> None:
    for _ in range(3):
        for _ in range(4):
            assert attempt("zhang")[0] == 422
        assert attempt("zhang", PASSWORD)[0] == 302


@pytest.mark.parametrize(
    ("proxies", "heading", "address"),
    [
        (0, "198.51.100.1", "192.0.2.9"),
        (1, "198.51.100.1", "198.51.100.1"),
        (1, "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        (2, "6.6.6.6, 198.51.100.1, 10.0.0.1", "198.51.100.1"),
        (2, "198.51.100.1", "192.0.2.9"),
        (1, "", "192.0.2.9"),
    ],
)
def test_only_ones_own_proxies_are_believed(
    monkeypatch: pytest.MonkeyPatch, proxies: int, heading: str, address: str
) -> None:
    monkeypatch.setattr(settings, "JIEBANG_PROXIES", proxies)
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.9", HTTP_X_FORWARDED_FOR=heading)
    assert address_of(request) == address


def test_a_claimed_address_buys_no_more_attempts(held: Somebody) -> None:
    statuses = [attempt("zhang", HTTP_X_FORWARDED_FOR=f"198.51.100.{n}")[0] for n in range(6)]
    assert statuses == [422] * 5 + [429]


def test_a_code_opens_the_page_where_the_password_is_chosen(life: Life) -> None:
    made = somebody("wang", life.stage.authorities["bureau"], "officer", life.set_clock("2026-03-26T09:00"))
    address = reverse("console:activate")
    short = Client().post(address, {"code": made.code, "password": "abc", "again": "abc"})
    assert short.status_code == 422
    html = short.content.decode()
    assert "口令太短，至少要 8 个字符" in html
    assert "还要加大写字母、数字、符号中的 2 种" in html
    assert made.code in html, "what was typed stays; the password doesn't"
    assert 'value="abc"' not in html
    assert "没有这个激活码" in Client().post(address, {"code": "x"}).content.decode()
    done = Client()
    assert done.post(address, {"code": made.code, "password": PASSWORD, "again": PASSWORD}).status_code == 302
    assert "您的用户名是 wang" in done.get(LOG_IN).content.decode()
    assert attempt("wang", PASSWORD)[0] == 302


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(held: Somebody) -> None:
    here, there = Client(), Client()
    for client in (here, there):
        assert client.post(LOG_IN, {"username": "zhang", "password": PASSWORD}).status_code == 302
    address = reverse("console:password")
    wrong = here.post(address, {"present": "no", "password": "Another 2026", "again": "Another 2026"})
    assert "现在的口令不对" in wrong.content.decode()
    new = {"present": PASSWORD, "password": "Another 2026", "again": "Another 2026"}
    assert here.post(address, new).status_code == 302
    assert here.get("/console/worklist/").status_code == 200
    assert there.get("/console/worklist/").status_code == 302


def test_a_session_ends_when_nobody_uses_it_and_is_written_no_more_than_once_a_minute(
    life: Life, held: Somebody
) -> None:
    client = Client()
    client.post(LOG_IN, {"username": "zhang", "password": PASSWORD})
    assert settings.SESSION_COOKIE_AGE == 30 * 60
    client.get("/console/worklist/")
    Session.objects.update(expire_date=life.set_clock("2026-03-26T09:00") + timedelta(days=9999))
    marked = Session.objects.get().expire_date
    client.get("/console/worklist/")
    assert Session.objects.get().expire_date == marked, "used again within the minute: not written"
    life.set_clock("2026-03-26T09:01")
    client.get("/console/worklist/")
    assert Session.objects.get().expire_date < marked, "its end was moved: so many minutes from now"
    Session.objects.update(expire_date=life.set_clock("2000-01-01T00:00").astimezone(SHANGHAI))
    life.set_clock("2026-03-26T09:01")
    assert client.get("/console/worklist/").status_code == 302


def test_the_public_is_given_no_session(life: Life) -> None:
    client = Client()
    client.get("/")
    assert settings.SESSION_COOKIE_NAME not in client.cookies
