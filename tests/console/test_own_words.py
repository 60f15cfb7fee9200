"""What the pack makes somebody's own word is asked of nobody else: the form doesn't offer what the door would refuse."""

import pytest
from django.urls import reverse
from tests.console.lives import Life, play_example

from jiebang.lifecycle.actions.appoint_organisation import appoint_organisation, end_appointment
from jiebang.lifecycle.known import program_of, situation_of
from jiebang.lifecycle.models import FactEntry, Participation
from jiebang.policy.pack_facts import PaperField
from jiebang.scenarios.play import play_steps
from jiebang.scenarios.read import Step, read_instant

pytestmark = pytest.mark.django_db
WORDS = {"ren": "city_agrees", "county": "county_agrees", "glass": "enterprises_agree"}
AGREE = "bid.enterprises_agree"
EVALUATING = "2024-05-01T09:11"


def test_each_who_evaluates_together_is_asked_for_its_own_consent_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    life = play_example("jinzhong-joint.yaml", "2024-05-01T09:05", monkeypatch)
    bid = life.subject("uni-bid").pk
    asked = {}
    for who in WORDS:
        for event in ("conclude", "check_facts"):
            page = (
                life.client(who).get(reverse("console:act", args=[bid, "evaluate", event])).content.decode()
            )
            asked[who, event] = [word for word in WORDS.values() if f'name="facts.bid.{word}"' in page]
    assert asked == {(who, event): [WORDS[who]] for who, event in asked}


def evaluate(monkeypatch: pytest.MonkeyPatch) -> Life:
    return play_example("jinzhong-joint.yaml", EVALUATING, monkeypatch)


def do(life: Life, **step: object) -> None:
    play_steps(life.stage, [Step(**{"at": EVALUATING, "on": "uni-bid", **step})])  # type: ignore[arg-type]  # checked by Step


def say(life: Life, who: str, word: bool, **step: object) -> None:
    do(life, by=who, do="check_facts", facts={AGREE: word}, **step)


def agreed(life: Life) -> object:
    """What rules see of the enterprises' consent to the university's bid; None while it isn't known."""
    held = situation_of(life.subject("uni-bid"), read_instant("2024-05-01T10:00")).facts.get(AGREE)
    return None if held is None else held.value


def test_the_word_of_one_of_several_is_not_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    life = evaluate(monkeypatch)
    seen = [agreed(life)]
    for who, word in (
        ("glass", True),
        ("furnace", True),
        ("furnace", False),
        ("glass", False),
        ("furnace", True),
    ):
        say(life, who, word)
        seen.append(agreed(life))
    assert seen == [None, None, True, False, False, False]
    standing = FactEntry.objects.filter(name=AGREE, superseded_at__isnull=True)
    assert {one.organisation.name: one.value for one in standing if one.organisation} == {
        "祁水示例玻璃器皿有限公司（合成）": False,
        "祁水示例窑炉有限公司（合成）": True,
    }


def test_an_act_brings_ones_own_word_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who concludes and says yes for itself has not said it for the other."""
    life = evaluate(monkeypatch)
    do(life, by="ren", do="check_facts", facts={"bid.city_agrees": True})
    do(life, by="county", do="check_facts", facts={"bid.county_agrees": True})
    conclude = {
        "by": "glass", "do": "conclude", "outcome": "passed",
        "facts": {"bid.has_qualification": True, "bid.has_capability": True, AGREE: True},
    }  # fmt: skip
    do(life, **conclude, refused="市、县、企业共同评估")
    say(life, "furnace", True)
    do(life, **conclude)
    assert agreed(life) is True


def test_who_comes_in_later_is_waited_for_and_who_leaves_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    life = evaluate(monkeypatch)
    for who in ("glass", "furnace"):
        say(life, who, True)
    at = read_instant(EVALUATING)
    batch, third = life.subject("batch"), life.stage.organisations["orchard"]
    officer = life.stage.actor("ren", at)
    assert officer is not None
    row = appoint_organisation(
        batch=batch, organisation=third, role="joint-enterprises", actor=officer, at=at
    )
    assert agreed(life) is None
    end_appointment(participation=row, actor=officer, at=at)
    assert agreed(life) is True


def test_an_enterprise_that_bids_itself_is_neither_heard_nor_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    life = evaluate(monkeypatch)
    say(life, "furnace", False)
    assert agreed(life) is False
    Participation.objects.create(
        subject=life.subject("lab-bid"), organisation=life.stage.organisations["furnace"], role="solver"
    )
    assert agreed(life) is None, "its no counts no more, and the other hasn't spoken"
    say(life, "furnace", True, refused="身份不能办理")
    say(life, "glass", True)
    assert agreed(life) is True


def test_nobody_but_an_organisation_has_such_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    life = evaluate(monkeypatch)
    for who in ("ren", "county"):
        say(life, who, True, refused="由共同悬赏企业写")


def test_what_one_has_signed_another_who_may_sign_does_not_change(monkeypatch: pytest.MonkeyPatch) -> None:
    life = evaluate(monkeypatch)
    papers = program_of(life.subject("uni-bid")).pack.papers
    paper = papers["bid-form"]
    signed = [*paper.fields, PaperField(fact="bid.has_capability"), PaperField(fact=AGREE)]
    monkeypatch.setitem(papers, "bid-form", paper.model_copy(update={"fields": signed}))
    do(life, by="county", do="check_facts", facts={"bid.has_capability": True})
    say(life, "glass", True)
    changed = {"bid.has_capability": False, AGREE: True}
    do(life, by="furnace", do="check_facts", facts=changed, refused="以后改了")
    do(life, by="glass", do="check_facts", facts=changed)


def test_each_is_asked_until_it_has_spoken_and_the_page_says_who_has(monkeypatch: pytest.MonkeyPatch) -> None:
    life = evaluate(monkeypatch)
    say(life, "glass", True)
    bid = life.subject("uni-bid").pk
    offered = {}
    for who in ("glass", "furnace"):
        page = (
            life.client(who)
            .get(reverse("console:act", args=[bid, "evaluate", "check_facts"]))
            .content.decode()
        )
        offered[who] = f'name="facts.{AGREE}"' in page
    assert offered == {"glass": False, "furnace": True}
    for who in ("ren", "glass", "furnace"):
        page = life.client(who).get(reverse("console:subject", args=[bid])).content.decode()
        assert "祁水示例玻璃器皿有限公司（合成）：是" in page, who
        assert "祁水示例窑炉有限公司（合成）：还没有表态" in page, who
