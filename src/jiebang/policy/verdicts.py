"""Verdicts of rules: what was asked, what came out, on which inputs, by which clause, and who might depart from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from jiebang.policy.compiled import Check, Compiled, Leaf, Trace, undecided
from jiebang.policy.expressions import Force
from jiebang.policy.pack import Pack
from jiebang.policy.pack_rules import Rule
from jiebang.policy.situation import RANK, SOURCE_LABELS, Situation
from jiebang.policy.stages import Per
from jiebang.policy.truth import DEPARTED, FAIL, PASS, UNKNOWN
from jiebang.policy.values import ValueType, format_value

TRUTH_WORDS = {FAIL: "fail", UNKNOWN: "unknown", PASS: "pass", DEPARTED: "departed"}
TRUTH_LABELS = {FAIL: "不符合", UNKNOWN: "尚不能判断", PASS: "符合", DEPARTED: "不符合，已依规定例外"}
WITH_LABELS = {"reason": "记录理由", "meeting": "会议决定", "external_act": "批复文件"}


@dataclass(slots=True)
class CompiledRule:
    """A rule ready to run."""

    id: str
    rule: Rule
    test: Compiled
    given: Compiled | None
    #: the narrowest thing whose facts it looks at: a rule about a bid is held for each bid; None: only roles' facts
    about: Per | None
    is_preference: bool = field(init=False)
    #: pass, unknown or fail without a trace; pass where the rule doesn't apply
    decision: Check = field(init=False)

    def __post_init__(self) -> None:
        self.is_preference = self.rule.force is Force.prefer
        given, test = None if self.given is None else self.given.truth, self.test.truth
        self.decision = test if given is None else _decision(given, test)


@dataclass(slots=True)
class Verdict:
    """What one rule said in one situation. Words are made when asked for, not while judging.

    Nobody changes a verdict; it isn't `frozen` because that alone would double what a rule costs.
    """

    compiled: CompiledRule
    truth: int
    leaves: Sequence[tuple[Leaf, int]]
    situation: Situation
    applies: bool = True

    @property
    def word(self) -> str:
        """pass, fail, unknown, departed (passes through a recorded departure), departable, or not-applicable."""
        if not self.applies:
            return "not-applicable"
        if self.truth == PASS and any(state == DEPARTED for _, state in self.leaves):
            return "departed"
        if self.truth == FAIL and self.compiled.test.could_pass(self.situation) != FAIL:
            return "departable"
        return TRUTH_WORDS[self.truth]

    @property
    def deciding(self) -> list[Leaf]:
        """The leaves that made the verdict what it is; of a rule that doesn't apply, those that say so."""
        given = self.compiled.given
        if given is not None and given.truth(self.situation) != PASS:
            return given.matters(self.situation)
        return self.compiled.test.matters(self.situation)

    @property
    def is_preference(self) -> bool:
        """A preference never blocks."""
        return self.compiled.is_preference


def _decision(given: Check, test: Check) -> Check:
    def decide(s: Situation) -> int:
        applies = given(s)
        return test(s) if applies == PASS else PASS if applies == FAIL else UNKNOWN

    return decide


def judge_rule(compiled: CompiledRule, s: Situation) -> Verdict:
    """Run one rule with its full trace."""
    out: Trace = []
    if compiled.given is not None and (state := compiled.given.truth(s)) != PASS:
        compiled.given.trace(s, out)
        return Verdict(compiled, PASS if state == FAIL else UNKNOWN, out, s, applies=state != FAIL)
    return Verdict(compiled, compiled.test.trace(s, out), out, s)


def unset_of(leaf: Leaf, s: Situation) -> list[str]:
    """Discretion items this leaf waits for."""
    return undecided(leaf.operands, s)


