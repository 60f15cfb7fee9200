"""A window that lets each go on as it comes in, beside what those that went on have opened already."""

from pathlib import Path

import pytest

from jiebang.lifecycle.clock import Ticked, tick
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.models import StageRun
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import read_instant, read_scenario

LIFE = Path(__file__).parents[2] / "scenarios" / "shenzhen-window.yaml"


def open_stages(stage: Stage, name: str) -> set[str]:
    runs = StageRun.objects.filter(subject=stage.subjects[name], closed_at__isnull=True)
    return set(runs.values_list("stage", flat=True))


@pytest.mark.django_db
def test_a_window_that_ends_with_nobody_opens_no_second_way() -> None:
    scenario = read_scenario(LIFE)
    stage = set_stage(scenario, lambda _line: None)
    before = [step for step in scenario.steps if step.at < "2026-06-11T09:00"]
    # One alone has come, and waits at the selection; then it turns out that it mayn't.
    theirs = {"maker-bid", "maker-bid2"}
    play_steps(stage, [one for one in before if one.by != "maker" and not theirs & {one.thing, one.on}])
    assert open_stages(stage, "target") == {"register", "choose"}
    chen = read_instant("2026-12-10T09:00")
    apply(
        stage.subjects["target"].pk, "choose", "check_facts", actor=stage.actor("chen", chen), at=chen,
        payload={"thing": stage.subjects["campus-bid"].pk, "facts": {"bid.in_good_standing": False}},
    )  # fmt: skip
    play_steps(
        stage,
        [
            scenario.steps[0].model_copy(
                update={
                    "at": f"2026-12-10T09:1{number}", "by": "chen", "do": "decide_discretion", "on": "target", "key": key,
                    "value": value, "reason": "示例", "as_": None,
                }
            )
            for number, (key, value) in enumerate({"roll-over": "next", "ip-timing": "verification"}.items())
        ],
    )  # fmt: skip
    receipt = apply(
        stage.subjects["target"].pk, "register", "close", actor=None, at=read_instant("2026-12-12T00:00")
    )
    assert receipt.outcome == "closed"
    assert open_stages(stage, "target") == {"choose"}


@pytest.mark.django_db
def test_the_clock_leaves_what_has_ended_alone() -> None:
    scenario = read_scenario(LIFE)
    stage = set_stage(scenario, lambda _line: None)
    play_steps(stage, list(scenario.steps))
    # Whom a choice left out was still developing; that term will never come to anything.
    at = read_instant("2028-12-31T00:00")
    left = StageRun.objects.filter(closed_at__isnull=True, closes_at__lte=at, subject__ended_at__isnull=False)
    assert left.exists()
    assert tick(at) == Ticked((), ())
