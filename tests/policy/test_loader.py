"""The loader: every way a pack can be wrong is named with file, line and what was expected, all at once."""

import shutil
from pathlib import Path

import pytest
from tests.policy.building import SAMPLE

from jiebang.policy.cases import read_cases
from jiebang.policy.folders import BASES
from jiebang.policy.loader import find_packs, load_pack
from jiebang.policy.shelf import stray_folders
from jiebang.policy.strict_yaml import PackProblems

KEY = "example-open-bid/1"
NO_UNIT = "（应为：连同单位写，如“3 家”“500 万元”“40%”“60 分”）"
LITERAL = "（应为：写成“3 家”“500 万元”“40%”“60 分”“2 年”“2026-03-02”这样的形式）"
ROUND = "要用它自己来算（应为：检查 money、rest_of 和 part_of）"
SIZE = "at_least: [challenge.total_investment, 500 万元]"
WILLING = "force: in-principle, departs: {by: [bureau, county], with: reason}"
FIRST = "amount: {percent: 50%, of: {money: aid}}"
NOTICE = "length: 7 日, counting: {discretion: notice-counting}"

Change = tuple[str, str, str]


def spoil(tmp_path: Path, *changes: Change) -> Path:
    """The sample pack with some words replaced, each of which stood there once."""
    folder = tmp_path / KEY
    shutil.copytree(SAMPLE, folder)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert text.count(old) == 1, old
        (folder / name).write_text(text.replace(old, new))
    return folder


def problems_of(folder: Path) -> list[str]:
    try:
        load_pack(folder, BASES)
    except PackProblems as error:
        return [str(problem) for problem in error.problems]
    return []


def line_of(folder: Path, name: str, words: str) -> int:
    """The line on which these words stand, once."""
    [found] = [
        number for number, line in enumerate((folder / name).read_text().splitlines(), 1) if words in line
    ]
    return found


