"""Lives to look at."""

from collections.abc import Callable, Iterator

import pytest
from tests.console.lives import Life, play_life

from jiebang.lifecycle.packs import load_program

PlayLife = Callable[[str], Life]


@pytest.fixture
def life_until(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayLife]:
    """Play the thin life up to an instant."""
    yield lambda until: play_life(until, monkeypatch)
    load_program.cache_clear()
