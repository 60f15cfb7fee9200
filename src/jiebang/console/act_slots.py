"""What each act has to be told, by its name."""

from __future__ import annotations

from collections.abc import Callable

from jiebang.console.articles import article_of
from jiebang.console.labels import PER_LABELS
from jiebang.console.slots import (
    Asking,
    Slot,
    choice,
    fact_slot,
    fact_slots,
    name_things,
    own_words,
    recorded_values,
    submission_slots,
    wanted_facts,
)
from jiebang.funding.queries import paid_between_parties, waiting_for_confirmation
from jiebang.funding.vouchers import LONGEST_EVIDENCE, LONGEST_VOUCHER
from jiebang.kernel.money import format_yuan
from jiebang.lifecycle.known import alive_below
from jiebang.lifecycle.papers import bids_open_to
from jiebang.lifecycle.roles import roles_of
from jiebang.lifecycle.rules import EVERY_MOMENT
from jiebang.lifecycle.sign_off import chain_at
from jiebang.policy.pack_process import Scoring
from jiebang.policy.stages import MONEY_KINDS, is_booked, is_guarded
from jiebang.policy.values import DATE, FLAG, MONEY, SCORE, TEXT, Kind, ValueType
from jiebang.policy.words import RELATIONS, outcome_label
from jiebang.publications.actions.file_objection import AGAINST
from jiebang.publications.models import Objection
from jiebang.publications.on_notice import choices_on_notice, name_on_notice
from jiebang.results.actions.take_in_result import results_to_take_in
from jiebang.reviews.actions.select_bids import candidates_of

_ORGANISATION = ValueType(Kind.organisation)


def _check_facts(asking: Asking) -> list[Slot]:
    """What was checked or looked up: of which thing, where, as of when, and the facts themselves."""
    wanted = list(wanted_facts(asking, EVERY_MOMENT))
    names = [name for name in dict.fromkeys([*wanted, *asking.more]) if name in asking.program.types]
    recorded = recorded_values(asking)
    return [
        *_thing(asking),
        Slot(("source",), "来源", choice({"checked": "核实材料", "register": "登记系统查询"}), required=True),
        Slot(("as_of",), "截至日期", DATE, required=True),
        Slot(("evidence",), "依据", TEXT, hint="材料名称、查询凭据编号", longest=300),
        *[
            fact_slot(asking.program, name, "facts", initial=recorded.get(name))
            for name in own_words(asking, names)
        ],
    ]


def _thing(asking: Asking) -> list[Slot]:
    things = [asking.subject]
    for kind in PER_LABELS:
        things += alive_below(asking.subject, kind)
    if len(things) == 1:
        return []
    options = choice(name_things(things))
    return [Slot(("thing",), "对象", options, required=True, initial=str(asking.subject.pk))]


def _check_relations(asking: Asking) -> list[Slot]:
    ties = ValueType(
        Kind.records,
        fields={
            "from": _ORGANISATION,
            "to": _ORGANISATION,
            "kind": choice(RELATIONS),
            "since": DATE,
            "until": DATE,
        },
    )
    labels = {
        "from": "甲方（单位全称、信用代码或姓名）",
        "to": "乙方（单位全称、信用代码或姓名）",
        "kind": "关系",
        "since": "起",
        "until": "止",
    }
    return [
        *_thing(asking),
        Slot(("as_of",), "查询截至日期", DATE, required=True),
        Slot(("evidence",), "在哪里查的", TEXT, required=True, longest=300),
        Slot(("relations",), "查到的关联", ties, hint="没有查到关联就空着", field_labels=labels),
    ]


