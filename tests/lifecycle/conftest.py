"""The tiny pack and the life that plays on it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from jiebang.lifecycle.packs import load_program
from jiebang.scenarios.play import Stage, play_steps, set_stage
from jiebang.scenarios.read import read_scenario

HERE = Path(__file__).parent
PlayUntil = Callable[[str], Stage]


@pytest.fixture
def thin_pack() -> Iterator[None]:
    """Let the installation know the test's own pack folder."""
    before = list(settings.JIEBANG_PACK_ROOTS)
    settings.JIEBANG_PACK_ROOTS = [*before, HERE / "packs"]
    load_program.cache_clear()
    yield
    settings.JIEBANG_PACK_ROOTS = before
    load_program.cache_clear()


@pytest.fixture
def play_until(thin_pack: None) -> PlayUntil:
    """Play the thin life up to, not including, the first step at the instant given."""

    def play(instant: str) -> Stage:
        scenario = read_scenario(HERE / "thin.yaml")
        stage = set_stage(scenario, lambda _line: None)
        before = [step for step in scenario.steps if step.at < instant]
        assert len(before) < len(scenario.steps), "no such instant in the life"
        play_steps(stage, before)
        return stage

    return play
