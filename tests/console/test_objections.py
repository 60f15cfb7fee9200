"""An officer sees, and says, which of several on notice an objection is against."""

import pytest
from django.urls import reverse
from tests.console.lives import play_example

pytestmark = pytest.mark.django_db
TANK = "示例储罐装备有限公司（合成）"


def test_which_one_it_is_against_is_asked_and_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    life = play_example("jinzhong-bounty.yaml", "2024-12-20T23:59", monkeypatch)
    challenge = life.subject("challenge").pk
    filing = life.client("ren").get(reverse("console:act", args=[challenge, "notice", "file_objection"]))
    form = filing.content.decode()
    assert 'name="against"' in form
    assert TANK in form
    assert "整个公示，不只其中一个" in form
    page = life.client("yan").get(reverse("console:subject", args=[challenge])).content.decode()
    assert f"示例质量研究所（合成），针对{TANK}）" in page, "among those to be resolved"
    assert f"收到，针对{TANK}" in page, "in the list of objections"
    alone = life.client("ren").get(
        reverse("console:act", args=[life.subject("challenge2").pk, "notice", "file_objection"])
    )
    assert 'name="against"' not in alone.content.decode()
