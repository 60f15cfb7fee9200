"""One challenge's whole way through the pages: from a list of needs to money paid, with nothing done behind the pages' back.

The cast and the answers are those of scenarios/urumqi-research.yaml; what that life does at the door is done here by hand.
"""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from tests.console.lives import Life
from tests.journeys.conftest import PHONE, OpenPage
from tests.journeys.desk import (
    decide,
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

from jiebang.funding.models import Payment
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle import clock
from jiebang.lifecycle.models import Subject
from jiebang.scenarios.play import set_stage
from jiebang.scenarios.read import read_instant, read_scenario

pytestmark = pytest.mark.whole
SCENARIO = Path(__file__).parents[2] / "scenarios" / "urumqi-research.yaml"
BATCH = "2026年第一批技术攻关榜单"
WIND, SALT = "高寒地区大型风电机组主轴轴承寿命提升", "高盐废水近零排放分盐工艺"
CARBON = "煤基高模量碳纤维前驱沥青连续纺丝"
HEADS = [
    "序号",
    "需求单位",
    "项目名称",
    "技术领域",
    "技术难点",
    "投入（万元）",
    "时限",
    "产权归属",
    "揭榜条件",
    "联系人",
]


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


def open_the_batch(walk: Walk) -> None:
    walk.at("2026-03-02T09:00")
    officer = walk.desk("zhang")
    officer.goto("/console/programmes/")
    look(officer, "01-programmes")
    officer.get_by_role("link", name="开启批次").click()
    fill_in(officer, {"process": "research", "number": "UR-2026-1", "title": BATCH}, part="")
    press(officer, "开启批次")
    look(officer, "02-batch")
    walk.settle("talent", "八大产业集群", "示例：以市里当年公布的产业集群名单为准")
    look(walk.desk("talent"), "03-discretion")


def import_a_list(walk: Walk, folder: Path) -> None:
    walk.at("2026-03-03T10:00")
    names = {key: one.name for key, one in walk.life.stage.organisations.items()}
    good: list[list[Any]] = [
        [1, names["turbine"], WIND, "新能源", "低温下润滑失效、滚道早期剥落", 712.345678, "2028-03-31", "双方共有", "有低温试验条件", "示例联系人"],
        [2, names["chemical"], SALT, "化工", "杂盐难以资源化", 499.999999, "2028年3月31日", "双方共有", "无", "示例联系人"],
    ]  # fmt: skip
    bad = [list(row) for row in good]
    bad[0][1], bad[0][5], bad[1][6] = "天山风电", "七百万", "后年三月"
    officer = walk.desk("zhang")
    open_case(officer, BATCH, "导入清单（xlsx）")
    look(officer, "04-import")
    for name, rows in (("清单", bad), ("清单（更正）", good)):
        book = openpyxl.Workbook()
        assert book.active is not None
        for row in [HEADS, *rows]:
            book.active.append(row)
        book.save(folder / f"{name}.xlsx")
    officer.get_by_label("清单文件").set_input_files(folder / "清单.xlsx")
    press(officer, "上传并核对")
    look(officer, "05-import-faults")
    for place in ("第 2 行 B 列", "第 2 行 F 列", "第 3 行 G 列"):
        expect(officer.get_by_role("cell", name=place)).to_be_visible()
    expect(officer.get_by_role("button", name="导入这")).to_have_count(0)
    officer.get_by_role("link", name="导入需求清单").click()
    officer.get_by_label("清单文件").set_input_files(folder / "清单（更正）.xlsx")
    press(officer, "上传并核对")
    look(officer, "06-import-good")
    press(officer, "导入这 2 行")
    received(officer)
    look(officer, "07-import-receipt")


def submit_and_correct(walk: Walk) -> None:
    walk.at("2026-03-06T11:00")
    firm = walk.desk("carbon")
    open_case(firm, BATCH, "提交需求")
    look(firm, "08-need-form")
    fill_in(firm, walk.sheet("need-carbon"))
    press(firm, "提交需求")
    received(firm)
    find_case(firm, "煤基", "需求")
    expect(firm.get_by_role("link", name="更正已提交的材料")).to_be_visible()
    look(firm, "09-own-need")
    find_case(walk.desk("turbine"), "主轴轴承", "需求")
    expect(walk.desk("turbine").get_by_role("link", name="核对并更正")).to_be_visible()
    look(walk.desk("turbine"), "09-imported-need")
    walk.at("2026-03-10T17:30")
    officer = walk.desk("zhang")
    open_case(officer, BATCH)
    look(officer, "10-batch-collecting")
    press(offer(officer, "结束征集"), "结束征集")
    done(officer)


def vet(walk: Walk) -> None:
    walk.at("2026-03-11T09:00")
    expert, officer = walk.desk("expert1", viewport=PHONE), walk.desk("zhang")
    expert.goto("/console/worklist/")
    look(expert, "11-expert-worklist")
    for title, sheet in ((WIND, "panel-on-turbine"), (CARBON, "panel-on-carbon")):
        find_case(expert, title, "需求")
        look(expert, "11-expert-case")
        expert.get_by_role("link", name="提交材料").click()
        look(expert, "11-expert-form")
        fill_in(expert, walk.sheet(sheet))
        press(expert, "提交材料")
        received(expert)
    officer.goto("/console/worklist/")
    look(officer, "12-officer-worklist")
    open_case(officer, WIND, "办结")
    look(officer, "12-vet-form")
    fill_in(officer, {"outcome": "returned", "note": "指标缺少测试方法，请补齐表里没有的栏目"}, part="")
    press(officer, "办结")
    done(officer)
    # What the list didn't have, the firm whose row it is adds.
    walk.at("2026-03-12T09:00")
    turbine = walk.desk("turbine")
    turbine.goto("/console/worklist/")
    look(turbine, "13-firm-worklist")
    open_case(turbine, WIND)
    expect(turbine.get_by_text("退回意见：指标缺少测试方法")).to_be_visible()
    look(turbine, "13-returned-need")
    turbine.get_by_role("link", name="提交需求").click()
    look(turbine, "13-returned-form")
    fill_in(turbine, walk.sheet("need-turbine", **{"challenge.total_investment": "7123456.78 元"}))
    press(turbine, "提交需求")
    received(turbine)
    walk.at("2026-03-13T09:00")
    open_case(officer, SALT, "办结")
    fill_in(officer, {"outcome": "rejected", "note": "投入总额不足五百万元"}, part="")
    press(officer, "办结")
    done(officer)
    found = walk.sheet("need-found")
    registers = {name: answer for name, answer in found.items() if isinstance(answer, dict)}
    for title, facts in (
        (WIND, {"challenge.total_investment": "7123456.78 元"}),
        (CARBON, {"challenge.field": "new-materials", "challenge.plan": "science", "challenge.period": "18 个月",
                  "challenge.total_investment": "650 万元", "sponsor.kind": "backbone-firm"}),
    ):  # fmt: skip
        open_case(officer, title, "记录核实情况")
        look(officer, "14-check-form")
        look_up(officer, registers)
        press(officer, "记录核实情况")
        done(officer)
        open_form(officer, "办结")
        look(officer, "15-vet-form")
        fill_in(officer, {"outcome": "passed"}, part="")
        fill_in(officer, {n: a for n, a in found.items() if n not in registers} | facts, part="facts")
        press(officer, "办结")
        done(officer)
        look(officer, "15-vet-told")


def look_up(page: Page, registers: dict[str, Any]) -> None:
    """What a register says, with the day and the place of the query."""
    told = next(iter(registers.values()))
    fill_in(page, {k: told[k] for k in ("source", "as_of", "evidence")}, part="")
    for name in registers:
        page.locator(f'[name="facts.{name}--none"]').check()


def announce(walk: Walk) -> None:
    walk.at("2026-03-16T08:30")
    officer = walk.desk("zhang")
    open_case(officer, BATCH, "提交材料")
    rows = [
        {"need": WIND, "list": "bottleneck", "state": "已通过论证", "updated_on": "2026-03-16"},
        {"need": CARBON, "list": "import-substitute", "state": "已通过论证", "updated_on": "2026-03-16"},
    ]
    fill_in(officer, {"batch.library": rows})
    press(officer, "提交材料")
    received(officer)
    open_case(walk.desk("zhao"), BATCH)
    expect(walk.desk("zhao").get_by_text("等提出拟办意见")).to_be_visible()
    open_case(officer, BATCH)
    press(offer(officer, "提出拟办意见"), "提出拟办意见")
    expect(officer.get_by_role("alert")).to_contain_text("期限还没有定下来")
    look(officer, "16-window-unset")
    officer.get_by_role("link", name="去看裁量事项").click()
    decide(officer, "揭榜申请的窗口开多少天", "30 日", "示例：本批题目难度较高，开放三十日")
    open_case(officer, BATCH)
    press(offer(officer, "提出拟办意见"), "提出拟办意见")
    done(officer)
    for who in ("zhang", "wang", "zhao"):
        open_case(walk.desk(who), BATCH)
        look(walk.desk(who), f"17-sign-{who}")
        sign(walk.desk(who))
        if who == "zhang":
            open_case(officer, BATCH)
            expect(officer.get_by_text("现在轮到科室负责人签署")).to_be_visible()
    open_case(officer, BATCH)
    press(offer(officer, "按签署的意见办结"), "按签署的意见办结")
    done(officer)
    look(officer, "18-announced")


def sign(page: Page) -> None:
    """Agree, when it is one's turn."""
    form = offer(page, "签署")
    form.get_by_label("是", exact=True).check()
    press(form, "签署")
    done(page)


def bid(walk: Walk) -> None:
    walk.at("2026-04-02T09:00")
    professor = walk.desk("professor", viewport=PHONE)
    professor.goto("/")
    look(professor, "20-portal-home")
    professor.get_by_role("link", name=WIND).click()
    look(professor, "20-portal-challenge")
    professor.get_by_role("link", name="登录后揭榜").click()
    look(professor, "21-challenge-seen-by-solver")
    professor.get_by_role("link", name="提交揭榜申请").click()
    look(professor, "21-bid-form")
    answers = walk.sheet("bid-university")
    names = list(answers)
    half = names.index("bid.partners")
    fill_in(professor, {name: answers[name] for name in names[:half]})
    press(professor, "保存草稿")
    expect(professor.get_by_text("草稿已保存，可以稍后接着填")).to_be_visible()
    walk.at("2026-04-03T15:00")
    open_case(professor, WIND, "提交揭榜申请")
    look(professor, "22-bid-draft")
    expect(professor.locator('[name="values.bid.is_consortium"][value="true"]')).to_be_checked()
    fill_in(professor, {name: answers[name] for name in names[half:]})
    press(professor, "提交揭榜申请")
    received(professor)
    look(professor, "22-bid-receipt")
    # A second time, by mistake and then on purpose: what was handed in stands on the list.
    open_case(professor, WIND, "更正已提交的材料")
    expect(professor.get_by_text("贵单位已经提交过")).to_be_visible()
    look(professor, "23-bid-again")
    fill_in(professor, {"bid.technical_route": "低温复合脂润滑与激光冲击强化并行，台架先行"})
    press(professor, "提交揭榜申请")
    expect(professor.get_by_role("alert")).to_contain_text("已经提交过")
    professor.get_by_label("替换已经提交的").check()
    press(professor, "提交揭榜申请")
    received(professor)
    expect(professor.get_by_text("第 2 版")).to_be_visible()


def others_bid_until_it_closes(walk: Walk) -> None:
    for instant, who, sheet in (
        ("2026-04-10T16:00", "polytechnic", "bid-alone"),
        ("2026-04-15T23:58", "bearing", "bid-bearing"),
    ):
        walk.at(instant)
        page = walk.desk(who)
        open_case(page, WIND, "提交揭榜申请")
        answers = walk.sheet(sheet)
        if answers["bid.is_consortium"]:
            # The answer calls up the fields that hang on it, and the paper that only a consortium hands in.
            fill_in(page, {"bid.is_consortium": True})
            page.get_by_label("项目负责人").focus()
            expect(page.get_by_label("揭榜合作单位")).to_be_visible()
            expect(page.get_by_role("heading", name="联合体协议")).to_be_visible()
        fill_in(page, answers)
        press(page, "提交揭榜申请")
        received(page)
    walk.at("2026-04-16T00:00")
    ticked = clock.tick(clock.read_clock())
    assert len(ticked.closed) == 2, ticked
    page = walk.desk("bearing")
    page.goto("/console/worklist/")
    look(page, "24-bidder-after-close")


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
