"""From a list's columns to needs: which column is which fact, what each cell says, and what is wrong where."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from jiebang.console.fields import NONE_WORDS
from jiebang.console.sheets import Cell, Row, UnreadableSheet, column_name
from jiebang.console.slots import Asking
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.fullwidth import to_half_width
from jiebang.kernel.identifiers import check_credit_code
from jiebang.lifecycle.known import situation_of
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.submissions import BadFields, read_submission
from jiebang.organisations.models import Organisation
from jiebang.policy.pack_facts import Source
from jiebang.policy.pack_rules import When
from jiebang.policy.situation import Fact
from jiebang.policy.truth import FAIL
from jiebang.policy.values import LISTS, Kind, ValueType, read_value
from jiebang.policy.verdicts import explain_verdict, judge_rule

ORGANISATION, CODE = "_organisation", "_code"
TITLES = ("need.title", "challenge.title")
#: Words met over the columns of real lists, and the facts they mean, the first that the papers ask for.
_SYNONYMS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("名称", "需求名称", "项目名称", "榜单名称", "榜题名称", "课题名称", "标的名称"), TITLES),
    **dict.fromkeys(("技术领域", "领域", "所属领域", "行业"), ("challenge.field", "need.field")),
    **dict.fromkeys(
        ("技术难点", "主要技术难点", "技术问题", "需求内容"), ("need.problem", "challenge.problem")
    ),
    **dict.fromkeys(
        ("指标", "技术指标", "主要技术指标"),
        ("need.indicators", "need.indicators_text", "challenge.indicators"),
    ),
    **dict.fromkeys(
        ("研究内容", "主要研究内容"), ("need.research", "need.research_content", "challenge.research")
    ),
    **dict.fromkeys(("时限", "完成时限", "截止日", "起止时间"), ("need.deadline", "challenge.deadline")),
    **dict.fromkeys(("实施周期", "周期"), ("challenge.period", "need.deadline", "challenge.deadline")),
    **dict.fromkeys(
        ("投入", "总投入", "投入总额", "项目投入", "悬赏金额", "经费", "金额", "资金投入"),
        ("challenge.total_investment", "need.funds", "challenge.bounty", "need.bounty"),
    ),
    "财政支持": ("need.expected_aid",),
    "产权归属": ("need.ownership", "challenge.ownership"),
    **dict.fromkeys(("揭榜条件", "对揭榜方要求"), ("need.solver_conditions", "challenge.solver_conditions")),
    "联系人": ("sponsor.contact", "need.contact"),
}
_ORGANISATIONS = frozenset(
    {"发榜单位", "需求单位", "提出单位", "申报单位", "单位名称", "企业名称", "发榜方", "需求提出方", "单位"}
)
_CODES = frozenset({"统一社会信用代码", "信用代码", "社会信用代码", "单位代码"})
_UNIT = re.compile(r"(.+?)[（(](?:单位[：:])?(亿元|万元|元)[)）]$")
_YES, _NO = frozenset({"是", "有", "√", "对", "Y", "y"}), frozenset({"否", "无", "×", "不", "N", "n"})
_DAY = re.compile(r"([0-9]{4})[年./-]([0-9]{1,2})[月./-]([0-9]{1,2})日?$")
_SEARCHED = 10


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is used: where, its heading, what it means, the unit its heading gives."""

    index: int
    head: str
    target: str
    unit: str = ""


@dataclass(slots=True)
class Fault:
    """One thing wrong in one cell."""

    row: int
    column: str
    head: str
    text: str
    message: str


@dataclass(slots=True)
class Preview:
    """What an import would come to. Only plain data, so that it can wait in a draft until somebody confirms."""

    file: str
    heads: list[str]
    used: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    may_lack: list[str] = field(default_factory=list)
    good: list[dict[str, Any]] = field(default_factory=list)
    bad: list[dict[str, Any]] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)


def _plain(head: str) -> str:
    return re.sub(r"[\s*＊:：]", "", head)


