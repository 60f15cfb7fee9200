"""What holds for every page: nothing inline, a name for every control, no default account anywhere but in a demo."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from tests.console.lives import Life

import jiebang

PlayLife = Callable[[str], Life]
TEMPLATES = sorted(Path(jiebang.__path__[0]).rglob("templates/*/*.html"))
INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|hx-on|hx-vals=['\"]js:")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_script_or_style(path: Path) -> None:
    assert INLINE.findall(path.read_text(encoding="utf-8")) == []


def test_the_search_for_inline_code_finds_it() -> None:
    for text in ('<p style="x">', "<script>", '<a onclick="x">', "<style>"):
        assert INLINE.search(text)
    assert not INLINE.search('<script src="/static/x.js" defer></script>')


class Controls(HTMLParser):
    """Collects controls without a name for those who listen, headings, and identifiers used twice."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: set[str] = set()
        self.controls: list[dict[str, str | None]] = []
        self.in_label = 0
        self.named_inside: set[int] = set()
        self.headings = 0
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if given.get("id"):
            self.ids.append(given["id"] or "")
        if tag == "label":
            self.in_label += 1
            self.labels.add(given.get("for") or "")
        if tag == "h1":
            self.headings += 1
        if tag in ("input", "select", "textarea") and given.get("type") != "hidden":
            if self.in_label:
                self.named_inside.add(len(self.controls))
            self.controls.append(given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "label":
            self.in_label -= 1

    def nameless(self) -> list[dict[str, str | None]]:
        return [
            one
            for number, one in enumerate(self.controls)
            if number not in self.named_inside
            and not one.get("aria-label")
            and one.get("id") not in self.labels
        ]


def check(html: str) -> Controls:
    parsed = Controls()
    parsed.feed(html)
    assert parsed.nameless() == []
    assert parsed.headings == 1
    return parsed


@pytest.mark.parametrize(
    ("instant", "who", "about", "route", "arguments"),
    [
        ("2026-03-02T10:00", "firm", "batch", "console:act", {"stage": "collect", "event": "submit_need"}),
        ("2026-03-02T10:00", "officer", "batch", "console:import", {"stage": "collect"}),
        ("2026-03-03T11:00", "officer", "need", "console:subject", {}),
        ("2026-03-03T11:00", "officer", "need", "console:act", {"stage": "vet", "event": "check_relations"}),
        ("2026-03-03T11:00", "officer", "need", "console:act", {"stage": "vet", "event": "check_facts"}),
        ("2026-03-27T09:00", "expert", "bid1", "console:subject", {}),
        ("2026-04-02T10:00", "officer", "challenge", "portal:notice", {}),
        ("2026-04-13T09:00", "officer", "project", "console:subject", {}),
        ("2026-03-06T09:00", "officer", "", "console:discretion", {"slug": "thin"}),
        ("2026-03-06T09:00", "officer", "", "console:worklist", {}),
        ("2026-03-06T09:00", "officer", "", "console:subjects", {}),
        ("2026-03-06T09:00", "officer", "", "console:working_years", {}),
        ("2026-03-06T09:00", "firm", "", "console:worklist", {}),
        ("2026-03-30T09:00", "officer", "challenge", "console:subject", {}),
        ("2026-03-06T09:00", "officer", "", "console:log_in", {}),
        ("2026-03-06T09:00", "officer", "", "portal:home", {}),
    ],
)
def test_every_control_has_a_name_and_every_page_one_title(
    life_until: PlayLife, instant: str, who: str, about: str, route: str, arguments: dict[str, str]
) -> None:
    life = life_until(instant)
    given = {**arguments, **({"subject_id": life.subject(about).pk} if about else {})}
    check(life.client(who).get(reverse(route, kwargs=given)).content.decode())


def test_in_a_demo_one_click_enters_and_elsewhere_there_is_no_such_page(
    life_until: PlayLife, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = life_until("2026-03-06T09:00")
    mandate = life.stage.accounts["prof"][1]
    client = Client()
    assert client.post("/console/enter/", {"mandate": mandate.pk}).status_code == 404
    assert "以演示身份进入" not in client.get("/console/log-in/").content.decode()
    for mode, status in (("production", 404), ("demo", 302)):
        monkeypatch.setattr(settings, "JIEBANG_MODE", mode)
        assert client.post("/console/enter/", {"mandate": mandate.pk}).status_code == status
    assert "教授（合成）" in client.get("/console/worklist/").content.decode()


def test_in_a_demo_real_people_cannot_be_entered_as(
    life_until: PlayLife, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = life_until("2026-03-06T09:00")
    account, mandate = life.stage.accounts["prof"]
    account.person.is_synthetic = False
    account.person.save()
    monkeypatch.setattr(settings, "JIEBANG_MODE", "demo")
    assert Client().post("/console/enter/", {"mandate": mandate.pk}).status_code == 404