def test_the_sample_is_sound(tmp_path: Path) -> None:
    assert problems_of(spoil(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "said"),
    [
        # names that lead nowhere
        ("rules.yaml", "clause: EX-2", "clause: EX-77", "EX-77", "没有条款“EX-77”（应为：是不是 EX-7、EX-9、EX-8）"),
        ("rules.yaml", "one_of: challenge.field,", "one_of: challenge.feild,", "feild", "没有声明过的事实“challenge.feild”（应为：是不是 challenge.field、challenge.selected、challenge.indicators）"),
        ("rules.yaml", "[energy, health]", "[energy, helth]", "helth", "没有“helth”这个选项（应为：可选：energy、health）"),
        ("rules.yaml", "holds: item.serious", "holds: item.grave", "item.grave", "没有声明过的事实“item.grave”（应为：先在 facts 里声明）"),
        ("rules.yaml", "payee: [solver]", "payee: [solvers]", "solvers", "没有角色“solvers”（应为：是不是 solver）"),
        ("rules.yaml", "stage: pay", "stage: pey", "pey", "没有阶段“pey”（应为：是不是 pay）"),
        ("rules.yaml", "evidence: [contract]", "evidence: [contrakt]", "contrakt", "没有材料“contrakt”（应为：是不是 contract）"),
        ("rules.yaml", "of: {money: aid}", "of: {money: ayd}", "ayd", "没有金额项“ayd”（应为：是不是 aid）"),
        ("rules.yaml", "{rest_of: aid}", "{rest_of: ayd}", "ayd", "没有金额项“ayd”（应为：写已有的金额项）"),
        ("rules.yaml", "odd_fen: county", "odd_fen: sponsor", "odd_fen", "“sponsor”不在分担各方中（应为：写 funders 里的一个角色）"),
        ("rules.yaml", "discretion: notice-counting", "discretion: notice-count", "notice-count}", "没有裁量项“notice-count”（应为：是不是 notice-counting）"),
        ("rules.yaml", 'closes_at: "17:00"', "after: notise", "notise", "没有期限“notise”（应为：已有：notice、bidding）"),
        ("rules.yaml", "holders: solver", "holders: sollver", "sollver", "没有角色“sollver”（应为：是不是 solver）"),
        ("rules.yaml", "{fact: bid.problem}", "{fact: bid.probelm}", "probelm", "没有事实“bid.probelm”（应为：是不是 bid.problem、bid.team、bid.note）"),
        ("process.yaml", "term: bidding", "term: biding", "biding", "没有期限“biding”（应为：是不是 bidding）"),
        ("process.yaml", "takes: [bid-form]", "takes: [bid-from]", "bid-from", "没有材料“bid-from”（应为：是不是 bid-form）"),
        ("process.yaml", "by: [solver, sponsor]", "by: [sollver]", "sollver", "没有角色“sollver”（应为：是不是 solver）"),
        ("pack.yaml", "list: fields", "list: feelds", "feelds", "没有“feelds”这个清单（应为：在 lists 里写出它；已有：fields）"),
        ("rules.yaml", "related: [bid.lead]", "related: [solver]", "related: [solver]", "“solver”是角色，不是事实（应为：写它的一个事实，或记着由谁担任的事实，如 bid.lead、challenge.sponsor）"),
        # values and units
        ("rules.yaml", SIZE, "at_least: [challenge.total_investment, 500 万]", "500 万]", f"“500 万”不是带单位的值{LITERAL}"),
        ("rules.yaml", SIZE, "at_least: [challenge.total_investment, 500]", ", 500]", f"数 500 没有单位{NO_UNIT}"),
        ("rules.yaml", SIZE, "at_least: [challenge.total_investment, 3 年]", "investment, 3 年]", "两边不是同一种值：金额 与 期限（月）（应为：检查类型和单位）"),
        ("rules.yaml", SIZE, "more_than: [{count: bid.credit, in: 家}, 3 项]", "3 项", "两边不是同一种值：带量词的整数（家） 与 带量词的整数（项）（应为：检查类型和单位）"),
        ("rules.yaml", SIZE, "more_than: [challenge.field, energy]", "field, energy]}", "所属领域不能比大小（应为：用 equal、one_of 等）"),
        ("rules.yaml", SIZE, "at_least: [challenge.total_investment]", "investment]}", "rules.size.test.all.0.at_least：有 1 项（应为：至少 2 项）"),
        ("rules.yaml", "last: 3 年", "last: 3 家", "last: 3 家", "“3 家”不是这里要的值（应为：应写期限）"),
        ("rules.yaml", "related: [bid.lead]", "related: [bid.problem]", "[bid.problem]", "拟解决的问题不是组织或人员（应为：第 1 项应是组织或人员）"),
        ("rules.yaml", "holds: sponsor.willing, name", "holds: sponsor.kind, name", "sponsor.kind, name", "发榜方性质不是是非题（应为：holds 只用于类型 flag 的事实）"),
        ("rules.yaml", "limit: 3000000 元", "limit: 3000000", "3000000", f"数 3000000 没有单位{NO_UNIT}"),
        ("rules.yaml", "limit: 3000000 元", "limit: 40%", "limit: 40%", "40%不是金额（应为：这里要算出一个金额）"),
        ("rules.yaml", "share: 30%", "share: 29%", "share: 29%", "各方分担比例合计 99.00%（应为：合计应为 100%）"),
        ("rules.yaml", NOTICE, "length: 7 日", "7 日", "按日计的期限没有写怎么数（应为：写 counting: natural（自然日）、working（工作日），办法没说的引用裁量项）"),
        ("rules.yaml", NOTICE, "length: 7 月, counting: natural", "7 月", "只有按日计的期限才要写 counting（应为：去掉它）"),
        ("rules.yaml", NOTICE, "length: 7 日, counting: lunar", "lunar", "不认识的计算方式“lunar”（应为：natural 或 working）"),
        ("rules.yaml", NOTICE, "length: 7 家", "7 家", "7 家不是期限（应为：写成“7 日”，或引用类型为期限的裁量项）"),
        ("rules.yaml", '"17:00"', "25点", "25点", "“25点”不是钟点（应为：写成 17:00 这样的形式，并加引号）"),
        ("rules.yaml", "lasts: 2 年", "lasts: 2", "lasts: 2", f"数 2 没有单位{NO_UNIT}"),
        ("process.yaml", "pass_mark: 60 分", "pass_mark: 60%", "60%", "“60%”不是这里要的值（应为：写成“60 分”）"),
        ("process.yaml", "most: 40 分", "most: 40 个", "40 个", "“40 个”不是这里要的值（应为：写成“60 分”）"),
        ("process.yaml", "at_most: 2 次", "at_most: 2 年", "2 年", "“2 年”不是这里要的值（应为：写成“3 家”）"),
        ("pack.yaml", "type: term, unit: 月", "type: term", "type: term", "期限没有单位（应为：写 unit: 月（年、月）、日 或 工作日）"),
        ("pack.yaml", "lasts: 3 年", "lasts: 3 家", "3 家", "“3 家”不是这里要的值（应为：写成“3 年”）"),
        ("pack.yaml", "lasts: 3 年", "until: 2025-12-31", "2025-12-31", "失效日期早于生效日期（应为：检查两个日期）"),
        ("pack.yaml", "from: 2026-01-01", "from: 2026-02-30", "2026-02-30", "pack.in_force.from：没有“2026-02-30”这一天；写成 2026-03-02，办法空着的写 unset"),
        ("pack.yaml", "from: 2026-01-01", 'from: "20260101"', "20260101", "pack.in_force.from：没有“20260101”这一天；写成 2026-03-02，办法空着的写 unset"),
        ("pack.yaml", "from: 2026-01-01", "from: 2026-W01-4", "2026-W01-4", "pack.in_force.from：没有“2026-W01-4”这一天；写成 2026-03-02，办法空着的写 unset"),
        ("pack.yaml", "lasts: 3 年", "lasts: 3 年, until: 2028-12-31", "until", "有效期写了两种（应为：until 和 lasts 只写一个）"),
        ("process.yaml", "pass_mark: 60 分", "pass_mark: 100.01 分", "100.01", "及格线 100.01 分 高于各项满分之和 100 分（应为：谁也达不到；检查分数）"),
        ("process.yaml", "most: 40 分", "most: 0 分", "0 分}}", "“0 分”等于没有（应为：写大于零的数，或去掉这一项）"),
        ("process.yaml", "survivors: 2 个", "survivors: 0 个", "0 个", "“0 个”等于没有（应为：写大于零的数，或去掉这一项）"),
        ("process.yaml", "at_most: 2 次", "at_most: 0 次", "0 次", "“0 次”等于没有（应为：写大于零的数，或去掉这一项）"),
        # when rules run
        ("rules.yaml", "    at: submit\n    stages: [vet]\n    test", "    at: pay\n    stages: [vet]\n    test", "at: pay", "阶段“vet”（需求论证）没有 at: pay 的时候（应为：写 decide 或 submit，或改在签约、拨付的阶段检查）"),
        ("rules.yaml", "    at: submit\n    stages: [vet]\n    test", "    at: sign\n    stages: [pay]\n    test", "at: sign", "阶段“pay”（资金拨付）没有 at: sign 的时候（应为：写 decide 或 submit，或改在签约、拨付的阶段检查）"),
        # force
        ("rules.yaml", WILLING, "force: in-principle", "name: willing", "“原则上”的条件没有写谁可以例外（应为：写 departs: {by: 角色, with: reason|meeting|external_act}）"),
        ("rules.yaml", WILLING, "departs: {by: [bureau], with: reason}", "name: willing", "force 是 must 的条件不能例外（应为：去掉 departs，或改为 in-principle）"),
        ("rules.yaml", "[bureau, county], with: reason}}\n  unrelated", "[buro], with: reason}}\n  unrelated", "buro", "departs 里的角色“buro”没有声明（应为：已有：bureau、county、sponsor、solver）"),
        ("rules.yaml", ", departs: {by: [bureau], with: reason}}\n      - {name: cap", "}\n      - {name: cap", "name: usual", "“原则上”的限额没有写谁可以例外（应为：写 departs）"),
        ("rules.yaml", "EX-6, force: must, limit", "EX-6, force: prefer, limit", "force: prefer", "限额不能是 prefer（应为：写 must 或 in-principle）"),
        # shapes
        ("rules.yaml", "    at: submit\n    stages: [vet]\n    test", "    at: submit\n    test", "  field:", "rules.field：缺少“stages”（应为：写上 stages）"),
        ("rules.yaml", "    blocks: 公示截止日\n", "", "  notice-counting:", "discretion.notice-counting：缺少“blocks”（应为：写上 blocks）"),
        ("pack.yaml", "is: organisations", "is: organisations, colour: red", "colour", "parties.solver.colour：不认识这个键（应为：检查拼写，或删掉它）"),
        ("pack.yaml", "is: organisations", "is: firms", "firms", "parties.solver.is：“firms”不在可用的词里（应为：'organisation', 'organisations', 'authority', 'panel', 'person' 或 'persons'）"),
        ("pack.yaml", 'version: "1"', "version: 1", "version", "pack.version：“1”应是文字（应为：写成文字；数字编号请加引号）"),
        ("rules.yaml", "clause: EX-3\n    label: 规模与年限", "clause: EX-3\n    label: [规模]", "[规模]", "rules.size.label：“[规模]”应是文字（应为：写成文字；数字编号请加引号）"),
        # what the platform tells
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money, said_by: [burau]", "said_by", "没有角色“burau”（应为：是不是 bureau）"),
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money, said_by: [solver], each: true", "each", "各家自己说的只能是“是”或“否”（应为：类型写 flag）"),
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money}\n  bid.best: {label: 最优, type: text, sole: true", "sole", "只能归一个的要由一方记录“是”或“否”（应为：类型写 flag，不和 told、each 一起写）"),
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money}\n  challenge.best: {label: 最优, type: flag, sole: true", "sole", "“challenge.best”说的不是几个里的一个（应为：用 bid、project 开头的事实）"),
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money}\n  sponsor.agrees: {label: 同意, type: flag, each: true", "each", "没有写由谁来说（应为：用 said_by 写明角色）"),
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money}\n  sponsor.agrees: {label: 同意, type: flag, said_by: [bureau], each: true", "each", "市科技局不一定是单位，数不清有哪几家（应为：写只由单位担任的角色）"),
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money, said_by: [bureau], told: {stood_at: {select: challenge.total_investment}}", "said_by", "由系统告知的，没有谁来写（应为：said_by 和 told 只写一个）"),
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money, told: {closes: bid}", "told", "事实的类型不对（应为：写类型为 date 或 instant 的事实）"),
        ("pack.yaml", "label: 项目投入总额, type: money", "label: 项目投入总额, type: money, told: {closes: bid, opened: bid}", "told", "要写且只写一种（应为：opened、closes、closed、handed_in、passed、came_to、stood_at 之一，或 counts）"),
        ("pack.yaml", "label: 项目投入总额, type: money}", "label: 项目投入总额, type: money}\n  bid.stood: {label: 当时的投入, type: date, told: {stood_at: {select: challenge.total_investment}}}", "bid.stood", "事实的类型不对（应为：写类型为 money 的事实）"),
        ("pack.yaml", "label: 项目投入总额, type: money}", "label: 项目投入总额, type: money}\n  bid.stood: {label: 当时的投入, type: money, told: {stood_at: {select: challenge.total_spending}}}", "bid.stood", "没有事实“challenge.total_spending”（应为：是不是 challenge.total_investment、challenge.sponsor、challenge.selected）"),
        ("pack.yaml", "label: 项目投入总额, type: money}", "label: 项目投入总额, type: money}\n  challenge.selected_on: {label: 遴选日, type: date, told: {closes: select}}", "selected_on", "阶段“select”没有截止（应为：写有 term 的揭榜、备案、公示或写了 on_expiry 的阶段）"),
        ("pack.yaml", "label: 项目投入总额, type: money}", "label: 项目投入总额, type: money}\n  challenge.signed_on: {label: 签约日, type: date, told: {closed: sign}}", "signed_on", "阶段“sign”按 bid 进行，不按 challenge，永远没有可告知的（应为：写按 challenge 进行的阶段）"),
        # clauses, money, identity, sections
        ("pack.yaml", "  EX-12: {", "  EX-99: {article: 第九条, force: must, says: 没人管。}\n  EX-12: {", "EX-99", "条款 EX-99 没有任何内容承载（应为：在规则、金额、流程、职责等的 clause 里写上它）"),
        ("rules.yaml", FIRST, "amount: {percent: 50%, of: {money: first}}", "  first:", f"金额“首付款”{ROUND}"),
        ("pack.yaml", "id: example-open-bid", "id: other-open-bid", "  id: other", "id 是“other-open-bid”，文件夹却叫“example-open-bid”（应为：两处写成一样；别处按 编号/版本 找到政策包）"),
        ("pack.yaml", "capacities:", "capasities:", "capasities", "不认识的部分“capasities”（应为：可用：pack、clauses、lists、parties、capacities、facts、rules、money、terms、counting、processes、rights、duties、papers、discretion）"),
        ("pack.yaml", "label: 区财政, is: authority}", "label: 区财政, is: authority}\n  bureau: {clause: EX-1, label: 又一个, is: authority}", "又一个", "“bureau”写了两次（上一次在第 29 行）（应为：每个键只写一次）"),
    ],
    ids=lambda value: value[:30].replace("\n", " "),
)  # fmt: skip
def test_one_slip_gives_one_problem(
    tmp_path: Path, name: str, old: str, new: str, where: str, said: str
) -> None:
    folder = spoil(tmp_path, (name, old, new))
    assert problems_of(folder) == [f"{KEY}/{name}:{line_of(folder, name, where)}: {said}"]


