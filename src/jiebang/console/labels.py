"""Chinese words for the closed vocabularies of the code that a page shows."""

from __future__ import annotations

from jiebang.policy.stages import KINDS

PER_LABELS = {
    "programme": "计划",
    "batch": "批次",
    "need": "需求",
    "challenge": "榜题",
    "bid": "揭榜申请",
    "project": "项目",
    "result": "成果",
}
SOURCES = {"declared": "申报", "checked": "已核实", "register": "登记查询", "computed": "系统计算"}
VERDICTS = {
    "pass": "符合",
    "fail": "不符合",
    "unknown": "尚不能判断",
    "departed": "已依规定例外",
    "departable": "可由有权者例外",
    "not-applicable": "不适用",
    "withheld": "不公开",
}
AMOUNT_STATES = {
    "ok": "在限额之内",
    "over": "超过上限",
    "under": "低于下限",
    "departable": "超过一般限额，可由有权者例外",
    "unknown": "还不能计算",
    "not-due": "不发生",
}


def kind_label(kind: str) -> str:
    """How a kind of stage is called."""
    return KINDS[kind].label if kind in KINDS else kind
