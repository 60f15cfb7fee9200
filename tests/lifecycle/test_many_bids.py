"""An act about a challenge asks as much of the database for fifty bids as for five: each kind of row once."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from tests.lifecycle.crowd import bid_many, count_queries, review_many

from jiebang.lifecycle.clock import tick
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.known import situation_of, situations_of
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.policy.situation import Situation
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = [pytest.mark.slow, pytest.mark.django_db, pytest.mark.usefixtures("thin_pack")]
HERE = Path(__file__).parent
#: Rows are written in handfuls of some dozens, so many more bids may cost a query or two more, but none of their own.
HANDFULS = 3
HANDED_IN = read_instant("2026-03-06T09:00")


def play_life(file: str, instant: str, slug: str) -> Stage:
    scenario = read_scenario(HERE / file)
    programme = scenario.programme.model_copy(update={"slug": slug})
    life = set_stage(scenario.model_copy(update={"programme": programme}), lambda _line: None)
    play_steps(life, [step for step in scenario.steps if step.at < instant])
    return life


def two_rounds(bids: int) -> Stage:
    life = play_life("rounds.yaml", "2026-03-06", f"rounds-{bids}")
    bid_many(life.subjects["challenge"], "first", bids, HANDED_IN, {"bid.title": "初案"})
    return life


def thin(bids: int, *, reviewed: bool) -> Stage:
    life = play_life("thin.yaml", "2026-03-06", f"thin-{bids}")
    challenge = life.subjects["challenge"]
    made = bid_many(challenge, "bid", bids, HANDED_IN, {"bid.title": "解法", "bid.plan": "路线"})
    apply(challenge.pk, "bid", "close", actor=None, at=read_instant("2026-03-25T17:00"))
    if reviewed:
        review_many(life, made, "2026-03-26T09:00")
    return life


def bids_of(life: Stage) -> list[Subject]:
    return list(Subject.objects.filter(parent=life.subjects["challenge"], kind="bid").order_by("pk"))


def close_first(life: Stage) -> None:
    challenge = life.subjects["challenge"].pk
    apply(challenge, "first", "close", actor=None, at=read_instant("2026-03-17T08:00"))


def select(life: Stage, chosen: list[Subject]) -> None:
    at = read_instant("2026-03-27T09:00")
    apply(
        life.subjects["challenge"].pk, "select", "conclude", actor=life.actor("officer", at), at=at,
        payload={"bids": [bid.pk for bid in chosen]},
    )  # fmt: skip


def test_closing_a_window_asks_no_more_for_more_bids() -> None:
    few, many = two_rounds(5), two_rounds(50)
    asked = [count_queries(partial(close_first, life)) for life in (few, many)]
    assert asked[1] - asked[0] < HANDFULS
    for life, count in ((few, 5), (many, 50)):
        runs = StageRun.objects.filter(subject__in=bids_of(life), stage="back", closed_at__isnull=True)
        assert runs.count() == count
        assert {run.closes_at for run in runs} == {read_instant("2026-03-19T17:00:01")}


def test_selecting_a_few_asks_no_more_for_all_the_others_that_end() -> None:
    """Ended one by one, each would look at all that are left: among three hundred, some hundred thousand rows."""
    asked = []
    for count in (5, 40):
        life = thin(count, reviewed=True)
        asked.append(count_queries(partial(select, life, bids_of(life)[2:3])))
        endings = [bid.ending for bid in bids_of(life)]
        assert endings == ["未选中", "未选中", "", *["未选中"] * (count - 3)]
    assert asked[1] - asked[0] < HANDFULS


def test_an_act_about_one_bid_asks_no_more_for_the_others_beside_it() -> None:
    asked = []
    for count in (5, 20):
        life = thin(count, reviewed=False)
        at = read_instant("2026-03-25T18:00")
        fail = partial(
            apply, bids_of(life)[0].pk, "check", "conclude", actor=life.actor("officer", at), at=at,
            payload={"outcome": "failed", "note": "材料不全"},
        )  # fmt: skip
        asked.append(count_queries(fail))
    assert asked[1] - asked[0] < HANDFULS


def test_each_of_many_terms_that_run_out_asks_alike() -> None:
    """The clock closes each thing by itself, so that one that is stuck holds up nobody; no close asks about the others."""
    each = []
    for count in (5, 20):
        life = two_rounds(count)
        close_first(life)
        each.append(count_queries(partial(tick, read_instant("2026-03-19T17:00:01"))) / count)
        assert {bid.ending for bid in bids_of(life)} == {"视为不推荐"}
    assert each[1] < each[0] + HANDFULS


def test_gathering_asks_no_more_for_thirty_than_for_three() -> None:
    bids = bids_of(two_rounds(30))
    asked = []
    for several in (3, 30):
        fresh = list(Subject.objects.filter(pk__in=[bid.pk for bid in bids[:several]]))
        asked.append(count_queries(partial(situations_of, fresh, HANDED_IN)))
    assert asked[0] == asked[1]


@pytest.mark.parametrize(("file", "instant"), [("thin.yaml", "2026-04-10"), ("rounds.yaml", "2026-04-09")])
def test_what_is_known_of_many_is_what_is_known_of_each(file: str, instant: str) -> None:
    play_life(file, instant, "known")
    at, subjects = read_instant(f"{instant}T08:00"), list(Subject.objects.all())
    together = situations_of(subjects, at)
    for subject in subjects:
        assert _told(together[subject.pk]) == _told(situation_of(Subject.objects.get(pk=subject.pk), at))


def test_what_is_told_of_each_bid_is_its_own() -> None:
    life = two_rounds(4)
    close_first(life)
    at, bids = read_instant("2026-03-18T09:00"), bids_of(life)
    county, agency = life.actor("county", at), life.actor("agency", at)
    for bid in bids[:3]:
        apply(bid.pk, "back", "conclude", actor=county, at=at, payload={"outcome": "recommended"})
    apply(bids[1].pk, "look", "conclude", actor=agency, at=at, payload={"outcome": "passed"})
    failed = {"outcome": "failed", "note": "缺签章"}
    apply(bids[2].pk, "look", "conclude", actor=agency, at=at, payload=failed)
    known = situations_of([*bids, life.subjects["challenge"]], at)
    assert [known[bid.pk].facts["bid.looked_at"].value for bid in bids] == [False, True, False, False]
    for one in known.values():
        assert one.facts["challenge.valid"].value == 1
    leads = [known[bid.pk].facts["bid.lead"].value for bid in bids]
    assert leads == [bid.lead.credit_code for bid in bids if bid.lead is not None]
    assert "bid.lead" not in known[life.subjects["challenge"].pk].facts


def test_what_the_nearest_says_counts() -> None:
    life = thin(3, reviewed=False)
    at, bids = read_instant("2026-03-25T18:00"), bids_of(life)
    own = {"challenge.total_investment": "6000000 元"}
    officer = life.actor("officer", at)
    apply(bids[1].pk, "check", "check_facts", actor=officer, at=at, payload={"facts": own})
    known = situations_of(bids, at)
    found = [known[bid.pk].facts["challenge.total_investment"].value for bid in bids]
    assert [int(value) for value in found] == [5_000_000, 6_000_000, 5_000_000]


def _told(situation: Situation) -> dict[str, object]:
    facts = {name: (one.value, one.source, one.as_of, one.evidence) for name, one in situation.facts.items()}
    return {"facts": facts, "decided": repr(situation.decided), "departures": repr(situation.departures)}
