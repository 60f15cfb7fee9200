"""`evaluate` as a person types it: what it explains, and what it says of facts that can't be read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.cli.sample import Run, edit

from jiebang.kernel.identifiers import make_synthetic_credit_code

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "tests" / "policy" / "packs"


FACTS = """
process: research
source: checked
as_of: 2026-03-02
starts: {bidding: 2026-03-03, notice: 2026-03-02}
facts:
  challenge.total_investment: 500 万元
  project.aid: {value: 2000000.01 元, source: checked, evidence: 会议纪要（合成）}
  sponsor.kind: firm
  sponsor.age: 3 年
"""


@pytest.fixture
def ask(run: Run, tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Put facts to the sample pack."""

    def go(
        facts: str, *more: object, on: str = "2026-03-02", name: str = "facts.yaml"
    ) -> tuple[int, str, str]:
        file = tmp_path / name
        file.write_text(facts, encoding="utf-8")
        return run(
            "evaluate", "--pack", "example-open-bid", "--packs", SAMPLES, "--on", on, "--facts", file, *more
        )

    return go


def answer(result: tuple[int, str, str]) -> dict[str, Any]:
    code, out, err = result
    assert (code, err) == (0, "")
    data: dict[str, Any] = json.loads(out)
    return data


def test_evaluate_explains_itself(ask: Run) -> None:
    found = answer(ask(FACTS))
    assert found["in_force"]["state"] == "in_force"
    verdicts = {v["rule"]: v for v in found["verdicts"]}
    assert {rule: v["verdict"] for rule, v in verdicts.items()} == {
        "field": "unknown", "size": "fail", "unrelated": "unknown", "clean": "unknown",
    }  # fmt: skip
    size = verdicts["size"]
    assert size["clause"] == ["EX-3"]
    assert "发榜方成立时间：3 年" in size["explanation"]
    investment = size["conditions"][0]["inputs"][0]
    assert (investment["fact"], investment["value"], investment["source"]) == (
        "challenge.total_investment", "5,000,000.00 元", "checked",
    )  # fmt: skip
    aid = next(a for a in found["amounts"] if a["item"] == "aid")
    assert (aid["status"], aid["amount"], aid["ceiling"]) == ("departable", "2000000.01", "2000000.00")
    limit = next(line for line in aid["lines"] if line["label"] == "原则上不超过")
    assert limit["clause"] == "EX-6"
    assert limit["text"] == "原则上不超过：项目投入总额 5,000,000.00 元 × 40% ＝ 2,000,000.00 元"
    terms = {t["term"]: t for t in found["terms"]}
    assert terms["bidding"]["closes_at"] == "2026-04-02T17:00:00+08:00"
    assert (terms["notice"]["ends_on"], terms["notice"]["unset"]) == (None, ["notice-counting"])
    assert [u["discretion"] for u in found["unset"]] == ["notice-counting"]


def test_evaluate_reads_json_too(ask: Run) -> None:
    facts = {
        "process": "research",
        "facts": {"challenge.total_investment": "500 万元", "sponsor.willing": True},
    }
    found = answer(ask(json.dumps(facts), name="facts.json"))
    assert found["process"] == "research"
    assert {v["rule"] for v in found["verdicts"]} == {"field", "size", "unrelated", "clean"}


def test_evaluate_looks_at_one_stage_and_moment(ask: Run) -> None:
    found = answer(ask(FACTS, "--stage", "vet", "--at", "submit"))
    assert [v["rule"] for v in found["verdicts"]] == ["field", "clean"]


@pytest.mark.parametrize(("on", "state"), [("2025-12-31", "not_yet"), ("2029-01-01", "lapsed")])
def test_a_regulation_out_of_force_gives_no_verdict(ask: Run, on: str, state: str) -> None:
    facts = FACTS.replace("as_of: 2026-03-02\n", "")
    found = answer(ask(facts, on=on))
    assert found["in_force"]["state"] == state
    assert (found["verdicts"], found["amounts"], found["terms"]) == ([], [], [])