def match_heads(row: Row, asking: Asking) -> tuple[list[Column], list[str]]:
    """The columns that mean something here, and the headings of those that don't."""
    program = asking.program
    facts = _facts_asked(asking)
    labels = {_plain(program.pack.facts[name].label): name for name in facts}
    columns: list[Column] = []
    unused: list[str] = []
    for index, cell in enumerate(row.cells):
        head = _plain(cell.text)
        if not head:
            continue
        matched = _UNIT.match(head)
        word, unit = (matched[1], matched[2]) if matched else (head, "")
        target = labels.get(head) or labels.get(word)
        if target is None and word in _CODES:
            target = CODE
        if target is None and word in _ORGANISATIONS:
            target = ORGANISATION
        if target is None:
            target = next((name for name in _SYNONYMS.get(word, ()) if name in facts), None)
        if target is None or target in [one.target for one in columns]:
            unused.append(cell.text)
        else:
            columns.append(Column(index, cell.text, target, unit))
    return columns, unused


def _facts_asked(asking: Asking) -> list[str]:
    """Every fact of the papers taken, those with a condition included."""
    papers = asking.program.pack.papers
    names = [one.fact for key in asking.stage.papers.takes for one in papers[key].fields]
    return list(dict.fromkeys(names))


def preview_import(file: str, rows: list[Row], asking: Asking) -> Preview:
    """Everything that would be imported and everything that is wrong, without changing anything."""
    at = next((i for i, row in enumerate(rows[:_SEARCHED]) if len(match_heads(row, asking)[0]) >= 2), None)
    if at is None:
        raise UnreadableSheet(
            what="找不到表头", fix="表头至少要有名称和单位两列，如“需求名称”“需求单位”，写在前十行里"
        )
    if not rows[at + 1 :]:
        raise UnreadableSheet(what="表头下面没有内容", fix="一条需求写一行，写在表头下面")
    columns, unused = match_heads(rows[at], asking)
    _refuse_repeated(rows[at], columns)
    targets = {one.target for one in columns}
    if not targets & {ORGANISATION, CODE}:
        raise UnreadableSheet(what="没有单位这一列", fix="加上“需求单位”或“统一社会信用代码”")
    if not targets & set(TITLES):
        raise UnreadableSheet(what="没有名称这一列", fix="加上“需求名称”或“项目名称”")
    labels = asking.program.pack.facts
    may_lack = [name for name in _facts_asked(asking) if name not in targets]
    required = {
        one.fact
        for key in asking.stage.papers.takes
        for one in asking.program.pack.papers[key].fields
        if one.required and one.when is None
    }
    last = max(one.index for one in columns)
    made = Preview(
        file=file[:120],
        heads=[cell.text for cell in rows[at].cells][: max(last + 1, _width(rows[at]))],
        used=[f"{one.head} → {_meaning(one.target, asking)}" for one in columns],
        unused=unused,
        lacking=[labels[name].label for name in may_lack if name in required],
        may_lack=may_lack,
    )
    reader = _RowReader(asking, columns, frozenset(may_lack), _Organisations(rows[at + 1 :], columns))
    for row in rows[at + 1 :]:
        taken, faults = reader.read(row)
        if faults:
            made.bad.append(
                {"row": row.number, "cells": [cell.text for cell in row.cells][: len(made.heads)]}
            )
            made.faults += [asdict(fault) for fault in faults]
        else:
            made.good.append(taken)
    return made


def _refuse_repeated(heads: Row, columns: list[Column]) -> None:
    """Raise UnreadableSheet where two columns have the same heading: which of them is meant is nobody's to guess."""
    for used in columns:
        same = [
            column_name(i) for i, cell in enumerate(heads.cells) if _plain(cell.text) == _plain(used.head)
        ]
        if len(same) > 1:
            raise UnreadableSheet(
                where=f"第 {heads.number} 行", what=f"{'、'.join(same)} 列的表头都是“{used.head[:30]}”，不知道以哪一列为准",
                fix="删去一列，或者改掉它的表头",
            )  # fmt: skip


def _width(row: Row) -> int:
    return max((i + 1 for i, cell in enumerate(row.cells) if not cell.is_blank), default=0)