def explain_leaf(
    leaf: Leaf, state: int, s: Situation, types: dict[str, ValueType], pack: Pack
) -> dict[str, Any]:
    """One leaf as data an API can send and a person can read."""
    inputs = []
    read = [name for operand in leaf.operands for part in operand.counting(s) for name in part.facts]
    for name in dict.fromkeys(read):
        fact = s.facts.get(name)
        label = _label(name, pack)
        if fact is None:
            inputs.append({"fact": name, "label": label, "value": None, "note": "尚未提供"})
            continue
        entry: dict[str, Any] = {
            "fact": name,
            "label": label,
            "value": format_value(fact.value, types[name]) if name in types else str(fact.value),
            "source": fact.source.value,
        }
        if fact.as_of:
            entry["as_of"] = fact.as_of.isoformat()
        if fact.evidence:
            entry["evidence"] = fact.evidence
        if fact.rank < leaf.least:
            wanted = next(label for source, label in SOURCE_LABELS.items() if RANK[source] == leaf.least)
            entry["note"] = f"目前只是{SOURCE_LABELS[fact.source]}，须{wanted}"
        inputs.append(entry)
    found: dict[str, Any] = {
        "wants": leaf.wants,
        "verdict": TRUTH_WORDS[state],
        "force": leaf.force.value,
        "clause": leaf.clause,
        "inputs": inputs,
    }
    if leaf.detail and (detail := leaf.detail(s)):
        found["detail"] = detail
    if unset := unset_of(leaf, s):
        found["unset"] = unset
    if state == DEPARTED and (made := leaf.departure(s)):
        found["departure"] = {"by": made.by, "with": made.with_, "reason": made.reason}
        if made.act:
            found["departure"]["act"] = {
                "number": made.act.number,
                "on": made.act.on.isoformat(),
                "file": made.act.file,
            }
    elif state == FAIL:
        if leaf.departs:
            found["may_depart"] = {
                "by": leaf.departs.by,
                "with": leaf.departs.with_.value,
                "clause": leaf.departs.clause,
            }
        if any(key in s.departures for key in leaf.departure_keys):
            found["departure_in_vain"] = True
    found["explanation"] = _sentence(leaf, state, found, pack)
    return found


def explain_verdict(verdict: Verdict, types: dict[str, ValueType], pack: Pack) -> dict[str, Any]:
    """One verdict as data."""
    rule, s = verdict.compiled.rule, verdict.situation
    deciding = {id(leaf) for leaf in verdict.deciding}
    leaves = [
        {**explain_leaf(leaf, state, s, types, pack), "decides": id(leaf) in deciding}
        for leaf, state in verdict.leaves
    ]
    word = verdict.word
    sentence = {
        "pass": "符合",
        "fail": "不符合",
        "unknown": "尚不能判断",
        "departed": "不符合一般规定，已依规定例外",
        "departable": "不符合一般规定，可由有权者例外",
        "not-applicable": "不适用",
    }[word]
    if (
        word == "unknown"
        and verdict.compiled.given is not None
        and verdict.compiled.given.truth(s) == UNKNOWN
    ):
        sentence = "适不适用还不能判断"
    return {
        "rule": verdict.compiled.id,
        "label": rule.label,
        "clause": rule.clause,
        "force": rule.force.value,
        "verdict": word,
        "explanation": f"{rule.label}：{sentence}。"
        + "".join(leaf["explanation"] for leaf in leaves if leaf["decides"]),
        "conditions": leaves,
    }


def _label(name: str, pack: Pack) -> str:
    found = pack.facts.get(name)
    return found.label if found else name


def _sentence(leaf: Leaf, state: int, found: dict[str, Any], pack: Pack) -> str:
    shown = "；".join(
        f"{i['label']}：{i['value'] if i['value'] is not None else '尚未提供'}"
        + (f"（{i['note']}）" if "note" in i and i["value"] is not None else "")
        for i in found["inputs"]
    )
    clause = pack.clauses.get(leaf.clause or "")
    cited = f"〔{clause.article if clause else leaf.clause}〕" if leaf.clause else ""
    text = (
        f"{cited}要求{leaf.wants}；{TRUTH_LABELS[state]}（{shown}）"
        if shown
        else f"{cited}要求{leaf.wants}；{TRUTH_LABELS[state]}"
    )
    if detail := found.get("detail"):
        text += f"，{detail}"
    for key in found.get("unset", ()):
        item = pack.discretion[key]
        who = "、".join(pack.parties[r].label if r in pack.parties else r for r in item.decides)
        text += f"，尚待{who}决定：{item.question}"
    if "departure_in_vain" in found:
        # Whoever recorded it has to learn that it helps nobody, and why.
        text += "，记下的例外不算数" + ("" if leaf.departs else "：这一条不能例外")
    if may := found.get("may_depart"):
        who = "、".join(pack.parties[r].label if r in pack.parties else r for r in may["by"])
        text += f"，{who}可凭{WITH_LABELS[may['with']]}例外"
    return text + "。"
