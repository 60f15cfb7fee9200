"""What an officer checks: facts with their source, ties between parties; and never another case's."""

import pytest
from tests.lifecycle.conftest import PlayUntil

from jiebang.lifecycle.against_ledger import altered_rows
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import Refused, UnableToApply
from jiebang.lifecycle.facts import as_recorded
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.organisations.models import Organisation, Relation
from jiebang.policy.strict_yaml import PackProblems
from jiebang.scenarios.play import Stage
from jiebang.scenarios.read import read_instant

pytestmark = pytest.mark.django_db
AT = read_instant("2026-03-25T19:00")


def act(life: Stage, name: str, stage: str, event: str, **payload: object) -> object:
    return apply(
        life.subjects[name].pk, stage, event, actor=life.actor("officer", AT), at=AT, payload=payload
    )


def code_of(life: Stage, name: str) -> str:
    return str(Organisation.objects.get(pk=life.organisations[name].pk).credit_code)


def test_a_tie_that_was_found_stops_the_bid_and_shows_its_path(play_until: PlayUntil) -> None:
    life = play_until("2026-03-25T18:00")
    firm, university = code_of(life, "firm"), code_of(life, "university")
    ties = [{"from": firm, "to": university, "kind": "sole_control"}]
    act(life, "bid1", "check", "check_relations", as_of="2026-03-25", evidence="示例登记系统", relations=ties)
    with pytest.raises(Refused) as caught:
        act(life, "bid1", "check", "conclude", outcome="passed")
    assert f"{university} → {firm}" in str(caught.value)
    # The tie is the bureau's knowledge; the other bid has still not been looked up.
    with pytest.raises(Refused) as caught:
        act(life, "bid2", "check", "conclude", outcome="passed")
    assert "尚不能判断" in str(caught.value)


def test_a_tie_that_had_ended_stops_nothing(play_until: PlayUntil) -> None:
    life = play_until("2026-03-25T18:00")
    ties = [
        {
            "from": code_of(life, "firm"),
            "to": code_of(life, "university"),
            "kind": "sole_control",
            "until": "2026-03-24",
        }
    ]
    act(life, "bid1", "check", "check_relations", as_of="2026-03-25", evidence="示例登记系统", relations=ties)
    act(life, "bid1", "check", "conclude", outcome="passed")


def test_a_tie_that_has_ended_since_it_was_first_found_stops_no_more(play_until: PlayUntil) -> None:
    life = play_until("2026-03-25T18:00")
    tie = {"from": code_of(life, "firm"), "to": code_of(life, "university"), "kind": "sole_control"}
    for found in (tie, {**tie, "until": "2026-03-24"}):
        act(
            life,
            "bid1",
            "check",
            "check_relations",
            as_of="2026-03-25",
            evidence="示例登记系统",
            relations=[found],
        )
    act(life, "bid1", "check", "conclude", outcome="passed")
    assert Relation.objects.count() == 1
    assert not list(altered_rows(life.programme.chain_key))
    Relation.objects.update(until_on="2026-03-23")
    assert [told for told in altered_rows(life.programme.chain_key) if told.startswith("关联“")]


def test_a_checked_fact_keeps_its_source_and_supersedes(play_until: PlayUntil) -> None:
    life = play_until("2026-03-03T10:30")
    name = "challenge.total_investment"
    for value in ("5000000 元", "6000000 元"):
        fact = {"value": value, "source": "register", "as_of": "2026-03-01", "evidence": "示例登记系统"}
        act(life, "need", "vet", "check_facts", facts={name: fact})
    rows = FactEntry.objects.filter(subject=life.subjects["need"], name=name).order_by("pk")
    assert [(row.value, row.source, row.superseded_at is None) for row in rows] == [
        ("4999999.99 元", "declared", False),
        ("5000000 元", "register", False),
        ("6000000 元", "register", True),
    ]


@pytest.mark.parametrize(
    ("fact", "complaint"),
    [
        ({"value": "5000000 元", "source": "declared", "as_of": "2026-03-01"}, "核实要写来源"),
        ({"value": "5000000 元", "source": "register"}, "核实要写来源"),
        ({"value": "5000000 项", "source": "checked", "as_of": "2026-03-01"}, "应写金额"),
        ({"value": "5000000 元", "source": "checked", "as_of": "2026-02-30"}, "没有“2026-02-30”这一天"),
        ({"value": "5000000 元", "source": "checked", "as_of": "2027-01-01"}, "晚于"),
    ],
)
def test_a_fact_that_is_no_check_is_refused(
    play_until: PlayUntil, fact: dict[str, str], complaint: str
) -> None:
    life = play_until("2026-03-03T10:30")
    with pytest.raises((UnableToApply, PackProblems)) as caught:
        act(life, "need", "vet", "check_facts", facts={"challenge.total_investment": fact})
    assert complaint in str(caught.value)


def test_another_cases_thing_cannot_be_named(play_until: PlayUntil) -> None:
    life = play_until("2026-03-25T18:00")
    stranger = Subject.objects.create(
        programme=life.programme,
        pack_version="1",
        process="whole",
        kind="batch",
        number="2026-2",
        title="另一批",
        created_at=AT,
    )
    with pytest.raises(UnableToApply, match="不是本事项的对象"):
        act(life, "bid1", "check", "check_facts", facts={"bid.plan": "改"}, thing=stranger.pk)
    with pytest.raises(UnableToApply, match="不是本事项的对象"):
        act(life, "bid1", "check", "check_facts", facts={"bid.plan": "改"}, thing=life.subjects["bid2"].pk)


def test_checked_money_a_fen_below_fails_whoever_says_otherwise(play_until: PlayUntil) -> None:
    life = play_until("2026-03-03T10:30")
    fact = {"value": "4999999.99 元", "source": "checked", "as_of": "2026-03-03"}
    act(life, "need", "vet", "check_facts", facts={"challenge.total_investment": fact})
    with pytest.raises(Refused):
        act(life, "need", "vet", "conclude", outcome="passed")


def test_an_organisation_cannot_talk_its_word_up_to_a_check(play_until: PlayUntil) -> None:
    life = play_until("2026-04-10T09:00")
    project, at = life.subjects["project"], read_instant("2026-04-10T08:00")
    told = as_recorded(
        {"project.aid": {"value": "1 元", "source": "register", "as_of": "2026-04-10"}}, "declared", at
    )
    assert told["project.aid"]["source"] == "declared"
    told = as_recorded({"project.aid": {"value": "1 元", "source": "computed"}}, "checked", at)
    assert told["project.aid"]["source"] == "checked"
    with pytest.raises(UnableToApply):
        apply(
            project.pk,
            "sign",
            "check_facts",
            actor=life.actor("firm", at),
            at=at,
            payload={"facts": {"project.aid": "1 元"}},
        )
