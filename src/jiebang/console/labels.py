"""Chinese words for the closed vocabularies of the code that a page shows."""

from __future__ import annotations

from jiebang.policy.stages import KINDS

#: outcomes of stages, as KINDS lists them; where a kind says it differently, "kind.outcome" goes first
OUTCOMES: dict[str, str] = {
    "agreed": "同意",
    "announced": "已公告",
    "apply_to_use.agreed": "同意使用",
    "approved": "通过",
    "approve_project.approved": "同意立项",
    "approve_project.rejected": "不予立项",
    "bought": "已采购",
    "breached": "未履行",
    "closed": "已截止",
    "continued": "继续",
    "declined": "不推荐",
    "dropped": "出库",
    "exempt": "同意免公示",
    "expired": "逾期",
    "extended": "同意变更",
    "failed": "不通过",
    "finished": "完成",
    "fulfilled": "已履行",
    "lapsed": "逾期无人提出",
    "match.agreed": "达成合作",
    "match.failed": "未达成",
    "merged": "合并",
    "no_taker": "无人揭榜",
    "none_qualified": "无合格者",
    "none_received": "未收到",
    "not_continued": "不再继续",
    "not_signed": "未签订",
    "not_due": "不再拨付",
    "nothing_due": "无须收回",
    "paid": "已拨付",
    "part_paid": "已拨付一期",
    "passed": "通过",
    "pooled": "入库",
    "recommended": "同意推荐",
    "record_act.refused": "未获同意",
    "recorded": "已记录",
    "recovered": "已收回",
    "rectify": "限期整改",
    "refused": "不同意",
    "rejected": "不通过",
    "remedial": "限期补充后再验收",
    "returned": "退回补正",
    "selected": "已选定",
    "set": "已凝练",
    "settled": "已清算",
    "shared": "已纳入共享库",
    "signed": "已签订",
    "taken": "行使优先权",
    "terminated": "终止",
    "to_notice": "照常公示",
    "too_few": "数量不足",
    "unopposed": "无异议",
    "upheld": "异议成立",
    "withdrawn": "停止受理",
    "vet_need.rejected": "不予列入",
}
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
RELATIONS = {
    "employed_by": "任职于",
    "legal_representative": "法定代表人",
    "sole_control": "单独控制",
    "joint_control": "共同控制",
    "significant_influence": "重大影响",
    "same_as": "同一主体",
    "kin": "近亲属",
}
AMOUNT_STATES = {
    "ok": "在限额之内",
    "over": "超过上限",
    "under": "低于下限",
    "departable": "超过一般限额，可由有权者例外",
    "unknown": "还不能计算",
    "not-due": "不发生",
}


def outcome_label(kind: str, outcome: str) -> str:
    """How an outcome of a kind of stage is called; the word itself would be a mistake, which a test holds."""
    return OUTCOMES.get(f"{kind}.{outcome}") or OUTCOMES.get(outcome, outcome)


def kind_label(kind: str) -> str:
    """How a kind of stage is called."""
    return KINDS[kind].label if kind in KINDS else kind
