"""The second half of a challenge's whole way: from the checks of the bids to money paid, and a look at the end."""

import re
from decimal import Decimal

from playwright.sync_api import Page, expect
from tests.journeys.desk import (
    done,
    fill_in,
    find_case,
    look,
    offer,
    open_case,
    open_form,
    press,
    received,
)
from tests.journeys.walk import CARBON, SALT, WIND, Walk, look_up, sign

from jiebang.funding.models import Payment
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle import clock


def check_form(walk: Walk) -> None:
    walk.at("2026-04-20T09:00")
    officer = walk.desk("zhang")
    officer.goto("/console/worklist/")
    look(officer, "25-officer-worklist")
    walk.settle("zhang", "关联交易方", "control")
    walk.settle("zhang", "评审的分值", "equal")
    found = walk.sheet("bid-found")
    registers = {name: answer for name, answer in found.items() if isinstance(answer, dict)}
    bids = walk.bids()
    alone = bids[1]
    for name in bids:
        open_case(officer, name, "记录关联查询")
        look(officer, "25-relations-form")
        fill_in(officer, {"as_of": "2026-04-20", "evidence": "示例企业信息系统"}, part="")
        press(officer, "记录关联查询")
        done(officer)
        officer.get_by_role("link", name="记录核实情况").first.click()
        look_up(officer, registers)
        press(officer, "记录核实情况")
        done(officer)
        open_form(officer, "办结")
        fill_in(officer, {"outcome": "passed"}, part="")
        # Partners that a bid named are shown for checking; who bids alone has none.
        shown = set() if name == alone else {"bid.partners"}
        fill_in(
            officer, {n: a for n, a in found.items() if n not in registers and n not in shown}, part="facts"
        )
        look(officer, "26-check-form-alone" if name == alone else "26-check-form")
        press(officer, "办结")
        done(officer)


def review(walk: Walk) -> None:
    walk.at("2026-04-27T09:00")
    first, second, officer = walk.desk("expert1"), walk.desk("expert2"), walk.desk("zhang")
    first.goto("/console/worklist/")
    look(first, "27-expert-worklist")
    best, good, weak = walk.bids()
    marks = {best: (92, 88, 90), good: (81, 70, 75), weak: (70, 60, 66)}
    for expert in (first, second):
        for name, given in marks.items():
            open_case(expert, name)
            form = offer(expert, "打分")
            answers = dict(zip(("qualification", "feasibility", "satisfaction"), given, strict=True))
            if expert is first and name == best:
                look(expert, "27-marks")
                fill_in(form, answers | {"qualification": 101}, part="marks")
                press(form, "打分")
                expect(expert.get_by_role("alert")).to_contain_text("超出范围")
                look(expert, "27-marks-refused")
                fill_in(expert, answers, part="marks")
                press(expert, "打分")
            else:
                fill_in(form, answers, part="marks")
                press(form, "打分")
            done(expert)
    walk.at("2026-04-28T09:00")
    for name in marks:
        open_case(officer, name)
        look(officer, "28-review-case")
        open_form(officer, "汇总评审")
        look(officer, "28-review-form")
        if name == weak:
            fill_in(officer, {"outcome": "failed", "note": "专家一致认为低温试验条件不足"}, part="")
        else:
            fill_in(officer, {"outcome": "passed"}, part="")
            fill_in(officer, walk.sheet("panel-found"), part="facts")
        press(officer, "汇总评审")
        done(officer)
    walk.at("2026-04-29T09:10")
    open_case(officer, WIND)
    look(officer, "29-select-case")
    form = offer(officer, "遴选")
    form.get_by_label(re.compile(best)).check()
    press(form, "遴选")
    done(officer)
    look(officer, "29-selected")


def deliberate(walk: Walk) -> None:
    walk.at("2026-05-08T09:00")
    firm, secretary = walk.desk("turbine"), walk.desk("secretary")
    open_case(firm, WIND)
    look(firm, "30-match")
    open_form(firm, "办结")
    fill_in(firm, {"outcome": "agreed"}, part="")
    fill_in(firm, {"challenge.cooperation_agreement": "合作协议（合成）.pdf"}, part="facts")
    press(firm, "办结")
    done(firm)
    look(firm, "30-matched")
    walk.at("2026-05-12T14:00")
    open_case(secretary, WIND)
    look(secretary, "31-council")
    expect(secretary.get_by_text("公示七天按自然日还是工作日").first).to_be_visible()
    walk.settle("zhang", "公示七天按自然日还是工作日", "working")
    open_case(secretary, WIND)
    open_form(secretary, "办结")
    fill_in(secretary, {"outcome": "approved"}, part="")
    minutes = {"challenge.minutes_number": "示例纪要〔2026〕3号", "challenge.minutes_on": "2026-05-12"}
    fill_in(secretary, minutes, part="facts")
    press(secretary, "办结")
    done(secretary)
    look(secretary, "31-decided")


