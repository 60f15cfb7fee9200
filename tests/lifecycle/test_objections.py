"""Who may handle an objection, and whom one that is upheld takes out of what was on notice."""

from collections.abc import Callable

import pytest
from tests.lifecycle.conftest import HERE, PlayUntil

from jiebang.lifecycle.door import apply
from jiebang.lifecycle.errors import NotAllowed
from jiebang.lifecycle.known import program_of
from jiebang.lifecycle.models import OutboxMessage, Proposal, StageRun, Subject
from jiebang.lifecycle.packs import load_program
from jiebang.lifecycle.submissions import BadFields
from jiebang.publications.models import Objection
from jiebang.reviews.models import Review
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = pytest.mark.django_db
AT = read_instant("2026-04-08T09:01")


def resolve(life: Stage) -> None:
    payload = {"number": "2026-1-C001-1-Y01", "upheld": False, "conclusion": "经核查评分无误"}
    challenge = life.subjects["challenge"].pk
    apply(challenge, "notice", "resolve_objection", actor=life.actor("second", AT), at=AT, payload=payload)


def test_whoever_checked_only_one_bid_is_kept_out(play_until: PlayUntil) -> None:
    life = play_until("2026-04-08T09:01")
    second = life.accounts["second"][0].pk
    StageRun.objects.filter(subject=life.subjects["bid2"], stage="check").update(closed_by_id=second)
    with pytest.raises(NotAllowed) as caught:
        resolve(life)
    assert "原经办人" in str(caught.value)


def test_whoever_had_no_part_may_conclude(play_until: PlayUntil) -> None:
    life = play_until("2026-04-08T09:01")
    resolve(life)
    assert Objection.objects.get().resolved_at == AT


@pytest.mark.parametrize("part", ["marked", "proposed"])
def test_whoever_marked_a_bid_or_put_up_the_choice_is_kept_out(play_until: PlayUntil, part: str) -> None:
    life = play_until("2026-04-08T09:01")
    account, _ = life.accounts["second"]
    if part == "marked":
        # An expert of the panel who is an officer as well, or has become one since.
        Review.objects.filter(subject=life.subjects["bid2"]).update(expert=account.person)
    else:
        Proposal.objects.create(
            run=StageRun.objects.get(subject=life.subjects["challenge"], stage="select"), payload={},
            outcome="selected", salt="示例", digest="示例", proposed_at=AT, proposed_by=account, withdrawn_at=AT,
        )  # fmt: skip
    with pytest.raises(NotAllowed, match="原经办人"):
        resolve(life)


PlayTwo = Callable[[], Stage]
ON_NOTICE, OVER = read_instant("2026-04-02T10:00"), read_instant("2026-04-08T09:02")


@pytest.fixture
def play_two(thin_pack: None) -> PlayTwo:
    """The thin life up to the days of the notice, with both bidders chosen: its pack without the rule that it be one."""

    def play() -> Stage:
        program = load_program("thin", "1")
        del program.rules["one-winner"]
        program.forget_choices()
        scenario = read_scenario(HERE / "thin.yaml")
        life = set_stage(scenario, lambda _line: None)
        steps = [step for step in scenario.steps if step.at < "2026-04-02T10:00"]
        better = {"59.99 分": "61 分"}
        play_steps(
            life,
            [
                step.model_copy(
                    update={
                        "marks": {key: better.get(mark, mark) for key, mark in step.marks.items()},
                        "bids": ["bid1", "bid2"] if step.bids else [],
                    }
                )
                for step in steps
            ],
        )
        return life

    return play


def object_to(life: Stage, against: str | None) -> str:
    """Somebody objects, to a subject by its name in the life, to the whole, or without saying to which; the number."""
    named = life.subjects.get(against or "")
    given = {"objector": "某人", "contact": "示例", "statement": "事实", "request": "取消"}
    if against is not None:
        given["against"] = against if named is None else str(named.pk)
    challenge = life.subjects["challenge"].pk
    receipt = apply(
        challenge, "notice", "file_objection", actor=None, public=True, at=ON_NOTICE, payload=given
    )
    return str(receipt.result["number"])