def test_a_round_of_money_is_named_at_each_of_its_items(tmp_path: Path) -> None:
    folder = spoil(tmp_path, ("rules.yaml", FIRST, "amount: {rest_of: rest}"))
    lines = [line_of(folder, "rules.yaml", words) for words in ("  first:", "  rest:")]
    assert problems_of(folder) == [
        f"{KEY}/rules.yaml:{line}: 金额“{label}”{ROUND}"
        for line, label in zip(lines, ("首付款", "余款"), strict=True)
    ]


def test_a_round_of_money_through_a_condition_is_found(tmp_path: Path) -> None:
    old = "when: {holds: project.accepted}\n    amount"
    folder = spoil(tmp_path, ("rules.yaml", old, "when: {at_least: [{money: rest}, 1 元]}\n    amount"))
    assert problems_of(folder) == [
        f"{KEY}/rules.yaml:{line_of(folder, 'rules.yaml', '  rest:')}: 金额“余款”{ROUND}"
    ]


def test_two_operators_in_one_condition_are_refused(tmp_path: Path) -> None:
    found = problems_of(spoil(tmp_path, ("rules.yaml", SIZE, f"{SIZE}, holds: sponsor.willing")))
    assert found
    assert all(
        said.endswith("不认识这个键（应为：一处只写一种判断或算法；几个条件用 all 或 any 合起来）")
        for said in found
    )