def object_and_handle(walk: Walk) -> None:
    walk.at("2026-05-14T10:00")
    citizen = walk.desk("")
    citizen.goto("/")
    look(citizen, "40-portal-notice-home")
    citizen.locator("#notices").get_by_role("link", name=WIND).click()
    look(citizen, "40-portal-notice")
    citizen.get_by_label("异议人姓名或单位全称").fill(OBJECTOR)
    citizen.get_by_label("事实与证据").fill("认为两家得分计算有误，附评分公开说明")
    citizen.get_by_label("请求").fill("复核评分")
    press(citizen, "提交异议")
    expect(citizen.get_by_role("alert")).to_contain_text("还没有提交")
    look(citizen, "40-portal-objection-lacks")
    citizen.get_by_label("联系方式").fill("示例电话一二三")
    press(citizen, "提交异议")
    expect(citizen.get_by_role("heading", name="已收到您的异议")).to_be_visible()
    look(citizen, "40-portal-objection-receipt")
    walk.at("2026-05-22T00:00")
    assert "异议" in str(clock.tick(clock.read_clock()).waiting)
    walk.at("2026-05-22T09:00")
    officer, head = walk.desk("zhang"), walk.desk("wang")
    open_case(officer, WIND)
    look(officer, "41-objection-officer")
    expect(officer.get_by_text("异议由没有经办过的人办理")).to_be_visible()
    expect(officer.get_by_text("示例电话一二三")).to_have_count(0)
    open_case(head, WIND)
    look(head, "41-objection-head")
    expect(head.get_by_text("示例电话一二三")).to_be_visible()
    form = offer(head, "办结异议")
    form.get_by_label(re.compile("Y01")).check()
    form.get_by_label("否", exact=True).check()
    form.get_by_label("结论和理由").fill("逐项复核评分表，合计无误，异议不成立")
    press(form, "办结异议")
    done(head)
    walk.at("2026-05-22T09:40")
    open_case(officer, WIND)
    look(officer, "42-notice-over")
    press(offer(officer, "公示期满"), "公示期满")
    done(officer)


def agree_on_the_task(walk: Walk) -> None:
    walk.at("2026-05-25T09:00")
    officer, firm = walk.desk("zhang"), walk.desk("turbine")
    open_case(officer, WIND)
    look(officer, "43-approve")
    open_form(officer, "立项")
    fill_in(officer, {"outcome": "approved"}, part="")
    fill_in(officer, {"project.period": "24 个月"}, part="facts")
    press(officer, "立项")
    done(officer)
    look(officer, "43-approved")
    walk.at("2026-06-01T09:00")
    walk.settle("zhang", "技术合同", "before-task")
    open_case(firm, WIND)
    look(firm, "44-firm-project")
    firm.get_by_role("link", name="提交材料").click()
    look(firm, "44-firm-papers")
    fill_in(firm, walk.sheet("technical-contract", **{"project.technical_contract_on": "2026-06-01"}))
    press(firm, "提交材料")
    received(firm)
    open_case(officer, WIND)
    look(officer, "45-sign")
    open_form(officer, "办结")
    look(officer, "45-sign-form")
    fill_in(officer, {"outcome": "signed"}, part="")
    contract = {
        "project.contract_number": "示例合同〔2026〕7号", "project.contract_signed_on": "2026-06-01",
        "project.goals": "整机验证样机两台", "project.start_on": "2026-06-01", "project.finish_on": "2028-05-31",
    }  # fmt: skip
    fill_in(officer, contract, part="facts")
    press(officer, "办结")
    done(officer)
    look(officer, "45-signed")


def propose(walk: Walk) -> None:
    walk.at("2026-06-02T09:00")
    officer = walk.desk("zhang")
    open_case(officer, WIND)
    look(officer, "50-pay-unset")
    walk.settle("zhang", "500 万元和四成比例里的投入总额", "planned")
    open_case(officer, WIND)
    form = offer(officer, "提出拨付意见")
    fill_in(form, {"project.ip_agreed": True, "project.aid_decided_by": "council"}, part="facts")
    # Four tenths of 7,123,456.78 are 2,849,382.712: one fen more than the whole fen below is too much.
    fill_in(form, {"project.aid": "2849382.72 元"}, part="facts")
    form.locator('[name="facts.project.aid"]').press("Tab")
    expect(form.get_by_text("超过一般限额，可由有权者例外")).to_be_visible()
    look(officer, "51-pay-too-much")
    press(form, "提出拨付意见")
    expect(officer.get_by_role("alert")).to_contain_text("超过上限")
    look(officer, "51-pay-refused")
    open_case(officer, WIND)
    form = offer(officer, "提出拨付意见")
    fill_in(form, {"project.ip_agreed": True, "project.aid_decided_by": "council"}, part="facts")
    fill_in(form, {"project.aid": "2849382.71 元"}, part="facts")
    form.locator('[name="facts.project.aid"]').press("Tab")
    expect(form.get_by_text("在限额之内")).to_be_visible()
    lines = form.locator(".amount tr")
    expect(lines.filter(has_text="40%")).to_contain_text(re.compile("2,849,382.71.*第六条", re.DOTALL))
    expect(lines.filter(has_text="3,000,000.00 元")).to_contain_text("第六条")
    look(officer, "52-pay-explained")
    press(form, "提出拨付意见")
    done(officer)


