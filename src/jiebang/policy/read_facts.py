"""Read what is known about a case from plain data: facts with provenance, decisions, departures, relations.

Every problem is reported at once, at its place; a fact that isn't declared, a decision by somebody not entitled or a
value of the wrong unit is never skipped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, get_args

from jiebang.kernel.errors import JiebangError, quote
from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.expressions import All, AnyOf, DepartsWith, Not, RelationKind
from jiebang.policy.names import declared_type
from jiebang.policy.pack_facts import Source
from jiebang.policy.program import Program
from jiebang.policy.situation import Act, Decision, Departure, Fact, Relation, Situation
from jiebang.policy.values import Kind, ValueType, as_written, read_day, read_value

Path = tuple[str | int, ...]
Report = Callable[[Path, str, str], None]
_FACT_KEYS = {"value", "source", "as_of", "evidence"}
_RELATION_KINDS = get_args(RelationKind)
KEYS = ("source", "as_of", "facts", "decided", "departures", "relations", "relations_as_of")


@dataclass(slots=True)
class FactReader:
    """Reads one case's knowledge against a program."""

    program: Program
    report: Report

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
        evidence, inner = None, path
        if isinstance(raw, dict):
            unknown = [key for key in raw if key not in _FACT_KEYS]
            for key in unknown:
                self.fail((*path, key), f"事实没有“{key}”这一项", f"可用：{'、'.join(sorted(_FACT_KEYS))}")
            if "value" not in raw:
                self.fail(path, "没有写 value", "不知道的事实整条不写")
                return None
            if "source" in raw:
                source = self._source(raw["source"], (*path, "source")) or source
            if "as_of" in raw:
                as_of = self._day(raw["as_of"], (*path, "as_of"))
            evidence = self._text(raw, "evidence", path)
            raw, inner = raw["value"], (*path, "value")
        if as_of is not None and as_of > on:
            self.fail(path, f"截至日期 {as_of} 晚于判断之日 {on}", "用判断之日已有的材料")
        value = self._value(self.program.pack.facts[name].label, raw, wanted, inner)
        return None if value is None else Fact(value, source, as_of, evidence)

    def _value(self, label: str, raw: Any, wanted: ValueType, path: Path) -> Any:
        """The value of its type; None where it isn't one (reported)."""
        if raw is None:
            self.fail(path, f"{label}：没有写值" if label else "没有写值", "还不知道的整条不写")
            return None
        if wanted.kind is Kind.records and isinstance(raw, list):
            return self._records(label, raw, wanted.fields or {}, path)
        try:
            return read_value(raw, wanted)
        except JiebangError as error:
            self.fail(path, f"{label}：{error.what}" if label else error.what, error.fix)
            return None

    def _records(
        self, label: str, rows: list[Any], fields: Mapping[str, ValueType], path: Path
    ) -> tuple[dict[str, Any], ...] | None:
        """Every record with every field that is one; each slip at its own line."""
        found: list[dict[str, Any]] = []
        broken = False
        for i, row in enumerate(rows):
            called = f"{label}（第 {i + 1} 条）"
            if not isinstance(row, dict):
                self.fail((*path, i), f"{called}：不是一条记录", f"写出字段：{'、'.join(fields)}")
                broken = True
                continue
            read = {}
            for key, raw in row.items():
                if key not in fields:
                    self.fail((*path, i, key), f"{called}：没有“{key}”这个字段", f"可用：{'、'.join(fields)}")
                    broken = True
                    continue
                read[key] = self._value(called, raw, fields[key], (*path, i, key))
                broken = broken or read[key] is None
            found.append(read)
        return None if broken else tuple(found)

    def _text(self, data: Mapping[str, Any], key: str, path: Path) -> str | None:
        """A text that may be left out."""
        found = data.get(key)
        if found is None or isinstance(found, str):
            return found
        self.fail((*path, key), f"{key} 应是文字，写的是{quote(as_written(found))}", "写成文字；编号请加引号")
        return None

    def _only(self, raw: Mapping[str, Any], words: tuple[str, ...], what: str, path: Path) -> None:
        for word in raw:
            if word not in words:
                self.fail((*path, word), f"{what}没有“{word}”这一项", f"可用：{'、'.join(words)}")

    def _decision(self, key: str, raw: Any) -> Decision | None:
        path: Path = ("decided", key)
        item = self.program.pack.discretion.get(key)
        if item is None:
            self.fail(path, f"政策包里没有裁量项“{key}”", f"已有：{'、'.join(self.program.pack.discretion)}")
            return None
        full = raw if isinstance(raw, dict) else {"value": raw, "by": item.decides[0]}
        self._only(full, ("value", "by", "on", "reason", "act"), "裁量决定", path)
        by = full.get("by")
        if by not in item.decides:
            what = "没有写 by" if by is None else f"{quote(as_written(by))}无权决定：{item.question}"
            self.fail(path, what, f"由 {'、'.join(item.decides)} 决定")
        if "value" not in full:
            self.fail(path, "没有写 value", "还没有决定的整条不写")
        value = self._value("", full.get("value"), declared_type(item, self.program.pack), path)
        on = self._day(full["on"], (*path, "on")) if "on" in full else None
        act = self._act(full.get("act"), (*path, "act"))
        return None if value is None else Decision(value, str(by), on, self._text(full, "reason", path), act)

    def _departure(self, key: str, raw: Any) -> Departure | None:
        path: Path = ("departures", key)
        pack = self.program.pack
        self._departs_from(key, path)
        if (
            not isinstance(raw, dict)
            or "by" not in raw
            or raw.get("with") not in [w.value for w in DepartsWith]
        ):
            self.fail(
                path, "例外要写 by 和 with", "写成 {by: 角色, with: reason|meeting|external_act, reason: …}"
            )
            return None
        self._only(raw, ("by", "with", "reason", "act"), "例外", path)
        by = raw["by"]
        if not isinstance(by, str) or by not in pack.parties:
            self.fail((*path, "by"), f"没有角色{quote(as_written(by))}", f"已有：{'、'.join(pack.parties)}")
            return None
        act = self._act(raw.get("act"), (*path, "act"))
        return Departure(by, raw["with"], self._text(raw, "reason", path), act)

    def _departs_from(self, key: str, path: Path) -> None:
        """A departure is from a rule, or from a condition or a limit by its name: from anything else it would help nobody."""
        target, _, name = key.partition("#")
        rule, item = self.program.pack.rules.get(target), self.program.pack.money.get(target)
        if rule is None and item is None:
            self.fail(
                path, f"没有规则或金额项“{target}”", "例外写成 规则编号，或 规则编号#条件名、金额项#限额名"
            )
            return
        known = set() if rule is None else _names_of_leaves(rule.test)
        if item is not None:
            known |= {limit.name for limit in (*item.ceilings, *item.floors)}
        if name and name not in known:
            listed = "、".join(f"{target}#{one}" for one in sorted(known)) or "（无）"
            self.fail(path, f"“{target}”里没有叫“{name}”的条件或限额", f"可写：{listed}")

    def _act(self, raw: Any, path: Path) -> Act | None:
        if raw is None:
            return None
        if not isinstance(raw, dict) or not isinstance(raw.get("number"), str) or "on" not in raw:
            self.fail(path, "批复要写文号和日期", "写成 {number: 文号, on: 2026-03-02, file: 文件}")
            return None
        self._only(raw, ("number", "on", "file"), "批复", path)
        on = self._day(raw["on"], (*path, "on"))
        return None if on is None else Act(raw["number"], on, self._text(raw, "file", path))

    def _relations(self, data: Mapping[str, Any], situation: Situation) -> None:
        if "relations_as_of" in data:
            day = situation.relations_as_of = self._day(data["relations_as_of"], ("relations_as_of",))
            if day is not None and day > situation.on:
                self.fail(
                    ("relations_as_of",),
                    f"查询日期 {day} 晚于判断之日 {situation.on}",
                    "用判断之日已有的查询",
                )
        rows = data.get("relations", [])
        if not isinstance(rows, list):
            self.fail(("relations",), "relations 应是列表", "每条写 {from, to, kind}")
            return
        situation.relations = tuple(
            relation for i, row in enumerate(rows) if (relation := self._relation(row, ("relations", i)))
        )

    def _relation(self, row: Any, path: Path) -> Relation | None:
        if not isinstance(row, dict) or not {"from", "to", "kind"} <= set(row):
            self.fail(path, "关系写得不全", "写 from、to、kind")
            return None
        self._only(row, ("from", "to", "kind", "since", "until"), "关系", path)
        for word in ("from", "to"):
            if not isinstance(row[word], str) or not row[word].strip():
                what = f"{word} 没有写是谁（{quote(as_written(row[word]))}）"
                self.fail((*path, word), what, "写编号或名称；编号请加引号")
                return None
        if row["kind"] not in _RELATION_KINDS:
            self.fail(
                (*path, "kind"),
                f"没有{quote(as_written(row['kind']))}这种关系",
                f"可用：{'、'.join(_RELATION_KINDS)}",
            )
            return None
        since, until = (self._day(row[w], (*path, w)) if w in row else None for w in ("since", "until"))
        if since is not None and until is not None and until < since:
            self.fail(path, f"关系的止日 {until} 早于起日 {since}", "检查两个日期")
        return Relation(row["from"].strip(), row["to"].strip(), row["kind"], since, until)

    def _source(self, raw: Any, path: Path) -> Source | None:
        try:
            return Source(raw)
        except ValueError:
            self.fail(
                path,
                f"不认识的来源{quote(as_written(raw))}",
                "declared（申报）、checked（已核实）、register（登记查询）、computed（计算）",
            )
            return None

    def _day(self, raw: Any, path: Path) -> date | None:
        try:
            return read_day(raw)
        except JiebangError as error:
            self.fail(path, error.what, error.fix)
            return None


def _names_of_leaves(node: Any) -> set[str]:
    """The names by which conditions of a rule can be departed from one by one."""
    if isinstance(node, All | AnyOf):
        return {
            name
            for part in (node.all if isinstance(node, All) else node.any)
            for name in _names_of_leaves(part)
        }
    if isinstance(node, Not):
        return _names_of_leaves(node.not_)
    return {node.name} if node.name is not None else set()
