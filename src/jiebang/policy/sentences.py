"""Say each item of a pack in plain Chinese, aspect by aspect: for a lawyer to read, and to compare two packs by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from jiebang.policy import words
from jiebang.policy.compile_money import CompiledLimit
from jiebang.policy.compiled import Compiled, Leaf, Operand, put_in_words
from jiebang.policy.expressions import Departs, Force
from jiebang.policy.names import declared_type
from jiebang.policy.pack_facts import Source, Told
from jiebang.policy.pack_money import DecidedAmount, Money, RestOf
from jiebang.policy.pack_parties import Capacity
from jiebang.policy.pack_process import End, Scoring, Target
from jiebang.policy.process import routes_of
from jiebang.policy.program import Program
from jiebang.policy.stages import KINDS
from jiebang.policy.values import Kind

Aspects = dict[str, str]


class Narrator:
    """Tells the items of one program."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.pack = program.pack

    def aspects(self, section: str, key: str) -> Aspects:
        """What there is to say about an item: a short name of each aspect, and a sentence or part of one."""
        found = self._tellers[section](self, key)
        return {name: text for name, text in found.items() if text}

    def name(self, section: str, key: str) -> str:
        """What an item is called."""
        item = getattr(self.pack, section)[key]
        if isinstance(item, Capacity):
            return (
                f"{words.SECTIONS[section]}“{self.roles(item.roles)}{words.CAPACITIES[item.capacity.value]}”"
            )
        label = getattr(item, "label", None) or getattr(item, "question", None) or getattr(item, "says", key)
        return f"{words.SECTIONS[section]}“{label}”"

    # ── parts ─────────────────────────────────────────────────────────────────────────────────────────────────

    def roles(self, keys: Iterable[str] | None) -> str:
        """Roles by their labels."""
        parties = self.pack.parties
        return "、".join(parties[key].label if key in parties else key for key in keys or ())

    def processes(self, keys: Iterable[str] | None) -> str:
        """Processes by their labels; empty if an item is for all of them."""
        return "、".join(self.pack.processes[key].label for key in keys or ())

    def stages(self, keys: Iterable[str | None] | None) -> str:
        """Stages by their labels, whichever process they belong to."""
        labels = {k: s.label for process in self.pack.processes.values() for k, s in process.stages.items()}
        return "、".join(labels.get(key, key) for key in keys or () if key)

    def papers(self, keys: Iterable[str]) -> str:
        """Papers by their labels."""
        return "、".join(f"《{self.pack.papers[key].label}》" for key in keys if key in self.pack.papers)

    def fact(self, name: str) -> str:
        """A fact by its label."""
        return self.pack.facts[name].label if name in self.pack.facts else name

    def condition(self, compiled: Compiled | None, force: Force = Force.must) -> str:
        """A condition as a sentence; leaves that bind less than `force` say so."""
        if compiled is None:
            return ""

        def tell(leaf: Leaf) -> str:
            mark = f"（{words.FORCES[leaf.force.value]}）" if leaf.force is not force else ""
            return f"{leaf.wants}{mark}{self._departs(leaf.departs)}"

        return put_in_words(compiled, tell)

    def _departs(self, departs: Departs | None) -> str:
        if departs is None:
            return ""
        return f"，{self.roles(departs.by)}可凭{words.DEPARTS_WITH[departs.with_.value]}例外"

    def _selected(self, *path: str | int) -> str:
        return self.condition(self.program.conditions.get(path))

    # ── sections ──────────────────────────────────────────────────────────────────────────────────────────────

    def _list(self, key: str) -> Aspects:
        item = self.pack.lists[key]
        return {"名称": item.label, "选项": "、".join(item.options.values()) + ("等" if item.open else "")}

    def _party(self, key: str) -> Aspects:
        item = self.pack.parties[key]
        return {
            "名称": item.label,
            "由谁担任": words.PARTY_IS[item.is_.value] + ("，也可以是行政机关" if item.or_authority else ""),
            "流程": self.processes(item.processes),
            "可以没有": "" if item.required else "是",
            "由哪里写明": self.fact(item.named_in) if item.named_in else "",
        }

    def _capacity(self, key: str) -> Aspects:
        item = self.pack.capacities[key]
        since = f"自“{self.stages([item.from_stage])}”起" if item.from_stage else ""
        until = f"至“{self.stages([item.until_stage])}”为止" if item.until_stage else ""
        return {
            "谁": f"{self.roles(item.roles)}{words.CAPACITIES[item.capacity.value]}",
            "阶段": since + until,
            "流程": self.processes(item.processes),
        }

    def _fact(self, key: str) -> Aspects:
        item = self.pack.facts[key]
        of = self.program.types[key]
        options = "、".join((of.options or {}).values()) + ("等" if of.open_list else "")
        fields = [
            f"{label.label}（{of_field}{'：' + '、'.join(of_field.options.values()) if of_field.options else ''}）"
            for label, of_field in zip((item.fields or {}).values(), (of.fields or {}).values(), strict=True)
        ]
        return {
            "名称": item.label,
            "类型": str(of),
            "选项": options,
            "字段": "、".join(fields),
            "说明": item.hint or "",
            "只能由谁说": self.roles(item.said_by),
            "由系统告知": self._told(item.told) if item.told else "",
        }

    def _told(self, told: Told) -> str:
        """What the platform tells by itself, of which stages."""
        parts = [
            f"{label}：{self.stages(getattr(told, word))}"
            for word, label in words.TOLD.items()
            if getattr(told, word)
        ]
        parts += [
            f"“{self.stages([stage])}”{words.OUTCOMES[outcome]}"
            for stage, outcome in (told.came_to or {}).items()
        ]
        parts += [
            f"“{self.stages([stage])}”开始时的{self.fact(fact)}"
            for stage, fact in (told.stood_at or {}).items()
        ]
        return "；".join(parts) + (f"的个数（{words.PER[told.counts.value]}算一个）" if told.counts else "")

    def _rule(self, key: str) -> Aspects:
        rule, compiled = self.pack.rules[key], self.program.rules[key]
        where = self.stages(rule.stages)
        return {
            "何时检查": (f"在“{where}”" if where else "") + words.MOMENTS[rule.at.value],
            "流程": self.processes(rule.processes),
            "效力": words.FORCES[rule.force.value],
            "适用": f"只在{self.condition(compiled.given)}时" if compiled.given else "",
            "要求": self.condition(compiled.test, rule.force),
            "说明": rule.says or "",
            "事实来源": "" if rule.source is Source.declared else words.PROVENANCE[rule.source.value],
        }

    def _money(self, key: str) -> Aspects:
        item, compiled = self.pack.money[key], self.program.accountant.items[key]
        found: Aspects = {
            "种类": words.MONEY[item.kind.value],
            "付款与收款": f"{self.roles(item.payer)}付给{self.roles(item.payee)}",
            "数额": self._amount(item, compiled.operand, compiled.fact),
            "属于": f"“{self.pack.money[item.part_of].label}”的一部分" if item.part_of else "",
            "流程": self.processes(item.processes),
            "阶段": self.stages([item.stage]),
            "凭证": self.papers(item.evidence),
            "条件": self.condition(compiled.when),
            "取整": f"到分，{words.ROUNDINGS[item.round]}",
            "财政资金": "是" if item.fiscal else "不是",
            "零头": f"由{self.roles([item.odd_fen])}承担" if item.odd_fen else "",
        }
        for word, side in (("不超过", compiled.ceilings), ("不低于", compiled.floors)):
            for limit in side:
                found[f"{word}（{limit.limit.name}）"] = self._limit(word, limit)
        for funder, share in zip(item.funders, compiled.shares, strict=True):
            found[f"{self.roles([funder.role])}分担"] = share.text
        return found

    def _amount(self, item: Money, operand: Operand | None, fact: Operand | None) -> str:
        amount = item.amount
        if isinstance(amount, RestOf):
            return f"“{self.pack.money[amount.rest_of].label}”的余额"
        if isinstance(amount, DecidedAmount):
            shown = fact.text if fact else amount.decided
            return f"{shown}，由{self.roles(amount.by)}凭{words.DEPARTS_WITH[amount.with_]}确定"
        return operand.text if operand else ""

    def _limit(self, word: str, compiled: CompiledLimit) -> str:
        limit = compiled.limit
        mild = words.FORCES[limit.force.value] if limit.force is not Force.must else ""
        already = f"，减去已有的{compiled.already.text}" if compiled.already else ""
        when = f"（只在{self.condition(compiled.when)}时）" if compiled.when else ""
        within = f"（按 {limit.scope} 累计）" if limit.scope != "item" else ""
        return f"{mild}{word}{compiled.operand.text}{already}{within}{when}{self._departs(limit.departs)}"

    def _term(self, key: str) -> Aspects:
        item, compiled = self.pack.terms[key], self.program.timekeeper.terms[key]
        counting = compiled.counting
        shown = counting.text if isinstance(counting, Operand) else words.COUNTINGS.get(counting or "", "")
        began = f"（{compiled.counts_from.text}）" if compiled.counts_from else ""
        return {
            "长度": words.BOUNDS[item.bound] + compiled.length.text + ("（倒推）" if item.backward else ""),
            "怎样数": f"按{shown}" if shown else "",
            "起算": f"“{self.pack.terms[item.after].label}”届满" if item.after else item.starts + began,
            "截止钟点": item.closes_at or "",
            "末日遇休息日": {True: "顺延", False: "不顺延", None: ""}[item.rolls],
            "对谁": self.roles([item.role] if item.role else ()),
            "效力": words.FORCES[item.force.value] + self._departs(item.departs)
            if item.force is not Force.must
            else "",
            "流程": self.processes(item.processes),
            "阶段": self.stages([item.stage]),
        }

    def _process(self, key: str) -> Aspects:
        item = self.pack.processes[key]
        found = {"名称": item.label, "方式": item.instrument, "开始": item.stages[item.starts].label}
        for number, name in enumerate(item.stages, 1):
            found[f"{number}. {item.stages[name].label}"] = self.step(key, name)
        return found

    def step(self, process: str, key: str) -> str:
        """One stage: who does what per which thing, within which time, with which papers, and where it leads."""
        stage = self.pack.processes[process].stages[key]
        parts = [
            f"{KINDS[stage.kind].label}，{words.PER[stage.per.value]}一次",
            f"由{self.roles(stage.by)}办理" + (f"，会同{self.roles(stage.with_)}" if stage.with_ else ""),
            f"只在{when}时进行"
            if (when := self._selected("processes", process, "stages", key, "when"))
            else "",
            f"期限：{self.pack.terms[stage.term].label}" if stage.term else "",
            f"收{self.papers(stage.papers.takes)}" if stage.papers.takes else "",
            f"出{self.papers(stage.papers.gives)}" if stage.papers.gives else "",
            f"到期没有结果的，按“{words.outcome_label(stage.kind, stage.on_expiry)}”办结"
            if stage.on_expiry
            else "",
            words.AMONG[stage.among.value] if stage.among else "",
            f"在{first}时，"
            + ("有一个到了就可以进行，不等其他的" if stage.kind == "select" else "收到一份就往下办，不等截止")
            if (first := self._selected("processes", process, "stages", key, "at_once"))
            else "",
            f"在{late}时，截止之后到办结之前还可以收"
            if (late := self._selected("processes", process, "stages", key, "late"))
            else "",
            f"至多 {stage.at_most}" if stage.at_most else "",
            "收到的封存到截止" if stage.sealed else "",
            words.FORCES[stage.force.value] if stage.force is not Force.must else "",
            self._scoring(stage.scoring) if stage.scoring else "",
        ]
        routes = "；".join(
            f"{words.outcome_label(stage.kind, outcome)}→{self._target(process, target)}"
            for outcome, target, _ in routes_of(stage)
        )
        return "，".join(part for part in parts if part) + f"。{routes}"

    def _target(self, process: str, target: Target) -> str:
        if isinstance(target, End):
            return f"结束（{target.end}）"
        keys = [target] if isinstance(target, str) else target
        return "和".join(f"“{self.pack.processes[process].stages[key].label}”" for key in keys)

    def _scoring(self, scoring: Scoring) -> str:
        parts = [f"{c.label}{c.most}" for c in scoring.criteria.values()]
        if scoring.drop_extremes:
            parts.append("去掉最高和最低")
        if scoring.pass_mark:
            parts.append(f"{scoring.pass_mark}及格")
        if scoring.survivors:
            parts.append(f"取前 {scoring.survivors}")
        return f"评分（{'、'.join(parts)}）" if parts else ""

    def _right(self, key: str) -> Aspects:
        item = self.pack.rights[key]
        return {
            "内容": f"{self.roles(item.holders)}{words.RIGHTS[item.right.value]}",
            "条件": self._selected("rights", key, "when"),
            "期限": self.pack.terms[item.term].label if item.term else "",
            "效力": words.FORCES[item.force.value],
            "流程": self.processes(item.processes),
        }

    def _duty(self, key: str) -> Aspects:
        item = self.pack.duties[key]
        lasts = self.program.lengths.get(key)
        return {
            "谁": self.roles(item.role),
            "何时": words.DUTY_WHEN[item.when] + (f"（{self.stages([item.stage])}）" if item.stage else ""),
            "效力": words.FORCES[item.force],
            "条件": self._selected("duties", key, "given"),
            "持续": lasts.text if lasts else "",
            "记录": "、".join(self.fact(name) for name in item.records),
            "流程": self.processes(item.processes),
        }

    def _paper(self, key: str) -> Aspects:
        item = self.pack.papers[key]
        fields = []
        for i, one in enumerate(item.fields):
            when = self._selected("papers", key, "fields", i, "when")
            note = "选填" if not one.required else f"在{when}时填" if when else ""
            fields.append(self.fact(one.fact) + (f"（{note}）" if note else ""))
        marks = [
            w for w, on in (("签章", item.signed), ("盖章", item.sealed), ("保密", item.confidential)) if on
        ]
        return {
            "由谁提交": self.roles(item.from_) + (f"交{self.roles(item.to)}" if item.to else ""),
            "填写": "、".join(fields),
            "要求": "、".join(marks),
            "条件": self._selected("papers", key, "when"),
            "流程": self.processes(item.processes),
        }

    def _discretion(self, key: str) -> Aspects:
        item = self.pack.discretion[key]
        of = declared_type(item, self.pack)
        return {
            "问题": item.question,
            "由谁决定": self.roles(item.decides),
            "对什么范围": words.SCOPES[item.scope.value],
            "可选": "、".join((of.options or {}).values()),
            "答案": "" if of.options else "是或否" if of.kind is Kind.flag else str(of),
            "决定之前做不了": item.blocks,
            "指向的文件": item.refers_to or "",
        }

    def _clause(self, key: str) -> Aspects:
        item = self.pack.clauses[key]
        return {"条次": item.article, "内容": item.says, "效力": words.FORCES[item.force]}

    _tellers: Mapping[str, Callable[[Narrator, str], Aspects]] = {
        "lists": _list, "parties": _party, "capacities": _capacity, "facts": _fact,
        "rules": _rule, "money": _money, "terms": _term, "processes": _process,
        "rights": _right, "duties": _duty, "papers": _paper, "discretion": _discretion,
        "clauses": _clause,
    }  # fmt: skip