def test_a_misspelt_word_is_answered_with_the_nearest_there_are(tmp_path: Path) -> None:
    new = "stages: [vet]\n    proceses: [research]\n    test"
    folder = spoil(
        tmp_path, ("rules.yaml", "at: submit\n    stages: [vet]\n    test", f"at: submit\n    {new}")
    )
    [said] = problems_of(folder)
    assert said.startswith(f"{KEY}/rules.yaml:{line_of(folder, 'rules.yaml', 'proceses')}: ")
    assert said.endswith("不认识这个键（应为：是不是 processes）")


@pytest.mark.parametrize(
    ("path", "what"),
    [
        ("more/extra.yaml", f"{KEY}/more:1: 这个文件夹里的内容不会读到（应为：移到政策包的文件夹里；案例放 cases）"),
        ("more/deep/extra.yml", f"{KEY}/more:1: 这个文件夹里的内容不会读到（应为：移到政策包的文件夹里；案例放 cases）"),
        ("extra.yml", f"{KEY}/extra.yml:1: 政策包里有读不到的文件（应为：只放 .yaml（内容）和 .md（说明））"),
    ],
)  # fmt: skip
def test_what_nothing_would_read_is_named(tmp_path: Path, path: str, what: str) -> None:
    folder = spoil(tmp_path)
    (folder / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / path).write_text("rules: {}\n")
    assert problems_of(folder) == [what]


