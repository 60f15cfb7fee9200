"""What a case may expect of a pack, word by word. Each word compares exactly; nothing is rounded or matched loosely."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.money import parse_yuan
from jiebang.kernel.periods import SHANGHAI
from jiebang.policy.in_force import ForceState
from jiebang.policy.pack import belongs
from jiebang.policy.process import UnableToWalk, Walk
from jiebang.policy.program import Program
from jiebang.policy.scores import BadScores, check_review, rank
from jiebang.policy.situation import Situation
from jiebang.policy.truth import PASS, UNKNOWN
from jiebang.policy.values import format_value, is_blank, read_day, read_literal
from jiebang.policy.verdicts import judge_rule, unset_of


@dataclass(slots=True)
class Check:
    """One case being checked."""

    program: Program
    situation: Situation
    process: str | None
    force: ForceState
    differ: Callable[[str, Any, Any], None]
    touched: set[tuple[str | int, ...]] | None = None

    def touch(self, *path: str | int) -> None:
        """Note that an item was looked at, for those who ask which cases exercise it."""
        if self.touched is not None:
            self.touched.add(path)

    def touch_stage(self, key: str) -> None:
        """Note that a stage of the case's process was looked at."""
        self.touch("processes", self.process or "", "stages", key)

    def rules(self, wanted: Mapping[str, str]) -> None:
        """`rule: pass|fail|unknown|departed|departable|not-applicable`; the rule has to belong to the case's process."""
        chosen = {rule.id for rule in self.program.rules_for(self.process)}
        for key, word in wanted.items():
            if key not in chosen:
                self.differ(f"规则 {key}", word, "本流程没有这条规则")
                continue
            self.differ(f"规则 {key}", word, judge_rule(self.program.rules[key], self.situation).word)

    def runs(self, wanted: Mapping[str, Any]) -> None:
        """`{stage, at, rules: [...]}`: exactly these rules run there."""
        found = self.program.rules_for(self.process, wanted["stage"], wanted["at"])
        for rule in found:
            self.touch("rules", rule.id)
        self.touch_stage(wanted["stage"])
        self.differ(
            f"{wanted['stage']} {wanted['at']} 时运行的规则",
            sorted(wanted["rules"]),
            sorted(r.id for r in found),
        )

    def money(self, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        """Per item any of amount, status, ceiling, hard_ceiling, floor, shares, payee, payer, evidence, stage, decided_by, unset."""
        for key, expected in wanted.items():
            item = self.program.pack.money[key]
            if not belongs(item, self.process):
                self.differ(f"金额 {key}", "适用", "本流程没有这个金额项")
                continue
            found = self.program.accountant.compute(key, self.situation)
            for word, value in expected.items():
                where = f"金额 {key} 的 {word}"
                if word in ("amount", "ceiling", "hard_ceiling", "floor"):
                    self.differ(
                        where, None if value == "unknown" else parse_yuan(value), getattr(found, word)
                    )
                elif word == "shares":
                    self.differ(where, {r: parse_yuan(v) for r, v in value.items()}, found.shares)
                elif word in ("payee", "payer", "evidence", "stage"):
                    self.differ(where, value, getattr(item, word))
                elif word == "decided_by":
                    self.differ(where, value, getattr(item.amount, "by", None))
                elif word in ("status", "unset"):
                    self.differ(where, value, getattr(found, word))
                else:
                    raise ValueError(word)

    def terms(self, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        """Per term `from` and any of ends_on, closes_at (Asia/Shanghai, to the minute), late_from (to the second), unset, length."""
        for key, expected in wanted.items():
            known = self.program.timekeeper.terms[key]
            if "length" in expected:
                length = known.length.get(self.situation)
                shown = None if length is None else format_value(length, known.length.type)
                self.differ(f"期限 {key} 的长度", expected["length"], shown)
            if "from" not in expected:
                continue
            found = self.program.timekeeper.deadline(key, read_day(expected["from"]), self.situation)
            for word, value in expected.items():
                if word == "ends_on":
                    wanted_on = None if value == "unknown" else value
                    self.differ(
                        f"期限 {key} 的截止日", wanted_on, found.ends_on and found.ends_on.isoformat()
                    )
                elif word == "closes_at":
                    shown_at = found.closes_at and found.closes_at.astimezone(SHANGHAI).strftime(
                        "%Y-%m-%dT%H:%M"
                    )
                    self.differ(f"期限 {key} 的截止时刻", value, shown_at)
                elif word == "late_from":
                    late = found.late_from and found.late_from.astimezone(SHANGHAI).strftime(
                        "%Y-%m-%dT%H:%M:%S"
                    )
                    self.differ(f"期限 {key} 迟到的时刻", value, late)
                elif word == "unset":
                    self.differ(f"期限 {key} 未定的裁量项", value, found.unset)
                elif word not in ("from", "length"):
                    raise ValueError(word)

    def waits_for(self, wanted: Mapping[str, list[str]]) -> None:
        """`rule: [discretion…]`: what a rule that can't be judged waits for."""
        for key, expected in wanted.items():
            verdict = judge_rule(self.program.rules[key], self.situation)
            leaves = verdict.deciding if verdict.truth == UNKNOWN else []
            found = dict.fromkeys(k for leaf in leaves for k in unset_of(leaf, self.situation))
            self.differ(f"规则 {key} 等待的裁量项", sorted(expected), sorted(found))

    def rights(self, wanted: Mapping[str, Any]) -> None:
        """`right: [roles]`, or `not_held`, or `unknown`; every right of the process has to be named if `only: true`."""
        rows = {k: r for k, r in self.program.pack.rights.items() if belongs(r, self.process)}
        for key, expected in wanted.items():
            if key not in rows:
                self.differ(f"权利 {key}", expected, "本流程没有这项权利")
                continue
            state = self.program.holds(("rights", key, "when"), self.situation)
            found = rows[key].holders if state == PASS else "unknown" if state == UNKNOWN else "not_held"
            self.differ(f"权利 {key}", expected, found)

    def capacities(self, wanted: Mapping[str, Any]) -> None:
        """`{stage: s, is_paid: [roles], …}`: who has a capacity at that stage."""
        process = self.program.pack.processes[self.process or ""]
        order = list(process.stages)
        here = order.index(wanted["stage"])
        for word, expected in wanted.items():
            if word == "stage":
                continue
            found = []
            for key, row in self.program.pack.capacities.items():
                if row.capacity.value != word or not belongs(row, self.process):
                    continue
                if row.from_stage is not None and here < order.index(row.from_stage):
                    continue
                if row.until_stage is not None and here >= order.index(row.until_stage):
                    continue
                found += row.roles
                self.touch("capacities", key)
            self.differ(f"{wanted['stage']} 时的 {word}", sorted(expected), sorted(found))

    def parties(self, wanted: list[str]) -> None:
        """Exactly these roles take part in the case's process."""
        found = [k for k, p in self.program.pack.parties.items() if belongs(p, self.process)]
        for role in found:
            self.touch("parties", role)
        self.differ("参与角色", sorted(wanted), sorted(found))

    def duties(self, wanted: Mapping[str, list[str]]) -> None:
        """`role: [duties]`: exactly these duties fall on the role in this process and situation."""
        for role, expected in wanted.items():
            found = [
                key
                for key, duty in self.program.pack.duties.items()
                if role in duty.role
                and belongs(duty, self.process)
                and self.program.holds(("duties", key, "given"), self.situation) == PASS
            ]
            self.differ(f"{role} 的职责", sorted(expected), sorted(found))

    def duty_lasts(self, wanted: Mapping[str, str]) -> None:
        """`duty: 3 年`."""
        for key, expected in wanted.items():
            operand = self.program.lengths[key]
            value = operand.get(self.situation)
            self.differ(
                f"职责 {key} 的期限", expected, None if value is None else format_value(value, operand.type)
            )

    def papers(self, wanted: Mapping[str, Mapping[str, list[str]]]) -> None:
        """`stage: {takes: […], gives: […]}`: exactly these papers, those whose condition holds."""
        process = self.program.pack.processes[self.process or ""]
        for key, expected in wanted.items():
            stage = process.stages[key]
            self.touch_stage(key)
            for side, listed in expected.items():
                found = [
                    p
                    for p in getattr(stage.papers, side)
                    if self.program.holds(("papers", p, "when"), self.situation) == PASS
                ]
                self.differ(f"{key} 的材料 {side}", sorted(listed), sorted(found))

    def fields(self, wanted: Mapping[str, list[str]]) -> None:
        """`paper: [facts]`: exactly these required fields (those whose condition holds); optional ones end with `?`."""
        for key, expected in wanted.items():
            found = [
                f.fact if f.required else f"{f.fact}?"
                for i, f in enumerate(self.program.pack.papers[key].fields)
                if self.program.holds(("papers", key, "fields", i, "when"), self.situation) == PASS
            ]
            self.differ(f"材料 {key} 的字段", sorted(expected), sorted(found))

    def paper(self, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        """`paper: {from, to, signed, sealed, confidential}`: who gives it to whom, and how it is kept."""
        for key, expected in wanted.items():
            found = self.program.pack.papers[key]
            self.touch("papers", key)
            for word, value in expected.items():
                self.differ(f"材料 {key} 的 {word}", value, getattr(found, {"from": "from_"}.get(word, word)))

    def missing(self, wanted: Mapping[str, list[str]]) -> None:
        """`paper: [facts]`: required fields not given or given blank."""
        for key, expected in wanted.items():
            found = []
            for i, one in enumerate(self.program.pack.papers[key].fields):
                fact = self.situation.facts.get(one.fact)
                asked = (
                    one.required
                    and self.program.holds(("papers", key, "fields", i, "when"), self.situation) == PASS
                )
                if asked and (fact is None or is_blank(fact.value)):
                    found.append(one.fact)
            self.differ(f"材料 {key} 缺的字段", sorted(expected), sorted(found))

    def lists(self, wanted: Mapping[str, list[str]]) -> None:
        """`list: [options]`: exactly these options."""
        for key, expected in wanted.items():
            self.touch("lists", key)
            self.differ(f"清单 {key}", sorted(expected), sorted(self.program.pack.lists[key].options))

    def open_questions(self, wanted: list[str]) -> None:
        """Exactly these discretion items are still undecided."""
        self.differ("未决的裁量项", sorted(wanted), sorted(self.program.open_questions(self.situation)))

    def decides(self, wanted: Mapping[str, list[str]]) -> None:
        """`discretion: [roles]`: who may decide it."""
        for key, expected in wanted.items():
            self.touch("discretion", key)
            self.differ(
                f"裁量项 {key} 的决定者", sorted(expected), sorted(self.program.pack.discretion[key].decides)
            )

    def walk(self, wanted: Mapping[str, Any]) -> None:
        """`{steps: [{stage: outcome}…], open: […], ended: […], refused: text}`: a path through the process."""
        walk = Walk.begin(self.program.pack.processes[self.process or ""])
        refused = None
        for step in wanted["steps"]:
            ((stage, outcome),) = step.items()
            self.touch_stage(stage)
            try:
                walk.step(stage, outcome)
            except UnableToWalk as error:
                refused = str(error)
                break
        for here in walk.open:
            self.touch_stage(here)
        if (refused is None) != ("refused" not in wanted):
            self.differ("流程", wanted.get("refused", "走得通"), refused or "走得通")
        elif refused is not None and wanted["refused"] not in refused:
            self.differ("流程被拒的原因", wanted["refused"], refused)
        for word in ("open", "ended"):
            if word in wanted:
                self.differ(f"流程走到后的 {word}", sorted(wanted[word]), sorted(getattr(walk, word)))

    def stage(self, wanted: Mapping[str, Mapping[str, Any]]) -> None:
        """`stage: {by, with, per, kind, on_expiry, among, when, at_once, late: pass|fail|unknown}`: who runs it, for what, whether due."""
        process = self.program.pack.processes[self.process or ""]
        for key, expected in wanted.items():
            stage = process.stages[key]
            self.touch_stage(key)
            for word, value in expected.items():
                if word in ("when", "at_once", "late"):
                    state = self.program.holds(
                        ("processes", self.process or "", "stages", key, word), self.situation
                    )
                    found: Any = {PASS: "pass", UNKNOWN: "unknown"}.get(state, "fail")
                elif word in ("per", "among"):
                    found = one.value if (one := getattr(stage, word)) is not None else None
                else:
                    found = getattr(stage, {"with": "with_"}.get(word, word))
                self.differ(f"阶段 {key} 的 {word}", value, found)

    def scores(self, wanted: Mapping[str, Any]) -> None:
        """`{stage, reviews: {bid: [{criterion: 分}…] or [分…]}, marks: {bid: 分}, survive: [bids], refused: text}`."""
        self.touch_stage(wanted["stage"])
        scoring = self.program.pack.processes[self.process or ""].stages[wanted["stage"]].scoring
        if scoring is None:
            self.differ(f"{wanted['stage']} 的评分", "有", "没有")
            return
        try:
            totals = {
                bid: [
                    check_review(scoring, {k: _mark(v) for k, v in one.items()})
                    if isinstance(one, dict)
                    else _mark(one)
                    for one in reviews
                ]
                for bid, reviews in wanted["reviews"].items()
            }
            found = rank(scoring, totals)
        except BadScores as error:
            self.differ(
                "评分被拒",
                wanted.get("refused"),
                wanted.get("refused") if wanted.get("refused", "\0") in str(error) else str(error),
            )
            return
        if "refused" in wanted:
            self.differ("评分被拒", wanted["refused"], "没有被拒")
        if "marks" in wanted:
            self.differ("得分", {bid: _mark(v) for bid, v in wanted["marks"].items()}, dict(found.marks))
        if "survive" in wanted:
            self.differ("入围", sorted(wanted["survive"]), sorted(found.survive))

    def in_force(self, wanted: Any) -> None:
        """in_force, not_yet, lapsed or unset; or `{state, from, until}`."""
        self.touch("pack", "in_force")
        if isinstance(wanted, str):
            self.differ("施行状态", wanted, self.force.state)
            return
        shown = {
            "state": self.force.state,
            "from": self.force.from_on and self.force.from_on.isoformat(),
            "until": self.force.until_on and self.force.until_on.isoformat(),
        }
        for word, value in wanted.items():
            self.differ(f"施行 {word}", value, shown[word])


def _mark(raw: str) -> Decimal:
    try:
        value: Decimal = read_literal(raw)[1]
    except JiebangError as error:
        raise ValueError(error.what) from None
    return value


EXPECTATIONS: dict[str, Callable[[Check, Any], None]] = {
    name: getattr(Check, name)
    for name in (
        "rules", "runs", "money", "terms", "waits_for", "rights", "capacities", "parties", "duties", "duty_lasts", "papers",
        "paper", "fields", "missing", "lists", "open_questions", "decides", "walk", "stage", "scores", "in_force",
    )
}  # fmt: skip