def _meaning(target: str, asking: Asking) -> str:
    if target == ORGANISATION:
        return "提出单位"
    return "统一社会信用代码" if target == CODE else asking.program.pack.facts[target].label


class _Organisations:
    """The organisations a list names, looked up at once."""

    def __init__(self, rows: list[Row], columns: list[Column]) -> None:
        texts = {
            row.cells[one.index].text
            for row in rows
            for one in columns
            if one.target in (ORGANISATION, CODE) and one.index < len(row.cells)
        }
        by_name = Organisation.objects.filter(name__in=texts)
        by_code = Organisation.objects.filter(credit_code__in={text.upper() for text in texts})
        self.by_name: dict[str, list[Organisation]] = {}
        for one in by_name:
            self.by_name.setdefault(one.name, []).append(one)
        self.by_code = {one.credit_code: one for one in by_code}


class _RowReader:
    """Reads rows one by one, remembering what came before for duplicates."""

    def __init__(
        self, asking: Asking, columns: list[Column], may_lack: frozenset[str], organisations: _Organisations
    ) -> None:
        self.asking = asking
        self.columns = {one.target: one for one in columns}
        self.may_lack = may_lack
        self.organisations = organisations
        self.base = situation_of(asking.subject, asking.at)
        self.rules = asking.program.rules_for(asking.subject.process, asking.run.stage, When.submit.value)
        held = Subject.objects.filter(parent=asking.subject, kind="need", ended_at__isnull=True)
        self.seen: dict[tuple[int | None, str], str] = dict.fromkeys(
            held.values_list("lead_id", "title"), "本批次"
        )

    def read(self, row: Row) -> tuple[dict[str, Any], list[Fault]]:
        """The row as a need, and everything wrong with it."""
        faults: list[Fault] = []
        values: dict[str, Any] = {}

        def complain(target: str, message: str) -> None:
            column = self.columns.get(target) or next(iter(self.columns.values()))
            cell = row.cells[column.index] if column.index < len(row.cells) else Cell(None)
            faults.append(Fault(row.number, column_name(column.index), column.head, cell.text[:60], message))

        for target, column in self.columns.items():
            cell = row.cells[column.index] if column.index < len(row.cells) else Cell(None)
            if cell.is_formula:
                complain(target, "这是公式；请粘贴为数值或文字后再导入")
            elif target not in (ORGANISATION, CODE) and not cell.is_blank:
                raw = read_cell(cell, self.asking.program.types[target], column.unit)
                if isinstance(raw, JiebangError):
                    complain(target, raw.beside_field)
                else:
                    values[target] = raw
        broken = {fault.head for fault in faults}
        organisation = self._organisation(row, complain)
        title = next((str(values[name]) for name in TITLES if values.get(name)), "")
        try:
            read_submission(
                self.asking.program,
                self.asking.stage,
                values,
                self.asking.at,
                self.asking.subject,
                self.may_lack,
            )
        except BadFields as error:
            for name, message in error.errors.items():
                if name in self.columns and self.columns[name].head not in broken:
                    complain(name, message)
        if organisation is not None and title:
            key = (organisation.pk, title)
            if key in self.seen:
                complain(
                    next(name for name in TITLES if name in self.columns),
                    f"与{self.seen[key]}的一条重复：同一单位、同一名称",
                )
            self.seen.setdefault(key, f"第 {row.number} 行")
        if not faults:
            self._hold_rules(values, complain)
        taken = {
            "row": row.number,
            "organisation": organisation.pk if organisation else 0,
            "name": organisation.name if organisation else "",
            "title": title,
            "values": values,
        }
        return taken, faults

    def _organisation(self, row: Row, complain: Any) -> Organisation | None:
        def text(target: str) -> str:
            column = self.columns.get(target)
            return row.cells[column.index].text if column and column.index < len(row.cells) else ""

        name, code = text(ORGANISATION), text(CODE)
        if code:
            try:
                code = check_credit_code(code)
            except JiebangError as error:
                complain(CODE, error.beside_field)
                return None
            found = self.organisations.by_code.get(code)
            if found is None:
                complain(CODE, "没有登记这个单位；先登记单位，或核对代码")
            elif name and found.name != name:
                complain(ORGANISATION, f"名称与代码不一致；这个代码登记的是“{found.name}”")
                return None
            return found
        if not name:
            complain(ORGANISATION if ORGANISATION in self.columns else CODE, "必填")
            return None
        several = self.organisations.by_name.get(name, [])
        if len(several) != 1:
            complain(
                ORGANISATION,
                "没有登记这个单位；核对全称，或加上统一社会信用代码"
                if not several
                else "有同名单位；请加上统一社会信用代码",
            )
            return None
        return several[0]

    def _hold_rules(self, values: dict[str, Any], complain: Any) -> None:
        program = self.asking.program
        facts = {
            name: Fact(read_value(raw, program.types[name]), Source.declared, self.base.on)
            for name, raw in values.items()
        }
        situation = replace(self.base, facts={**self.base.facts, **facts})
        for rule in self.rules:
            verdict = judge_rule(rule, situation)
            if verdict.truth == FAIL and not verdict.is_preference:
                told = explain_verdict(verdict, program.types, program.pack)
                read = [i["fact"] for leaf in told["conditions"] for i in leaf["inputs"]]
                complain(
                    next((name for name in read if name in self.columns), TITLES[0]), told["explanation"]
                )


