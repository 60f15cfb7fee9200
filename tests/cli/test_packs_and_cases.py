"""What the commands about packs say and how they end: 0 all is well, 1 something is wrong, 2 it couldn't be understood."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.policy.building import SAMPLE

from jiebang.cli.__main__ import commands, main

KEY = "example-open-bid/1"
URUMQI = "urumqi-open-bid/consultation-draft"

Run = Callable[..., tuple[int, list[str], list[str]]]
Change = tuple[str, str, str]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command in this process: its exit code, the lines it printed, and those to standard error."""

    def run_command(*arguments: object) -> tuple[int, list[str], list[str]]:
        code = main([str(argument) for argument in arguments])
        out, err = capsys.readouterr()
        return code, out.splitlines(), err.splitlines()

    return run_command


def copy_sample(tmp_path: Path, *changes: Change, key: str = KEY) -> Path:
    """The sample pack with some words replaced, each of which stood there once."""
    folder = tmp_path / key
    shutil.copytree(SAMPLE, folder)
    for name, old, new in changes:
        text = (folder / name).read_text()
        assert text.count(old) == 1, old
        (folder / name).write_text(text.replace(old, new))
    return folder


# ── packs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_check_passes_a_sound_pack(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run("packs", "check", tmp_path)
    assert (code, out[-1]) == (0, "共 1 个政策包，0 处问题")


def test_check_names_every_problem_of_pack_and_cases(run: Run, tmp_path: Path) -> None:
    copy_sample(
        tmp_path,
        ("pack.yaml", "is: organisations", "is: firms"),
        ("rules.yaml", "last: 3 年", "last: 3 家"),
        ("cases/rules.yaml", "    title: 差一分钱\n", ""),
    )
    (tmp_path / "stray" / "1").mkdir(parents=True)
    (tmp_path / "stray" / "1" / "rules.yaml").write_text("rules: {}\n")
    code, out, _ = run("packs", "check", tmp_path)
    assert code == 1
    assert out == [
        f"{tmp_path}/stray/1:1: 这里有 YAML 文件，却没有 pack.yaml（应为：补上 pack.yaml，或把文件移进政策包的文件夹）",
        f"{KEY}/pack.yaml:32: parties.solver.is：“firms”不在可用的词里（应为：'organisation', 'organisations', 'authority', 'panel', 'person' 或 'persons'）",
        f"{KEY}/rules.yaml:37: “3 家”不是这里要的值（应为：应写期限）",
        f"{KEY}/cases/rules.yaml:20: 案例要有 id 和 title（应为：都写成文字；编号请加引号）",
        f"{KEY}：装载不了",
        "共 1 个政策包，4 处问题",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{challenge.total_investment: 4999999.99 元}", "{challenge.total_investment: 4999999.999 元}", "facts.challenge.total_investment：项目投入总额："),
        ("{challenge.total_investment: 4999999.99 元}", "{challenge.total: 1 元}", "facts.challenge.total：政策包里没有事实“challenge.total”"),
        ("{challenge.field: health}", "{challenge.field: health}\n    process: transfer", "process：没有流程“transfer”（应为：已有：research）"),
        ("{size#willing: {by: bureau,", "{sise#willing: {by: bureau,", "departures.sise#willing：没有规则或金额项“sise”"),
        ("kind: sole_control", "kind: cousin", "relations.0.kind：没有“cousin”这种关系"),
    ],
)  # fmt: skip
def test_check_reads_what_cases_say_is_known(run: Run, tmp_path: Path, old: str, new: str, said: str) -> None:
    copy_sample(tmp_path, ("cases/rules.yaml", old, new))
    code, out, _ = run("packs", "check", tmp_path)
    assert code == 1
    assert [said in line for line in out] == [True, False, False]


def test_nothing_to_check_is_not_all_well(run: Run, tmp_path: Path) -> None:
    for command in (("packs", "check"), ("packs", "list"), ("cases",), ("clauses",), ("clauses", "--mutate")):
        assert run(*command, tmp_path)[0] == 2


