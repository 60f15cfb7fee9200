"""Two rounds of papers, terms that run out, correction, reserve and appointment, on a tiny regulation of their own."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from jiebang.ledger.models import Entry
from jiebang.lifecycle import clock, door
from jiebang.lifecycle.actions.appoint_organisation import end_appointment
from jiebang.lifecycle.closing import show_close
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import FactEntry, Participation, StageRun, Subject
from jiebang.organisations.models import Mandate
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import Step, read_instant, read_scenario

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thin_pack")]
LIFE = Path(__file__).parent / "rounds.yaml"


def play_until(instant: str) -> Stage:
    scenario = read_scenario(LIFE)
    life = set_stage(scenario, lambda _line: None)
    play_steps(life, [step for step in scenario.steps if step.at < instant])
    return life


def tick(life: Stage, at: str, on: str) -> None:
    play_steps(life, [Step(at=at, by="时钟", do="close", on=on)])


def run_of(life: Stage, name: str, stage: str) -> StageRun:
    return StageRun.objects.filter(subject=life.subjects[name], stage=stage).latest("opened_at")


def ending_of(life: Stage, name: str) -> str:
    return Subject.objects.get(pk=life.subjects[name].pk).ending


def told(life: Stage, name: str, fact: str, at: str = "2026-03-31T09:00") -> object:
    held = situation_of(Subject.objects.get(pk=life.subjects[name].pk), read_instant(at)).facts.get(fact)
    return None if held is None else held.value


def test_what_the_platform_tells_by_itself() -> None:
    life = play_until("2026-03-26T09:00")
    due = told(life, "challenge", "challenge.first_due_at")
    assert isinstance(due, datetime)
    assert due == read_instant("2026-03-16T12:00"), "the instant named, though the second itself is in time"
    assert str(told(life, "challenge", "challenge.first_due_on")) == "2026-03-16"
    assert told(life, "b4", "bid.first_at") == read_instant("2026-03-16T12:00:00")
    assert told(life, "b1", "bid.looked_at") is True
    assert told(life, "b4", "bid.looked_at") is False
    assert told(life, "challenge", "challenge.valid") == 2, "two passed and are still in it"


def test_a_term_after_another_is_counted_from_the_other_however_late_the_clock() -> None:
    life = play_until("2026-03-17T09:00")
    closes_at = run_of(life, "b1", "back").closes_at
    assert closes_at is not None
    assert show_close(closes_at) == "2026-03-19 17:00"


def test_nobody_loses_a_right_because_the_clock_stood_still() -> None:
    """Ten days without a clock: the recommender's three days would have gone by before they were told."""
    life = play_until("2026-03-17T08:00")
    tick(life, "2026-03-27T08:00", "challenge")
    closes_at = run_of(life, "b1", "back").closes_at
    assert closes_at is not None
    assert show_close(closes_at) == "2026-04-01 17:00"


def test_a_withdrawn_challenge_takes_its_bids_along() -> None:
    life = play_until("2026-03-20T09:01")
    steps = [
        Step(at="2026-03-20T09:01", by="agency", do="conclude", on="b2", outcome="failed", note="不合格式"),
        Step(at="2026-03-20T09:02", by="agency", do="conclude", on="b3", outcome="failed", note="不合格式"),
        Step(at="2026-03-23T09:00", by="officer", do="conclude", on="challenge", outcome="recorded"),
    ]
    play_steps(life, steps)
    assert (ending_of(life, "challenge"), ending_of(life, "b1")) == ("撤题", "撤题")
    assert ending_of(life, "batch") == "下属事项均已结束"


def test_whoever_lets_the_second_round_pass_is_out() -> None:
    life = play_until("2026-03-27T09:00")
    tick(life, "2026-04-01T12:00:01", "challenge")
    assert ending_of(life, "b2") == "全案：逾期未提交"
    assert ending_of(life, "b1") == ""
    assert run_of(life, "challenge", "mark").closed_at is None


