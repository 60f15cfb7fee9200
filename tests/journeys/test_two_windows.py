"""One browser, two windows: in one somebody fills in a bid, in the other they change whom they act for."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.console.lives import Life
from tests.journeys.conftest import DESK, PHONE, OpenPage

from jiebang.console.models import Draft
from jiebang.kernel.identifiers import make_synthetic_credit_code
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


def test_what_the_second_window_sends_is_not_lost_behind_the_firsts_receipt(
    life_until: PlayLife, open_as: OpenPage
) -> None:
    life = life_until("2026-03-06T09:00")
    page = open_as(life, "prof")
    address = f"/console/subjects/{life.subject('challenge').pk}/acts/bid/submit_bid/"
    page.goto(address)
    page.get_by_label("揭榜项目名称").fill("解法")
    page.get_by_label("技术路线").fill("路线")
    page.get_by_role("button", name="保存草稿").click()
    expect(page.get_by_text("草稿已保存")).to_be_visible()
    other = page.context.new_page()
    other.goto(address)
    page.get_by_role("button", name="提交揭榜申请").dblclick()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()

    other.get_by_label("揭榜项目名称").fill("改过的解法")
    other.get_by_role("button", name="提交揭榜申请").click()
    told = other.get_by_role("alert")
    expect(told).to_contain_text("后来改的还没有提交")
    expect(told).to_be_focused()
    expect(other.get_by_label("揭榜项目名称")).to_have_value("改过的解法")
    other.get_by_role("button", name="提交揭榜申请").click()
    expect(other.get_by_role("heading", name="已收到")).to_be_visible()
    assert [bid.title for bid in Subject.objects.filter(kind="bid")] == ["改过的解法"]


def test_two_clicks_on_enrolling_still_end_with_a_code_that_serves(
    life_until: PlayLife, open_as: OpenPage
) -> None:
    life = life_until("2026-03-02T09:30")
    page = open_as(life, "")
    page.goto("/console/enrol/")
    for label, text in {
        "单位全称": "示例丁公司（合成）", "统一社会信用代码": make_synthetic_credit_code(4321), "联系方式": "010-00000000",
        "管理员姓名": "丁某", "管理员用户名": "ding",
    }.items():  # fmt: skip
        page.get_by_label(label).fill(text)
    page.get_by_label("示例市科技局（合成）").check()
    page.get_by_role("button", name="登记").dblclick()
    expect(page.get_by_role("heading", name="已登记")).to_be_visible()
    page.reload()
    code = page.locator("#code").inner_text()
    page.get_by_role("link", name="设置口令").click()
    page.get_by_label("激活码").fill(code)
    page.get_by_label("新口令").fill("Tian-shan-2026")
    page.get_by_label("再输一次").fill("Tian-shan-2026")
    page.get_by_role("button", name="设置口令").click()
    expect(page.get_by_text("口令已设好")).to_be_visible()
