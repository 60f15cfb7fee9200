"""The closed vocabulary of stage kinds that Python implements.

A pack chooses kinds, orders them and routes their outcomes; it can't invent one. Each kind says what it may be run per,
how it can end, what must have been provided on every path before it, and what each ending provides to those after it.
`returning` outcomes are the only ones by which a path may come back to an earlier stage, so a process can't go round by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Per(StrEnum):
    """What a stage is run for, one run each."""

    batch = "batch"
    need = "need"
    challenge = "challenge"
    bid = "bid"
    project = "project"
    result = "result"


class Gives(StrEnum):
    """What stages provide to one another."""

    needs = "needs"
    challenges = "challenges"
    bids = "bids"
    checked = "checked"
    scores = "scores"
    selection = "selection"
    decision = "decision"
    notice = "notice"
    agreement = "agreement"
    projects = "projects"
    development = "development"
    acceptance = "acceptance"
    payment = "payment"
    results = "results"
    liquidation = "liquidation"


GIVES_LABELS: Mapping[Gives, str] = {
    Gives.needs: "需求", Gives.challenges: "榜题", Gives.bids: "揭榜申请", Gives.checked: "形式审查", Gives.scores: "评审结果",
    Gives.selection: "选定的揭榜方", Gives.decision: "审定", Gives.notice: "公示", Gives.agreement: "协议",
    Gives.projects: "立项项目", Gives.development: "研发", Gives.acceptance: "验收", Gives.payment: "付款",
    Gives.results: "成果", Gives.liquidation: "清算",
}  # fmt: skip

#: What has to exist before a stage can be run per thing.
EXISTS: Mapping[Per, Gives | None] = {
    Per.batch: None,
    Per.need: Gives.needs,
    Per.challenge: Gives.challenges,
    Per.bid: Gives.bids,
    Per.project: Gives.projects,
    Per.result: Gives.results,
}


@dataclass(frozen=True, slots=True)
class StageKind:
    """One kind of stage. `requires` lists groups: of each group at least one must have been provided."""

    label: str
    per: frozenset[Per]
    outcomes: Mapping[str, tuple[Gives, ...]]
    requires: tuple[frozenset[Gives], ...] = ()
    returning: frozenset[str] = field(default_factory=frozenset)
    #: outcomes a pack may leave unrouted because they can't happen without a setting of the stage
    optional: frozenset[str] = field(default_factory=frozenset)


def _kind(
    label: str,
    per: str,
    outcomes: Mapping[str, str],
    requires: str = "",
    returning: str = "",
    optional: str = "",
) -> StageKind:
    """Build a row: space-separated words; `a|b` in `requires` is a group of which one is enough."""
    return StageKind(
        label=label,
        per=frozenset(Per(word) for word in per.split()),
        outcomes={name: tuple(Gives(word) for word in gives.split()) for name, gives in outcomes.items()},
        requires=tuple(frozenset(Gives(word) for word in group.split("|")) for group in requires.split()),
        returning=frozenset(returning.split()),
        optional=frozenset(optional.split()),
    )


KINDS: Mapping[str, StageKind] = {
    # needs and challenges
    "collect_needs": _kind("需求征集", "batch", {"closed": "needs", "none_received": ""}, optional="none_received"),
    "set_challenge": _kind("自主凝练榜题", "batch", {"set": "needs"}),
    "vet_need": _kind("需求论证", "need batch", {"passed": "", "returned": "", "rejected": ""}, "needs", "returned",
                      optional="returned"),
    "announce": _kind("张榜公告", "batch challenge", {"announced": "challenges"}, "needs"),
    "recommend": _kind("推荐审核", "need bid", {"recommended": "", "declined": "", "returned": ""}, "", "returned",
                       optional="returned"),
    # bids
    "take_bids": _kind("揭榜申请", "challenge", {"closed": "bids", "too_few": "bids", "no_taker": ""}, "challenges",
                       "no_taker too_few", optional="too_few"),
    "register": _kind("揭榜备案", "challenge", {"closed": "bids", "no_taker": ""}, "challenges", "no_taker"),
    "check_form": _kind("形式审查", "bid project", {"passed": "checked", "returned": "", "failed": ""}, "bids", "returned",
                        optional="returned"),
    "match": _kind("供需对接", "bid challenge", {"agreed": "", "failed": ""}, "bids"),
    # judging
    "review": _kind("专家评审", "bid challenge need", {"passed": "scores", "failed": ""}, "bids|needs"),
    "visit": _kind("现场考察", "bid project challenge", {"passed": "", "failed": ""}, "bids"),
    "select": _kind("遴选", "challenge", {"selected": "selection", "none_qualified": ""}, "scores",
                    "none_qualified"),
    "verify_result": _kind("成果论证", "bid challenge result project", {"passed": "scores", "failed": ""},
                           "bids|projects|results", "failed"),
    "deliberate": _kind("审议", "batch challenge bid project", {"approved": "decision", "rejected": "", "returned": ""},
                        "selection|scores|notice", "returned", optional="returned"),
    "notice": _kind("公示", "batch challenge bid project result", {"unopposed": "notice", "upheld": ""},
                    "decision|selection|scores"),
    "exempt_notice": _kind("公示豁免审议", "challenge batch", {"exempt": "notice", "to_notice": ""}, "decision|selection"),
    "pool": _kind("入库", "challenge bid", {"pooled": "", "dropped": ""}, "agreement|decision|selection|scores",
                  optional="dropped"),
    # projects
    "approve_project": _kind("立项", "challenge bid", {"approved": "projects", "rejected": ""}, "decision|notice|selection"),
    "sign": _kind("签约", "challenge bid project result", {"signed": "agreement", "not_signed": ""},
                  "decision|notice|selection|scores|projects|results|bids"),
    "trial": _kind("试行", "project bid", {"passed": "", "failed": ""}, "selection|projects"),
    "develop": _kind("研发", "project challenge bid", {"finished": "development", "expired": ""}, "projects|bids"),
    "assess_milestone": _kind(
        "阶段考核", "project", {"continued": "development", "finished": "development", "merged": "", "not_continued": ""},
        "agreement", "continued", optional="merged",
    ),
    "check_progress": _kind("中期检查", "project", {"passed": "", "rectify": "", "failed": ""}, "agreement", "rectify",
                            optional="rectify failed"),
    "change_project": _kind("变更审批", "project", {"extended": "", "terminated": "", "refused": ""}, "agreement",
                            "extended refused"),
    "find_responsibility": _kind("责任认定", "project", {"terminated": "", "continued": ""}, "agreement", "continued"),
    "approve_exit": _kind("退出审批", "project", {"approved": "", "refused": ""}, "agreement", "refused"),
    "accept": _kind("验收", "project", {"passed": "acceptance results", "failed": "", "remedial": ""}, "projects",
                    "remedial", optional="remedial"),
    # money
    "apply_for_payment": _kind("拨付申请", "project challenge bid result", {"passed": "", "returned": "", "refused": ""},
                               "agreement|notice|acceptance|decision|results", "returned", optional="returned"),
    "pay": _kind("资金拨付", "project challenge bid result", {"paid": "payment", "part_paid": "payment", "not_due": ""},
                 "agreement|notice|acceptance|decision|results", "part_paid", optional="part_paid not_due"),
    "liquidate": _kind("资金清算", "project", {"settled": "liquidation"}, "projects"),
    "recover": _kind("资金收回", "project", {"recovered": "", "nothing_due": ""}, "liquidation|projects",
                     optional="nothing_due"),
    # results
    "collect_results": _kind("成果征集", "batch", {"closed": "results", "none_received": ""}, optional="none_received"),
    "procure": _kind("政府采购", "result", {"bought": "payment", "failed": ""}, "results"),
    "share": _kind("纳入共享库", "result project", {"shared": "results"}, "acceptance|payment|results"),
    "apply_to_use": _kind("使用申请备案", "result", {"agreed": "", "refused": "", "returned": "", "withdrawn": ""}, "results",
                          "refused returned", optional="returned withdrawn"),
    "offer_first_refusal": _kind("优先购买征询", "result", {"taken": "", "lapsed": ""}, "results"),
    # after and beside
    "fulfil_duties": _kind("后续义务", "project result", {"fulfilled": "", "breached": ""}, "acceptance|results"),
    "record_act": _kind("记录外部决定", "batch need challenge bid project result", {"recorded": "decision", "refused": ""},
                        optional="refused"),
    "summarise": _kind("年度总结", "batch", {"recorded": ""}),
}  # fmt: skip


#: Outcomes that the books give with the money itself; nobody declares them.
_BY_THE_BOOKS = frozenset({("pay", "part_paid")})


def is_booked(kind: str, outcome: str) -> bool:
    """Whether an outcome comes about by recording the money with its amount and voucher, not by anybody's word."""
    return (kind in MONEY_KINDS and is_favourable(kind, outcome)) or (kind, outcome) in _BY_THE_BOOKS


