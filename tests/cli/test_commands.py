"""The commands as a person types them: what they print, in Chinese, and with which code they end."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.sample import Run, edit

from jiebang.cli.__main__ import commands, main

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "policy" / "packs"


# ── the command line itself ───────────────────────────────────────────────────────────────────────────────────────────


def test_help_lists_every_command(run: Run) -> None:
    code, out, _ = run("--help")
    assert code == 0
    assert {"cases", "clauses", "evaluate", "packs"} <= set(commands())
    for name in commands():
        assert f"    {name.replace('_', '-')} " in out
    assert out.startswith("用法：jiebang")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "缺少参数：命令"),
        (["casez"], "没有 'casez'"),
        (["evaluate", "--pack", "x"], "缺少参数：--on, --facts"),
        (["evaluate", "--pack", "x", "--facts", "f", "--on", "2026-02-30"], "没有“2026-02-30”这一天"),
        (["packs", "show"], "缺少参数：编号[/版本]"),
        (["cases", "--loud"], "不认识的参数：--loud"),
    ],
)
def test_misuse_ends_with_2_and_says_what_is_wrong(run: Run, arguments: list[str], complaint: str) -> None:
    code, out, err = run(*arguments)
    assert (code, out) == (2, "")
    assert complaint in err
    assert "--help" in err


def test_a_command_starts_without_django() -> None:
    script = (
        "import sys; from jiebang.cli.__main__ import main; main(['packs', 'list', sys.argv[1]]);"
        "sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    )
    ran = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-c", script, str(SAMPLES)],
        check=False, capture_output=True, env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr.decode()


def test_a_reader_that_stops_early_is_no_error() -> None:
    """`jiebang packs show … | head -1`: a closed pipe isn't complained about."""
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(  # noqa: S603  our own command
        [sys.executable, "-m", "jiebang.cli", "packs", "show", "example-open-bid", "--packs", str(SAMPLES)],
        check=False, stdout=writer, stderr=subprocess.PIPE, env={"PYTHONPATH": str(ROOT / "src"), "PYTHONUTF8": "1"},
    )  # fmt: skip
    os.close(writer)
    assert ran.stderr == b""


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


# ── cases, packs check, clauses ───────────────────────────────────────────────────────────────────────────────────────


def test_cases_that_hold(run: Run) -> None:
    code, out, _ = run("cases", SAMPLES)
    assert code == 0
    assert out.splitlines()[0] == "example-open-bid/1：30 个案例，0 个不符"


def test_a_case_that_does_not_hold(run: Run, copies: Path) -> None:
    cases = copies / "example-open-bid" / "1" / "cases" / "rules.yaml"
    edit(cases, "4999999.99 元", "5000000 元")
    line = edit(cases, "  - id: a-fen-short", "  - id: a-fen-short")
    code, out, _ = run("cases", copies)
    assert code == 1
    assert (
        f"example-open-bid/1/cases/rules.yaml:{line}: 案例 a-fen-short：规则 size 应为 fail，实为 pass" in out
    )
    assert "example-open-bid/1：30 个案例，1 个不符" in out


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("4999999.99 元", "4999999.99", "没有单位"),
        ("{challenge.field: health}", "{challenge.fields: health}", "政策包里没有事实“challenge.fields”"),
        (
            "expect: {rules: {field: unknown}}",
            "expects: {rules: {field: unknown}}",
            "案例没有“expects”这一项",
        ),
        ("by: county, with: reason", "by: county, with: reasons", "例外要写 by 和 with"),
        ("- id: too-young", "- id: a-fen-short", "案例编号“a-fen-short”已用过"),
    ],
)
def test_a_broken_case_is_a_failure(run: Run, copies: Path, old: str, new: str, complaint: str) -> None:
    edit(copies / "example-open-bid" / "1" / "cases" / "rules.yaml", old, new)
    code, out, _ = run("cases", copies)
    assert code == 1
    assert complaint in out
    assert run("packs", "check", copies)[0] == 1


def test_a_misspelt_expectation_is_a_failure_and_no_crash(run: Run, copies: Path) -> None:
    cases = copies / "example-open-bid" / "1" / "cases" / "rest.yaml"
    edit(cases, "first: {amount: 100 万元}", "first: {amount: 100 万}")
    code, out, _ = run("cases", copies)
    assert code == 1
    assert "无法核对" in out