def test_the_reserve_is_out_until_it_is_called() -> None:
    life = play_until("2026-04-07T09:00")
    assert ending_of(life, "b2") == "未选中，列为候补"
    play_steps(life, [Step(at="2026-04-07T09:00", by="officer", do="conclude", on="b1", outcome="passed")])
    assert run_of(life, "challenge", "approve").closed_at is None, "the reserve holds nobody up"


def test_partners_take_part_and_leave_when_no_longer_named() -> None:
    life = play_until("2026-03-06T09:01")
    rows = Participation.objects.filter(subject=life.subjects["b1"], role="partners", until_at__isnull=True)
    assert [row.organisation for row in rows] == [life.organisations["partner"]]
    again = Step(
        at="2026-03-06T10:00", by="one", do="submit_bid", on="challenge", draft="b1b", replace=True,
        values={"bid.title": "甲", "bid.partners": []},
    )  # fmt: skip
    play_steps(life, [again])
    assert not rows.all().exists()


def test_an_appointment_ends_with_what_it_allowed() -> None:
    life = play_until("2026-03-20T09:00")
    row = Participation.objects.get(subject=life.subjects["batch"], role="agency")
    at = read_instant("2026-03-20T08:00")
    agency, officer = life.actor("agency", at), life.actor("officer", at)
    assert agency is not None
    assert officer is not None
    with pytest.raises(NotAllowed):
        end_appointment(participation=row, actor=agency, at=at)
    end_appointment(participation=row, actor=officer, at=at)
    with pytest.raises(AlreadyDone):
        end_appointment(participation=row, actor=officer, at=at)
    refused = Step(
        at="2026-03-20T09:00", by="agency", do="conclude", on="b1", outcome="passed", refused="身份不能办理"
    )
    play_steps(life, [refused])


def refused(life: Stage, why: str, **step: object) -> None:
    play_steps(life, [Step(**{**step, "refused": why})])  # type: ignore[arg-type]  # steps are checked by their own model


def test_nobody_types_what_the_platform_tells() -> None:
    life = play_until("2026-03-20T09:00")
    late = {"challenge.first_due_at": "2026-12-31T00:00:00"}
    refused(
        life,
        "由系统告知",
        at="2026-03-20T09:00",
        by="agency",
        do="conclude",
        on="b1",
        outcome="passed",
        facts=late,
    )


def test_no_officer_types_it_either() -> None:
    life = play_until("2026-04-02T09:00")
    check = {"challenge.valid": {"value": "0 件", "source": "checked", "as_of": "2026-03-26"}}
    refused(
        life, "由系统告知", at="2026-04-02T08:00", by="officer", do="check_facts", on="challenge", facts=check
    )


