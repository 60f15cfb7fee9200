"""Read what is known about a case from plain data: facts with provenance, decisions, departures, relations.

Every problem is reported at once, at its place; a fact that isn't declared, a decision by somebody not entitled or a
value of the wrong unit is never skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from jiebang.kernel.errors import JiebangError
from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.expressions import CONDITION_TAGS, DepartsWith
from jiebang.policy.names import declared_type
from jiebang.policy.pack_facts import Source
from jiebang.policy.program import Program
from jiebang.policy.situation import Act, Decision, Departure, Fact, Relation, Situation
from jiebang.policy.values import read_value

Path = tuple[str | int, ...]
Report = Callable[[Path, str, str], None]
_FACT_KEYS = {"value", "source", "as_of", "evidence"}
_RELATION_KINDS = (
    "employed_by", "legal_representative", "sole_control", "joint_control", "significant_influence", "same_as", "kin",
)  # fmt: skip
KEYS = ("source", "as_of", "facts", "decided", "departures", "relations", "relations_as_of")
assert CONDITION_TAGS


@dataclass(slots=True)
class FactReader:
    """Reads one case's knowledge against a program."""

    program: Program
    report: Report
    broken: bool = False

    def read(self, data: Mapping[str, Any], on: date, calendar: WorkingCalendar | None = None) -> Situation:
        """A situation as of `on`. Problems are reported; what is broken is left out of the situation."""
        situation = Situation(on=on, calendar=calendar)
        source = self._source(data.get("source", "declared"), ("source",)) or Source.declared
        as_of = self._day(data["as_of"], ("as_of",)) if "as_of" in data else None
        for name, raw in self._mapping(data, "facts").items():
            fact = self._fact(name, raw, source, as_of, on)
            if fact is not None:
                situation.facts[name] = fact
        for key, raw in self._mapping(data, "decided").items():
            decision = self._decision(key, raw)
            if decision is not None:
                situation.decided[key] = decision
        for key, raw in self._mapping(data, "departures").items():
            departure = self._departure(key, raw)
            if departure is not None:
                situation.departures[key] = departure
        self._relations(data, situation)
        return situation

    def fail(self, path: Path, what: str, expected: str = "") -> None:
        """Report a problem."""
        self.broken = True
        self.report(path, what, expected)

    def _mapping(self, data: Mapping[str, Any], key: str) -> dict[str, Any]:
        found = data.get(key, {})
        if not isinstance(found, dict):
            self.fail((key,), f"{key} 应是一组键", "写成 名称: 值")
            return {}
        return found

    def _fact(self, name: str, raw: Any, source: Source, as_of: date | None, on: date) -> Fact | None:
        path: Path = ("facts", name)
        wanted = self.program.types.get(name)
        if wanted is None:
            import difflib

            close = difflib.get_close_matches(name, list(self.program.types), n=3, cutoff=0.5)
            self.fail(
                path,
                f"政策包里没有事实“{name}”",
                f"是不是 {'、'.join(close)}" if close else "看 packs show 列出的事实",
            )
            return None
        evidence = None
        if isinstance(raw, dict):
            for key in raw:
                if key not in _FACT_KEYS:
                    self.fail(
                        (*path, key), f"事实没有“{key}”这一项", f"可用：{'、'.join(sorted(_FACT_KEYS))}"
                    )
                    return None
            if "value" not in raw:
                self.fail(path, "没有写 value", "不知道的事实整条不写")
                return None
            source = self._source(raw.get("source", source.value), (*path, "source")) or source
            as_of = self._day(raw["as_of"], (*path, "as_of")) if "as_of" in raw else as_of
            evidence = raw.get("evidence")
            raw = raw["value"]
        if as_of is not None and as_of > on:
            self.fail(path, f"截至日期 {as_of} 晚于判断之日 {on}", "用判断之日已有的材料")
            return None
        try:
            return Fact(read_value(raw, wanted), source, as_of, evidence)
        except JiebangError as error:
            label = self.program.pack.facts[name].label
            where = f"（{error.where}）" if error.where else ""
            self.fail(path, f"{label}{where}：{error.what}", error.fix)
            return None

    def _decision(self, key: str, raw: Any) -> Decision | None:
        path: Path = ("decided", key)
        item = self.program.pack.discretion.get(key)
        if item is None:
            self.fail(path, f"政策包里没有裁量项“{key}”", f"已有：{'、'.join(self.program.pack.discretion)}")
            return None
        full = raw if isinstance(raw, dict) else {"value": raw, "by": item.decides[0]}
        for word in full:
            if word not in ("value", "by", "on", "reason", "act"):
                self.fail((*path, word), f"裁量决定没有“{word}”这一项", "可用：value、by、on、reason、act")
                return None
        by = full.get("by")
        if by not in item.decides:
            self.fail(path, f"“{by}”无权决定：{item.question}", f"由 {'、'.join(item.decides)} 决定")
            return None
        try:
            value = read_value(full.get("value"), declared_type(item, self.program.pack))
        except JiebangError as error:
            self.fail(path, error.what, error.fix)
            return None
        on = self._day(full["on"], (*path, "on")) if "on" in full else None
        return Decision(value, by, on, full.get("reason"), self._act(full.get("act"), (*path, "act")))

    def _departure(self, key: str, raw: Any) -> Departure | None:
        path: Path = ("departures", key)
        target = key.partition("#")[0]
        pack = self.program.pack
        if target not in pack.rules and target not in pack.money:
            self.fail(
                path, f"没有规则或金额项“{target}”", "例外写成 规则编号，或 规则编号#条件名、金额项#限额名"
            )
            return None
        if (
            not isinstance(raw, dict)
            or "by" not in raw
            or raw.get("with") not in [w.value for w in DepartsWith]
        ):
            self.fail(
                path, "例外要写 by 和 with", "写成 {by: 角色, with: reason|meeting|external_act, reason: …}"
            )
            return None
        return Departure(raw["by"], raw["with"], raw.get("reason"), self._act(raw.get("act"), (*path, "act")))

    def _act(self, raw: Any, path: Path) -> Act | None:
        if raw is None:
            return None
        if not isinstance(raw, dict) or not isinstance(raw.get("number"), str) or "on" not in raw:
            self.fail(path, "批复要写文号和日期", "写成 {number: 文号, on: 2026-03-02, file: 文件}")
            return None
        on = self._day(raw["on"], (*path, "on"))
        return None if on is None else Act(raw["number"], on, raw.get("file"))

    def _relations(self, data: Mapping[str, Any], situation: Situation) -> None:
        if "relations_as_of" in data:
            situation.relations_as_of = self._day(data["relations_as_of"], ("relations_as_of",))
        rows = data.get("relations", [])
        if not isinstance(rows, list):
            self.fail(("relations",), "relations 应是列表", "每条写 {from, to, kind}")
            return
        found = []
        for i, row in enumerate(rows):
            if (
                not isinstance(row, dict)
                or not {"from", "to", "kind"} <= set(row)
                or row["kind"] not in _RELATION_KINDS
            ):
                self.fail(
                    ("relations", i), "关系写得不全", f"写 from、to、kind（{'、'.join(_RELATION_KINDS)}）"
                )
                continue
            since, until = (
                self._day(row[w], ("relations", i, w)) if w in row else None for w in ("since", "until")
            )
            found.append(Relation(row["from"], row["to"], row["kind"], since, until))
        situation.relations = tuple(found)

    def _source(self, raw: Any, path: Path) -> Source | None:
        try:
            return Source(raw)
        except ValueError:
            self.fail(
                path,
                f"不认识的来源“{raw}”",
                "declared（申报）、checked（已核实）、register（登记查询）、computed（计算）",
            )
            return None

    def _day(self, raw: Any, path: Path) -> date | None:
        try:
            return date.fromisoformat(raw)
        except (TypeError, ValueError):
            self.fail(path, f"没有“{raw}”这一天", "写成 2026-03-02")
            return None