def _submit_papers(asking: Asking) -> list[Slot]:
    """The papers of a stage, and which bid they are about where whoever hands them in has none of its own but judges them."""
    slots = submission_slots(asking)
    actor = asking.actor
    if actor.organisation_id is None or asking.about is not None:
        return slots
    held = roles_of(actor, asking.subject, open_to=[], at=asking.at)
    role = next((one for one in [*asking.stage.by, *(asking.stage.with_ or [])] if one in held), None)
    bids = bids_open_to(asking.subject, asking.stage, asking.program, actor.organisation_id, role)
    if not bids:
        return slots
    return [Slot(("thing",), "对象", choice(name_things(bids)), required=True), *slots]


def _note(required: bool = False, hint: str = "") -> Slot:
    return Slot(("note",), "意见", TEXT, required=required, hint=hint)


def _conclude(asking: Asking) -> list[Slot]:
    """Where a chain signs, what it has to sign is proposed; only what it hasn't is concluded at once."""
    return _conclusion(asking, (False,) if _has_chain(asking) else (True, False))


def _propose(asking: Asking) -> list[Slot]:
    return _conclusion(asking, (True,))


def _has_chain(asking: Asking) -> bool:
    return asking.run.kind not in MONEY_KINDS and bool(chain_at(asking.run, asking.subject))


def _conclusion(asking: Asking, guarded: tuple[bool, ...]) -> list[Slot]:
    """What concluding has to be told; `guarded`: whether for outcomes that rules and signatures guard, for others, for both."""
    kind = asking.run.kind
    if kind == "announce":
        return fact_slots(asking, EVERY_MOMENT)
    if kind == "select":
        if True not in guarded:
            return [_note(required=True, hint="一个都不选，就是没有合格者，要写理由")]
        options = name_things(candidates_of(asking.subject, asking.stage.among))
        picked = Slot(
            ("bids",), "选定的揭榜申请", ValueType(Kind.choices, options=options), required=False not in guarded,
            hint="一个都不选，就是没有合格者，要写理由" if False in guarded else "",
        )  # fmt: skip
        return [picked, _note()]
    slots: list[Slot] = []
    if kind != "review" or _by_hand(asking.stage.scoring):
        # Where money moves, the favourable outcome is booked with its amount and voucher, not declared.
        outcomes = {
            name: outcome_label(kind, name)
            for name in asking.stage.outcomes
            if not is_booked(kind, name) and is_guarded(kind, name) in guarded
        }
        only = next(iter(outcomes)) if len(outcomes) == 1 else None
        slots.append(Slot(("outcome",), "结果", choice(outcomes), required=True, initial=only))
    slots.append(_note(hint="不予通过、退回等结果要写明理由" if False in guarded else ""))
    return slots + fact_slots(asking, EVERY_MOMENT)


def _by_hand(scoring: Scoring | None) -> bool:
    return scoring is None or (scoring.pass_mark is None and scoring.survivors is None)


def _record_review(asking: Asking) -> list[Slot]:
    slots = []
    if asking.subject.kind == "challenge":
        options = name_things(alive_below(asking.subject, "bid"))
        slots.append(Slot(("bid",), "评审对象", choice(options), required=True))
    scoring = asking.stage.scoring or Scoring()
    slots += [
        Slot(
            ("marks", key), one.label, SCORE, required=True, hint=f"0 至 {one.most}",
            clause=article_of(asking.program, one.clause),
        )
        for key, one in scoring.criteria.items()
    ]  # fmt: skip
    return [*slots, Slot(("opinion",), "评审意见", TEXT)]


def _take_in_result(asking: Asking) -> list[Slot]:
    options = {str(one.pk): f"{one.number} {one.title}" for one in results_to_take_in(asking.subject)}
    return [Slot(("thing",), "库中成果", choice(options), required=True)]


def _target(objection: Objection) -> str:
    return name_on_notice(objection.against) if objection.against is not None else "整个公示"


def _resolve(asking: Asking) -> list[Slot]:
    waiting = Objection.objects.filter(run=asking.run, resolved_at__isnull=True)
    options = {one.number: f"{one.number}（{one.objector}，针对{_target(one)}）" for one in waiting}
    return [
        Slot(("number",), "异议", choice(options), required=True),
        Slot(("upheld",), "异议成立", FLAG, required=True),
        Slot(("conclusion",), "结论和理由", TEXT, required=True),
    ]


