"""The Chinese words for the vocabulary of packs, as officials and lawyers read them."""

from __future__ import annotations

from collections.abc import Mapping

SECTIONS: Mapping[str, str] = {
    "lists": "清单", "parties": "参与方", "capacities": "身份", "rules": "规则", "money": "金额", "terms": "期限",
    "processes": "流程", "rights": "权利", "duties": "职责", "papers": "材料", "discretion": "待定事项", "clauses": "条款",
    "facts": "事实",
}  # fmt: skip
FORCES: Mapping[str, str] = {"must": "必须", "in-principle": "原则上", "prefer": "优先", "may": "可以"}
SOURCES: Mapping[str, str] = {
    "in_force": "现行", "trial": "试行", "draft": "草案", "consultation_draft": "征求意见稿", "law": "法律",
}  # fmt: skip
MOMENTS: Mapping[str, str] = {"submit": "提交时", "decide": "决定时", "sign": "签约时", "pay": "拨付时"}
PROVENANCE: Mapping[str, str] = {
    "declared": "申报即可", "checked": "须已核实", "computed": "由系统计算", "register": "须有登记系统的查询",
}  # fmt: skip
PARTY_IS: Mapping[str, str] = {
    "organisation": "一个单位", "organisations": "一个或几个单位", "authority": "行政机关或其指定机构", "panel": "专家组或会议",
    "person": "一个人", "persons": "一人或几人",
}  # fmt: skip
CAPACITIES: Mapping[str, str] = {
    "poses": "提出榜题", "funds": "出资", "leads": "牵头", "performs": "承担研发", "takes_part": "参与", "signs": "签约",
    "is_paid": "收取资金", "pays_back": "退还资金", "judges": "评审", "decides": "作出决定", "owns": "拥有成果",
    "uses": "使用成果",
}  # fmt: skip
MONEY: Mapping[str, str] = {
    "grant": "补助或奖励", "instalment": "分期款", "recovery": "收回的款项", "contribution": "其他方的出资", "price": "价款",
}  # fmt: skip
RIGHTS: Mapping[str, str] = {
    "own": "拥有", "dispose": "处置", "use": "使用", "income": "取得收益", "free_use": "免费使用", "shared_use": "共享使用",
    "first_refusal": "优先购买", "demand": "要求履行", "agreed_by_contract": "由合同约定",
}  # fmt: skip
DUTY_WHEN: Mapping[str, str] = {
    "standing": "长期", "yearly": "每年", "per_batch": "每批", "at_stage": "在所列阶段", "on_event": "事情发生时",
    "after_acceptance": "验收以后",
}  # fmt: skip
SCOPES: Mapping[str, str] = {
    "programme": "整个计划", "batch": "一批", "challenge": "一个榜题", "project": "一个项目", "result": "一项成果",
}  # fmt: skip
AMONG: Mapping[str, str] = {
    "anyone": "向所有单位开放", "remaining": "只向还在流程中的单位开放", "reserve": "从以前没有选中的候补里选",
}  # fmt: skip
PER: Mapping[str, str] = {
    "batch": "每批", "need": "每项需求", "challenge": "每个榜题", "bid": "每份揭榜申请", "project": "每个项目",
    "result": "每项成果",
}  # fmt: skip
DEPARTS_WITH: Mapping[str, str] = {
    "reason": "记录理由", "meeting": "会议决定并记录理由", "external_act": "上级批复文件", "agreement": "各方约定",
}  # fmt: skip
TOLD: Mapping[str, str] = {
    "opened": "开始的时间", "closes": "截止的时间", "closed": "办结的时间", "handed_in": "材料交来的时间", "passed": "已通过",
}  # fmt: skip
RELATIONS: Mapping[str, str] = {
    "employed_by": "任职", "legal_representative": "法定代表人", "sole_control": "单独控制", "joint_control": "共同控制",
    "significant_influence": "重大影响", "same_as": "同一主体", "kin": "近亲属",
}  # fmt: skip
REST_DAYS: Mapping[str, str] = {"rolls": "顺延到下一个工作日", "stays": "不顺延"}
CLOSING_INSTANT: Mapping[str, str] = {
    "included": "截止那一秒到的算按时",
    "excluded": "截止那一秒到的已经迟到",
}
COUNTINGS: Mapping[str, str] = {"natural": "自然日", "working": "工作日"}
BOUNDS: Mapping[str, str] = {"exactly": "", "at_most": "至多", "at_least": "至少"}
ROUNDINGS: Mapping[str, str] = {"down": "舍去", "up": "进位", "half_up": "四舍五入"}
#: outcomes of stages, as KINDS lists them; where a kind says it differently, "kind.outcome" goes first
OUTCOMES: Mapping[str, str] = {
    "agreed": "同意", "announced": "已公告", "apply_to_use.agreed": "同意使用",
    "approve_project.approved": "同意立项", "approve_project.rejected": "不予立项", "approved": "通过",
    "bought": "已采购", "breached": "未履行", "closed": "已截止", "continued": "继续", "declined": "不推荐",
    "dropped": "出库", "exempt": "同意免公示", "expired": "逾期", "extended": "同意变更", "failed": "不通过",
    "finished": "完成", "fulfilled": "已履行", "lapsed": "逾期无人提出", "match.agreed": "达成合作",
    "match.failed": "未达成", "merged": "合并", "no_taker": "无人揭榜", "none_qualified": "无合格者",
    "none_received": "未收到", "not_continued": "不再继续", "not_due": "不再拨付", "not_signed": "未签订",
    "nothing_due": "无须收回", "paid": "已拨付", "part_paid": "已拨付一期", "passed": "通过", "pooled": "入库",
    "recommended": "同意推荐", "record_act.refused": "未获同意", "recorded": "已记录", "recovered": "已收回",
    "rectify": "限期整改", "refused": "不同意", "rejected": "不通过", "remedial": "限期补充后再验收",
    "returned": "退回补正", "selected": "已选定", "set": "已凝练", "settled": "已清算",
    "shared": "已纳入共享库", "signed": "已签订", "skipped": "条件不成立，跳过", "taken": "行使优先权",
    "terminated": "终止", "to_notice": "照常公示", "too_few": "数量不足", "unopposed": "无异议",
    "upheld": "异议成立", "vet_need.rejected": "不予列入", "withdrawn": "停止受理",
}  # fmt: skip


def outcome_label(kind: str, outcome: str) -> str:
    """How an outcome of a kind of stage is called, to a lawyer and on a page alike."""
    return OUTCOMES.get(f"{kind}.{outcome}") or OUTCOMES[outcome]
