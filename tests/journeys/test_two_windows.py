"""One browser, two windows: in one somebody fills in a bid, in the other they change whom they act for."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.console.lives import Life
from tests.journeys.conftest import DESK, PHONE, OpenPage

from jiebang.console.models import Draft
from jiebang.lifecycle.models import Subject
from jiebang.organisations.models import Mandate

pytestmark = pytest.mark.journey
PlayLife = Callable[[str], Life]


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_what_is_typed_goes_out_in_no_other_name(
    life_until: PlayLife, open_as: OpenPage, viewport: dict[str, Any]
) -> None:
    life = life_until("2026-03-06T09:00")
    account, mandate = life.stage.accounts["prof"]
    Mandate.objects.create(
        person=account.person, organisation=life.stage.organisations["institute"], position="member",
        from_on=date(2020, 1, 1),
    )  # fmt: skip
    page = open_as(life, "prof", viewport=viewport)
    page.goto("/console/identities/")
    page.locator("li", has_text="示例大学").get_by_role("button", name="用这个身份").click()
    page.goto(f"/console/subjects/{life.subject('challenge').pk}/acts/bid/submit_bid/")
    page.get_by_label("揭榜项目名称").fill("解法")

    other = page.context.new_page()
    other.goto("/console/identities/")
    other.locator("li", has_text="示例研究院").get_by_role("button", name="用这个身份").click()
    other.wait_for_url("**/worklist/")

    page.get_by_label("技术路线").fill("第一行\n第二行")
    page.get_by_label("技术路线").blur()
    expect(page.locator("#draft-status")).to_contain_text("换了身份，这里没有保存")
    page.get_by_role("button", name="提交揭榜申请").click()
    expect(page.get_by_role("heading", name="身份换过了，还没有办理")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert not Subject.objects.filter(kind="bid").exists()
    page.get_by_role("button", name="换回“示例大学（合成） · 单位成员”").click()
    expect(page.get_by_label("揭榜项目名称")).to_have_value("解法")
    expect(page.get_by_label("技术路线")).to_have_value("第一行\n第二行")
    assert Draft.objects.get().mandate == mandate
    page.get_by_role("button", name="提交揭榜申请").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    assert [bid.lead.name for bid in Subject.objects.filter(kind="bid") if bid.lead] == ["示例大学（合成）"]
