"""Somebody types for longer than their session lasts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from playwright.sync_api import expect
from tests.console.lives import Life
from tests.journeys.conftest import DESK, PHONE, OpenPage
from tests.journeys.desk import look, press, received
from tests.organisations.cast import PASSWORD

from jiebang.console.models import Draft
from jiebang.lifecycle.models import Subject

pytestmark = pytest.mark.journey
PlayLife = Callable[[str], Life]
PLAN = "第一行“引号”\n第二行 <b>"


@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_a_session_that_ends_costs_nothing_typed(
    life_until: PlayLife, open_as: OpenPage, viewport: dict[str, Any]
) -> None:
    life = life_until("2026-03-06T09:00")
    account, _ = life.stage.accounts["prof"]
    account.set_password(PASSWORD)
    account.save()
    page = open_as(life, "prof", viewport=viewport)
    where = f"/console/subjects/{life.subject('challenge').pk}/acts/bid/submit_bid/"
    page.goto(where)
    plan = page.get_by_label("技术路线")
    # Saved while one is still in the field; what is told to be saved is committed: this test looks through another connection.
    plan.press_sequentially("写到一半")
    expect(page.locator("#draft-status")).to_contain_text("草稿已保存", timeout=10_000)
    assert Draft.objects.get().data["values.bid.plan"] == ["写到一半"]

    Session.objects.all().delete()
    page.get_by_label("揭榜项目名称").fill("解法")
    plan.fill(PLAN)
    plan.blur()
    expect(page.locator("#draft-status")).to_contain_text("这里没有保存")
    press(page, "提交揭榜申请")
    expect(page.get_by_role("heading", name="登录工作台")).to_be_visible()
    expect(page.get_by_text("登录后回到刚才的表单")).to_be_visible()
    look(page, "come-back-log-in")
    assert "第二行" not in page.content()
    page.get_by_label("用户名").fill(account.username)
    page.get_by_label("口令").fill(PASSWORD)
    press(page, "登录")
    page.wait_for_url(f"**{where}")
    expect(page.get_by_text("填写的内容都还在，看过再提交")).to_be_visible()
    expect(page.get_by_label("揭榜项目名称")).to_have_value("解法")
    expect(plan).to_have_value(PLAN)
    look(page, "come-back-form")
    assert not Subject.objects.filter(kind="bid").exists()
    press(page, "提交揭榜申请")
    received(page)
    assert Subject.objects.get(kind="bid").title == "解法"
