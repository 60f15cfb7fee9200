"""The first half of a challenge's whole way: from a list of needs to the end of the window for bids."""

from pathlib import Path
from typing import Any

import openpyxl
from playwright.sync_api import expect
from tests.journeys.conftest import PHONE
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
from tests.journeys.walk import BATCH, CARBON, SALT, WIND, Walk, look_up, sign

from jiebang.lifecycle import clock

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
    replaces = professor.get_by_label("替换已经提交的")
    expect(replaces).to_be_checked()
    replaces.uncheck()
    press(professor, "提交揭榜申请")
    expect(professor.get_by_role("alert")).to_contain_text("已经提交过")
    replaces.check()
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
    assert len(ticked.closed) == 1, ticked
    # Nobody came for the second: whether it is opened again isn't the clock's to say.
    officer = walk.desk("zhang")
    open_case(officer, CARBON)
    look(officer, "24-nobody-came")
    officer.get_by_role("link", name="这件事的裁量项").click()
    decide(officer, "揭榜团队不足三家", "withdraw", "示例：本批不再开")
    ticked = clock.tick(clock.read_clock())
    assert len(ticked.closed) == 1, ticked
    page = walk.desk("bearing")
    page.goto("/console/worklist/")
    look(page, "24-bidder-after-close")
