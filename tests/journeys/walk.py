"""Who walks a challenge's whole way through the pages, and the moves that several of its steps make."""

import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Page
from tests.console.lives import Life
from tests.journeys.conftest import OpenPage
from tests.journeys.desk import (
    decide,
    done,
    fill_in,
    offer,
    press,
)

from jiebang.lifecycle.models import Subject

SCENARIO = Path(__file__).parents[2] / "scenarios" / "urumqi-research.yaml"
BATCH = "2026年第一批技术攻关榜单"
WIND, SALT = "高寒地区大型风电机组主轴轴承寿命提升", "高盐废水近零排放分盐工艺"
CARBON = "煤基高模量碳纤维前驱沥青连续纺丝"


class Walk:
    """The stage, and a desk for each person: opened once, kept open."""

    def __init__(self, life: Life, open_as: OpenPage) -> None:
        self.life, self._open = life, open_as
        self._pages: dict[str, Page] = {}

    def at(self, instant: str) -> None:
        """Later."""
        self.life.set_clock(instant)

    def desk(self, who: str, **more: Any) -> Page:
        """Somebody's browser."""
        if who not in self._pages:
            self._pages[who] = self._open(self.life, who, **more)
        return self._pages[who]

    def sheet(self, name: str, **instead: Any) -> dict[str, Any]:
        """Answers of the scenario, organisations by the names that people write."""
        named = {f"@{key}": one.name for key, one in self.life.stage.organisations.items()}
        found = {**self.life.stage.scenario.sheets[name], **instead}
        return {
            key: [named.get(one, one) if isinstance(one, str) else one for one in value]
            if isinstance(value, list)
            else value
            for key, value in found.items()
        }

    def bids(self) -> list[str]:
        """The bids' numbers in the order in which they came; the numbers themselves don't tell it."""
        made = Subject.objects.filter(kind="bid", programme=self.life.stage.programme)
        return list(made.order_by("pk").values_list("number", flat=True))

    def settle(self, who: str, question: str, answer: Any) -> None:
        """Decide what the regulation leaves open, on the programme's page of open questions."""
        page = self.desk(who)
        page.goto("/console/programmes/")
        page.get_by_role("link", name=re.compile("裁量事项")).click()
        decide(page, question, answer, "示例：按本批实际情况")


def look_up(page: Page, registers: dict[str, Any]) -> None:
    """What a register says, with the day and the place of the query."""
    told = next(iter(registers.values()))
    fill_in(page, {k: told[k] for k in ("source", "as_of", "evidence")}, part="")
    for name in registers:
        page.locator(f'[name="facts.{name}--none"]').check()


def sign(page: Page) -> None:
    """Agree, when it is one's turn."""
    form = offer(page, "签署")
    form.get_by_label("是", exact=True).check()
    press(form, "签署")
    done(page)
