"""A demo's entry page: one of each role at once, the rest folded, what goes on first."""

from collections.abc import Callable

import pytest
from tests.console.lives import Life, play_life

from jiebang.console.demo_people import people_by_role
from jiebang.organisations.models import Mandate

PlayLife = Callable[[str], Life]


def everybody() -> list[Mandate]:
    return list(Mandate.objects.select_related("person", "authority", "organisation").order_by("pk"))


def test_one_of_each_role_stands_out(life_until: PlayLife) -> None:
    life_until("2026-03-26T09:01")
    (company,) = people_by_role(everybody())
    assert [(cast.role, cast.first.person.name, len(cast.others)) for cast in company.casts] == [
        ("经办", "经办甲（合成）", 2),
        ("主要负责人", "局长（合成）", 0),
        ("财务", "finance（合成）", 0),
        ("会议秘书", "会议秘书（合成）", 0),
        ("审计监督", "审计员（合成）", 0),
        ("专家", "专家甲（合成）", 0),
        ("发榜方", "企业员工（合成）", 0),
        ("揭榜方", "教授（合成）", 1),
    ]


@pytest.mark.django_db
def test_the_programme_in_which_most_goes_on_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    play_life("2026-03-02T10:00", monkeypatch, slug="thin-idle")
    play_life("2026-03-26T09:01", monkeypatch, slug="thin-busy")
    found = [company.programme.slug for company in people_by_role(everybody()) if company.programme]
    assert found == ["thin-busy", "thin-idle"]


def test_nobody_is_left_out(life_until: PlayLife) -> None:
    life_until("2026-03-26T09:01")
    shown = [
        mandate.pk
        for company in people_by_role(everybody())
        for cast in company.casts
        for mandate in [cast.first, *cast.others]
    ]
    assert sorted(shown) == sorted(Mandate.objects.values_list("pk", flat=True))
