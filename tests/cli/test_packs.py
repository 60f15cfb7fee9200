"""What `packs check|list|show|diff` say and how they end: 0 all is well, 1 something is wrong, 2 it couldn't be understood."""

from pathlib import Path

import pytest
from tests.cli.sample import KEY, RunLines, copy_sample


def test_check_passes_a_sound_pack(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run_lines("packs", "check", tmp_path)
    assert (code, out[-1]) == (0, "共 1 个政策包，0 处问题")


def test_check_names_every_problem_of_pack_and_cases(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(
        tmp_path,
        ("pack.yaml", "is: organisations", "is: firms"),
        ("rules.yaml", "last: 3 年", "last: 3 家"),
        ("cases/rules.yaml", "    title: 差一分钱\n", ""),
    )
    (tmp_path / "stray" / "1").mkdir(parents=True)
    (tmp_path / "stray" / "1" / "rules.yaml").write_text("rules: {}\n")
    code, out, _ = run_lines("packs", "check", tmp_path)
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
def test_check_reads_what_cases_say_is_known(
    run_lines: RunLines, tmp_path: Path, old: str, new: str, said: str
) -> None:
    copy_sample(tmp_path, ("cases/rules.yaml", old, new))
    code, out, _ = run_lines("packs", "check", tmp_path)
    assert code == 1
    assert [said in line for line in out] == [True, False, False]


def test_nothing_to_check_is_not_all_well(run_lines: RunLines, tmp_path: Path) -> None:
    for command in (("packs", "check"), ("packs", "list"), ("cases",), ("clauses",), ("clauses", "--mutate")):
        assert run_lines(*command, tmp_path)[0] == 2


def test_list_shows_packs_and_those_that_do_not_load(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    assert run_lines("packs", "list", tmp_path) == (
        0,
        [
            f"{KEY}  示例市  示例市揭榜挂帅办法（合成）（草案）",
            "    施行：自 2026-01-01 起施行，有效期 3 年（EX-12）；15 条，30 个案例",
        ],
        [],
    )
    (tmp_path / KEY / "rules.yaml").write_text("rules: 3\n")
    assert run_lines("packs", "list", tmp_path)[:2] == (
        1,
        [f"{KEY}  装载不了，用 jiebang packs check 看原因"],
    )


def test_show_tells_every_clause_step_and_open_question(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    code, out, _ = run_lines("packs", "show", KEY, "--packs", tmp_path)
    assert code == 0
    told = "\n".join(out)
    for number in range(1, 13):
        assert f"（EX-{number}，" in told
    for words in ("40%", "3,000,000.00 元", "5,000,000.00 元", "市科技局可凭会议决定并记录理由例外", "由揭榜方、发榜方办理", "公示期按自然日还是工作日？", "至多 2 次", "17:00"):  # fmt: skip
        assert words in told, words
    assert run_lines("packs", "show", "example-open-bid", "--packs", tmp_path)[1] == out


@pytest.mark.parametrize("name", ["no-such-pack", "example-open-bid/9"])
def test_a_pack_that_is_not_there_is_answered_with_those_that_are(
    run_lines: RunLines, tmp_path: Path, name: str
) -> None:
    copy_sample(tmp_path)
    assert run_lines("packs", "show", name, "--packs", tmp_path) == (
        2,
        [],
        [f"错误：没有政策包“{name}”。已有：{KEY}。"],
    )


def test_of_several_versions_one_has_to_be_named(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    copy_sample(tmp_path, ("pack.yaml", 'version: "1"', 'version: "2"'), key="example-open-bid/2")
    assert run_lines("packs", "show", "example-open-bid", "--packs", tmp_path) == (
        2,
        [],
        ["错误：“example-open-bid”有几个版本。写明版本：example-open-bid/1、example-open-bid/2。"],
    )


def test_diff_tells_what_differs_and_numbers_as_old_and_new(run_lines: RunLines, tmp_path: Path) -> None:
    copy_sample(tmp_path)
    copy_sample(
        tmp_path,
        ("pack.yaml", 'version: "1"', 'version: "2"'),
        ("rules.yaml", "limit: 3000000 元", "limit: 2500000 元"),
        ("rules.yaml", "  bidding: {clause: EX-8,", "  trial: {clause: EX-8, label: 试行期, length: 6 个月, starts: 立项}\n  bidding: {clause: EX-8,"),
        ("rules.yaml", "    fields: [{fact: bid.problem}, {fact: bid.note, required: false},", "    fields: [{fact: bid.problem},"),
        key="example-open-bid/2",
    )  # fmt: skip
    assert run_lines("packs", "diff", KEY, KEY, "--packs", tmp_path) == (0, ["两个政策包没有不同"], [])
    code, out, _ = run_lines("packs", "diff", KEY, "example-open-bid/2", "--packs", tmp_path)
    assert code == 1
    told = "\n".join(out)
    assert "3,000,000.00 元 → 2,500,000.00 元" in told
    assert "＋ 新增期限“试行期”（trial）" in told
    assert "～ 修改材料“揭榜申请书”（bid-form）" in told
    assert "－ 删去期限“试行期”（trial）" in "\n".join(
        run_lines("packs", "diff", "example-open-bid/2", KEY, "--packs", tmp_path)[1]
    )
    assert "规则" not in told