def is_guarded(kind: str, outcome: str) -> bool:
    """Whether rules and signatures are held before an outcome: every favourable one, consent to end a project, a lane to be joined.

    Who consents to an end before its time lets money go and responsibility rest, as much as who consents to go on; a lane
    that is to be joined with others does go on.
    """
    return (
        is_favourable(kind, outcome)
        or (kind, outcome) == ("change_project", "terminated")
        or is_to_join(kind, outcome)
    )


def is_to_join(kind: str, outcome: str) -> bool:
    """Whether an outcome sends a lane to be joined with others: it is held to the rules of the joining, not of going on alone."""
    return (kind, outcome) == ("assess_milestone", "merged")


def is_favourable(kind: str, outcome: str) -> bool:
    """Whether an outcome is what the stage is for: the first that the kind lists (passed, approved, signed …).

    An assessment has two: a project that has met its last milestone has met it as much as one that goes on.
    """
    return next(iter(KINDS[kind].outcomes)) == outcome or (kind, outcome) == ("assess_milestone", "finished")


#: Kinds at which organisations hand in new things (needs, bids, results), and take a role by doing so.
INTAKE_KINDS = frozenset({"collect_needs", "collect_results", "take_bids", "register"})

#: Kinds that wait for somebody from outside each time: coming back to one is a new beginning, nothing that turns by itself.
AWAITING_KINDS = frozenset({"apply_to_use", "register"})

#: Kinds at which money moves, out or in.
MONEY_KINDS = frozenset({"pay", "recover", "procure"})