@pytest.mark.parametrize(
    ("path", "text", "what"),
    [
        ("extra.yml", "cases: []\n", "extra.yml:1: 案例里有读不到的文件或文件夹（应为：案例写在 cases/*.yaml 里）"),
        ("deep/extra.yaml", "cases: []\n", "deep:1: 案例里有读不到的文件或文件夹（应为：案例写在 cases/*.yaml 里）"),
        ("extra.yaml", "given: {on: 2026-03-02}\n", "extra.yaml:1: 这个文件里没有案例（应为：在 cases: 下写案例，每个以 - 开头）"),
        ("extra.yaml", "\ncases: {a: 1}\n", "extra.yaml:2: 这个文件里没有案例（应为：在 cases: 下写案例，每个以 - 开头）"),
        ("extra.yaml", "", "extra.yaml:1: 文件是空的"),
    ],
)  # fmt: skip
def test_cases_that_nothing_would_run_are_named(tmp_path: Path, path: str, text: str, what: str) -> None:
    folder = spoil(tmp_path)
    (folder / "cases" / path).parent.mkdir(parents=True, exist_ok=True)
    (folder / "cases" / path).write_text(text)
    assert [str(problem) for problem in read_cases(folder).problems] == [f"{KEY}/cases/{what}"]


def test_a_rule_of_one_process_does_not_run_at_a_stage_of_another(tmp_path: Path) -> None:
    other = (
        "\n  other:\n    clause: EX-9\n    label: 另一个\n    instrument: open-bid\n    starts: sum-up\n"
        "    stages: {sum-up: {clause: EX-9, kind: summarise, label: 总结, per: batch, by: bureau, outcomes: {recorded: {end: 完}}}}\n"
    )
    submit = "at: submit\n    stages: [vet]\n    test"
    folder = spoil(
        tmp_path, ("rules.yaml", submit, submit.replace("stages", "processes: [other]\n    stages"))
    )
    with (folder / "process.yaml").open("a") as file:
        file.write(other)
    line = line_of(folder, "rules.yaml", "processes: [other]") + 1
    said = "阶段“vet”不在这条规则的流程里，规则永远不会运行（应为：改 stages 或 processes）"
    assert problems_of(folder) == [f"{KEY}/rules.yaml:{line}: {said}"]