def _record_contribution(asking: Asking) -> list[Slot]:
    items = paid_between_parties(asking.program, asking.subject.process)
    options = {key: item.label for key, item in items.items()}
    only = next(iter(options)) if len(options) == 1 else None
    by_role = "只有一家担任这个角色时可以不写"
    return [
        Slot(("item",), "付的是哪一项", choice(options), required=True, initial=only),
        Slot(("payer",), "付款方", _ORGANISATION, hint=by_role),
        Slot(("payee",), "收款方", _ORGANISATION, hint=by_role),
        Slot(("amount",), "实付金额", MONEY, required=True),
        Slot(("paid_on",), "付款日期", DATE, required=True),
        Slot(
            ("evidence",), "凭证", TEXT, required=True, hint="银行回单或发票的编号", longest=LONGEST_EVIDENCE
        ),
    ]


def _confirm_contribution(asking: Asking) -> list[Slot]:
    waiting = waiting_for_confirmation(asking.subject).select_related("payer", "payee")
    options = {
        one.evidence: f"{one.payer.name} → {one.payee.name} {format_yuan(one.amount)}（{one.evidence}）"
        for one in waiting
    }
    return [
        Slot(("evidence",), "哪一笔", choice(options), required=True),
        Slot(("agreed",), "与凭证相符", FLAG, required=True),
        Slot(("note",), "意见", TEXT, hint="不相符的要写明理由"),
    ]


OBJECTION_SLOTS = [
    Slot(("objector",), "异议人姓名", TEXT, required=True, hint="须实名；单位提出的写单位全称", longest=200),
    Slot(("contact",), "联系方式", TEXT, required=True, hint="只给核查人看，不公开", longest=200),
    Slot(("statement",), "事实与证据", TEXT, required=True),
    Slot(("request",), "请求", TEXT, required=True),
]


def _object(asking: Asking) -> list[Slot]:
    choices = choices_on_notice(asking.subject)
    which = [Slot(("against",), AGAINST, choice(choices), required=True)] if choices else []
    return [*which, *OBJECTION_SLOTS]


_SLOTS: dict[str, Callable[[Asking], list[Slot]]] = {
    "conclude": _conclude,
    "propose": _propose,
    "pose_topic": submission_slots,
    "submit_need": submission_slots,
    "submit_bid": submission_slots,
    "submit_result": submission_slots,
    "submit_papers": _submit_papers,
    "check_facts": _check_facts,
    "check_relations": _check_relations,
    "record_review": _record_review,
    "sign_off": lambda asking: [Slot(("agreed",), "同意", FLAG, required=True), _note(hint="不同意要写理由")],
    "propose_payment": lambda asking: fact_slots(asking, EVERY_MOMENT),
    "record_payment": lambda asking: [
        Slot(("paid_on",), "收回日期" if asking.run.kind == "recover" else "拨付日期", DATE, required=True),
        Slot(
            ("voucher",),
            "凭证号",
            TEXT,
            required=True,
            hint="国库集中支付凭证或银行回单的编号",
            longest=LONGEST_VOUCHER,
        ),
    ],
    "record_contribution": _record_contribution,
    "confirm_contribution": _confirm_contribution,
    "file_objection": _object,
    "resolve_objection": _resolve,
    "take_in_result": _take_in_result,
    "import_needs": lambda asking: [
        Slot(("organisation",), "提出单位", _ORGANISATION, required=True),
        *submission_slots(asking),
    ],
}
TAKES_FACTS = frozenset({"conclude", "propose", "propose_payment", "check_facts"})


def slots_of(event: str, asking: Asking) -> list[Slot]:
    """What an act has to be told. An act that isn't listed needs nothing but being done."""
    make = _SLOTS.get(event)
    return make(asking) if make else []
