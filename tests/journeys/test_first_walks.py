"""Five walks through the beginning, the middle and the end of a life, by hand in a browser."""

import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect
from tests.console.lives import Life
from tests.journeys.conftest import PHONE, OpenPage

from jiebang.funding.models import Payment
from jiebang.lifecycle.models import FactEntry, Subject

pytestmark = pytest.mark.journey
PlayLife = Callable[[str], Life]


def test_an_officer_opens_a_batch_and_imports_a_list(
    life_until: PlayLife, open_as: OpenPage, tmp_path: Path
) -> None:
    life = life_until("2026-03-02T09:30")
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["需求单位", "项目名称", "投入（万元）"])
    book.active.append(["示例甲公司（合成）", "高温轴承", 600])
    book.active.append(["示例乙公司（合成）", "盐湖提锂", "六百"])
    book.active.append(["示例乙公司（合成）", "风机叶片", 700])
    book.save(tmp_path / "清单.xlsx")
    page = open_as(life, "officer")
    page.goto("/console/programmes/")
    page.get_by_role("link", name="开启批次").click()
    page.get_by_label("全流程").check()
    page.get_by_label("批次编号").fill("2026-2")
    page.get_by_label("批次名称").fill("2026年第二批")
    page.get_by_role("button", name="开启批次").click()
    page.get_by_role("link", name="导入清单").click()
    page.get_by_label("清单文件").set_input_files(tmp_path / "清单.xlsx")
    page.get_by_role("button", name="上传并核对").click()
    expect(page.get_by_text("第 3 行 C 列")).to_be_visible()
    assert Subject.objects.filter(kind="need").count() == 0
    page.get_by_role("button", name="导入这 2 行").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    assert set(Subject.objects.filter(kind="need").values_list("title", flat=True)) == {
        "高温轴承",
        "风机叶片",
    }


@pytest.mark.parametrize("javascript", [True, False])
def test_a_firm_submits_a_need_wrong_and_then_right(
    life_until: PlayLife, open_as: OpenPage, javascript: bool
) -> None:
    life = life_until("2026-03-02T10:00")
    page = open_as(life, "firm", javascript=javascript)
    page.goto("/console/worklist/")
    page.get_by_role("link", name="2026年第一批").click()
    page.get_by_role("link", name="提交需求").click()
    page.get_by_label("需求名称").fill("高温轴承")
    page.get_by_label("项目投入总额", exact=False).first.fill("六百")
    if javascript:
        expect(page.get_by_text("草稿已保存")).to_be_hidden()
        page.get_by_label("需求名称").focus()
        expect(page.get_by_text("草稿已保存")).to_be_visible()
    page.get_by_role("button", name="提交需求").click()
    expect(page.get_by_role("alert")).to_contain_text("还不能提交")
    expect(page.get_by_label("需求名称")).to_have_value("高温轴承")
    wrong = page.get_by_label("项目投入总额", exact=False).first
    expect(wrong).to_have_value("六百")
    wrong.fill("600")
    page.get_by_role("button", name="提交需求").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    assert Subject.objects.get(kind="need").title == "高温轴承"


def test_a_need_is_returned_and_corrected(life_until: PlayLife, open_as: OpenPage) -> None:
    life = life_until("2026-03-03T11:00")
    officer = open_as(life, "officer")
    officer.goto("/console/worklist/")
    officer.get_by_role("link", name="高温轴承").click()
    officer.get_by_label("退回补正").check()
    officer.get_by_label("意见").fill("投入总额与附件不一致")
    officer.get_by_role("button", name="办结").click()
    expect(officer.get_by_role("status").first).to_contain_text("已办理")
    firm = open_as(life, "firm")
    firm.goto("/console/worklist/")
    firm.get_by_role("link", name="高温轴承").click()
    expect(firm.get_by_text("退回意见：投入总额与附件不一致")).to_be_visible()
    firm.get_by_role("link", name="提交需求").click()
    firm.get_by_label("项目投入总额", exact=False).first.fill("500")
    firm.get_by_label("项目投入总额的单位").select_option("万元")
    firm.get_by_role("button", name="提交需求").click()
    expect(firm.get_by_role("heading", name="已收到")).to_be_visible()
    need = life.subject("need")
    assert (
        FactEntry.objects.get(subject=need, name="challenge.total_investment", superseded_at=None).value
        == "500 万元"
    )
    officer.goto("/console/worklist/")
    expect(officer.get_by_text("需求论证（第 2 轮）")).to_be_visible()


def test_a_professor_bids_on_a_phone_and_clicks_twice(life_until: PlayLife, open_as: OpenPage) -> None:
    life = life_until("2026-03-06T09:00")
    page = open_as(life, "prof", viewport=PHONE)
    page.goto("/")
    page.get_by_role("link", name="高温轴承").click()
    page.get_by_role("link", name="登录后揭榜").click()
    page.get_by_role("link", name="提交揭榜申请").click()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_label("揭榜项目名称").fill("解法一")
    page.get_by_label("技术路线").fill("路线一\n第二段")
    page.get_by_role("button", name="提交揭榜申请").dblclick()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    assert Subject.objects.filter(kind="bid").count() == 1
    page.goto(f"/console/subjects/{life.subject('challenge').pk}/")
    page.get_by_role("link", name="提交揭榜申请").click()
    expect(page.get_by_text("贵单位已经提交过")).to_be_visible()


def test_money_is_computed_signed_and_recorded(life_until: PlayLife, open_as: OpenPage) -> None:
    life = life_until("2026-04-13T09:00")
    officer = open_as(life, "officer")
    officer.goto("/console/worklist/")
    officer.get_by_role("link", name="高温轴承").click()
    amount = officer.get_by_label("补助金额", exact=False).first
    amount.fill("200.01")
    amount.press("Tab")
    expect(officer.get_by_text("超过一般限额，可由有权者例外")).to_be_visible()
    amount.fill("200")
    amount.press("Tab")
    expect(officer.get_by_text("在限额之内")).to_be_visible()
    officer.get_by_role("button", name="提出拨付意见").click()
    officer.get_by_label("是", exact=True).check()
    officer.get_by_role("button", name="签署").click()
    expect(officer.get_by_text("现在轮到主要负责人").first).to_be_visible()
    head = open_as(life, "head")
    head.goto("/console/worklist/")
    head.get_by_role("link", name="高温轴承").click()
    head.get_by_label("是", exact=True).check()
    head.get_by_role("button", name="签署").click()
    expect(head.get_by_role("status").first).to_contain_text("已办理")
    officer.reload()
    officer.get_by_label("拨付日期").fill("2026-04-13")
    officer.get_by_label("凭证号").fill("示例001")
    officer.get_by_role("button", name="登记拨付").click()
    expect(officer.get_by_text(re.compile("已拨付，凭证 示例001"))).to_be_visible()
    assert Payment.objects.get().voucher == "示例001"
