"""Small packs written in a few lines, and what is known when they are asked."""

from datetime import date
from pathlib import Path
from typing import Any

from jiebang.kernel.periods import WorkingCalendar
from jiebang.policy.loader import RawPack, build
from jiebang.policy.program import Program
from jiebang.policy.read_facts import FactReader
from jiebang.policy.situation import Situation
from jiebang.policy.strict_yaml import parse_yaml
from jiebang.policy.verdicts import Verdict, judge_rule

SAMPLE = Path(__file__).parent / "packs" / "example-open-bid" / "1"
ON = "2026-03-02"

FRAME = """
pack: {id: small, version: "1", title: 示例办法（合成）, place: 示例市, bureau: 市科技局, source: {title: 示例, status: draft}}
clauses:
  EX-1: {article: 第一条, force: must, says: 示例。}
counting: {clause: EX-1, first_day: excluded, end_on_rest_day: rolls}
parties:
  bureau: {clause: EX-1, label: 市科技局, is: authority}
  county: {clause: EX-1, label: 区科技局, is: authority}
  sponsor: {clause: EX-1, label: 发榜方, is: organisation}
  solver: {clause: EX-1, label: 揭榜方, is: organisations}
processes:
  only:
    clause: EX-1
    label: 流程
    instrument: open-bid
    starts: report
    stages: {report: {clause: EX-1, kind: summarise, label: 总结, per: batch, by: bureau, outcomes: {recorded: {end: 完}}}}
facts:
  bid.a: {label: 甲, type: flag}
  bid.b: {label: 乙, type: flag}
  bid.c: {label: 丙, type: flag}
  bid.total: {label: 总投入, type: money}
  bid.own: {label: 自筹, type: money}
  bid.mark: {label: 得分, type: score}
  bid.lead: {label: 牵头单位, type: organisation}
  bid.leader: {label: 负责人, type: person}
  bid.partners: {label: 合作单位, type: organisations}
  bid.plan: {label: 方案, type: text}
  bid.fields: {label: 领域, type: choices, options: {energy: 能源, health: 健康}}
  bid.days: {label: 天数, type: term, unit: 日}
  bid.months: {label: 月数, type: term, unit: 月}
  bid.signed_on: {label: 签订日, type: date}
  bid.listed_on: {label: 公布日, type: date}
  challenge.sponsor: {label: 出题单位, type: organisation}
  bid.credit: {label: 失信记录, type: records, fields: {on: {label: 日期, type: date}, serious: {label: 严重, type: flag}}}
  bid.bans: {label: 处罚, type: records, fields: {from: {label: 起, type: date}, until: {label: 止, type: date}}}
  challenge.asked: {label: 指标, type: records, fields: {name: {label: 名称, type: text}}}
  bid.answers: {label: 响应, type: records, fields: {to: {label: 名称, type: text}, sure: {label: 有把握, type: flag}}}
"""


def read_text(text: str) -> dict[str, Any]:
    """Plain data of strict YAML that has to be right."""
    file, problems = parse_yaml(text, "small.yaml")
    assert problems == []
    data: dict[str, Any] = file.data
    return data


def make_program(sections: str) -> Program:
    """A pack of the frame above with these sections besides; a section of the frame may be replaced."""
    return build(RawPack(Path("small/1"), {**read_text(FRAME), **read_text(sections)}))


def make_rule(test: str, *, force: str = "must", more: str = "") -> Program:
    """A pack with one rule `r` whose test is written as one line of YAML; `more` are further keys of the rule."""
    return make_program(
        f"rules: {{r: {{clause: EX-1, label: 规则, force: {force}, at: decide, stages: [report], test: {test}, {more}}}}}"
    )


def know(program: Program, on: str = ON, calendar: WorkingCalendar | None = None, **data: Any) -> Situation:
    """A situation from plain data as a facts file has it: facts, decided, departures, relations…; nothing unreadable."""
    problems: list[object] = []
    situation = FactReader(program, lambda *problem: problems.append(problem)).read(
        data, date.fromisoformat(on), calendar
    )
    assert problems == []
    return situation


def judge(program: Program, on: str = ON, **data: Any) -> Verdict:
    """The verdict of rule `r`."""
    return judge_rule(program.rules["r"], know(program, on, **data))