def test_a_solver_writes_only_what_its_stage_asks_for() -> None:
    life = play_until("2026-04-15T23:59:59")
    refused(
        life, "单位不能在这里写", at="2026-04-09T09:00", by="two", do="conclude", on="project",
        outcome="signed", facts={"bid.plan": "改过的全案"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("facts", "why"),
    [
        ({"need.by_alliance": True}, "单位不能在这里写：联盟出题"),
        ({"bid.plan": "评估中心写的全案"}, "单位不能在这里写：全案"),
        ({"bid.looked_at": True}, "由系统告知"),
    ],
)
def test_an_appointed_agency_records_what_its_stage_looks_at_and_nothing_else(
    facts: dict[str, object], why: str
) -> None:
    life = play_until("2026-03-20T09:00")
    refused(
        life, why, at="2026-03-20T08:00", by="agency", do="conclude", on="b1", outcome="passed", facts=facts
    )
    checked = {
        name: {"value": raw, "source": "checked", "as_of": "2026-03-19"} for name, raw in facts.items()
    }
    refused(life, why, at="2026-03-20T08:01", by="agency", do="check_facts", on="b1", facts=checked)
    account, _ = life.accounts["agency"]
    assert not FactEntry.objects.filter(recorded_by=account).exists()


def test_an_organisation_checks_nothing_about_itself() -> None:
    life = play_until("2026-04-15T23:59:59")
    refused(
        life, "单位自己不能查询关联", at="2026-04-09T09:00", by="two", do="check_relations", on="project",
        as_of="2026-04-09", evidence="自查",
    )  # fmt: skip


def test_an_agency_that_bids_judges_none_of_its_rivals() -> None:
    life = play_until("2026-03-06T09:01")
    steps = [
        Step(at="2026-03-06T09:30", by="agency", do="submit_bid", on="challenge", draft="ag",
             values={"bid.title": "评估中心自己的"}),
        Step(at="2026-03-17T08:00", by="时钟", do="close", on="challenge"),
        Step(at="2026-03-17T09:00", by="county", do="conclude", on="b1", outcome="recommended"),
        Step(at="2026-03-17T09:01", by="county", do="conclude", on="own", outcome="recommended"),
    ]  # fmt: skip
    play_steps(life, steps[:1])
    life.subjects["own"] = Subject.objects.get(lead=life.organisations["agency"])
    play_steps(life, steps[1:])
    for name in ("own", "b1"):
        refused(
            life, "身份不能办理", at="2026-03-18T09:00", by="agency", do="conclude", on=name, outcome="passed"
        )


def test_nobody_takes_an_agency_out_of_the_race_by_naming_it() -> None:
    life = play_until("2026-03-06T09:01")
    refused(
        life, "示例评估中心（合成）是本批次指定的受托机构", at="2026-03-06T09:30", by="one", do="submit_bid",
        on="challenge", draft="b1n", replace=True, values={"bid.title": "甲", "bid.partners": ["@agency"]},
    )  # fmt: skip
    steps = [step for step in read_scenario(LIFE).steps if "2026-03-06T09:01" <= step.at < "2026-03-20T09:01"]
    play_steps(life, steps)
    assert run_of(life, "b1", "look").outcome == "passed", "the agency has concluded as ever"


def appoint_five_named_by_one() -> Stage:
    """A bidder named an institute; then the bureau appointed that institute to look at the bids."""
    life = play_until("2026-03-06T09:01")
    named = {"bid.title": "甲", "bid.partners": ["@five"]}
    play_steps(
        life,
        [
            Step(at="2026-03-06T09:30", by="one", do="submit_bid", on="challenge", draft="b1n", replace=True, values=named),
            Step(at="2026-03-06T10:00", by="officer", do="appoint_organisation", on="batch", organisation="five", role="agency"),
        ],
    )  # fmt: skip
    return life


def go_on_to_the_look(life: Stage) -> None:
    play_steps(
        life, [s for s in read_scenario(LIFE).steps if "2026-03-06T09:01" <= s.at < "2026-03-20T09:00"]
    )


CONCLUDE = {"by": "five", "do": "conclude", "on": "b1", "outcome": "passed"}


def test_whoever_was_named_before_it_was_appointed_judges_no_rival() -> None:
    life = appoint_five_named_by_one()
    go_on_to_the_look(life)
    refused(life, "身份不能办理", at="2026-03-20T08:00", **CONCLUDE)
    refused(life, "身份不能办理", at="2026-03-20T08:00", **{**CONCLUDE, "on": "b2"})


def test_an_officers_finding_that_it_is_no_partner_sets_an_agency_free() -> None:
    life = appoint_five_named_by_one()
    none = {"bid.partners": {"value": [], "source": "checked", "as_of": "2026-03-06", "evidence": "书面说明"}}
    play_steps(
        life,
        [Step(at="2026-03-06T11:00", by="officer", do="check_facts", on="challenge", thing="b1", facts=none)],
    )
    refused(
        life, "是本批次指定的受托机构", at="2026-03-06T12:00", by="one", do="submit_bid", on="challenge", draft="b1m",
        replace=True, values={"bid.title": "甲", "bid.partners": ["@five"]},
    )  # fmt: skip
    go_on_to_the_look(life)
    play_steps(life, [Step.model_validate({"at": "2026-03-20T08:00", **CONCLUDE})])
    assert run_of(life, "b1", "look").outcome == "passed"


def test_an_officers_finding_that_it_is_a_partner_bars_an_agency() -> None:
    life = play_until("2026-03-06T09:01")
    code = life.organisations["agency"].credit_code
    found = {"bid.partners": {"value": [code], "source": "checked", "as_of": "2026-03-06"}}
    play_steps(
        life,
        [
            Step(
                at="2026-03-06T11:00", by="officer", do="check_facts", on="challenge", thing="b1", facts=found
            )
        ],
    )
    go_on_to_the_look(life)
    refused(life, "身份不能办理", at="2026-03-20T08:00", **{**CONCLUDE, "by": "agency"})


def test_who_ended_a_stage_is_told_to_those_who_take_part_only() -> None:
    life = play_until("2026-04-03T09:00")
    refused(
        life, "身份不能办理", at="2026-04-02T11:00", by="five", do="conclude", on="challenge", stage="mark"
    )
    refused(
        life, "已由经办甲", at="2026-04-02T11:00", by="officer", do="conclude", on="challenge", stage="mark"
    )


def test_one_broken_case_does_not_stop_the_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    life = play_until("2026-03-25T12:00:01")
    real = door.apply

    def broken(subject_id: int, *args: object, **more: object) -> object:
        if subject_id == life.subjects["b3"].pk:
            raise ZeroDivisionError
        return real(subject_id, *args, **more)  # type: ignore[arg-type]  # the same call

    monkeypatch.setattr(clock, "apply", broken)
    ticked = clock.tick(read_instant("2026-03-26T09:00"))
    assert [name.split()[-1] for name, _ in ticked.waiting] == ["cure"]


def test_a_second_round_keeps_the_name_a_bid_has() -> None:
    life = play_until("2026-04-01T12:00:01")
    assert Subject.objects.get(pk=life.subjects["b1"].pk).title == "甲"


def test_the_ledger_says_what_went_with_a_challenge() -> None:
    life = play_until("2026-04-16T00:00")
    tick(life, "2026-04-16T00:00", "project")
    bodies = [e.body for e in Entry.objects.filter(kind="subjects.ended").order_by("sequence")]
    assert "下属事项均已结束" in str(bodies[-1])


def test_who_belongs_to_a_bidder_judges_no_bid_in_the_agencys_name() -> None:
    life = play_until("2026-03-20T09:00")
    account, _ = life.accounts["agency"]
    mandate = Mandate.objects.create(
        person=account.person, organisation=life.organisations["two"], position="member", from_on=date(2020, 1, 1)
    )  # fmt: skip
    for bid in ("b1", "b2"):
        refused(
            life, "身份不能办理", at="2026-03-20T09:00", by="agency", do="conclude", on=bid, outcome="passed"
        )
    mandate.until_on = date(2026, 3, 19)
    mandate.save()
    play_steps(life, [Step(at="2026-03-20T09:00", by="agency", do="conclude", on="b1", outcome="passed")])


@pytest.mark.parametrize("thing", ["batch", "challenge"])
def test_a_county_that_looks_at_one_bid_records_nothing_of_what_all_bids_share(thing: str) -> None:
    at = read_instant("2026-03-17T09:00")
    life = play_until("2026-03-17T09:00")
    fact = {"value": "区里写的", "source": "checked", "as_of": "2026-03-17"}
    with pytest.raises(NotAllowed, match="不记录同批、同榜题共有的"):
        door.apply(
            life.subjects["b1"].pk, "back", "check_facts", actor=life.actor("county", at), at=at,
            payload={"thing": life.subjects[thing].pk, "facts": {"bid.plan": fact}},
        )  # fmt: skip
    assert "bid.plan" not in situation_of(life.subjects["b2"], at).facts
