"""What `cases` says of worked examples that hold, that don't, and that can't be read."""

from pathlib import Path

import pytest
from tests.cli.sample import KEY, RunLines, copy_sample


def test_cases_that_hold(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run_lines("cases", tmp_path)
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
    run_lines: RunLines, tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    folder = copy_sample(tmp_path, (f"cases/{name}", old, new))
    code, out, _ = run_lines("cases", tmp_path)
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
    run_lines: RunLines, tmp_path: Path, old: str, new: str, said: str
) -> None:
    copy_sample(tmp_path, ("cases/rules.yaml", old, new))
    code, out, _ = run_lines("cases", tmp_path)
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
    run_lines: RunLines, tmp_path: Path, expect: str, where: str, said: str
) -> None:
    copy_sample(tmp_path, ("cases/rules.yaml", "expect: {rules: {size: departable}}", f"expect: {expect}"))
    code, out, _ = run_lines("packs", "check", tmp_path)
    assert code == 1
    [line] = [line for line in out if said in line]
    assert line.startswith(f"{KEY}/cases/rules.yaml:")


def test_everything_wrong_with_a_case_comes_at_once_and_the_background_only_once(
    run_lines: RunLines, tmp_path: Path
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
    code, out, _ = run_lines("packs", "check", tmp_path)
    assert code == 1
    problems = [line for line in out if line.startswith(f"{KEY}/cases/")]
    background = [line for line in problems if "given：relations_as_of：查询日期" in line]
    assert len(background) == 1
    assert background[0].startswith(f"{KEY}/cases/rules.yaml:3: ")
    assert sum("“maybe”不在可用的词里" in line or "expect 没有“ruls”这一项" in line for line in problems) == 2
    [value] = [line for line in problems if "“37 家”不是这里要的值" in line]
    number = int(value.split(":")[1])
    assert "37 家" in (tmp_path / KEY / "cases" / "rules.yaml").read_text().splitlines()[number - 1]


def test_a_fact_that_is_not_there_cannot_be_taken_away(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(
        tmp_path,
        ("cases/rules.yaml", "{challenge.total_investment: 4999999.99 元}", "{challenge.totl: unknown}"),
    )
    code, out, _ = run_lines("packs", "check", tmp_path)
    assert code == 1
    assert any("政策包里没有事实“challenge.totl”" in line for line in out)


@pytest.mark.parametrize(
    "command",
    [("packs", "check"), ("packs", "list"), ("cases",), ("clauses",), ("clauses", "--mutate")],
    ids=" ".join,
)
def test_a_folder_that_is_not_there_is_never_passed_over(
    run_lines: RunLines, tmp_path: Path, command: tuple[str, ...]
) -> None:
    copy_sample(tmp_path)
    for missing, fix in ((tmp_path / "nowhere", "检查路径"), (tmp_path / KEY / "pack.yaml", "写文件夹")):
        code, out, err = run_lines(*command, tmp_path, missing)
        assert (code, out) == (2, [])
        assert "错误：没有文件夹" in err[0]
        assert fix in err[0]


@pytest.mark.parametrize(
    "command", [("packs", "show"), ("evaluate", "--on", "2026-03-02", "--facts", "f", "--pack")]
)
def test_a_name_longer_than_any_file_s_is_answered(run_lines: RunLines, command: tuple[str, ...]) -> None:
    code, _, err = run_lines(*command, "长" * 5000)
    assert code == 2
    assert err[0].startswith("错误：没有政策包“长长")
    assert len(err[0]) < 500


def test_cases_of_a_pack_that_does_not_load_have_not_passed(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path, ("rules.yaml", "last: 3 年", "last: 3 家"))
    code, out, _ = run_lines("cases", tmp_path)
    assert code == 1
    assert f"{KEY}：30 个案例，装载不了，案例没有运行" in out