@pytest.mark.parametrize(
    "command", [["cases"], ["packs", "check"], ["packs", "list"], ["clauses"], ["clauses", "--mutate"]]
)
def test_nothing_found_is_said(run: Run, tmp_path: Path, command: list[str]) -> None:
    code, out, err = run(*command, tmp_path)
    assert code == 2
    assert "没有找到政策包" in out + err


def test_check_tells_every_problem_of_every_file_at_once(run: Run, copies: Path) -> None:
    pack = copies / "example-open-bid" / "1"
    lines = [
        # One item that doesn't validate, one that doesn't compile, one dangling name, one unsound stage, one case.
        edit(pack / "rules.yaml", "{holds: item.serious}", "{hold: item.serious}"),
        edit(
            pack / "rules.yaml",
            "[challenge.total_investment, 500 万元]",
            "[challenge.total_investment, 3 家]",
        ),
        edit(pack / "rules.yaml", "evidence: [contract]", "evidence: [contracts]"),
        edit(pack / "process.yaml", "outcomes: {announced: bid}", "outcomes: {announced: bids}"),
        edit(pack / "cases" / "rules.yaml", "  - id: too-young", "  - name: too-young"),
    ]
    code, out, _ = run("packs", "check", copies)
    assert code == 1
    for file, line in zip(("rules", "rules", "rules", "process", "cases/rules"), lines, strict=True):
        assert f"example-open-bid/1/{file}.yaml:{line}: " in out
    assert "5 处问题" in out.splitlines()[-1]


def test_what_is_left_out_is_not_missed_elsewhere(run: Run, copies: Path) -> None:
    """A fact, a party, a list and a paper that don't validate: nothing that names them is reported too."""
    pack = copies / "example-open-bid" / "1"
    edit(pack / "pack.yaml", "{label: 发榜方承诺配套, type: flag}", "{label: 发榜方承诺配套, type: flags}")
    edit(pack / "pack.yaml", "label: 区财政, is: authority", "label: 区财政, is: office")
    edit(pack / "pack.yaml", "label: 重点领域, open: true", "label: 重点领域, open: maybe")
    edit(pack / "rules.yaml", "label: 揭榜申请书\n", "labels: 揭榜申请书\n")
    code, out, _ = run("packs", "check", copies)
    problems = [line for line in out.splitlines() if line.startswith("example-open-bid/1/")]
    assert code == 1
    assert len(problems) == 5, problems  # label missing and labels unknown are two
    assert all(word in out for word in ("sponsor.willing", "county", "fields", "bid-form"))


def test_check_sees_folders_that_nothing_would_load(run: Run, copies: Path) -> None:
    stray = copies / "elsewhere" / "1"
    stray.mkdir(parents=True)
    (stray / "rules.yaml").write_text("rules: {}\n", encoding="utf-8")
    code, out, _ = run("packs", "check", copies)
    assert code == 1
    assert "没有 pack.yaml" in out


def test_a_pack_is_called_what_its_folder_is_called(run: Run, copies: Path) -> None:
    (copies / "example-open-bid" / "1").rename(copies / "example-open-bid" / "2")
    code, out, _ = run("packs", "check", copies)
    assert code == 1
    assert "example-open-bid/2/pack.yaml:3: version 是“1”，文件夹却叫“2”" in out


def test_clauses_as_text_and_as_json(run: Run) -> None:
    code, out, _ = run("clauses", SAMPLES)
    assert code == 0
    assert out.splitlines()[-1] == "共 12 条，0 条没有落实"
    code, out, _ = run("clauses", "--json", SAMPLES)
    rows = {row["clause"]: row for row in json.loads(out)["clauses"]}
    assert code == 0
    assert [item["item"] for item in rows["EX-5"]["items"]] == ["rules.clean"]
    assert "bad-record-just-inside" in rows["EX-5"]["items"][0]["cases"]


def test_clauses_without_cases_are_named(run: Run, copies: Path) -> None:
    shutil.rmtree(copies / "example-open-bid" / "1" / "cases")
    code, out, _ = run("clauses", copies)
    assert code == 1
    assert "example-open-bid/1/pack.yaml:13: 条款 EX-2 承载它的内容没有任何案例检验" in out
    assert out.splitlines()[-1] == "共 12 条，12 条没有落实"


