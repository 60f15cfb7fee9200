"""An officer finds an open question on the worklist and decides it; enters next year's holidays; a firm corrects what was entered for it."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect
from tests.console.lives import Life
from tests.console.test_handed_in import FIRM, enter_list
from tests.console.test_typed_days import HOLIDAYS, WORKED
from tests.journeys.conftest import PHONE, OpenPage

from jiebang.lifecycle.models import DiscretionDecision, FactEntry, StageRun, Subject, YearNotice

pytestmark = pytest.mark.journey
PlayLife = Callable[[str], Life]


def test_an_open_question_is_found_on_the_list_decided_and_gone(
    life_until: PlayLife, open_as: OpenPage
) -> None:
    life = life_until("2026-03-31T09:00")
    council = open_as(life, "secretary")
    council.goto("/console/worklist/")
    council.get_by_role("link", name="高温轴承").click()
    council.get_by_label("通过", exact=True).check()
    council.get_by_role("button", name="办结").click()
    expect(council.get_by_role("alert")).to_contain_text("公示按自然日还是工作日")
    officer = open_as(life, "officer")
    officer.goto("/console/worklist/")
    asked = officer.get_by_role("region", name="待裁量")
    expect(asked).to_contain_text("停着：公示截止")
    expect(asked.get_by_role("link", name="2026-1-C001")).to_be_visible()
    asked.get_by_role("link", name="公示按自然日还是工作日？").click()
    question = officer.locator("#notice-counting")
    question.get_by_label("自然日", exact=True).check()
    question.get_by_label("理由").fill("示例：办法没有写明")
    question.get_by_role("button", name="记录决定").click()
    assert DiscretionDecision.objects.get(key="notice-counting").value == "natural"
    officer.goto("/console/worklist/")
    expect(officer.get_by_text("公示按自然日还是工作日？")).to_have_count(0)
    council.get_by_role("button", name="办结").click()
    expect(council.get_by_role("status").first).to_contain_text("已办理")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_missing_year_is_entered_and_the_batch_announced(
    life_until: PlayLife, open_as: OpenPage, javascript: bool
) -> None:
    life = life_until("2026-03-05T09:00")
    life.set_clock("2026-12-20T09:00")
    page = open_as(life, "officer", javascript=javascript)
    page.goto("/console/worklist/")
    page.get_by_role("link", name="2026年第一批").click()
    page.get_by_role("button", name="张榜公告").click()
    expect(page.get_by_role("alert")).to_contain_text("2027 年的节假日安排还没有录入")
    page.get_by_role("link", name="录入 2027 年节假日安排").click()
    page.get_by_label("通知文号").fill("示例发〔2026〕7号")
    page.get_by_label("通知日期").fill("2026-11-05")
    page.get_by_label("放假日期").fill(HOLIDAYS.replace("2月5日至2月11日", "2月30日"))
    page.get_by_label("调休上班日期").fill(WORKED)
    page.get_by_role("button", name="先看日历").click()
    expect(page.get_by_role("alert")).to_contain_text("放假日期第 2 行：没有 2027年2月30日 这一天")
    page.get_by_label("放假日期").fill(HOLIDAYS)
    page.get_by_role("button", name="先看日历").click()
    expect(page.get_by_role("heading", name="核对 2027 年")).to_be_visible()
    assert not YearNotice.objects.exists()
    page.get_by_role("button", name="录入 2027 年").click()
    expect(page.get_by_role("status").first).to_contain_text("已录入 2027 年节假日安排")
    page.goto(f"/console/subjects/{life.subject('batch').pk}/")
    page.get_by_role("button", name="张榜公告").click()
    expect(page.get_by_role("status").first).to_contain_text("已办理")
    assert StageRun.objects.filter(stage="bid", closes_at__year=2027).exists()


def test_a_firm_corrects_on_a_phone_what_was_entered_for_it(life_until: PlayLife, open_as: OpenPage) -> None:
    life = life_until("2026-03-02T10:00")
    enter_list(life, (FIRM, "高温轴承"), (FIRM, "风机叶片"))
    page = open_as(life, "firm", viewport=PHONE)
    page.goto("/console/worklist/")
    mine = page.get_by_role("region", name="已经提交，截止前可以更正")
    mine.locator("li", has_text="风机叶片").get_by_role("link", name="核对并更正").click()
    expect(page.get_by_label("需求名称")).to_have_value("风机叶片")
    page.get_by_label("项目投入总额", exact=False).first.fill("700")
    page.get_by_role("button", name="提交需求").click()
    expect(page.get_by_role("heading", name="已收到")).to_be_visible()
    need = Subject.objects.get(title="风机叶片")
    said = FactEntry.objects.get(subject=need, name="challenge.total_investment", superseded_at=None)
    assert said.value == "700 万元"
    assert Subject.objects.filter(kind="need").count() == 2
