"""A bureau begins to run a regulation, roles are filled, and what isn't verified opens nothing to whoever claims a name."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from tests.lifecycle.conftest import PlayUntil
from tests.organisations.cast import city, kinds_in, somebody

from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle.actions.adopt_programme import Adoption, Running, adopt_programme
from jiebang.lifecycle.actions.assign_role import assign_role, unfilled_roles
from jiebang.lifecycle.actions.open_batch import open_batch
from jiebang.lifecycle.errors import AlreadyDone, NotAllowed, UnableToApply
from jiebang.lifecycle.models import Participation
from jiebang.lifecycle.parties import own_subjects
from jiebang.lifecycle.roles import roles_of
from jiebang.organisations.errors import UnableToAdminister
from jiebang.organisations.models import Authority, Organisation, Programme, Verification
from jiebang.scenarios.play import set_stage
from jiebang.scenarios.read import PersonPart, read_scenario

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("thin_pack")]
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
DRAFT = Running("city", "示例计划（合成）", "urumqi-open-bid", "consultation-draft")
ACT = Adoption(date(2026, 1, 5), "示例施行决定〔2026〕1号")


def adopt(running: Running = DRAFT, adoption: Adoption | None = ACT, at: datetime = NOW) -> Programme:
    return adopt_programme(running=running, bureau=city(), adoption=adoption, actor=None, at=at)


def test_a_draft_runs_by_a_recorded_act_alone() -> None:
    with pytest.raises(UnableToApply, match="尚未施行：原文施行日期空缺"):
        adopt(adoption=None)
    with pytest.raises(UnableToApply, match="没有文号"):
        adopt(adoption=Adoption(date(2026, 1, 5), " "))
    assert not Programme.objects.exists()
    made = adopt()
    assert (made.adopted_on, made.adoption_number) == (ACT.on, ACT.number)
    assert kinds_in(made.chain_key) == ["programme.adopted"]
    assert verify_chain(made.chain_key).is_intact


def test_one_in_force_by_its_own_text_needs_no_act_and_one_that_lapsed_takes_none() -> None:
    thin = Running("thin-2", "最小计划（合成）", "thin", "1")
    adopt(thin, None)
    for adoption in (None, ACT):
        with pytest.raises(UnableToApply, match="已经失效"):
            adopt(
                Running("late", "过期（合成）", "urumqi-open-bid", "consultation-draft"),
                ACT,
                NOW + timedelta(days=2000),
            )
        with pytest.raises(UnableToApply, match="已经失效"):
            adopt(Running("thin-3", "过期（合成）", "thin", "1"), adoption, NOW + timedelta(days=20_000))


def test_an_act_may_name_a_day_to_come_and_nothing_opens_before_it() -> None:
    made = adopt(adoption=Adoption(date(2026, 3, 3), "示例施行决定〔2026〕2号"))
    assign_role(programme=made, role="bureau", authority=made.bureau, actor=None, at=NOW)
    officer = somebody("officer", made.bureau, "officer").actor
    batch = {"programme": made, "process": "research", "title": "第一批", "actor": officer}
    with pytest.raises(UnableToApply, match="尚未施行：自 2026-03-03 起施行"):
        open_batch(number="2026-1", at=datetime(2026, 3, 2, 15, 59, tzinfo=UTC), **batch)  # type: ignore[arg-type]
    open_batch(number="2026-1", at=datetime(2026, 3, 2, 16, 0, tzinfo=UTC), **batch)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("running", "told"),
    [
        (Running("city", "示例（合成）", "nowhere", "1"), "没有这个政策包版本"),
        (Running("city", "示例（合成）", "national-base", "1"), "没有自己的流程"),
        (Running("City 1", "示例（合成）", "urumqi-open-bid", "consultation-draft"), "计划编号只用"),
        (Running("city", "示例（合成）", DRAFT.pack_id, DRAFT.pack_version, {"bribe": ["officer"]}), "没有“bribe”这种阶段"),
        (Running("city", "示例（合成）", DRAFT.pack_id, DRAFT.pack_version, {"pay": ["auditor"]}), "不是一串不重复的职务"),
        (Running("city", "示例（合成）", DRAFT.pack_id, DRAFT.pack_version, {"pay": []}), "（空）"),
        (Running("city", "示例（合成）", DRAFT.pack_id, DRAFT.pack_version, {"pay": ["head", "head"]}), "不重复"),
        (Running("city", "示例（合成）", DRAFT.pack_id, DRAFT.pack_version, {"notice": ["head"]}), "“公示”只是到时结束"),
        (Running("city", "示例（合成）", DRAFT.pack_id, DRAFT.pack_version, {"take_bids": ["head"]}), "没有要签署的决定"),
        (Running("city", "示例（合成）", DRAFT.pack_id, DRAFT.pack_version, {"match": ["head"]}), "没有由机关办理的“供需对接”"),
        (Running("city", "示例（合成）", DRAFT.pack_id, DRAFT.pack_version, {"procure": ["head"]}), "没有由机关办理"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_should_be_is_refused(running: Running, told: str) -> None:
    with pytest.raises(UnableToApply, match=told):
        adopt(running)


def test_only_the_bureaus_own_people_run_a_regulation_and_an_address_is_one_programmes() -> None:
    bureau, elsewhere = city(), city("另市科技局（合成）")
    for position, body in (("officer", elsewhere), ("auditor", bureau), ("system_admin", bureau)):
        actor = somebody(f"{position}-{body.pk}", body, position).actor
        with pytest.raises(NotAllowed):
            adopt_programme(running=DRAFT, bureau=bureau, adoption=ACT, actor=actor, at=NOW)
    actor = somebody("head", bureau, "head").actor
    adopt_programme(running=DRAFT, bureau=bureau, adoption=ACT, actor=actor, at=NOW)
    with pytest.raises(AlreadyDone):
        adopt_programme(running=DRAFT, bureau=bureau, adoption=ACT, actor=actor, at=NOW)


def test_roles_are_the_packs_and_those_unfilled_are_told() -> None:
    made = adopt()
    before = set(unfilled_roles(made))
    assert {"bureau", "council", "experts", "district"} <= before
    assert not before & {"solver", "sponsor", "partners"}, "organisations take these by acting"
    assign_role(programme=made, role="bureau", authority=made.bureau, actor=None, at=NOW)
    assert set(unfilled_roles(made)) == before - {"bureau"}
    assert kinds_in(made.chain_key)[-1] == "role.assigned"
    with pytest.raises(AlreadyDone):
        assign_role(programme=made, role="bureau", authority=made.bureau, actor=None, at=NOW)
    for wrong in ("mayor", "solver"):
        with pytest.raises(UnableToApply, match="没有由机关担任的角色"):
            assign_role(programme=made, role=wrong, authority=made.bureau, actor=None, at=NOW)
    outsider = somebody("outsider", city("另市科技局（合成）"), "officer").actor
    with pytest.raises(NotAllowed):
        assign_role(programme=made, role="council", authority=made.bureau, actor=outsider, at=NOW)


def test_a_scenario_keeps_the_separated_positions_apart_too() -> None:
    scenario = read_scenario(Path(__file__).parent / "thin.yaml")
    same = PersonPart(name="审计员（合成）", acts_for="meeting", position="system_admin")
    other = PersonPart(name="管理员（合成）", acts_for="meeting", position="system_admin")
    set_stage(scenario.model_copy(update={"people": {**scenario.people, "admin": other}}), lambda _line: None)
    slug = scenario.programme.model_copy(update={"slug": "thin-2"})
    with pytest.raises(UnableToAdminister, match="须由不同的人担任"):
        set_stage(
            scenario.model_copy(update={"programme": slug, "people": {**scenario.people, "admin": same}}),
            lambda _line: None,
        )


def test_what_others_enter_opens_nothing_until_the_bureau_knows_who_it_is(play_until: PlayUntil) -> None:
    life = play_until("2026-03-26T09:00")
    bid, batch = life.subjects["bid1"], life.subjects["batch"]
    named = Organisation.objects.get(name="示例乙公司（合成）")
    claimant = somebody("claimant", named, "member").actor
    elsewhere = city("另市科技局（合成）")
    Verification.objects.filter(organisation=named).update(bureau=elsewhere)
    Participation.objects.create(subject=bid, organisation=named, role="solver")
    Participation.objects.create(subject=batch, organisation=named, role="sponsor")
    assert not own_subjects(named.pk).exists()
    assert roles_of(claimant, bid, open_to=[], at=NOW) == []
    Verification.objects.create(
        organisation=named, bureau=life.programme.bureau, is_verified=True, evidence="示例", decided_at=NOW
    )
    assert set(own_subjects(named.pk)) == {bid, batch}
    assert "solver" in roles_of(claimant, bid, open_to=[], at=NOW)
    Verification.objects.create(
        organisation=named, bureau=life.programme.bureau, is_verified=False, evidence="示例", decided_at=NOW
    )
    assert not own_subjects(named.pk).exists()


def test_what_it_hands_in_itself_is_its_own_verified_or_not(play_until: PlayUntil) -> None:
    life = play_until("2026-03-26T09:00")
    bid = life.subjects["bid1"]
    Verification.objects.all().delete()
    _, mandate = life.accounts["prof"]
    assert bid in own_subjects(mandate.organisation_id or 0)
    assert isinstance(life.authorities["bureau"], Authority)
