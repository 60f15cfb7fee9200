"""The list of cases: what goes on first, where each one is, and nothing of a rival's."""

import re
from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.console.lives import Life, play_life

from jiebang.console.case_list import Wanted, find_cases, rows_of
from jiebang.scenarios.read import read_instant

PlayLife = Callable[[str], Life]


def listed(life: Life, who: str, at: str, **asked: str) -> list[tuple[str, str]]:
    instant = read_instant(at)
    actor = life.stage.actor(who, instant)
    assert actor is not None
    found = find_cases(actor, instant, Wanted.read(asked))
    return [(row.subject.number, row.where) for row in rows_of(found, actor, instant)]


def test_each_case_is_told_by_the_step_it_is_at(life_until: PlayLife) -> None:
    life = life_until("2026-03-26T09:01")
    assert listed(life, "officer", "2026-03-26T09:01") == [
        (life.subject("bid2").number, "形式审查"),
        (life.subject("bid1").number, "专家评审"),
        ("2026-1-C001", "下属 2 件在办：形式审查、专家评审"),
        ("2026-1", "下属 2 件在办：形式审查、专家评审"),
    ]


def test_filters_and_words(life_until: PlayLife) -> None:
    life = life_until("2026-03-26T09:01")
    at = "2026-03-26T09:01"

    def numbers(**asked: str) -> list[str]:
        return [number for number, _ in listed(life, "officer", at, **asked)]

    assert numbers(kind="bid") == [life.subject("bid2").number, life.subject("bid1").number]
    assert numbers(q="示例大学") == [life.subject("bid1").number], "found by whose it is"
    assert numbers(state="ended") == ["2026-1-N001"], "what became a challenge"
    assert numbers(programme="elsewhere") == []
    assert numbers(kind="nonsense", state="nonsense") == numbers()


def test_whose_a_challenge_or_a_project_is_is_told_to_officers_alone(life_until: PlayLife) -> None:
    at = "2026-04-13T09:00"
    life = life_until(at)
    instant = read_instant(at)

    def whose(who: str) -> dict[str, str]:
        actor = life.stage.actor(who, instant)
        assert actor is not None
        rows = rows_of(find_cases(actor, instant, Wanted.read({"state": "all"})), actor, instant)
        return {row.subject.number: row.lead.name if row.lead else "" for row in rows}

    assert whose("officer")["2026-1-C001-P01"] == "示例大学（合成）"
    assert whose("officer")["2026-1-C001"] == "示例甲公司（合成）"
    assert "2026-1-C001-P01" in dict(listed(life, "officer", at, q="示例大学")), "and found by it"
    assert whose("researcher").get("2026-1-C001", "") == ""
    assert listed(life, "researcher", at, q="示例甲公司") == []


def test_what_has_ended_is_found_by_words_or_on_demand(life_until: PlayLife) -> None:
    life = life_until("2026-03-31T09:00")
    at = "2026-03-31T09:00"
    assert life.subject("bid2").number not in [number for number, _ in listed(life, "officer", at)]
    assert life.subject("bid2").number in dict(
        listed(life, "officer", at, q=life.subject("bid2").number[-6:])
    )
    assert life.subject("bid2").number in dict(listed(life, "officer", at, state="ended"))


def test_a_rival_learns_nothing_from_where_a_challenge_is(life_until: PlayLife) -> None:
    life = life_until("2026-03-26T09:01")
    found = dict(listed(life, "researcher", "2026-03-26T09:01"))
    assert life.subject("bid1").number not in found
    assert found["2026-1-C001"] == "下属 1 件在办：形式审查"


def test_the_page_counts_and_keeps_its_filters(life_until: PlayLife) -> None:
    life = life_until("2026-03-26T09:01")
    text = life.client("officer").get("/console/subjects/?kind=bid&state=all").content.decode()
    assert re.search(r"共 2 件", text)
    assert '<option value="bid" selected>' in text
    assert '<option value="all" selected>' in text
    empty = life.client("officer").get("/console/subjects/?state=ended&kind=bid").content.decode()
    assert "没有符合条件的事项" in empty


@pytest.mark.django_db
def test_its_queries_do_not_grow_with_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    at = "2026-03-26T09:01"
    first = play_life(at, monkeypatch)
    for more in (0, 1):
        if more:
            play_life(at, monkeypatch, slug=f"thin-{more}")
        client = first.client("officer")
        client.get("/console/subjects/")
        with CaptureQueriesContext(connection) as queries:
            text = client.get("/console/subjects/").content.decode()
        counts.append((text.count("<tr>"), len(queries)))
    assert counts[0][0] < counts[1][0]
    assert counts[0][1] == counts[1][1], counts