def test_a_draft_is_in_force_only_once_adopted(run: Run, copies: Path, tmp_path: Path) -> None:
    edit(copies / "example-open-bid" / "1" / "pack.yaml", "from: 2026-01-01", "from: unset")
    facts = tmp_path / "facts.yaml"
    facts.write_text(FACTS, encoding="utf-8")
    asked = (
        "evaluate",
        "--pack",
        "example-open-bid",
        "--packs",
        copies,
        "--on",
        "2026-03-02",
        "--facts",
        facts,
    )
    found = answer(run(*asked))
    assert found["in_force"]["state"] == "unset"
    assert "须由有权机关记录施行决定" in found["in_force"]["explanation"]
    assert found["verdicts"] == []
    found = answer(run(*asked, "--adopted-on", "2026-03-02"))
    assert (found["in_force"]["state"], found["in_force"]["until"]) == ("in_force", "2029-03-01")
    assert found["verdicts"] != []


def test_wrong_facts_are_all_told_with_their_lines(ask: Run) -> None:
    facts = (
        "process: nowhere\n"
        "source: heard\n"
        "starts: {notice: 2026-02-30, siesta: 2026-03-02}\n"
        "facts:\n"
        "  challenge.total_investment: 5000000\n"
        "  project.aids: 1 元\n"
        "  sponsor.kind: film\n"
        "  sponsor.age: 0330\n"
        "mood: good\n"
    )
    code, out, err = ask(facts)
    assert (code, out) == (2, "")
    for line, said in (
        (1, "没有流程“nowhere”"),
        (2, "不认识的来源“heard”"),
        (3, "公示期：没有“2026-02-30”这一天"),
        (3, "没有期限“siesta”"),
        (5, "项目投入总额：“5000000”不是这里要的值（应为：应写金额"),
        (6, "政策包里没有事实“project.aids”（应为：是不是 project.aid"),
        (7, "发榜方性质：没有“film”这个选项（应为：可选：firm（企业）、university（高校））"),
        (8, "数字 0330 以 0 开头"),
        (9, "不认识“mood”"),
    ):
        assert f"facts.yaml:{line}: {said}" in err


@pytest.mark.parametrize(
    ("facts", "said"),
    [("[1, 2]", "文件最外层要是一组键"), ("", "文件是空的"), ("facts: [a]", "facts 应是一组键")],
)
def test_a_facts_file_has_to_be_one(ask: Run, facts: str, said: str) -> None:
    code, out, err = ask(facts)
    assert (code, out) == (2, "")
    assert said in err


def test_a_forged_credit_code_is_no_organisation(ask: Run) -> None:
    good = make_synthetic_credit_code(7)
    forged = good[:-1] + ("0" if good[-1] != "0" else "1")
    assert ask(f"facts: {{bid.lead: {good}, bid.partners: [乙公司（合成）]}}\n")[0] == 0
    code, out, err = ask(f"facts:\n  bid.lead: {forged}\n  bid.partners: [{good}, {forged}]\n")
    assert (code, out) == (2, "")
    assert f"facts.yaml:2: 揭榜牵头单位：统一社会信用代码 “{forged}” 的校验码" in err
    assert "facts.yaml:3: 揭榜合作单位：" in err


@pytest.mark.parametrize("process", ["[research]", "{research: 1}", "5", "true"])
def test_a_process_is_a_word(ask: Run, process: str) -> None:
    code, out, err = ask(f"process: {process}\nfacts: {{}}\n")
    assert (code, out) == (2, "")
    assert f"facts.yaml:1: 没有流程“{process}”（应为：已有：research）" in err


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--process", "nowhere"), "--process：没有流程“nowhere”"),
        (("--stage", "nowhere"), "--stage：没有阶段“nowhere”"),
        (("--adopted-on", "2026-05-01"), "--adopted-on：办法自己写了施行日期，不能另记施行决定"),
    ],
)
def test_what_was_asked_beside_the_file_is_not_blamed_on_it(
    ask: Run, more: tuple[str, str], said: str
) -> None:
    code, out, err = ask("facts: {}\n", *more)
    assert (code, out) == (2, "")
    assert err.startswith(said)


def test_a_missing_facts_file_is_said(run: Run, tmp_path: Path) -> None:
    code, _, err = run(
        "evaluate",
        "--pack",
        "example-open-bid",
        "--packs",
        SAMPLES,
        "--on",
        "2026-03-02",
        "--facts",
        tmp_path / "none",
    )
    assert code == 2
    assert "文件读不出来" in err
