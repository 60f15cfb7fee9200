"""A result of the shared library as firms see it: open to whoever may apply, and to nobody else's application."""

import re

import pytest
from django.urls import reverse
from tests.console.lives import Life, play_example

from jiebang.lifecycle.models import Participation, StageRun
from jiebang.results.actions.take_in_result import results_to_take_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> Life:
    """Jinzhong's life up to where one firm's application has been refused and another may apply."""
    return play_example("jinzhong-bounty.yaml", "2026-02-17T09:00", monkeypatch)


def test_a_firm_finds_the_result_and_applies(library: Life) -> None:
    gas = library.subject("gas")
    assert StageRun.objects.filter(subject=gas, stage="apply", closed_at__isnull=True).exists()
    client = library.client("coke")
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
    assert held.organisation == library.stage.organisations["coke"]
    # The firm before has left, and sees of this application nothing.
    page = library.client("boiler").get(reverse("console:subject", args=[gas.pk])).content.decode()
    assert "本厂使用" not in page


def test_what_has_been_taken_in_is_not_offered_again(library: Life) -> None:
    assert results_to_take_in(library.subject("library")) == []
    entry = library.subject("gas")
    assert entry.origin_id == library.stage.subjects["tech-result"].pk