def sign_and_record(walk: Walk) -> None:
    finance = walk.desk("finance")
    for instant, who in (("09:41", "zhang"), ("10:00", "wang"), ("11:00", "zhao"), ("16:00", "sun")):
        walk.at(f"2026-06-02T{instant}")
        open_case(walk.desk(who), WIND)
        look(walk.desk(who), f"53-sign-{who}")
        if who == "sun":
            open_case(finance, WIND)
            expect(finance.get_by_text("逐级审批还没有签完，现在轮到主要负责人")).to_be_visible()
        sign(walk.desk(who))
    walk.at("2026-06-04T10:00")
    finance.goto("/console/worklist/")
    look(finance, "54-finance-worklist")
    open_case(finance, WIND)
    form = offer(finance, "登记拨付")
    paid = {"paid_on": "2026-06-04", "voucher": VOUCHER}
    fill_in(form, paid, part="")
    press(form, "登记拨付")
    expect(finance.get_by_role("alert")).to_contain_text("还作不作过程性评估")
    walk.settle("zhang", "还作不作过程性评估", "self-managed")
    open_case(finance, WIND)
    form = offer(finance, "登记拨付")
    fill_in(form, paid, part="")
    press(form, "登记拨付")
    done(finance)
    look(finance, "54-paid")


def look_at_the_end(walk: Walk) -> None:
    walk.at("2026-06-05T09:00")
    payment = Payment.objects.get()
    assert (payment.amount, payment.voucher) == (Decimal("2849382.71"), VOUCHER)
    auditor = walk.desk("auditor")
    find_case(auditor, WIND, "项目")
    look(auditor, "60-project")
    money = auditor.locator(".pay-item")
    expect(money).to_contain_text("2,849,382.71 元")
    expect(money).to_contain_text(f"2026-06-04 已拨付，凭证 {VOUCHER}")
    expect(money.locator("tr", has_text="40%")).to_contain_text("第六条")
    auditor.locator(".earlier summary").click()
    passage = auditor.locator("#passage")
    for label in STAGES:
        expect(passage.get_by_text(label, exact=True).first).to_be_visible()
    expect(passage.locator(".open")).to_contain_text("组织攻关")
    citizen = walk.desk("")
    citizen.goto("/ledger/")
    # The bureau's chain and the one of enrolments and people.
    expect(citizen.get_by_text(re.compile("完好：[0-9]+ 条逐条核对无误"))).to_have_count(2)
    assert verify_chain(walk.life.stage.programme.chain_key).problem is None
    read = read_everything_public(citizen)
    told = "\n".join(read.values())
    for shown in (
        WIND,
        CARBON,
        "无人揭榜",
        "西域示例大学（合成）",
        "7,123,456.78 元",
        "公示无异议或异议不成立",
    ):
        assert shown in told, shown
    assert [(kept, where) for where, text in read.items() for kept in KEPT if kept in text] == []
    look(citizen, "61-portal-end")


def read_everything_public(page: Page) -> dict[str, str]:
    """The text of every public page that a link leads to, by address."""
    found: dict[str, str] = {}
    waiting = ["/"]
    while waiting:
        where = waiting.pop()
        page.goto(where)
        found[where] = page.locator("body").inner_text() + page.content()
        links = page.locator("a[href^='/']").evaluate_all(
            "all => all.map(a => a.getAttribute('href').split('#')[0])"
        )
        waiting += [
            one
            for one in dict.fromkeys(links)
            if one and not one.startswith("/console/") and one not in found
        ]
    return found


#: Every stage of the way, as the pack calls them.
STAGES = [
    "需求征集", "需求论证", "榜单发布", "揭榜申请", "形式审查", "专家评榜", "择优确定", "拟定合作协议", "联席会议审议", "公示", "立项",
    "签任务合同", "补助拨付",
]  # fmt: skip
VOUCHER = "示例凭证0031"
OBJECTOR = "东海示例理工大学（合成）"
#: What no public page says: who lost, who objected, what a bid proposes, marks, contacts, a need that wasn't taken.
KEPT = [
    OBJECTOR, "示例精密轴承有限公司（合成）", "低温复合脂润滑", "示例教授", "专家甲", "92 分", "示例联系人", "示例电话", SALT, "博格达示例化工",
    "附评分公开说明", VOUCHER,
]  # fmt: skip