def close_over(life: Stage, *objections: tuple[str | None, bool]) -> str | None:
    """The notice is closed after these objections, each (against what, whether it was upheld); how it ended."""
    challenge = life.subjects["challenge"].pk
    for against, upheld in objections:
        answer = {"number": object_to(life, against), "upheld": upheld, "conclusion": "经核查"}
        apply(challenge, "notice", "resolve_objection", actor=life.actor("second", AT), at=AT, payload=answer)
    return apply(challenge, "notice", "close", actor=None, at=OVER).outcome


def endings(life: Stage) -> dict[str, str]:
    found = {name: Subject.objects.get(pk=life.subjects[name].pk) for name in ("challenge", "bid1", "bid2")}
    return {name: one.ending for name, one in found.items() if one.ended_at is not None}


def open_stages(life: Stage) -> list[str]:
    runs = StageRun.objects.filter(subject=life.subjects["challenge"], closed_at__isnull=True)
    return [run.stage for run in runs]


def test_upheld_against_one_takes_that_one_out_and_the_other_goes_on(play_two: PlayTwo) -> None:
    life = play_two()
    assert close_over(life, ("bid2", True)) == "unopposed"
    assert endings(life) == {"bid2": "异议成立"}
    assert open_stages(life) == ["approve"]
    run = StageRun.objects.get(subject=life.subjects["challenge"], stage="notice")
    assert run.note == "异议成立，不再列入：示例研究院（合成）"
    told = OutboxMessage.objects.filter(topic="subject.ended", subject=life.subjects["bid2"])
    assert [one.body["ending"] for one in told] == ["异议成立"]
    officer = life.actor("officer", OVER)
    made = apply(
        life.subjects["challenge"].pk, "approve", "conclude", actor=officer, at=OVER,
        payload={"outcome": "approved"},
    ).result["projects"]  # fmt: skip
    assert [Subject.objects.get(pk=key).origin_id for key in made] == [life.subjects["bid1"].pk]


@pytest.mark.parametrize(
    "objections",
    [[("whole", True)], [("bid1", True), ("bid2", True)], [("bid1", True), ("whole", True)]],
    ids=["the whole", "each of them", "one and the whole"],
)
def test_the_whole_ends_where_nothing_is_left_or_the_whole_was_objected_to(
    play_two: PlayTwo, objections: list[tuple[str, bool]]
) -> None:
    life = play_two()
    assert close_over(life, *objections) == "upheld"
    assert endings(life) == dict.fromkeys(("challenge", "bid1", "bid2"), "异议成立")


def test_what_is_not_upheld_takes_nobody_out(play_two: PlayTwo) -> None:
    life = play_two()
    assert close_over(life, ("bid1", False), ("whole", False)) == "unopposed"
    assert endings(life) == {}


def test_where_the_pack_leads_on_they_go_there_together(
    play_two: PlayTwo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pack that has something decided anew after an objection doesn't say who is out."""
    life = play_two()
    stages = program_of(life.subjects["challenge"]).pack.processes["whole"].stages
    again = {**stages["notice"].outcomes, "upheld": "council"}
    monkeypatch.setitem(stages, "notice", stages["notice"].model_copy(update={"outcomes": again}))
    assert close_over(life, ("bid2", True)) == "upheld"
    assert endings(life) == {}
    assert open_stages(life) == ["council"]


@pytest.mark.parametrize(
    ("against", "why"), [(None, "必填"), ("need", "从列表里选择"), ("nobody", "从列表里选择")]
)
def test_of_several_the_one_objected_to_is_named(play_two: PlayTwo, against: str | None, why: str) -> None:
    life = play_two()
    with pytest.raises(BadFields, match=f"对公示中的哪一个：{why}"):
        object_to(life, against)


def test_where_one_alone_is_on_notice_nothing_has_to_be_named(play_until: PlayUntil) -> None:
    life = play_until("2026-04-02T10:00")
    assert close_over(life, (None, True)) == "upheld"
    assert endings(life)["challenge"] == "异议成立"
