from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.console.lives import Life, play_example, play_life

from jiebang.console.worklist import worklist_of
from jiebang.lifecycle.clock import read_clock
from jiebang.lifecycle.models import StageRun
from jiebang.scenarios.read import read_instant

PlayLife = Callable[[str], Life]


def acts_of(life: Life, who: str, at: str) -> list[tuple[str, tuple[str, ...]]]:
    instant = read_instant(at)
    actor = life.stage.actor(who, instant)
    assert actor is not None
    return [(task.subject.number, task.acts) for task in worklist_of(actor, instant).now]


@pytest.mark.parametrize(
    ("until", "who", "expected"),
    [
        ("2026-03-03T11:00", "officer", [("2026-1-N001", ("办结",))]),
        ("2026-03-03T14:00", "firm", [("2026-1-N001", ("提交需求",))]),
        ("2026-03-03T14:00", "prof", []),
        ("2026-03-03T14:00", "officer", []),
        ("2026-03-27T09:00", "expert", [("bid1", ("打分",)), ("bid2", ("打分",))]),
        ("2026-03-31T09:00", "secretary", [("2026-1-C001", ("办结",))]),
        ("2026-04-02T10:00", "second", []),
        ("2026-04-03T10:00", "second", [("2026-1-C001", ("办结异议",))]),
        ("2026-04-13T10:00", "head", [("2026-1-C001-P01", ("签署",))]),
        ("2026-04-13T10:00", "officer", []),
        ("2026-04-13T10:00", "auditor", []),
        ("2026-04-13T10:00", "elsewhere", []),
        ("2026-04-14T10:00", "officer", [("2026-1-C001-P01", ("登记拨付",))]),
    ],
)
def test_each_sees_what_waits_for_them(
    life_until: PlayLife, until: str, who: str, expected: list[tuple[str, tuple[str, ...]]]
) -> None:
    life = life_until(until)
    # Bids have numbers that nobody knows beforehand.
    known = [(life.subject(what).number if what.startswith("bid") else what, acts) for what, acts in expected]
    assert acts_of(life, who, until) == known


def test_the_page_names_clause_and_deadline(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T09:00")
    text = life.client("prof").get("/console/worklist/").content.decode()
    assert "正在征集和张榜" in text
    assert "2026-03-25 17:00" in text
    assert "还有 19 天" in text
    assert "第三条" in text


def test_what_may_be_done_leads_to_where_it_is_done(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T09:00")
    challenge = life.subject("challenge")
    run = StageRun.objects.get(subject=challenge, closed_at=None)
    text = life.client("prof").get("/console/worklist/").content.decode()
    address = reverse("console:subject", args=[challenge.pk])
    assert f'href="{address}#desk-{run.pk}">提交揭榜申请</a>' in text
    assert f'id="desk-{run.pk}"' in life.client("prof").get(address).content.decode()


def test_a_challenge_with_ones_own_bid_asks_for_no_other(life_until: PlayLife) -> None:
    life = life_until("2026-03-06T10:00")
    text = life.client("prof").get("/console/worklist/").content.decode()
    assert "已经提交，截止前可以更正" in text
    assert "正在征集和张榜" not in text
    assert "正在征集和张榜" in life.client("researcher").get("/console/worklist/").content.decode()


@pytest.mark.django_db
def test_where_only_others_pay_nobody_is_asked_to_put_up_an_amount(monkeypatch: pytest.MonkeyPatch) -> None:
    at = "2026-11-10T09:00"
    life = play_example("shenzhen-enterprise.yaml", at, monkeypatch)
    bid = life.subject("campus-bid")
    assert ("登记他方付款",) in [acts for number, acts in acts_of(life, "chen", at) if number == bid.number]
    page = life.client("chen").get(reverse("console:subject", args=[bid.pk])).content.decode()
    assert "登记他方付款" in page
    assert "提出拨付意见" not in page
    assert "现在轮到" not in page


def test_whoever_has_no_worklist_reads_where_to_go(life_until: PlayLife) -> None:
    text = life_until("2026-03-06T10:00").client("auditor").get("/console/worklist/").content.decode()
    assert "审计监督不办理事项" in text


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["officer", "expert", "firm"])
def test_its_queries_do_not_grow_with_the_list(monkeypatch: pytest.MonkeyPatch, who: str) -> None:
    counts = []
    first = play_life("2026-03-27T09:00", monkeypatch)
    for more in (0, 1, 2):
        if more:
            play_life("2026-03-27T09:00", monkeypatch, slug=f"thin-{more}")
        actor = first.stage.actor(who, read_clock())
        assert actor is not None
        worklist_of(actor, read_instant("2026-03-27T09:00"))  # packs are loaded once
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = worklist_of(actor, read_instant("2026-03-27T09:00"))
        counts.append((len(found.now), len(queries)))
    assert len({count for _, count in counts}) == 1, counts
    if who != "firm":
        assert [length for length, _ in counts] == [2, 4, 6]


def asked_of(life: Life, who: str, at: str) -> list[tuple[str, list[str]]]:
    instant = read_instant(at)
    actor = life.stage.actor(who, instant)
    assert actor is not None
    waiting = worklist_of(actor, instant).questions
    return [(one.key, [run.subject.number for run in one.runs]) for one in waiting]


@pytest.mark.parametrize(
    ("until", "who", "expected"),
    [
        ("2026-03-30T09:00", "officer", []),
        # The council's approval waits for what the bureau has to decide.
        ("2026-03-31T09:00", "officer", [("notice-counting", ["2026-1-C001"])]),
        ("2026-03-31T09:00", "head", [("notice-counting", ["2026-1-C001"])]),
        ("2026-03-31T09:00", "secretary", []),
        ("2026-03-31T09:00", "auditor", []),
        ("2026-03-31T09:00", "firm", []),
        ("2026-03-31T09:00", "elsewhere", []),
        ("2026-03-31T10:00", "officer", []),
    ],
)
def test_an_open_question_is_on_the_list_of_whoever_may_decide_it(
    life_until: PlayLife, until: str, who: str, expected: list[tuple[str, list[str]]]
) -> None:
    assert asked_of(life_until(until), who, until) == expected


def test_the_page_says_what_a_question_blocks_and_leads_to_deciding_it(life_until: PlayLife) -> None:
    life = life_until("2026-03-31T09:00")
    text = life.client("officer").get("/console/worklist/").content.decode()
    assert "公示按自然日还是工作日？" in text
    assert "停着：公示截止" in text
    address = "/console/programmes/thin/discretion/?ask=notice-counting"
    assert f'href="{address}#notice-counting"' in text
    asked = life.client("officer").get(address).content.decode()
    assert asked.count('<details class="offer" open>') == 1, "the question one came for stands open"


@pytest.mark.django_db
def test_open_questions_cost_no_more_queries_for_more_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    counts = []
    at = read_instant("2026-03-31T09:00")
    first = play_life("2026-03-31T09:00", monkeypatch)
    for more in (0, 1, 2):
        if more:
            play_life("2026-03-31T09:00", monkeypatch, slug=f"thin-{more}")
        actor = first.stage.actor("officer", at)
        assert actor is not None
        worklist_of(actor, at)
        with CaptureQueriesContext(connection) as queries:
            found = worklist_of(actor, at)
        counts.append((len(found.questions), len(queries)))
    assert [asked for asked, _ in counts] == [1, 2, 3]
    assert len({count for _, count in counts}) == 1, counts