def test_a_pack_is_no_base_of_its_own(tmp_path: Path) -> None:
    folder = spoil(tmp_path, ("pack.yaml", "extends: national-base/1", f"extends: {KEY}"))
    assert problems_of(folder) == [
        f"{KEY}/pack.yaml:7: 政策包不能以自己为基础包（应为：写另一个包，或删掉 extends）"
    ]


def test_a_base_has_no_base(tmp_path: Path) -> None:
    folder = spoil(tmp_path, ("pack.yaml", "extends: national-base/1", "extends: other/1"))
    shutil.copytree(folder, tmp_path / "other" / "1")
    file = tmp_path / "other" / "1" / "pack.yaml"
    file.write_text(file.read_text().replace("id: example-open-bid", "id: other").replace("other/1", KEY))
    assert problems_of(folder) == [
        "other/1/pack.yaml:7: 基础包不能再以别的包为基础（应为：去掉这里的 extends）"
    ]


def test_an_unknown_operator_is_answered_with_those_there_are(tmp_path: Path) -> None:
    [said] = problems_of(spoil(tmp_path, ("rules.yaml", SIZE, SIZE.replace("at_least", "atleast"))))
    assert said.startswith(
        f"{KEY}/rules.yaml:17: rules.size.test.all.0：看不懂的写法（atleast）（应为：条件可用：all、any、not、at_least、"
    )


def test_a_slip_inside_a_leaf_is_named_at_its_own_line(tmp_path: Path) -> None:
    new = "{record_free: bid.credit,\n      where: {holds: item.serious},\n      last: 3}"
    folder = spoil(
        tmp_path, ("rules.yaml", "{record_free: bid.credit, where: {holds: item.serious}, last: 3 年}", new)
    )
    [said] = problems_of(folder)
    assert said.startswith(
        f"{KEY}/rules.yaml:{line_of(folder, 'rules.yaml', 'last: 3}')}: rules.clean.test.last："
    )


