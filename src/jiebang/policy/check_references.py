"""Every name a pack uses has to exist: clauses, roles, stages, papers, facts, terms. Reports what doesn't."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from jiebang.policy.names import declared_type
from jiebang.policy.pack import ITEM_SECTIONS, Pack, belongs
from jiebang.policy.pack_facts import FactDeclaration, Told
from jiebang.policy.pack_items import UNSET
from jiebang.policy.pack_parties import PartyIs
from jiebang.policy.pack_process import Scoring
from jiebang.policy.process import is_only_returned_to, is_windowed
from jiebang.policy.stages import KINDS, MONEY_KINDS, Per
from jiebang.policy.values import FACT_NAME, NAME, BadValue, Kind, ValueType, read_literal

Report = Callable[[tuple[str | int, ...], str, str], None]
_SUBJECTS = frozenset(p.value for p in Per) | {"programme", "payment", "application", "extension"}
_TOLD_WORDS = ("opened", "closes", "closed", "handed_in", "passed", "came_to", "stood_at")
#: the kinds of stages at which a rule at these moments is asked
_ASKED_AT: Mapping[str, frozenset[str]] = {
    "sign": frozenset({"sign"}),
    "pay": MONEY_KINDS | {"apply_for_payment"},
}
_CLAUSE = re.compile(r"[A-Z]{2,4}-[0-9A-Za-z.]+$")


def check_references(pack: Pack, types: Mapping[str, ValueType], report: Report) -> None:
    """Report every dangling name and every clause that no item carries."""
    check = _Check(pack, types, report)
    check.names()
    check.clauses()
    check.roles_stages_papers()
    check.discretion()
    check.identity()


def check_pointers(pack: Pack, types: Mapping[str, ValueType], report: Report) -> None:
    """Report only dangling names of roles, stages, papers, terms and facts: what removing an item can bring about."""
    _Check(pack, types, report).roles_stages_papers()


class _Check:
    def __init__(self, pack: Pack, types: Mapping[str, ValueType], report: Report) -> None:
        self.pack, self.types, self.report = pack, types, report
        self.stages = {key for process in pack.processes.values() for key in process.stages}

    def known(self, name: str | None, among: Collection[str], path: tuple[str | int, ...], what: str) -> None:
        """Report `name` unless it is among those known."""
        if name is None or name in among:
            return
        options = list(among)
        close = difflib.get_close_matches(name, options, n=3, cutoff=0.5)
        hint = f"是不是 {'、'.join(close)}" if close else f"已有：{'、'.join(options[:20]) or '（无）'}"
        self.report(path, f"没有{what}“{name}”", hint)

    def names(self) -> None:
        """Keys are plain words; facts are `subject.name` of a known subject."""
        for section in ITEM_SECTIONS:
            for key in getattr(self.pack, section):
                if not NAME.match(key):
                    self.report(
                        (section, key), f"编号“{key}”写法不对", "用小写字母、数字和连字符，以字母开头"
                    )
        subjects = _SUBJECTS | set(self.pack.parties)
        for name in self.pack.facts:
            if not FACT_NAME.match(name):
                self.report(("facts", name), f"事实名“{name}”写法不对", "写成 主体.名称，如 bid.team_size")
            elif name.split(".")[0] not in subjects:
                self.known(name.split(".")[0], sorted(subjects), ("facts", name), "主体（角色或对象）")
            if (told := self.pack.facts[name].told) is not None:
                self._told(name, told)
            self._said_by(name, self.pack.facts[name])

    def _said_by(self, name: str, fact: FactDeclaration) -> None:
        """Whose word a fact is: known roles, and nothing that the platform tells."""
        path = ("facts", name, "said_by")
        for role in fact.said_by or ():
            self.known(role, self.pack.parties, path, "角色")
        if fact.said_by and fact.told is not None:
            self.report(path, "由系统告知的，没有谁来写", "said_by 和 told 只写一个")
        if fact.each:
            self._each(name, fact)
        if fact.sole:
            self._sole(name, fact)

    def _each(self, name: str, fact: FactDeclaration) -> None:
        """What every holder of a role says for itself: yes or no, by organisations."""
        path = ("facts", name, "each")
        if fact.type is not Kind.flag:
            self.report(path, "各家自己说的只能是“是”或“否”", "类型写 flag")
        if not fact.said_by:
            self.report(path, "没有写由谁来说", "用 said_by 写明角色")
        for role in fact.said_by or ():
            party = self.pack.parties.get(role)
            if party is not None and (
                party.is_ not in (PartyIs.organisation, PartyIs.organisations) or party.or_authority
            ):
                self.report(path, f"{party.label}不一定是单位，数不清有哪几家", "写只由单位担任的角色")

    def _sole(self, name: str, fact: FactDeclaration) -> None:
        """What holds for one alone: a flag that somebody records of a bid or a lane."""
        path = ("facts", name, "sole")
        if fact.type is not Kind.flag or fact.told is not None or fact.each:
            self.report(path, "只能归一个的要由一方记录“是”或“否”", "类型写 flag，不和 told、each 一起写")
        if name.split(".", maxsplit=1)[0] not in (Per.bid, Per.project):
            self.report(path, f"“{name}”说的不是几个里的一个", "用 bid、project 开头的事实")

    def _told(self, name: str, told: Told) -> None:
        """What the platform is to tell by itself: of a thing it has runs of, in one word, as a fact of the fitting type."""
        path = ("facts", name, "told")
        for stage in told.stages:
            self.known(stage, self.stages, path, "阶段")
        words = [w for w in _TOLD_WORDS if getattr(told, w)]
        if len(words) != 1 and not (told.counts and not words):
            self.report(path, "要写且只写一种", f"{'、'.join(_TOLD_WORDS)} 之一，或 counts")
            return
        if told.counts is not None and words not in ([], ["passed"], ["came_to"]):
            self.report(path, "counts 只能和 passed 或 came_to 一起写", "去掉另一个")
        if name.split(".", maxsplit=1)[0] not in {per.value for per in Per}:
            self.report(
                path, f"“{name}”说的不是有阶段的事项", f"用 {'、'.join(per.value for per in Per)} 开头的事实"
            )
        for fact in (told.stood_at or {}).values():
            self.known(fact, self.types, path, "事实")
            if fact in self.pack.facts and self.pack.facts[fact].each:
                self.report(path, f"“{fact}”由各家自己说，没有一个当时的值", "写别的事实")
        kinds = (
            {self.types[fact].kind for fact in told.stood_at.values() if fact in self.types} if told.stood_at is not None
            else {Kind.count} if told.counts is not None
            else {Kind.flag} if told.passed is not None or told.came_to is not None
            else {Kind.date, Kind.instant}
        )  # fmt: skip
        if kinds and self.pack.facts[name].type not in kinds:
            self.report(
                path, "事实的类型不对", f"写类型为 {' 或 '.join(sorted(kind.value for kind in kinds))} 的事实"
            )
        self._told_of_runs(name, told, path)

    def _told_of_runs(self, name: str, told: Told, path: tuple[str | int, ...]) -> None:
        """Only what can ever happen may be asked: a window that closes, runs of the thing the fact is about."""
        about = told.counts.value if told.counts is not None else name.split(".", maxsplit=1)[0]
        for key in told.stages:
            at = [process for process in self.pack.processes.values() if key in process.stages]
            if told.closes and at and not any(is_windowed(process.stages[key]) for process in at):
                self.report(
                    path, f"阶段“{key}”没有截止", "写有 term 的揭榜、备案、公示或写了 on_expiry 的阶段"
                )
            wanted = (told.came_to or {}).get(key)
            if wanted is not None and not any(wanted in process.stages[key].outcomes for process in at):
                self.report(path, f"阶段“{key}”没有结果“{wanted}”", "写这个阶段有去向的结果")
            if told.handed_in or told.stood_at:
                continue
            own = any(
                process.stages[key].per.value == about or is_only_returned_to(key, process) for process in at
            )
            if at and not own:
                per = "、".join(sorted({process.stages[key].per.value for process in at}))
                self.report(
                    path,
                    f"阶段“{key}”按 {per} 进行，不按 {about}，永远没有可告知的",
                    f"写按 {about} 进行的阶段",
                )

    def clauses(self) -> None:
        """Every cited clause is in the clause list, and every clause of the list is carried by some item."""
        carried: set[str] = set()
        for section in (*ITEM_SECTIONS, "pack", "facts", "counting"):
            content = getattr(self.pack, section)
            if content is not None:
                self._cited(content, (section,), carried)
        for key in self.pack.clauses:
            if not _CLAUSE.match(key):
                self.report(("clauses", key), f"条款编号“{key}”写法不对", "写成 SZ-11.1 这样的编号")
            elif key not in carried:
                self.report(
                    ("clauses", key),
                    f"条款 {key} 没有任何内容承载",
                    "在规则、金额、流程、职责等的 clause 里写上它",
                )

    def _cited(self, node: Any, path: tuple[str | int, ...], carried: set[str]) -> None:
        if isinstance(node, BaseModel):
            if "clause" in type(node).model_fields:
                cited = getattr(node, "clause", None)
                for clause in [cited] if isinstance(cited, str) else cited or ():
                    carried.add(clause)
                    self.known(clause, self.pack.clauses, (*path, "clause"), "条款")
            for name, info in type(node).model_fields.items():
                value = getattr(node, name)
                if isinstance(value, BaseModel | dict | list):
                    self._cited(value, (*path, info.alias or name), carried)
        elif isinstance(node, dict):
            for key, value in node.items():
                self._cited(value, (*path, key), carried)
        elif isinstance(node, list):
            for i, value in enumerate(node):
                if isinstance(value, BaseModel | dict | list):
                    self._cited(value, (*path, i), carried)

    def roles_stages_papers(self) -> None:
        """Roles, processes, stages, papers, terms and facts that items point to."""
        for section in ITEM_SECTIONS:
            for key, item in getattr(self.pack, section).items():
                self._pointers(item, (section, key))
        self._money_duties_rights_papers()
        self._stages()
        self._when_rules_run()

    def _when_rules_run(self) -> None:
        """A rule runs only at stages of its processes; and about a signature or a payment is asked only where there is one."""
        for key, rule in self.pack.rules.items():
            processes = [p for name, p in self.pack.processes.items() if belongs(rule, name)]
            for i, name in enumerate(rule.stages):
                kinds = {p.stages[name].kind for p in processes if name in p.stages}
                if name in self.stages and processes and not kinds:
                    self.report(
                        ("rules", key, "stages", i),
                        f"阶段“{name}”不在这条规则的流程里，规则永远不会运行",
                        "改 stages 或 processes",
                    )
                asked = _ASKED_AT.get(rule.at.value)
                if asked is not None and kinds and not kinds & asked and kinds <= set(KINDS):
                    self.report(
                        ("rules", key, "at"),
                        f"阶段“{name}”（{'、'.join(KINDS[k].label for k in sorted(kinds))}）没有 at: {rule.at.value} 的时候",
                        "写 decide 或 submit，或改在签约、拨付的阶段检查",
                    )

    def _pointers(self, item: Any, path: tuple[str | int, ...]) -> None:
        """The words that name the same sort of thing wherever they stand."""
        pack = self.pack
        pointed: tuple[tuple[tuple[str, ...], Collection[str], str], ...] = (
            (("processes",), pack.processes, "流程"),
            (("roles", "role", "payer", "payee", "holders", "decides", "from_", "to"), pack.parties, "角色"),
            (("stages", "stage", "from_stage", "until_stage"), self.stages, "阶段"),
            (("evidence",), pack.papers, "材料"),
        )
        for words, among, what in pointed:
            for word in words:
                value = getattr(item, word, None)
                if isinstance(value, dict):  # a process's own stages
                    continue
                for name in [value] if isinstance(value, str) else value or ():
                    self.known(name, among, (*path, word.rstrip("_")), what)

    def _money_duties_rights_papers(self) -> None:
        pack = self.pack
        for key, money in pack.money.items():
            self.known(money.part_of, pack.money, ("money", key, "part_of"), "金额项")
            for funder in money.funders:
                self.known(funder.role, pack.parties, ("money", key, "funders"), "角色")
        for key, duty in pack.duties.items():
            for fact in duty.records:
                self.known(fact, self.types, ("duties", key, "records"), "事实")
            if duty.when == "at_stage" and duty.stage is None:
                self.report(("duties", key), "at_stage 的职责没有写阶段", "写 stage")
        for key, party in pack.parties.items():
            self.known(party.named_in, self.types, ("parties", key, "named_in"), "事实")
            if (named := pack.facts.get(party.named_in or "")) and named.type not in (
                Kind.organisation,
                Kind.organisations,
            ):
                self.report(
                    ("parties", key, "named_in"), f"“{party.named_in}”里不是单位", "写类型为组织的事实"
                )
        for key, right in pack.rights.items():
            self.known(right.term, pack.terms, ("rights", key, "term"), "期限")
        for key, paper in pack.papers.items():
            for i, one in enumerate(paper.fields):
                self.known(one.fact, self.types, ("papers", key, "fields", i, "fact"), "事实")

    def _stages(self) -> None:
        pack = self.pack
        for key, process in pack.processes.items():
            for name, stage in process.stages.items():
                path = ("processes", key, "stages", name)
                for word, listed in (
                    ("by", stage.by),
                    ("with", stage.with_ or ()),
                ):
                    for role in listed:
                        self.known(role, pack.parties, (*path, word), "角色")
                self.known(stage.term, pack.terms, (*path, "term"), "期限")
                for side in ("takes", "gives"):
                    for paper in getattr(stage.papers, side):
                        self.known(paper, pack.papers, (*path, "papers", side), "材料")
                if stage.at_most is not None:
                    self._positive(stage.at_most, "count", (*path, "at_most"))
                if stage.scoring is not None:
                    self._scoring(stage.scoring, (*path, "scoring"))

    def _scoring(self, scoring: Scoring, path: tuple[str | int, ...]) -> None:
        """Points that somebody can get, a line that can be reached, at least one who passes."""
        mosts = [
            self._positive(criterion.most, "score", (*path, "criteria", word, "most"))
            for word, criterion in scoring.criteria.items()
        ]
        if scoring.survivors is not None:
            self._positive(scoring.survivors, "count", (*path, "survivors"))
        if scoring.pass_mark is None:
            return
        line = self._literal(scoring.pass_mark, "score", (*path, "pass_mark"))
        known = [most for most in mosts if most is not None]
        if line is not None and known and len(known) == len(mosts) and line > sum(known):
            what = f"及格线 {scoring.pass_mark} 高于各项满分之和 {sum(known):f} 分"
            self.report((*path, "pass_mark"), what, "谁也达不到；检查分数")

    def _positive(self, raw: str, kind: str, path: tuple[str | int, ...]) -> Decimal | None:
        found: Decimal | None = self._literal(raw, kind, path)
        if found == 0:
            self.report(path, f"“{raw}”等于没有", "写大于零的数，或去掉这一项")
        return found

    def _literal(self, raw: str, kind: str, path: tuple[str | int, ...]) -> Any:
        """The value of a literal of a kind; None where it isn't one (reported)."""
        try:
            of, value = read_literal(raw)
        except Exception as error:  # noqa: BLE001  any unreadable literal is reported the same way
            self.report(path, f"“{raw}”读不懂", getattr(error, "fix", ""))
            return None
        if of.kind.value != kind:
            self.report(
                path,
                f"“{raw}”不是这里要的值",
                {"count": "写成“3 家”", "score": "写成“60 分”", "term": "写成“3 年”"}[kind],
            )
            return None
        return value

    def discretion(self) -> None:
        """An open question has a readable type."""
        for key, item in self.pack.discretion.items():
            try:
                declared_type(item, self.pack)
            except BadValue as error:
                self.report(("discretion", key), error.what, error.fix)

    def identity(self) -> None:
        """The identity agrees with itself: dates, and how a blank start is written."""
        found = self.pack.pack.in_force
        if found is None:
            return
        if found.lasts is not None:
            path = ("pack", "in_force", "lasts")
            self._literal(found.lasts, "term", path)
            if found.lasts.strip().endswith("工作日"):
                self.report(path, "有效期不按工作日计", "写成 3 年、18 个月 或 90 日")
        if found.lasts is not None and found.until is not None:
            self.report(("pack", "in_force", "until"), "有效期写了两种", "until 和 lasts 只写一个")
        if found.from_ != UNSET and found.until is not None and found.until < found.from_:  # type: ignore[operator]  # not the word unset
            self.report(("pack", "in_force"), "失效日期早于生效日期", "检查两个日期")
