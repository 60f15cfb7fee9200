"""How fast rules are judged: bench/bench_rules.py [seconds per figure]. A synthetic pack of 20 rules of every common sort.

A trace is what `Program.judge` gives for the whole pack: every rule's verdict, with every leaf's. The words of an
explanation are made only when somebody reads them; what that costs is shown apart.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))

from jiebang.kernel.periods import WorkingCalendar  # noqa: E402  the path comes first
from jiebang.policy.loader import RawPack, build, find_packs, load_pack  # noqa: E402
from jiebang.policy.program import Program  # noqa: E402
from jiebang.policy.read_facts import FactReader  # noqa: E402
from jiebang.policy.situation import Situation  # noqa: E402
from jiebang.policy.verdicts import explain_verdict  # noqa: E402

TARGETS = {"traces": 50_000, "verdicts": 200_000, "loading": 1.0}
ON = date(2026, 3, 2)
_ROLES = {"by": ["bureau"], "with": "reason"}


def rule(test: dict[str, Any], **more: Any) -> dict[str, Any]:
    """One rule of the synthetic pack."""
    return {
        "clause": "EX-1",
        "label": "示例条件",
        "force": "must",
        "at": "decide",
        "stages": ["only"],
        "test": test,
        **more,
    }


def synthetic_pack() -> dict[str, Any]:
    """20 rules: bounds on money, counts, scores, terms and dates, flags, choices, groups, records, relations."""
    money, aid = "challenge.total_investment", "project.aid"
    rules = {
        "money-floor": rule({"at_least": [money, "500 万元"]}),
        "money-cap": rule({"at_most": [aid, "300 万元"]}),
        "team": rule({"at_least": ["bid.team_size", "3 人"]}),
        "mark": rule({"at_least": ["bid.mark", "60 分"]}),
        "age": rule({"at_least": ["sponsor.age", "3 年"]}),
        "founded": rule({"at_most": ["sponsor.founded_on", "2023-03-02"]}),
        "share": rule({"at_most": ["project.share", "40%"]}),
        "willing": rule({"holds": "sponsor.willing"}),
        "capable": rule({"holds": "bid.has_capability"}, source="checked"),
        "kind": rule({"one_of": "sponsor.kind", "options": ["firm", "institute"]}),
        "firm": rule({"equal": ["sponsor.kind", "firm"]}, given={"holds": "sponsor.willing"}),
        "not-sensitive": rule({"not": {"holds": "challenge.is_sensitive"}}),
        "filled-in": rule({"provided": ["bid.plan", "bid.goal"]}),
        "both": rule({"all": [{"at_least": [money, "100 万元"]}, {"holds": "bid.ip_secured"}]}),
        "either": rule({"any": [{"at_least": ["sponsor.age", "5 年"]}, {"equal": ["sponsor.kind", "firm"]}]}),
        "usual-share": rule(
            {"at_most": [aid, {"percent": "40%", "of": money}]}, force="in-principle", departs=_ROLES
        ),
        "cash": rule({"at_least": ["sponsor.cash", {"multiply": aid, "by": "150%"}]}),
        "clean": rule({"record_free": "bid.credit", "where": {"holds": "item.serious"}, "last": "3 年"}),
        "few-open": rule({"at_most": [{"size": "bid.partners", "in": "家"}, "5 家"]}),
        "unrelated": rule({"not": {"related": ["bid.lead"], "to": ["challenge.sponsor"], "by": ["sole_control", "same_as"]}}),
    }  # fmt: skip
    facts: dict[str, dict[str, Any]] = {
        name: {"label": name, "type": kind}
        for kind, names in {
            "money": (money, aid, "sponsor.cash"),
            "score": ("bid.mark",),
            "percent": ("project.share",),
            "date": ("sponsor.founded_on",),
            "flag": ("sponsor.willing", "bid.has_capability", "challenge.is_sensitive", "bid.ip_secured"),
            "text": ("bid.plan", "bid.goal"),
            "organisation": ("bid.lead", "challenge.sponsor"),
            "organisations": ("bid.partners",),
        }.items()
        for name in names
    }
    facts["bid.team_size"] = {"label": "人数", "type": "count", "unit": "人"}
    facts["sponsor.age"] = {"label": "年限", "type": "term", "unit": "月"}
    options = {"firm": "企业", "institute": "院所", "university": "高校"}
    facts["sponsor.kind"] = {"label": "性质", "type": "choice", "options": options}
    fields = {"on": {"label": "日期", "type": "date"}, "serious": {"label": "严重", "type": "flag"}}
    facts["bid.credit"] = {"label": "信用记录", "type": "records", "fields": fields}
    return {
        "pack": {
            "id": "bench", "version": "1", "title": "示例", "place": "示例市", "bureau": "示例局",
            "source": {"title": "示例", "status": "draft"},
        },
        "clauses": {"EX-1": {"article": "第一条", "force": "must", "says": "示例"}},
        "parties": {
            "bureau": {"clause": "EX-1", "label": "示例局", "is": "authority"},
            "sponsor": {"clause": "EX-1", "label": "发榜方", "is": "organisation"},
        },
        "facts": facts,
        "rules": rules,
        "processes": {
            "only": {
                "clause": "EX-1", "label": "示例", "instrument": "example", "starts": "only",
                "stages": {
                    "only": {
                        "clause": "EX-1", "kind": "summarise", "label": "示例", "per": "batch", "by": "bureau",
                        "outcomes": {"recorded": {"end": "完"}},
                    }
                },
            }
        },
    }  # fmt: skip


FACTS: dict[str, Any] = {
    "challenge.total_investment": "800 万元", "project.aid": "200 万元", "sponsor.cash": "300 万元", "bid.mark": "85.5 分",
    "project.share": "25%", "sponsor.founded_on": "2015-06-01", "sponsor.willing": True, "bid.has_capability": True,
    "challenge.is_sensitive": False, "bid.ip_secured": True, "bid.plan": "示例方案", "bid.goal": "示例目标", "bid.lead": "甲（合成）",
    "challenge.sponsor": "乙（合成）", "bid.partners": ["丙（合成）", "丁（合成）"], "bid.team_size": "8 人", "sponsor.age": "128 个月",
    "sponsor.kind": "firm", "bid.credit": [{"on": "2021-01-01", "serious": True}, {"on": "2025-05-01", "serious": False}],
}  # fmt: skip
RELATIONS = [
    {"from": "甲（合成）", "to": "戊（合成）", "kind": "sole_control"},
    {"from": "己（合成）", "to": "甲（合成）", "kind": "employed_by"},
    {"from": "乙（合成）", "to": "庚（合成）", "kind": "sole_control"},
]


def situation_for(program: Program) -> Situation:
    """A case that passes every rule, so that none is cut short."""

    def refuse(path: tuple[str | int, ...], what: str, expected: str) -> None:
        raise SystemExit(f"{path}: {what} ({expected})")

    known = {"source": "checked", "as_of": "2026-03-02", "facts": FACTS, "relations": RELATIONS}
    return FactReader(program, refuse).read(
        {**known, "relations_as_of": "2026-03-01"}, ON, WorkingCalendar.bundled()
    )


def rate(action: Callable[[], object], seconds: float) -> float:
    """The best of five measurements: how often a second."""
    count, best = 50, 0.0
    for _ in range(5):
        done, began = 0, time.perf_counter()
        while (took := time.perf_counter() - began) < seconds / 5:
            for _ in range(count):
                action()
            done += count
        best = max(best, done / took)
    return best


def main() -> int:
    """Print the figures; 1 if one of them misses its target."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2.0
    program = build(RawPack(ROOT, synthetic_pack()))
    s = situation_for(program)
    rules = program.rules_for(at="decide")
    verdicts = program.judge(s, rules)
    if len(verdicts) != 20 or program.decide(s, rules) != 2:
        print([(v.compiled.id, v.word) for v in verdicts if v.word != "pass"])
        raise SystemExit("the synthetic case should pass all 20 rules")
    traces = rate(lambda: program.judge(s, rules), seconds)
    decisions = rate(lambda: program.decide(s, rules), seconds)
    explained = rate(lambda: [explain_verdict(v, program.types, program.pack) for v in verdicts], seconds)
    began = time.perf_counter()
    packs, loaded = find_packs(ROOT / "packs"), 0
    for folder in packs:
        try:
            load_pack(folder)
            loaded += 1
        except Exception as error:  # noqa: BLE001  a pack that doesn't load is said, and timed all the same
            print(f"{folder.parent.name}/{folder.name} doesn't load: {str(error)[:80]}")
    loading = time.perf_counter() - began
    print(f"full traces of 20 rules per second     {traces:12,.0f}   (target {TARGETS['traces']:,})")
    print(f"verdicts of 20 rules together per second {decisions:10,.0f}   (target {TARGETS['verdicts']:,})")
    print(f"explanations of 20 rules per second    {explained:12,.0f}   ({1e6 / explained:,.0f} µs each)")
    print(
        f"loading and proving {loaded} of {len(packs)} packs       {loading:12.3f} s (target < {TARGETS['loading']} s)"
    )
    met = traces >= TARGETS["traces"] and decisions >= TARGETS["verdicts"] and loading < TARGETS["loading"]
    print("all targets met" if met else "some target missed")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
