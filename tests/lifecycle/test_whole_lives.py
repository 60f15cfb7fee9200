"""Whole lives through the door, on whichever database the tests run on."""

from pathlib import Path

import pytest
from django.conf import settings

from jiebang.policy.loader import load_pack
from jiebang.scenarios.play import ScenarioFailed, play
from jiebang.scenarios.read import find_pack_root, read_scenario

HERE = Path(__file__).parent
LIVES = sorted((HERE.parents[1] / "scenarios").glob("*.yaml"))
INVENTED = HERE.parent / "packs"
INVENTED_LIVES = sorted(INVENTED.glob("*/*/scenarios/*.yaml"))


@pytest.mark.django_db
def test_the_thin_life_ends_as_written(thin_pack: None) -> None:
    told: list[str] = []
    stage = play(read_scenario(HERE / "thin.yaml"), told.append)
    assert stage.refusals == 13
    assert any("连点两次" in line for line in told)


@pytest.mark.django_db
def test_the_life_of_two_rounds_ends_as_written(thin_pack: None) -> None:
    play(read_scenario(HERE / "rounds.yaml"), lambda _line: None)


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("path", LIVES, ids=lambda path: path.stem)
def test_the_living_examples_end_as_written(path: Path) -> None:
    play(read_scenario(path), lambda _line: None)


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("path", INVENTED_LIVES, ids=lambda path: path.stem)
def test_an_invented_city_lives_by_data_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing under src knows this city: its pack stands beside its lives."""
    scenario = read_scenario(path)
    root = find_pack_root(path, scenario.pack)
    assert root == INVENTED
    monkeypatch.setattr(settings, "JIEBANG_PACK_ROOTS", [*settings.JIEBANG_PACK_ROOTS, root])
    play(scenario, lambda _line: None)


def test_every_process_of_the_invented_city_has_a_life() -> None:
    scenarios = [read_scenario(path) for path in INVENTED_LIVES]
    packs = {one.pack for one in scenarios}
    played = {(one.pack, step.process) for one in scenarios for step in one.steps if step.process is not None}
    described = {
        (pack, process)
        for pack in packs
        for process in load_pack(INVENTED / pack, (HERE.parents[1] / "packs",)).pack.processes
    }
    assert played == described
    assert len(described) == 3


def test_every_process_of_an_installed_pack_has_a_life() -> None:
    scenarios = [read_scenario(path) for path in LIVES]
    played = {(one.pack, step.process) for one in scenarios for step in one.steps if step.process is not None}
    root = HERE.parents[1] / "packs"
    packs = [f"{path.parent.parent.name}/{path.parent.name}" for path in root.glob("*/*/pack.yaml")]
    described = {
        (pack, process) for pack in packs for process in load_pack(root / pack, (root,)).pack.processes
    }
    assert described - played == set()


def test_an_installed_pack_does_not_stand_beside_its_lives() -> None:
    assert find_pack_root(LIVES[0], read_scenario(LIVES[0]).pack) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"amount: 2000000 元, paid_on": "amount: 2000000.01 元, paid_on"}, "2,000,000.01"),
        ({"refusals: 13": "refusals: 12"}, "被拒的次数"),
        ({"bid2: 评审未通过": "bid2: 未选中"}, "bid2"),
        (
            {'challenge.notice: "2026-04-08T00:00"': 'challenge.notice: "2026-04-09T00:00"'},
            "challenge.notice",
        ),
        ({"value: natural": "value: tomorrow"}, "没有“tomorrow”这个选项"),
        ({"refused: 已经截止": "refused: 别的原因"}, "别的原因"),
        ({", refused: 尚待主要负责人": ""}, "尚待主要负责人"),
    ],
)
def test_a_life_that_goes_otherwise_fails(
    thin_pack: None, tmp_path: Path, change: dict[str, str], complaint: str
) -> None:
    text = (HERE / "thin.yaml").read_text(encoding="utf-8")
    for old, new in change.items():
        assert old in text, f"nothing to change: {old}"
        text = text.replace(old, new)
    changed = tmp_path / "changed.yaml"
    changed.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioFailed) as caught:
        play(read_scenario(changed), lambda _line: None)
    assert complaint in str(caught.value)