def test_list_shows_packs_and_those_that_do_not_load(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    assert run("packs", "list", tmp_path) == (
        0,
        [
            f"{KEY}  示例市  示例市揭榜挂帅办法（合成）（草案）",
            "    施行：自 2026-01-01 起施行，有效期 3 年（EX-12）；15 条，30 个案例",
        ],
        [],
    )
    (tmp_path / KEY / "rules.yaml").write_text("rules: 3\n")
    assert run("packs", "list", tmp_path)[:2] == (1, [f"{KEY}  装载不了，用 jiebang packs check 看原因"])


def test_show_tells_every_clause_step_and_open_question(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run("packs", "show", KEY, "--packs", tmp_path)
    assert code == 0
    told = "\n".join(out)
    for number in range(1, 13):
        assert f"（EX-{number}，" in told
    for words in ("40%", "3,000,000.00 元", "5,000,000.00 元", "市科技局可凭会议决定并记录理由例外", "由揭榜方、发榜方办理", "公示期按自然日还是工作日？", "至多 2 次", "17:00"):  # fmt: skip
        assert words in told, words
    assert run("packs", "show", "example-open-bid", "--packs", tmp_path)[1] == out


@pytest.mark.parametrize("name", ["no-such-pack", "example-open-bid/9"])
def test_a_pack_that_is_not_there_is_answered_with_those_that_are(
    run: Run, tmp_path: Path, name: str
) -> None:
    copy_sample(tmp_path)
    assert run("packs", "show", name, "--packs", tmp_path) == (
        2,
        [],
        [f"错误：没有政策包“{name}”。已有：{KEY}。"],
    )


def test_of_several_versions_one_has_to_be_named(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    copy_sample(tmp_path, ("pack.yaml", 'version: "1"', 'version: "2"'), key="example-open-bid/2")
    assert run("packs", "show", "example-open-bid", "--packs", tmp_path) == (
        2,
        [],
        ["错误：“example-open-bid”有几个版本。写明版本：example-open-bid/1、example-open-bid/2。"],
    )


def test_diff_tells_what_differs_and_numbers_as_old_and_new(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    copy_sample(
        tmp_path,
        ("pack.yaml", 'version: "1"', 'version: "2"'),
        ("rules.yaml", "limit: 3000000 元", "limit: 2500000 元"),
        ("rules.yaml", "  bidding: {clause: EX-8,", "  trial: {clause: EX-8, label: 试行期, length: 6 个月, starts: 立项}\n  bidding: {clause: EX-8,"),
        ("rules.yaml", "    fields: [{fact: bid.problem}, {fact: bid.note, required: false},", "    fields: [{fact: bid.problem},"),
        key="example-open-bid/2",
    )  # fmt: skip
    assert run("packs", "diff", KEY, KEY, "--packs", tmp_path) == (0, ["两个政策包没有不同"], [])
    code, out, _ = run("packs", "diff", KEY, "example-open-bid/2", "--packs", tmp_path)
    assert code == 1
    told = "\n".join(out)
    assert "3,000,000.00 元 → 2,500,000.00 元" in told
    assert "＋ 新增期限“试行期”（trial）" in told
    assert "～ 修改材料“揭榜申请书”（bid-form）" in told
    assert "－ 删去期限“试行期”（trial）" in "\n".join(
        run("packs", "diff", "example-open-bid/2", KEY, "--packs", tmp_path)[1]
    )
    assert "规则" not in told


# ── cases ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_cases_that_hold(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run("cases", tmp_path)
    assert (code, out[0]) == (0, f"{KEY}：30 个案例，0 个不符")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("rules.yaml", "expect: {rules: {size: departable}}", "expect: {rules: {size: fail}}", "案例 unwilling：规则 size 应为 fail，实为 departable"),
        ("rules.yaml", "expect: {rules: {field: unknown}}", "expect: {rules: {feild: unknown}}", "案例 other-field：规则 feild 应为 unknown，实为 本流程没有这条规则"),
        ("rest.yaml", "first: {amount: 100 万元}", "first: {amount: 1000000.01 元}", "案例 aid-at-the-usual-ceiling：金额 first 的 amount 应为 1000000.01，实为 1000000.00"),
        ("rest.yaml", "ends_on: 2026-03-11", "ends_on: 2026-03-12", "案例 notice-working：期限 notice 的截止日 应为 2026-03-12，实为 2026-03-11"),
        ("rest.yaml", "ended: [不拨付]", "ended: [完成]", "案例 through：流程走到后的 ended 应为 ['完成']，实为 ['不拨付']"),
        ("rest.yaml", "refused: 最多进行", "refused: 迟到", "案例 third-round：流程被拒的原因 应为 迟到，实为 揭榜：最多进行 2 次，已经用完。改走别的结果。"),
        ("rest.yaml", "survive: [a, b, c]}", "survive: [a, b]}", "案例 marks：入围 应为 ['a', 'b']，实为 ['a', 'b', 'c']"),
        ("rest.yaml", "free-use: [sponsor, bureau]}", "free-use: [sponsor]}", "案例 aid-at-the-usual-ceiling：权利 free-use 应为 ['sponsor']，实为 ['sponsor', 'bureau']"),
    ],
)  # fmt: skip
def test_a_wrong_case_is_told_with_what_was_found(
    run: Run, tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    folder = copy_sample(tmp_path, (f"cases/{name}", old, new))
    code, out, _ = run("cases", tmp_path)
    case = said.split("：", maxsplit=1)[0].removeprefix("案例 ")
    lines = (folder / "cases" / name).read_text().splitlines()
    line = lines.index(f"  - id: {case}") + 1
    assert code == 1
    assert out[:2] == [f"{KEY}/cases/{name}:{line}: {said}", f"{KEY}：30 个案例，1 个不符"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("  - id: own-subsidiary", "  - id: health", "案例编号“health”已用过"),
        (
            "    title: 刚好三年，不算超过\n",
            "    title: 刚好三年，不算超过\n    colour: red\n",
            "案例没有“colour”这一项",
        ),
        ("expect: {rules: {size: departable}}", "expect: {}", "案例 unwilling 没有 expect"),
        (
            "expect: {rules: {size: departable}}",
            "expect: {rule: {size: departable}}",
            "expect 没有“rule”这一项",
        ),
        ("given:\n  on: 2026-03-02\n", "given:\n", "案例 all-in-order 的 on 不是日期"),
        ("37 个月", "37 家", "facts.sponsor.age"),
    ],
)
def test_a_case_that_cannot_be_read_is_a_failure(
    run: Run, tmp_path: Path, old: str, new: str, said: str
) -> None:
    copy_sample(tmp_path, ("cases/rules.yaml", old, new))
    code, out, _ = run("cases", tmp_path)
    assert code == 1
    assert any(said in line for line in out)


@pytest.mark.parametrize(
    ("expect", "where", "said"),
    [
        ("{rules: [size]}", "rules", "“[size]”应是一组键（应为：写成 {规则: pass}）"),
        ("{rules: {size: passed}}", "rules.size", "“passed”不在可用的词里"),
        ("{rules: {}}", "rules", "rules 里什么也没有写，什么也不会检查"),
        ("{money: {aid: {amuont: 1 元}}}", "money.aid", "没有“amuont”这一项（应为：可用：amount、"),
        ("{terms: {notice: {ends_on: 2026-03-09}}}", "terms.notice", "没有写从哪一天起算，什么也不会检查"),
        ("{walk: {steps: [{collect: closed}], opne: [vet]}}", "walk.opne", "没有“opne”这一项"),
        ("{walk: {steps: [collect]}}", "walk.steps.0", "“collect”不是一步（应为：每步写成 {阶段: 结果}）"),
        ("{walk: {open: [vet]}}", "walk", "缺少“steps”"),
        ("{scores: {stage: review, reviews: {x: [90 分]}, survived: [x]}}", "scores.survived", "没有“survived”这一项"),
        ("{stage: {vet: {kinds: vet_need}}}", "stage.vet.kinds", "没有“kinds”这一项"),
        ("{papers: {bid: {take: [bid-form]}}}", "papers.bid.take", "没有“take”这一项"),
        ("{capacities: {stage: pay, pays: [solver]}}", "capacities.pays", "没有“pays”这一项"),
        ("{in_force: inforce}", "in_force", "“inforce”不在可用的词里"),
        ("{in_force: {stat: in_force}}", "in_force.stat", "没有“stat”这一项"),
        ("{parties: bureau}", "parties", "“bureau”应是一个列表"),
        ("{ruls: {size: pass}}", "ruls", "expect 没有“ruls”这一项"),
    ],
)  # fmt: skip
def test_an_expectation_that_asks_nothing_is_told_by_check(
    run: Run, tmp_path: Path, expect: str, where: str, said: str
) -> None:
    copy_sample(tmp_path, ("cases/rules.yaml", "expect: {rules: {size: departable}}", f"expect: {expect}"))
    code, out, _ = run("packs", "check", tmp_path)
    assert code == 1
    [line] = [line for line in out if said in line]
    assert line.startswith(f"{KEY}/cases/rules.yaml:")


def test_everything_wrong_with_a_case_comes_at_once_and_the_background_only_once(
    run: Run, tmp_path: Path
) -> None:
    copy_sample(
        tmp_path,
        (
            "cases/rules.yaml",
            "given:\n  on: 2026-03-02\n",
            "given:\n  on: 2026-03-02\n  relations_as_of: 2027-01-01\n",
        ),
        (
            "cases/rules.yaml",
            "expect: {rules: {size: departable}}",
            "expect: {rules: {size: maybe}, ruls: {size: pass}}",
        ),
        ("cases/rules.yaml", "37 个月", "37 家"),
    )
    code, out, _ = run("packs", "check", tmp_path)
    assert code == 1
    problems = [line for line in out if line.startswith(f"{KEY}/cases/")]
    background = [line for line in problems if "given：relations_as_of：查询日期" in line]
    assert len(background) == 1
    assert background[0].startswith(f"{KEY}/cases/rules.yaml:3: ")
    assert sum("“maybe”不在可用的词里" in line or "expect 没有“ruls”这一项" in line for line in problems) == 2
    [value] = [line for line in problems if "“37 家”不是这里要的值" in line]
    number = int(value.split(":")[1])
    assert "37 家" in (tmp_path / KEY / "cases" / "rules.yaml").read_text().splitlines()[number - 1]


def test_a_fact_that_is_not_there_cannot_be_taken_away(run: Run, tmp_path: Path) -> None:
    copy_sample(
        tmp_path,
        ("cases/rules.yaml", "{challenge.total_investment: 4999999.99 元}", "{challenge.totl: unknown}"),
    )
    code, out, _ = run("packs", "check", tmp_path)
    assert code == 1
    assert any("政策包里没有事实“challenge.totl”" in line for line in out)


@pytest.mark.parametrize(
    "command",
    [("packs", "check"), ("packs", "list"), ("cases",), ("clauses",), ("clauses", "--mutate")],
    ids=" ".join,
)
def test_a_folder_that_is_not_there_is_never_passed_over(
    run: Run, tmp_path: Path, command: tuple[str, ...]
) -> None:
    copy_sample(tmp_path)
    for missing, fix in ((tmp_path / "nowhere", "检查路径"), (tmp_path / KEY / "pack.yaml", "写文件夹")):
        code, out, err = run(*command, tmp_path, missing)
        assert (code, out) == (2, [])
        assert "错误：没有文件夹" in err[0]
        assert fix in err[0]


@pytest.mark.parametrize(
    "command", [("packs", "show"), ("evaluate", "--on", "2026-03-02", "--facts", "f", "--pack")]
)
def test_a_name_longer_than_any_file_s_is_answered(run: Run, command: tuple[str, ...]) -> None:
    code, _, err = run(*command, "长" * 5000)
    assert code == 2
    assert err[0].startswith("错误：没有政策包“长长")
    assert len(err[0]) < 500


def test_cases_of_a_pack_that_does_not_load_have_not_passed(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path, ("rules.yaml", "last: 3 年", "last: 3 家"))
    code, out, _ = run("cases", tmp_path)
    assert code == 1
    assert f"{KEY}：30 个案例，装载不了，案例没有运行" in out


# ── clauses ───────────────────────────────────────────────────────────────────────────────────────────────────────────

NEW_CLAUSE = (
    "pack.yaml",
    "  EX-12: {",
    "  EX-99: {article: 第九十九条, force: must, says: 新的一条。}\n  EX-12: {",
)
BEFORE_BIDDING = "  bidding: {clause: EX-8,"


def test_clauses_that_are_all_carried_and_exercised(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run("clauses", tmp_path)
    assert (code, out[-1]) == (0, "共 12 条，0 条没有落实")
    code, out, _ = run("clauses", "--json", tmp_path)
    rows = {row["clause"]: row for row in json.loads("\n".join(out))["clauses"]}
    assert len(rows) == 12
    [carrier] = rows["EX-4"]["items"]
    assert (carrier["item"], carrier["line"]) == ("rules.unrelated", 22)
    assert set(carrier["cases"]) == {"all-in-order", "own-subsidiary"}
    assert carrier["code"]


def test_a_clause_that_nothing_carries_fails(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path, NEW_CLAUSE)
    code, out, _ = run("clauses", tmp_path)
    assert code == 1
    assert (
        f"{KEY}/pack.yaml:23: 条款 EX-99 没有任何内容承载（应为：在规则、金额、流程、职责等的 clause 里写上它）"
        in out
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (BEFORE_BIDDING, f"  # EX-99: 这里说的就是它\n{BEFORE_BIDDING}"),
        (
            BEFORE_BIDDING,
            f"  # spare: {{clause: EX-99, label: 备用期, length: 3 年, starts: 某日}}\n{BEFORE_BIDDING}",
        ),
        ("label: 揭榜期", "label: EX-99 揭榜期"),
    ],
    ids=["comment", "commented out", "label"],
)
def test_a_clause_named_in_passing_is_not_carried(run: Run, tmp_path: Path, old: str, new: str) -> None:
    copy_sample(tmp_path, NEW_CLAUSE, ("rules.yaml", old, new))
    code, out, _ = run("clauses", tmp_path)
    assert code == 1
    assert any("条款 EX-99 没有任何内容承载" in line for line in out)


def test_a_clause_whose_carrier_no_case_looks_at_fails(run: Run, tmp_path: Path) -> None:
    spare = "  spare: {clause: EX-99, label: 备用期, length: 3 年, starts: 某日}\n"
    copy_sample(tmp_path, NEW_CLAUSE, ("rules.yaml", BEFORE_BIDDING, spare + BEFORE_BIDDING))
    code, out, _ = run("clauses", tmp_path)
    assert code == 1
    assert out[-2:] == [
        f"{KEY}/pack.yaml:23: 条款 EX-99 承载它的内容没有任何案例检验",
        "共 13 条，1 条没有落实",
    ]


def test_mutation_passes_a_tight_pack(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run("clauses", "--mutate", "--jobs", 1, tmp_path)
    assert (code, out[0]) == (0, "")
    [summary] = [line for line in out if line.startswith(KEY)]
    assert summary.endswith("没有发现 0")


@pytest.mark.parametrize(
    ("name", "old", "new", "survivors"),
    [
        # a number that no case looks at
        (
            "rules.yaml",
            BEFORE_BIDDING,
            f"  spare: {{clause: EX-8, label: 备用期, length: 3 年, starts: 某日}}\n{BEFORE_BIDDING}",
            {"去掉这一项", "3 年 改为 35 个月", "3 年 改为 37 个月"},
        ),
        # a boundary with a case on one side only
        (
            "cases/rules.yaml",
            "{challenge.total_investment: 4999999.99 元}",
            "{challenge.total_investment: 400 万元}",
            {"500 万元 改为 4999999.99 元"},
        ),
    ],
    ids=["a number", "a boundary"],
)
def test_mutation_finds_what_no_case_would_notice(
    run: Run, tmp_path: Path, name: str, old: str, new: str, survivors: set[str]
) -> None:
    copy_sample(tmp_path, (name, old, new))
    code, out, _ = run("clauses", "--mutate", "--jobs", 1, tmp_path)
    assert code == 1
    found = out[: out.index("")]
    assert {line.split("：")[1].split("，")[0] for line in found} == survivors
    assert all(line.startswith(f"{KEY}/rules.yaml:") and line.endswith("没有案例不符") for line in found)


def test_mutation_does_not_begin_on_a_pack_whose_cases_fail(run: Run, tmp_path: Path) -> None:
    copy_sample(tmp_path, ("cases/rules.yaml", "{rules: {size: departable}}", "{rules: {size: fail}}"))
    code, out, _ = run("clauses", "--mutate", "--jobs", 1, tmp_path)
    assert code == 1
    assert f"{KEY}：没有试，先改好上面 1 处问题" in out


# ── evaluate ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def ask(run: Run, tmp_path: Path, facts: str, *more: str, on: str = "2026-03-02") -> Any:
    (tmp_path / "facts.yaml").write_text(facts)
    code, out, err = run("evaluate", "--pack", URUMQI, "--on", on, "--facts", tmp_path / "facts.yaml", *more)
    assert (code, err) == (0, [])
    return json.loads("\n".join(out))


def total(amount: str) -> str:
    return f"process: research\nsource: checked\nfacts: {{challenge.total_investment: {amount} 元}}\n"


@pytest.mark.parametrize("amount", ["4999999.99", "5000000.00"])
def test_a_draft_that_nobody_adopted_gives_no_verdict(run: Run, tmp_path: Path, amount: str) -> None:
    answer = ask(run, tmp_path, total(amount))
    assert answer["in_force"]["state"] == "unset"
    assert (answer["verdicts"], answer["amounts"], answer["terms"], answer["unset"]) == ([], [], [], [])


@pytest.mark.parametrize(
    ("amount", "verdict", "shown"),
    [("4999999.99", "fail", "4,999,999.99 元"), ("5000000.00", "pass", "5,000,000.00 元")],
)
def test_adopted_it_tells_a_fen_apart(
    run: Run, tmp_path: Path, amount: str, verdict: str, shown: str
) -> None:
    answer = ask(run, tmp_path, total(amount), "--adopted-on", "2026-01-01")
    assert (answer["pack"], answer["on"], answer["process"]) == (URUMQI, "2026-03-02", "research")
    assert answer["in_force"]["state"] == "in_force"
    verdicts = {row["rule"]: row for row in answer["verdicts"]}
    found = verdicts["total-investment"]
    assert found["verdict"] == verdict
    assert shown in found["explanation"]
    assert found["conditions"][0]["inputs"][0]["source"] == "checked"
    # What wasn't said stays unknown, and what the draft leaves open is listed.
    assert verdicts["sponsor-credit"]["verdict"] == "unknown"
    assert answer["unset"]
    assert all(row["question"] and row["decides"] for row in answer["unset"])


@pytest.mark.parametrize(
    ("on", "state"), [("2025-12-31", "not_yet"), ("2026-01-01", "in_force"), ("2029-01-01", "lapsed")]
)
def test_on_another_day_it_may_not_hold(run: Run, tmp_path: Path, on: str, state: str) -> None:
    answer = ask(run, tmp_path, total("5000000"), "--adopted-on", "2026-01-01", on=on)
    assert answer["in_force"]["state"] == state
    assert bool(answer["verdicts"]) == (state == "in_force")


def test_bad_facts_are_all_named_and_nothing_is_judged(run: Run, tmp_path: Path) -> None:
    facts = tmp_path / "facts.yaml"
    facts.write_text(
        "process: reserch\n"
        "colour: red\n"
        "as_of: 2026-03-02\n"
        "facts:\n"
        "  challenge.total_investment: 500 万\n"
        "  challenge.total_investmnt: 500 万元\n"
        "  sponsor.credit: 很好\n"
        "  challenge.period: {value: 24 个月, as_of: 2026-03-03}\n"
        "  bid.lead: 1.5\n"
        "decided: {investment-basis: guessed}\n"
        "starts: {no-such-term: 2026-03-02}\n"
    )
    code, out, err = run("evaluate", "--pack", URUMQI, "--on", "2026-03-02", "--facts", facts)
    assert (code, out) == (2, [])
    wanted = [
        ("1", "没有流程“reserch”"),
        ("2", "不认识“colour”"),
        ("5", "项目投入总额"),
        ("6", "没有事实“challenge.total_investmnt”（应为：是不是 challenge.total_investment"),
        ("7", "“很好”不是这里要的值"),
        ("8", "截至日期 2026-03-03 晚于判断之日 2026-03-02"),
        ("9", "小数 1.5 没有单位"),
        ("10", "没有“guessed”这个选项"),
        ("11", "没有期限“no-such-term”"),
    ]
    assert err[-1] == f"共 {len(wanted)} 处问题，没有判断"
    for line, (number, words) in zip(err, wanted, strict=False):
        assert line.startswith(f"facts.yaml:{number}: "), line
        assert words in line, line


def test_facts_that_are_not_there_are_named(run: Run, tmp_path: Path) -> None:
    code, _, err = run("evaluate", "--pack", URUMQI, "--on", "2026-03-02", "--facts", tmp_path / "none.yaml")
    assert code == 2
    assert err[0].startswith("none.yaml:1: 文件读不出来")


# ── the command line itself ───────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "缺少参数：命令"),
        (("packs",), "缺少参数：动作"),
        (("packs", "chek"), "没有 'chek'"),
        (("evaluate", "--pack", "x"), "缺少参数：--on, --facts"),
        (("evaluate", "--pack", "x", "--facts", "f", "--on", "2026-02-30"), "没有“2026-02-30”这一天，写成 2026-03-02"),
        (("cases", "--loud"), "不认识的参数：--loud"),
    ],
)  # fmt: skip
def test_what_is_not_understood_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("command", commands())
def test_every_command_explains_itself_in_chinese(capsys: pytest.CaptureFixture[str], command: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command.replace("_", "-"), "--help"])
    assert ended.value.code == 0
    told = capsys.readouterr().out
    assert told.startswith("用法：")
    assert "show this help" not in told