def read_cell(cell: Cell, of: ValueType, unit: str) -> Any:
    """A cell as a raw value of a type; an error, not raised, where it can't be one."""
    text, kind = cell.text, of.kind
    is_number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
    if kind is Kind.money:
        return _read_money(text, unit)
    if kind is Kind.date:
        return _read_day(text)
    if kind is Kind.flag:
        return True if text in _YES else False if text in _NO else text
    if kind is Kind.percent and text[-1:].isdigit():
        if is_number and cell.is_percent:
            text = Cell(float(cell.value) * 100).text
        return f"{text}%"
    if kind in (Kind.count, Kind.score, Kind.term) and text[-1:].isdigit():
        return f"{text} {of.unit or '分'}"
    if kind in LISTS and text in NONE_WORDS and text not in (of.options or {}).values():
        return []
    if kind is Kind.choice:
        return _option(text, of)
    if kind is Kind.choices:
        return [_option(part, of) for part in re.split(r"[、,，;；\n]", text) if part.strip()]
    if kind in (Kind.organisations, Kind.persons):
        return [part.strip() for part in re.split(r"[、,，;；\n]", text) if part.strip()]
    if kind is Kind.records:
        first = next((key for key, inner in (of.fields or {}).items() if inner.kind is Kind.text), None)
        if first is None:
            return JiebangError(what="这一项不能从表格里读", fix="导入后在页面上补填")
        return [{first: line.strip()} for line in text.splitlines() if line.strip()]
    return text


def _read_money(text: str, unit: str) -> Any:
    """An amount with its unit, out of the cell or else out of the heading; an error where it can't be one."""
    if text.endswith("元"):
        return text
    if not unit:
        return JiebangError(what=f"金额“{text[:30]}”没有写单位", fix="在表头写“（万元）”，或写成“500 万元”")
    if not re.match(r"-?[0-9][0-9,.]*$", to_half_width(text)):
        return JiebangError(what=f"“{text[:30]}”不是数字", fix=f"写成数字；表头已写明单位是{unit}")
    return f"{text} {unit}"


def _read_day(text: str) -> Any:
    """A day as it is written in lists; an error where it is none."""
    matched = _DAY.match(to_half_width(text))
    if matched is None:
        return JiebangError(what=f"“{text[:30]}”不是日期", fix="写成 2026-03-31 或 2026年3月31日")
    return f"{matched[1]}-{int(matched[2]):02d}-{int(matched[3]):02d}"


def _option(text: str, of: ValueType) -> str:
    by_label = {label: key for key, label in (of.options or {}).items()}
    return by_label.get(text.strip(), text.strip())
