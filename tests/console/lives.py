"""Lives played part of the way, and clients logged in as those who play in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from jiebang.lifecycle import clock
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.packs import load_program
from jiebang.organisations.actions.grant_mandate import grant_mandate
from jiebang.organisations.models import Account, Authority, Person
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import Scenario, read_instant, read_scenario

LIFECYCLE = Path(__file__).parents[1] / "lifecycle"
EXAMPLES = Path(__file__).parents[2] / "scenarios"
BACKEND = "django.contrib.auth.backends.ModelBackend"
CITY_B = "另市科技局（合成）"


@dataclass
class Life:
    """A life so far; the thin one with somebody from another city and a person of finance beside those it names."""

    stage: Stage
    set_clock: Callable[[str], datetime]

    def subject(self, name: str) -> Subject:
        """A subject by its name in the life, as it stands."""
        return Subject.objects.get(pk=self.stage.subjects[name].pk)

    def client(self, who: str) -> Client:
        """A client logged in as somebody."""
        client = Client()
        account, _ = self.stage.accounts[who]
        client.force_login(account, backend=BACKEND)
        return client


def add_person(stage: Stage, key: str, authority: Authority, position: str) -> None:
    """Somebody more."""
    person = Person.objects.create(name=f"{key}（合成）", is_synthetic=True)
    account = Account(username=f"{stage.programme.slug}-{key}", person=person)
    account.set_unusable_password()
    account.save()
    mandate = grant_mandate(
        person=person, body=authority, position=position, from_on=date(2020, 1, 1), until_on=None, actor=None,
        at=read_instant("2026-03-01T09:00"),
    )  # fmt: skip
    stage.accounts[key] = (account, mandate)


def play_life(
    until: str, monkeypatch: pytest.MonkeyPatch, slug: str = "thin", file: str = "thin.yaml"
) -> Life:
    """Play the thin life (or another of the same folder) up to, not including, `until`, and stop the clock there."""
    monkeypatch.setattr(settings, "JIEBANG_PACK_ROOTS", [*settings.JIEBANG_PACK_ROOTS, LIFECYCLE / "packs"])
    load_program.cache_clear()
    scenario = read_scenario(LIFECYCLE / file)
    programme = scenario.programme.model_copy(update={"slug": slug})
    life = _play(scenario.model_copy(update={"programme": programme}), until, monkeypatch)
    add_person(life.stage, "finance", life.stage.authorities["bureau"], "finance")
    other_city, _ = Authority.objects.get_or_create(name=CITY_B, kind="city")
    add_person(life.stage, "elsewhere", other_city, "officer")
    return life


def play_example(name: str, until: str, monkeypatch: pytest.MonkeyPatch) -> Life:
    """Play one of the project's living examples up to, not including, `until`, and stop the clock there."""
    return _play(read_scenario(EXAMPLES / name), until, monkeypatch)


def _play(scenario: Scenario, until: str, monkeypatch: pytest.MonkeyPatch) -> Life:
    stage = set_stage(scenario, lambda _line: None)
    play_steps(stage, [step for step in scenario.steps if step.at < until])

    def set_clock(text: str) -> datetime:
        at = read_instant(text)
        monkeypatch.setattr(clock, "read_clock", lambda: at)
        return at

    set_clock(until)
    return Life(stage, set_clock)
