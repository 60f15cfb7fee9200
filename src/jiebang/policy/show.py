"""A pack as a text that a lawyer can read: clause by clause, then the steps of each process, then what is still open."""

from __future__ import annotations

from collections.abc import Iterator

from jiebang.policy import words
from jiebang.policy.in_force import describe_in_force
from jiebang.policy.pack import ITEM_SECTIONS
from jiebang.policy.program import Program
from jiebang.policy.sentences import Narrator


def show_pack(program: Program) -> Iterator[str]:
    """The lines of the text."""
    pack, narrator = program.pack, Narrator(program)
    source = pack.pack.source
    yield f"{pack.pack.title}（{pack.key}）"
    yield f"适用地方：{pack.pack.place}；主管：{pack.pack.bureau}"
    yield f"依据：{source.title}，{words.SOURCES[source.status.value]}" + (
        f"，{source.number}" if source.number else ""
    )
    if source.note:
        yield f"说明：{source.note}"
    yield describe_in_force(pack)
    yield ""
    yield "一、逐条"
    yield from _clauses(program, narrator)
    yield ""
    yield "二、流程"
    for key, process in pack.processes.items():
        yield ""
        yield f"{process.label}（从“{process.stages[process.starts].label}”开始）"
        for number, (name, stage) in enumerate(process.stages.items(), 1):
            yield f"  {number}. {stage.label}：{narrator.step(key, name)}"
    yield ""
    yield "三、原文没有定、要由有权者决定的事项"
    for number, (key, item) in enumerate(pack.discretion.items(), 1):
        told = narrator.aspects("discretion", key)
        told.pop("问题")
        yield f"  {number}. {item.question}（{'、'.join(item.clause)}）" + "；".join(
            f"{k}：{v}" for k, v in told.items()
        )
    if not pack.discretion:
        yield "  （没有）"


def _clauses(program: Program, narrator: Narrator) -> Iterator[str]:
    """Each clause, what it says, and what the system does because of it."""
    pack = program.pack
    told: dict[tuple[str, str], str] = {}
    for key, clause in pack.clauses.items():
        yield ""
        yield f"{clause.article}（{key}，{words.FORCES[clause.force]}）{clause.says}"
        carried = False
        for section in ITEM_SECTIONS:
            for name, item in getattr(pack, section).items():
                if key not in item.clause:
                    continue
                carried = True
                called = narrator.name(section, name)
                if (section, name) in told:
                    yield f"  · {called}（见 {told[section, name]}）"
                    continue
                told[section, name] = key
                yield f"  · {called}：{_tell(narrator, section, name)}"
        for place in _named_inside(program, narrator, key):
            carried = True
            yield f"  · {place}"
        if not carried:
            yield "  · 见施行日期或期间计算的说明"


#: Aspects that open a sentence without being announced, and how they are put into it.
_OPENINGS = {
    "rules": (("何时检查", "{}检查"), ("效力", "（{}）"), ("适用", "，{}"), ("要求", "：{}")),
    "money": (("付款与收款", "{}"), ("种类", "{}"), ("数额", "，数额为{}")),
    "terms": (("起算", "自{}起"), ("长度", "{}"), ("怎样数", "，{}计算")),
    "rights": (("内容", "{}"), ("条件", "，只在{}时")),
    "duties": (("谁", "{}"), ("何时", "{}办理"), ("效力", "（{}）")),
    "papers": (("由谁提交", "由{}提交"), ("填写", "，写明{}")),
    "parties": (("由谁担任", "由{}担任"),),
    "capacities": (("谁", "{}"),),
    "lists": (("选项", "{}"),),
    "discretion": (("由谁决定", "原文没有定，由{}决定"), ("对什么范围", "，对{}有效")),
}  # fmt: skip


def _tell(narrator: Narrator, section: str, key: str) -> str:
    """What the system does because of an item, in a sentence or two."""
    if section == "processes":
        return "步骤见“二、流程”。"
    found = narrator.aspects(section, key)
    for known in ("名称", "问题"):
        found.pop(known, None)
    opening = "".join(put.format(found.pop(aspect)) for aspect, put in _OPENINGS[section] if aspect in found)
    rest = [f"{aspect}：{text}" for aspect, text in found.items()]
    return "；".join([opening, *rest]) + "。"


def _named_inside(program: Program, narrator: Narrator, clause: str) -> Iterator[str]:
    """Where a clause is carried not by a whole item but by a stage, a leaf, a limit or a field of one."""
    pack = program.pack
    for process in pack.processes.values():
        for stage in process.stages.values():
            if clause in stage.clause:
                yield f"流程“{process.label}”的步骤“{stage.label}”"
    for key, compiled in program.rules.items():
        for leaf in compiled.test.leaves():
            if leaf.clause == clause and clause not in compiled.rule.clause:
                yield f"{narrator.name('rules', key)}中的：{leaf.wants}"
    for key, money in pack.money.items():
        named = (*money.ceilings, *money.floors, *money.funders)
        if clause not in money.clause and any(clause in part.clause for part in named):
            yield f"{narrator.name('money', key)}的限额或分担"
    for key, paper in pack.papers.items():
        fields = [narrator.fact(f.fact) for f in paper.fields if f.clause == clause]
        if fields and clause not in paper.clause:
            yield f"{narrator.name('papers', key)}的字段：{'、'.join(fields)}"