def test_problems_of_all_files_and_kinds_come_at_once(tmp_path: Path) -> None:
    folder = spoil(
        tmp_path,
        ("pack.yaml", "is: organisations", "is: firms"),
        ("pack.yaml", "list: fields", "list: feelds"),
        ("rules.yaml", "stages: [vet]\n    test", "stages: [wet]\n    test"),
        ("rules.yaml", "last: 3 年", "last: 3 家"),
        ("rules.yaml", "limit: 3000000 元", "limit: 1.5"),
        ("rules.yaml", "    blocks: 公示截止日\n", ""),
        ("process.yaml", "failed: {end: 未通过评审}", "flunked: {end: 未通过评审}"),
    )
    (folder / "notes.txt").write_text("散放")
    told = [said.removeprefix(f"{KEY}/") for said in problems_of(folder)]
    wanted = [
        ("notes.txt:1", "读不到的文件"),
        ("pack.yaml:32", "“firms”不在可用的词里"),
        ("pack.yaml:39", "没有“feelds”这个清单"),
        ("process.yaml", "没有结果“flunked”"),
        ("process.yaml", "结果“failed”没有去向"),
        ("rules.yaml:7", "没有阶段“wet”"),
        ("rules.yaml:37", "“3 家”不是这里要的值"),
        ("rules.yaml:52", "“1.5”不是带单位的值"),
        ("rules.yaml:52", "小数 1.5 没有单位"),
        ("rules.yaml:80", "缺少“blocks”"),
    ]
    assert len(told) == len(wanted), told
    for file, words in wanted:
        assert any(said.startswith(file) and words in said for said in told), (file, words)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("pack.yaml", "is: organisations", "is: firms"),
        ("pack.yaml", "type: money}\n  sponsor.kind", "type: cash}\n  sponsor.kind"),
        ("pack.yaml", "type: choice, list: fields", "type: text, list: fields"),
        ("pack.yaml", "open: true", "open: perhaps"),
        ("rules.yaml", "decides: [bureau, county]", "decides: {}"),
        ("rules.yaml", "label: 首付款", "name: 首付款"),
        ("rules.yaml", "label: 合同, from", "label: 合同, form"),
        ("process.yaml", "instrument: open-bid", "instruments: open-bid"),
    ],
)
def test_what_is_wrong_only_because_an_item_is_wrong_is_not_told(
    tmp_path: Path, name: str, old: str, new: str
) -> None:
    folder = spoil(tmp_path, (name, old, new))
    line = line_of(folder, name, new.splitlines()[0])
    found = problems_of(folder)
    # All of them are about the item itself: it begins on the line or a few lines before it.
    assert found
    for said in found:
        file, number, _ = said.split(":", 2)
        assert file == f"{KEY}/{name}"
        assert line - 8 <= int(number) <= line, said


def test_a_missing_file_leaves_names_that_lead_nowhere(tmp_path: Path) -> None:
    folder = spoil(tmp_path)
    (folder / "process.yaml").unlink()
    found = problems_of(folder)
    assert f"{KEY}/rules.yaml:7: 没有阶段“vet”（应为：已有：（无））" in found
    assert (
        f"{KEY}/pack.yaml:20: 条款 EX-9 没有任何内容承载（应为：在规则、金额、流程、职责等的 clause 里写上它）"
        not in found
    )  # 榜单 carries it


def test_without_a_pack_file_there_is_no_pack(tmp_path: Path) -> None:
    folder = spoil(tmp_path)
    (folder / "pack.yaml").unlink()
    missing = f"{KEY}:1: 文件夹里没有 pack.yaml（应为：政策包的身份写在 pack.yaml 的 pack: 下）"
    assert problems_of(folder) == [missing]
    assert find_packs(tmp_path) == []
    # What lies below isn't told again.
    assert [stray.file for stray in stray_folders(tmp_path)] == [str(folder)]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("pack.yaml", "pack: [", "YAML 写法有误"),
        ("pack.yaml", "", "文件是空的"),
        ("process.yaml", "processes: {", "YAML 写法有误"),
    ],
)
def test_a_file_that_cannot_be_read_is_not_made_up_for_by_a_hundred_lost_names(
    tmp_path: Path, name: str, text: str, said: str
) -> None:
    folder = spoil(tmp_path, ("rules.yaml", "    blocks: 公示截止日\n", ""))
    (folder / name).write_text(text)
    found = problems_of(folder)
    assert [problem.split(":")[0] for problem in found] == [f"{KEY}/{name}", f"{KEY}/rules.yaml"]
    assert said in found[0]
    assert "缺少“blocks”" in found[1]