def test_clauses_mutate(run: Run, copies: Path) -> None:
    code, out, _ = run("clauses", "--mutate", "--jobs", 1, copies)
    assert code == 0
    assert "没有发现 0" in out
    rules = copies / "example-open-bid" / "1" / "rules.yaml"
    line = rules.read_text(encoding="utf-8").split("500 万元")[0].count("\n") + 1
    edit(copies / "example-open-bid" / "1" / "cases" / "rules.yaml", "4999999.99 元", "4999999 元")
    code, out, _ = run("clauses", "--mutate", "--jobs", 1, copies)
    assert code == 1
    assert (
        f"example-open-bid/1/rules.yaml:{line}: rules.size.test.all.0.at_least.1：500 万元 改为 4999999.99 元"
        in out
    )


# ── reading packs ─────────────────────────────────────────────────────────────────────────────────────────────────────


def test_list_and_show(run: Run) -> None:
    code, out, _ = run("packs", "list", SAMPLES)
    assert code == 0
    assert out.startswith("example-open-bid/1  示例市  示例市揭榜挂帅办法（合成）（草案）\n")
    code, out, _ = run("packs", "show", "example-open-bid", "--packs", SAMPLES)
    assert code == 0
    for said in (
        "第三条（EX-3，必须）项目投入总额不低于五百万元，发榜方满三年。",
        "项目投入总额 不低于 5,000,000.00 元",
        "市科技局、区财政可凭记录理由例外",
        "原则上不超过项目投入总额 × 40%，市科技局可凭记录理由例外",
        "不存在“揭榜牵头单位与发榜方有关联（单独控制、同一主体）”的情形",
        "无人揭榜→“揭榜”",
        "公示期按自然日还是工作日？（EX-8）",
        "施行：自 2026-01-01 起施行，有效期 3 年（EX-12）",
    ):
        assert said in out


def test_show_every_pack_of_the_project(run: Run) -> None:
    """Whatever a pack is made of can be said; no English word of the vocabulary is left."""
    for folder in sorted((ROOT / "packs").glob("*/*/pack.yaml")):
        name = f"{folder.parent.parent.name}/{folder.parent.name}"
        code, out, _ = run("packs", "show", name)
        assert code == 0
        assert out.count("\n") > 10
        for word in ("in-principle", "open-bid\n", "outcomes", "at_least", "None", "unset"):
            assert word not in out.replace(name, ""), (name, word)


def test_two_versions_are_compared_in_words(run: Run, copies: Path) -> None:
    old, new = copies / "example-open-bid" / "1", copies / "example-open-bid" / "2"
    shutil.copytree(old, new)
    edit(new / "pack.yaml", 'version: "1"', 'version: "2"')
    edit(new / "rules.yaml", "limit: 3000000 元", "limit: 5000000 元")
    edit(new / "rules.yaml", "length: 30 日", "length: 20 日")
    edit(
        new / "rules.yaml",
        "free-use: {clause: EX-10, label: 免费使用",
        "cheap-use: {clause: EX-10, label: 优惠使用",
    )
    edit(new / "process.yaml", "at_most: 2 次", "at_most: 3 次")
    code, out, _ = run("packs", "diff", "example-open-bid/1", "example-open-bid/2", "--packs", copies)
    assert code == 1
    assert "不超过（cap）：3,000,000.00 元 → 5,000,000.00 元" in out
    assert "长度：30 日 → 20 日" in out
    assert "2 次 → 3 次" in out
    assert "－ 删去权利“免费使用”（free-use）" in out
    assert "＋ 新增权利“优惠使用”（cheap-use）" in out
    code, out, _ = run("packs", "diff", "example-open-bid/1", "example-open-bid/1", "--packs", copies)
    assert (code, out) == (0, "两个政策包没有不同\n")


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("example-open-bid", "有几个版本"), ("example-open-bid/9", "没有政策包"), ("nowhere", "没有政策包")],
)
def test_a_pack_has_to_be_named_clearly(run: Run, copies: Path, name: str, complaint: str) -> None:
    shutil.copytree(copies / "example-open-bid" / "1", copies / "example-open-bid" / "2")
    code, out, err = run("packs", "show", name, "--packs", copies)
    assert (code, out) == (2, "")
    assert complaint in err
    assert "example-open-bid/1" in err
