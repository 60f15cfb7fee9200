"""One challenge's whole way through the pages: from a list of needs to money paid, with nothing done behind the pages' back.

The cast and the answers are those of scenarios/urumqi-research.yaml; what that life does at the door is done here by hand.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from tests.console.lives import Life
from tests.journeys.conftest import OpenPage
from tests.journeys.walk import SCENARIO, Walk
from tests.journeys.walk_to_the_deadline import (
    announce,
    bid,
    import_a_list,
    open_the_batch,
    others_bid_until_it_closes,
    submit_and_correct,
    vet,
)
from tests.journeys.walk_to_the_money import (
    agree_on_the_task,
    check_form,
    deliberate,
    look_at_the_end,
    object_and_handle,
    propose,
    review,
    sign_and_record,
)

from jiebang.lifecycle import clock
from jiebang.scenarios.play import set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = pytest.mark.whole


@pytest.fixture
def walk(
    browser: Browser, transactional_db: None, open_as: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> Walk:
    """The scenario's cast on an empty stage."""

    def set_clock(text: str) -> Any:
        at = read_instant(text)
        monkeypatch.setattr(clock, "read_clock", lambda: at)
        return at

    stage = set_stage(read_scenario(SCENARIO), lambda _line: None)
    return Walk(Life(stage, set_clock), open_as)


def test_a_challenge_from_the_list_to_the_money(walk: Walk, tmp_path: Path) -> None:
    open_the_batch(walk)
    import_a_list(walk, tmp_path)
    submit_and_correct(walk)
    vet(walk)
    announce(walk)
    bid(walk)
    others_bid_until_it_closes(walk)
    check_form(walk)
    review(walk)
    deliberate(walk)
    object_and_handle(walk)
    agree_on_the_task(walk)
    propose(walk)
    sign_and_record(walk)
    look_at_the_end(walk)