def test_a_pack_without_an_identity_is_told_so_in_its_own_file(tmp_path: Path) -> None:
    folder = spoil(tmp_path)
    text = (folder / "pack.yaml").read_text()
    (folder / "pack.yaml").write_text(text.replace("pack:\n", "pakc:\n", 1))
    assert f"{KEY}/pack.yaml:1: 缺少“pack”（应为：写上 pack）" in problems_of(folder)


@pytest.mark.parametrize(
    "base", ["national-base/9", "national-base", "../packs/national-base/1", "no/such/base"]
)
def test_an_unknown_base_is_named(tmp_path: Path, base: str) -> None:
    folder = spoil(tmp_path, ("pack.yaml", "extends: national-base/1", f"extends: {base}"))
    assert problems_of(folder)[0] == (
        f"{KEY}/pack.yaml:7: 找不到所依据的基础包“{base}”（应为：写 编号/版本，如 national-base/1）"
    )


def test_a_fact_of_the_base_is_not_declared_again(tmp_path: Path) -> None:
    note = "  bid.note: {label: 备注, type: text}"
    folder = spoil(tmp_path, ("pack.yaml", note, f"{note}\n  bid.lead: {{label: 牵头, type: organisation}}"))
    line = line_of(folder, "pack.yaml", "bid.lead:")
    base = line_of(BASES[0] / "national-base" / "1", "facts.yaml", "  bid.lead:")
    # The base is right, whoever extends it has to give way.
    assert problems_of(folder) == [
        f"{KEY}/pack.yaml:{line}: “bid.lead”已在 national-base/1/facts.yaml:{base} 写过（应为：换一个编号，或删掉一处）"
    ]


def test_a_regulation_that_counts_its_own_way_takes_the_place_of_the_base(tmp_path: Path) -> None:
    folder = spoil(tmp_path)
    (folder / "more.yaml").write_text(
        "\ncounting: {clause: [EX-1, CN-200, CN-201, CN-203], first_day: excluded, end_on_rest_day: stays,"
        " closing_instant: included}\n"
    )
    assert problems_of(folder) == []
    keeper = load_pack(folder, BASES).timekeeper
    assert (keeper.rolls, keeper.includes_instant) == (False, True)


def test_counting_is_written_once(tmp_path: Path) -> None:
    folder = spoil(tmp_path)
    for name in ("a.yaml", "b.yaml"):
        (folder / name).write_text(
            "counting: {clause: [EX-1, CN-200, CN-201, CN-203], first_day: excluded, end_on_rest_day: stays}\n"
        )
    assert problems_of(folder) == [
        f"{KEY}/b.yaml:1: “counting”已在 {KEY}/a.yaml:1 写过（应为：换一个编号，或删掉一处）"
    ]


def test_one_item_in_two_files_is_named_with_both_places(tmp_path: Path) -> None:
    folder = spoil(tmp_path)
    (folder / "zz.yaml").write_text(
        "parties:\n  county: {clause: EX-6, label: 区, is: authority}\ncounting: 3\n"
    )
    assert problems_of(folder)[:1] == [
        f"{KEY}/zz.yaml:2: “county”已在 {KEY}/pack.yaml:30 写过（应为：换一个编号，或删掉一处）"
    ]


def test_a_section_may_be_split_over_files(tmp_path: Path) -> None:
    folder = spoil(tmp_path)
    (folder / "more.yaml").write_text("parties:\n  bank: {clause: EX-1, label: 银行, is: organisation}\n")
    assert list(load_pack(folder, BASES).pack.parties) == ["bank", "bureau", "county", "sponsor", "solver"]


@pytest.mark.parametrize("text", ["- a\n- b\n", "word\n"])
def test_a_file_that_is_no_set_of_keys_is_named(tmp_path: Path, text: str) -> None:
    folder = spoil(tmp_path)
    (folder / "more.yaml").write_text(text)
    [said] = problems_of(folder)
    assert said.startswith(f"{KEY}/more.yaml:1: 文件最外层要是一组键（应为：可用：pack、clauses、")
