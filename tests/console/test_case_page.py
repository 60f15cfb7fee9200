"""The page of a case: what can be done first, money as far as it has come, facts in groups, like steps told once."""

from collections.abc import Callable

from django.urls import reverse
from tests.console.lives import Life

from jiebang.console.fact_groups import group_facts
from jiebang.console.money_rows import money_of
from jiebang.console.passage import RECENT, passage_of, timeline_of
from jiebang.console.queries import facts_of, relatives_of
from jiebang.console.sight import current_facts
from jiebang.lifecycle.clock import read_clock
from jiebang.lifecycle.known import lineage_of, program_of
from jiebang.lifecycle.models import StageRun
from jiebang.scenarios.play import play_steps
from jiebang.scenarios.read import Step

PlayLife = Callable[[str], Life]


def page(life: Life, who: str, name: str) -> str:
    return life.client(who).get(reverse("console:subject", args=[life.subject(name).pk])).content.decode()


def test_facts_of_the_present_step_are_open_and_each_fact_is_shown_once(life_until: PlayLife) -> None:
    life = life_until("2026-03-03T11:00")
    need = life.subject("need")
    program = program_of(need)
    rows = facts_of(current_facts(lineage_of(need)), program)
    groups = group_facts(rows, need, program, ["vet"])
    assert [(group.title, group.is_open) for group in groups] == [
        ("现在这一步要看的", True),
        ("《需求表》", False),
        ("办理中记录的", False),
    ]
    assert [row.label for row in groups[0].rows] == ["项目投入总额"]
    assert sorted(row.entry.pk for group in groups for row in group.rows) == sorted(
        row.entry.pk for row in rows
    )


def test_without_a_present_step_the_first_group_is_open(life_until: PlayLife) -> None:
    life = life_until("2026-03-03T11:00")
    need = life.subject("need")
    groups = group_facts(
        facts_of(current_facts(lineage_of(need)), program_of(need)), need, program_of(need), []
    )
    assert [(group.title, group.is_open) for group in groups] == [
        ("《需求表》", True),
        ("办理中记录的", False),
    ]


def test_the_same_step_of_several_bids_is_told_once_and_the_newest_first(life_until: PlayLife) -> None:
    life = life_until("2026-03-27T09:00")
    challenge = life.subject("challenge")
    actor = life.stage.actor("officer", read_clock())
    assert actor is not None
    relatives = relatives_of(challenge, actor, read_clock())
    timeline = timeline_of(challenge, relatives, program_of(challenge), StageRun.objects.all())
    passage = passage_of(timeline)
    told = [
        (event.label, event.outcome, len(event.subjects)) for event in [*passage.recent, *passage.earlier]
    ]
    assert told[:2] == [("专家评审", "", 2), ("形式审查", "通过", 2)]
    assert len(passage.recent) == RECENT
    assert sum(count for _, _, count in told) == StageRun.objects.filter(subject__in=relatives).count()


def test_money_tells_how_far_each_payment_has_come(life_until: PlayLife) -> None:
    def steps(life: Life) -> list[tuple[str, str]]:
        project = life.subject("project")
        (item,) = money_of([project], program_of(project))
        return [(step.told, step.state) for step in item.rows[0].steps]

    half = life_until("2026-04-13T10:00")
    assert steps(half) == [
        ("2026-04-13 经办甲（合成）", "done"),
        ("1 / 2，等主要负责人", "now"),
        ("未拨付", "ahead"),
    ]
    text = page(half, "officer", "project")
    assert "项目投入总额 5,000,000.00 元 × 40% ＝ 2,000,000.00 元" in text


def test_what_can_be_done_stands_before_what_others_do(life_until: PlayLife) -> None:
    life = life_until("2026-04-13T10:00")
    text = page(life, "head", "project")
    assert text.index("现在可以办理") < text.index('id="money"') < text.index('id="facts"')
    assert text.index('id="facts"') < text.index('id="passage"')


def test_what_only_an_authority_can_settle_alarms_nobody_else(life_until: PlayLife) -> None:
    life = life_until("2026-03-31T09:00")
    where = reverse("console:subject", args=[life.subject("challenge").pk])
    assert "下一步还停着" in life.client("officer").get(where).content.decode()
    firm = life.client("firm").get(where)
    assert firm.context["desks"][0][0].unset_ahead
    assert "下一步还停着" not in firm.content.decode()


def test_a_choice_of_bids_names_whose_they_are(life_until: PlayLife) -> None:
    life = life_until("2026-03-30T09:00")
    text = page(life, "officer", "challenge")
    assert f"{life.subject('bid1').number} 示例大学（合成） 《解法一改》" in text


def test_an_expert_reads_whose_bid_is_to_be_marked(life_until: PlayLife) -> None:
    life = life_until("2026-03-26T09:01")
    play_steps(
        life.stage, [Step(at="2026-03-26T09:01", by="officer", do="conclude", on="bid2", outcome="passed")]
    )
    assert "示例研究院（合成）" in page(life, "expert", "bid2")
