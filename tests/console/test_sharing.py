"""A result of the shared library as firms see it: open to whoever may apply, and to nobody else's application."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from jiebang.lifecycle import clock
from jiebang.lifecycle.models import Participation, StageRun, Subject
from jiebang.results.actions.take_in_result import results_to_take_in
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = pytest.mark.django_db
LIFE = Path(__file__).parents[2] / "scenarios" / "jinzhong-bounty.yaml"
UNTIL = "2026-02-17T09:00"


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Jinzhong's life up to where one firm's application has been refused and another may apply."""
    scenario = read_scenario(LIFE)
    stage = set_stage(scenario, lambda _line: None)
    play_steps(stage, [step for step in scenario.steps if step.at < UNTIL])
    at = read_instant(UNTIL)
    monkeypatch.setattr(clock, "read_clock", lambda: at)
    return stage


def client_of(stage: Stage, who: str) -> Client:
    client = Client()
    client.force_login(stage.accounts[who][0], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_firm_finds_the_result_and_applies(library: Stage) -> None:
    gas = Subject.objects.get(pk=library.subjects["gas"].pk)
    assert StageRun.objects.filter(subject=gas, stage="apply", closed_at__isnull=True).exists()
    client = client_of(library, "coke")
    where = reverse("console:act", args=[gas.pk, "apply", "submit_papers"])
    assert where in client.get(reverse("console:subject", args=[gas.pk])).content.decode()
    html = client.get(where).content.decode()
    draft = re.search(r'name="_draft" value="([^"]+)"', html)
    assert draft is not None
    form = {
        "_draft": draft[1], "_revision": "1", "values.applicant.kind": "enterprise", "values.applicant.in_city": "true",
        "values.applicant.same_field": "true", "values.application.purpose": "本厂使用",
        "values.application.use_content": "工艺包",
    }  # fmt: skip
    sent = client.post(where, form)
    assert sent.status_code == 302, sent.content.decode()
    held = Participation.objects.get(subject=gas, role="applicant", until_at__isnull=True)
    assert held.organisation == library.organisations["coke"]
    # The firm before has left, and sees of this application nothing.
    page = client_of(library, "boiler").get(reverse("console:subject", args=[gas.pk])).content.decode()
    assert "本厂使用" not in page


def test_what_has_been_taken_in_is_not_offered_again(library: Stage) -> None:
    assert results_to_take_in(Subject.objects.get(pk=library.subjects["library"].pk)) == []
    entry = Subject.objects.get(pk=library.subjects["gas"].pk)
    assert entry.origin_id == library.subjects["tech-result"].pk
