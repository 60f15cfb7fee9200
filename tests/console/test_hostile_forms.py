"""Whatever anybody types into any form: told in Chinese, never an error of the program, and nothing typed is lost."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life
from tests.console.test_every_address import CHECKING, COLLECTING, NOTICE, PAYING

PlayLife = Callable[[str], Life]
HOSTILE = {
    "full-width": "１２３",
    "negative": "-5",
    "exponent": "1e9",
    "nan": "NaN",
    "infinity": "∞",
    "separators": "1,23,4",
    "fen": "0.0000000000001",
    "digits": "9" * 60,
    "superscript": "²",
    "no such day": "2026-02-30",
    "first day": "0001-01-01",
    "last day": "9999-12-31",
    "year 10000": "10000-01-01",
    "instant": "2026-02-30T25:61",
    "per cent": "101",
    "paragraph": "长" * 310,
    "page": "长" * 2_100,
    "long": "长" * 100_000,
    "emoji": "👩‍🔬🇨🇳",
    "right to left": "a\u202egnp.exe\u202c",
    "zero width": "\u200b\ufeff",
    "line separator": "a\u2028b\u0085c",
    "lone surrogate": "\ufffd\U0010ffff",
    "markup": "</textarea><script>alert(1)</script>\"'",
    "template": "{{ 7|add:7 }}{% load x %}%s%(a)s{0.__class__}",
    "sql": "'; DROP TABLE x; --",
    "path": "../../etc/passwd",
    "formula": '=HYPERLINK("http://x","y")',
    "blank": "   ",
}
#: Those that a text may be, so that the act goes on to the database.
WRITTEN = ("paragraph", "page", "emoji", "right to left", "line separator", "markup")
ANSWERS = {200, 302, 403, 404, 409, 422}
_FORM = re.compile(r"<form[^>]*method=.post.*?</form>", re.DOTALL)
_CONTROL = re.compile(r"<(input|select|textarea)[^>]*?>", re.DOTALL)


def attributes(tag: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in re.findall(r'([a-z-]+)="([^"]*)"', tag)}


@dataclass
class Form:
    """A form as a browser has it: where it is sent, what it sends by itself, what may be chosen, what may be written."""

    where: str
    hidden: dict[str, str] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    dates: list[str] = field(default_factory=list)
    numbers: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def written(self) -> list[str]:
        return [*self.dates, *self.numbers, *self.texts]

    def all_of(self, text: str) -> dict[str, str]:
        """Nonsense in every field, and in the place of what one chooses from a list."""
        return {**self.hidden, **dict.fromkeys([*self.chosen, *self.written], text)}

    def texts_of(self, text: str) -> dict[str, str]:
        """Something sensible chosen and reckoned, nonsense written."""
        sensible = {**dict.fromkeys(self.dates, "2026-03-02"), **dict.fromkeys(self.numbers, "60")}
        return {**self.hidden, **self.chosen, **sensible, **dict.fromkeys(self.texts, text)}


def forms_on(html: str, here: str) -> list[Form]:
    found = []
    for text in _FORM.findall(html):
        where = attributes(text.split(">", 1)[0]).get("action", "")
        form = Form(where if where.startswith("/") else here)
        for match in _CONTROL.finditer(text):
            has = attributes(match[0])
            name, kind = has.get("name"), has.get("type", match[1])
            if name is None or kind in ("file", "password"):
                continue
            if kind == "hidden":
                form.hidden[name] = has.get("value", "")
            elif kind in ("radio", "checkbox"):
                form.chosen.setdefault(name, has.get("value", ""))
            elif kind == "select":
                options = re.findall(
                    r'value="([^"]+)"', text[match.end() : text.index("</select>", match.end())]
                )
                form.chosen[name] = unescape(options[0]) if options else ""
            elif kind == "date":
                form.dates.append(name)
            elif has.get("inputmode") == "decimal":
                form.numbers.append(name)
            else:
                form.texts.append(name)
        found.append(form)
    return found


def shown_in(html: str) -> list[str]:
    """The contents of every control on a page."""
    inputs = [attributes(one[0]).get("value", "") for one in _CONTROL.finditer(html) if one[1] == "input"]
    return [*inputs, *map(unescape, re.findall(r"<textarea[^>]*>(.*?)</textarea>", html, re.DOTALL))]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("instant", "least"),
    [
        (COLLECTING, 5),
        ("2026-03-06T09:00", 1),
        (CHECKING, 4),
        ("2026-03-27T09:00", 5),
        (NOTICE, 4),
        (PAYING, 4),
    ],
)
def test_whatever_is_typed_about_a_case(life_until: PlayLife, instant: str, least: int) -> None:
    life = life_until(instant)
    assert send_everything(life, lambda client: about_cases(life, client)) >= least


@pytest.mark.slow
def test_whatever_is_typed_beside_the_cases(life_until: PlayLife) -> None:
    """The forms that are the same whatever a case has come to."""
    life = life_until(PAYING)
    assert send_everything(life, lambda _: beside_cases(life)) > 5


def send_everything(life: Life, addresses: Callable[[Client], list[str]]) -> int:
    """Nonsense into every form on some pages, by everybody who may open them; how many forms there were."""
    wrong: list[str] = []
    seen = set()
    for who in ("officer", "secretary", "expert", "firm", "prof", ""):
        client = life.client(who) if who else Client()
        client.raise_request_exception = False
        for address in addresses(client):
            page = client.get(address)
            if page.status_code != 200 or "html" not in page["Content-Type"]:
                continue
            for form in forms_on(page.content.decode(), address):
                mark = (re.sub(r"\?.*|\d+", "", form.where), *form.written, *form.chosen)
                if mark in seen or not (form.written or form.chosen):
                    continue
                seen.add(mark)
                for name, text in HOSTILE.items():
                    wrong += faults_of(client, form, form.all_of(text), name)
                    if name in WRITTEN:
                        wrong += faults_of(client, form, form.texts_of(text), name)
    assert wrong == []
    return len(seen)


def faults_of(client: Client, form: Form, typed: dict[str, str], what: str) -> list[str]:
    """What is wrong with the answer to a form; whatever it did is undone."""
    with transaction.atomic():
        sent = client.post(form.where, typed)
        transaction.set_rollback(True)
    html = sent.content.decode()
    faults = [] if sent.status_code in ANSWERS else [str(sent.status_code)]
    if "<script>alert" in html:
        faults.append("its markup is taken for the page's")
    if sent.status_code == 422:
        shown = [one.strip() for one in shown_in(html)]
        faults += [f"lost {name}" for name in form.written if typed[name].strip() not in shown]
    return [f"{form.where} {what}: {fault}" for fault in faults]


def about_cases(life: Life, client: Client) -> list[str]:
    """The pages of a life's cases, what they lead to, and the notice where there is one."""
    known = [one for one in ("batch", "need", "challenge", "bid1", "project") if one in life.stage.subjects]
    found = [reverse("console:subject", args=[life.subject(name).pk]) for name in known]
    more = []
    for one in found:
        html = client.get(one).content.decode()
        more += [unescape(link) for link in re.findall(r'href="(/console/subjects/[^"]+)"', html)]
    if "challenge" in life.stage.subjects:
        found.append(reverse("portal:notice", args=[life.subject("challenge").pk]))
    return list(dict.fromkeys([*found, *more]))


def beside_cases(life: Life) -> list[str]:
    """The pages of a programme, of people and organisations, and of coming in."""
    found = [
        reverse(one, args=["thin"])
        for one in ("console:open_batch", "console:external_act", "console:discretion")
    ]
    found += [
        reverse(f"console:{one}")
        for one in ("working_years", "organisations", "enrol", "activate", "password", "log_in", "people")
    ]
    return (
        found
        + [reverse("console:organisation", args=[one.pk]) for one in life.stage.organisations.values()][:1]
    )
