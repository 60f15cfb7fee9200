"""Play a scenario step by step, through the same actions that pages call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from jiebang.funding.models import Payment
from jiebang.kernel.errors import JiebangError
from jiebang.kernel.identifiers import make_synthetic_credit_code
from jiebang.kernel.money import format_yuan, parse_yuan
from jiebang.kernel.periods import SHANGHAI, local_date
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle.actions.adopt_programme import Adoption, Running, adopt_programme
from jiebang.lifecycle.actions.appoint_organisation import appoint_organisation
from jiebang.lifecycle.actions.assign_role import assign_role
from jiebang.lifecycle.actions.decide_discretion import decide_discretion
from jiebang.lifecycle.actions.open_batch import open_batch
from jiebang.lifecycle.actions.record_departure import record_departure
from jiebang.lifecycle.actions.record_external_act import record_external_act
from jiebang.lifecycle.against_ledger import altered_rows
from jiebang.lifecycle.door import apply
from jiebang.lifecycle.models import ExternalAct, StageRun, Subject
from jiebang.lifecycle.transitions import events
from jiebang.organisations.actions.establish_authority import establish_authority
from jiebang.organisations.actions.grant_mandate import grant_mandate
from jiebang.organisations.actor import Actor, act_as
from jiebang.organisations.models import (
    Account,
    Authority,
    Mandate,
    Organisation,
    Person,
    Programme,
    Verification,
)
from jiebang.scenarios.read import PersonPart, ProgrammePart, Scenario, Step, read_instant

CLOCK = "时钟"
#: What a step may carry into an act, as the act calls it.
_CARRIED = (
    "outcome", "note", "values", "facts", "marks", "opinion", "agreed", "voucher", "paid_on", "objector", "contact", "statement",
    "request", "conclusion", "upheld", "replace", "as_of", "evidence", "relations", "item", "amount", "payer", "payee",
)  # fmt: skip


class ScenarioFailed(JiebangError):
    """A step did something else than the scenario says, or an expectation isn't met."""


@dataclass(slots=True)
class Stage:
    """The cast and the props: what a scenario's names stand for."""

    scenario: Scenario
    programme: Programme
    tell: Callable[[str], None]
    subjects: dict[str, Subject] = field(default_factory=dict)
    authorities: dict[str, Authority] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    accounts: dict[str, tuple[Account, Mandate]] = field(default_factory=dict)
    acts: dict[str, ExternalAct] = field(default_factory=dict)
    refusals: int = 0

    def actor(self, name: str, at: datetime) -> Actor | None:
        """Who a step says acts; None is the clock."""
        if name == CLOCK:
            return None
        account, mandate = self.accounts[name]
        return act_as(account, mandate.pk, local_date(at))

    def with_codes(self, value: Any) -> Any:
        """The same value with each `@name` replaced by that organisation's credit code."""
        if isinstance(value, str) and value.startswith("@"):
            return self.organisations[value[1:]].credit_code
        if isinstance(value, dict):
            return {key: self.with_codes(inner) for key, inner in value.items()}
        return [self.with_codes(inner) for inner in value] if isinstance(value, list) else value


def set_stage(scenario: Scenario, tell: Callable[[str], None]) -> Stage:
    """Make the synthetic authorities, organisations, people and the programme, by the acts that an installation uses."""
    at = read_instant(scenario.steps[0].at)
    authorities = {
        key: Authority.objects.filter(name=part.name, kind=part.kind).first()
        or establish_authority(name=part.name, kind=part.kind, parent=None, at=at)
        for key, part in scenario.authorities.items()
    }
    if Programme.objects.filter(slug=scenario.programme.slug).exists():
        raise ScenarioFailed(
            where=scenario.programme.slug, what="另一个剧本已经用了这个计划编号", fix="换一个 slug"
        )
    programme = adopt_programme(
        running=running_of(scenario.programme, scenario.pack), bureau=authorities[scenario.programme.bureau],
        adoption=adoption_of(scenario.programme), actor=None, at=at,
    )  # fmt: skip
    stage = Stage(scenario, programme, tell, authorities=authorities)
    for key, part in scenario.authorities.items():
        for role in part.roles:
            assign_role(programme=programme, role=role, authority=authorities[key], actor=None, at=at)
    for key, name in scenario.organisations.items():
        stage.organisations[key] = _organisation(name, programme, at)
    people: dict[str, Person] = {}
    for key, described in scenario.people.items():
        if described.name not in people:
            people[described.name] = Person.objects.create(name=described.name, is_synthetic=True)
        stage.accounts[key] = _account(stage, key, people[described.name], described, at)
    return stage


def running_of(described: ProgrammePart, pack: str) -> Running:
    """What a file says of a programme, as the act takes it."""
    pack_id, _, version = pack.partition("/")
    return Running(described.slug, described.title, pack_id, version, described.sign_off)


def adoption_of(described: ProgrammePart) -> Adoption | None:
    """The act of adoption that a file names."""
    return Adoption(described.adopted.on, described.adopted.number) if described.adopted else None


def _organisation(name: str, programme: Programme, at: datetime) -> Organisation:
    found = Organisation.objects.filter(name=name).first()
    if found is None:
        code = make_synthetic_credit_code(Organisation.objects.count() + 1)
        found = Organisation.objects.create(name=name, credit_code=code, is_synthetic=True)
    # A life begins with organisations that its bureau knows; how they became so is another story.
    Verification.objects.get_or_create(
        organisation=found, bureau=programme.bureau,
        defaults={"is_verified": True, "evidence": "合成数据", "decided_at": at},
    )  # fmt: skip
    return found


def _account(
    stage: Stage, key: str, person: Person, described: PersonPart, at: datetime
) -> tuple[Account, Mandate]:
    account = Account(username=f"{stage.programme.slug}-{key}", person=person)
    # Synthetic people can't log in with a password: in demo mode one enters as them by a click, elsewhere not at all.
    account.set_unusable_password()
    account.save()
    body = stage.authorities.get(described.acts_for) or stage.organisations.get(described.acts_for)
    if body is None:
        raise ScenarioFailed(
            where=described.name, what=f"没有名叫“{described.acts_for}”的机关或单位", fix="检查 acts_for"
        )
    mandate = grant_mandate(
        person=person, body=body, position=described.position, from_on=date(2020, 1, 1), until_on=None, actor=None, at=at
    )  # fmt: skip
    return account, mandate


def play(scenario: Scenario, tell: Callable[[str], None]) -> Stage:
    """Play every step and check the end. Raises ScenarioFailed at the first thing that isn't as written."""
    stage = set_stage(scenario, tell)
    play_steps(stage, scenario.steps)
    check_end(stage)
    return stage


def play_steps(stage: Stage, steps: Sequence[Step]) -> None:
    """Play some steps, in order. Raises ScenarioFailed naming the step."""
    tell = stage.tell
    for number, step in enumerate(steps, 1):
        try:
            told = _do(stage, step)
        except JiebangError as error:
            if step.refused is None:
                raise ScenarioFailed(
                    where=f"第 {number} 步（{step.at} {step.by} {step.do}）", what=str(error)
                ) from error
            # Which bid it is about is told by its number, and nobody can write that down beforehand.
            named = step.refused.startswith("@")
            why = stage.subjects[step.refused[1:]].number if named else step.refused
            if why not in str(error):
                raise ScenarioFailed(
                    where=f"第 {number} 步", what=f"被拒的原因应含“{why}”，实为：{error}"
                ) from error
            stage.refusals += 1
            tell(f"{step.at}  {step.by}  {step.says or step.do}  ✗ {error}")
            continue
        except KeyError as error:
            raise ScenarioFailed(
                where=f"第 {number} 步", what=f"剧本里没有名叫 {error} 的人或事项"
            ) from error
        if step.refused is not None:
            raise ScenarioFailed(
                where=f"第 {number} 步（{step.at} {step.by} {step.do}）",
                what=f"本应被拒（{step.refused}），却办成了",
            )
        tell(f"{step.at}  {step.by}  {step.says or step.do}  {told}")


def _do(stage: Stage, step: Step) -> str:
    at = read_instant(step.at)
    actor = stage.actor(step.by, at)
    direct = _DIRECT.get(step.do)
    if direct is not None:
        assert actor is not None
        return direct(stage, step, actor, at)
    if step.do not in events():
        raise ScenarioFailed(
            where=step.by,
            what=f"没有“{step.do}”这个动作",
            fix=f"可用：{'、'.join(sorted(events() | _DIRECT.keys()))}",
        )
    if step.on is None:
        raise ScenarioFailed(where=step.by, what=f"“{step.do}”没有写办的是哪一件", fix="写 on: 名字")
    subject = stage.subjects[step.on]
    run = step.stage or _only_open_stage(subject)
    payload: dict[str, Any] = {
        key: value for key in _CARRIED if (value := getattr(step, key)) not in (None, "", {}, [])
    }
    if step.sheet is not None:
        part = "values" if step.do.startswith(("submit", "pose")) else "facts"
        payload[part] = {**stage.scenario.sheets[step.sheet], **payload.get(part, {})}
    payload = stage.with_codes(payload)
    if step.bids:
        payload["bids"] = [stage.subjects[name].pk for name in step.bids]
    if step.bid:
        payload["bid"] = stage.subjects[step.bid].pk
    if step.thing:
        payload["thing"] = stage.subjects[step.thing].pk
    if step.against:
        named = stage.subjects.get(step.against)
        payload["against"] = step.against if named is None else str(named.pk)
    if step.objection:
        payload["number"] = step.objection
    submission = (step.draft, step.revision or 1) if step.draft else None
    receipt = apply(subject.pk, run, step.do, actor=actor, at=at, payload=payload, submission=submission)
    if step.as_:
        stage.subjects[step.as_] = Subject.objects.get(pk=receipt.result["subject"])
    for name, origin in step.names.items():
        stage.subjects[name] = Subject.objects.get(origin=stage.subjects[origin])
    outcome = f" → {receipt.outcome}" if receipt.outcome else ""
    return f"[{run}{outcome}]  账本 {receipt.entries[0].sequence}"


def _only_open_stage(subject: Subject) -> str:
    runs = list(
        StageRun.objects.filter(subject=subject, closed_at__isnull=True).values_list("stage", flat=True)
    )
    if len(runs) != 1:
        raise ScenarioFailed(
            where=subject.number, what=f"现在打开的阶段是 {runs or '（没有）'}", fix="写明 stage"
        )
    return str(runs[0])


def _open_batch(stage: Stage, step: Step, actor: Actor, at: datetime) -> str:
    batch = open_batch(
        programme=stage.programme,
        process=step.process or "",
        number=step.number or "",
        title=step.title or "",
        actor=actor,
        at=at,
    )
    stage.subjects[step.as_ or "batch"] = batch
    return batch.number


def _decide(stage: Stage, step: Step, actor: Actor, at: datetime) -> str:
    made = decide_discretion(
        programme=stage.programme, key=step.key or "", value=step.value, reason=step.reason, actor=actor, at=at,
        subject=stage.subjects[step.on] if step.on else None, act=stage.acts[step.act] if step.act else None,
    )  # fmt: skip
    return f"{made.key} = {made.value}"


def _depart(stage: Stage, step: Step, actor: Actor, at: datetime) -> str:
    made = record_departure(
        subject=stage.subjects[step.on or ""], key=step.key or "", reason=step.reason, actor=actor, at=at,
        act=stage.acts[step.act] if step.act else None,
    )  # fmt: skip
    return made.key


def _record_act(stage: Stage, step: Step, actor: Actor, at: datetime) -> str:
    made = record_external_act(
        programme=stage.programme, issuer=stage.authorities[step.issuer or ""], number=step.number or "",
        on=date.fromisoformat(step.dated or ""), title=step.title or "", actor=actor, at=at,
    )  # fmt: skip
    stage.acts[step.as_ or made.number] = made
    return made.number


def _appoint(stage: Stage, step: Step, actor: Actor, at: datetime) -> str:
    made = appoint_organisation(
        batch=stage.subjects[step.on or "batch"], organisation=stage.organisations[step.organisation or ""],
        role=step.role or "", actor=actor, at=at,
    )  # fmt: skip
    return f"{made.organisation.name}：{made.role}"


_DIRECT: dict[str, Callable[[Stage, Step, Actor, datetime], str]] = {
    "open_batch": _open_batch,
    "decide_discretion": _decide,
    "record_departure": _depart,
    "record_external_act": _record_act,
    "appoint_organisation": _appoint,
}


def check_end(stage: Stage) -> None:
    """Hold the end against what the scenario expects: ends, open stages, money to the fen, refusals, the ledger."""
    expect = stage.scenario.expect
    wrong: list[str] = []

    def compare(what: str, wanted: object, found: object) -> None:
        if wanted != found:
            wrong.append(f"{what} 应为 {wanted}，实为 {found}")

    for name, ending in expect.ended.items():
        compare(f"{name} 的结束", ending, Subject.objects.get(pk=stage.subjects[name].pk).ending)
    for name, wanted in expect.open.items():
        runs = StageRun.objects.filter(subject=stage.subjects[name], closed_at__isnull=True)
        compare(f"{name} 打开的阶段", sorted(wanted), sorted(runs.values_list("stage", flat=True)))
    for key, closes in expect.closes.items():
        name, _, run = key.partition(".")
        found = StageRun.objects.filter(subject=stage.subjects[name], stage=run).order_by("-round").first()
        shown = (
            found.closes_at.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
            if found and found.closes_at
            else None
        )
        compare(f"{key} 的截止", closes, shown)
    # Instalments of one item stand in the order they were proposed in.
    told: dict[tuple[str, str], list[Payment]] = {}
    for paid in expect.payments:
        if (paid.on, paid.item) not in told:
            rows = Payment.objects.filter(
                subject=stage.subjects[paid.on], item=paid.item, withdrawn_at__isnull=True
            )
            told[paid.on, paid.item] = list(rows.order_by("-pk"))
        left = told[paid.on, paid.item]
        row = left.pop() if left else None
        compare(
            f"{paid.on} 的 {paid.item}",
            format_yuan(parse_yuan(paid.amount)),
            format_yuan(row.amount) if row else "没有",
        )
        if paid.paid_on is not None:
            compare(
                f"{paid.on} 的 {paid.item} 拨付日期",
                paid.paid_on,
                row.paid_on.isoformat() if row and row.paid_on else None,
            )
        if paid.shares:
            compare(
                f"{paid.on} 的 {paid.item} 各方分担",
                {role: f"{parse_yuan(part):.2f}" for role, part in paid.shares.items()},
                row.shares if row else {},
            )
    count = Payment.objects.filter(subject__programme=stage.programme, withdrawn_at__isnull=True).count()
    compare("拨付笔数", len(expect.payments), count)
    compare("被拒的次数", expect.refusals, stage.refusals)
    report = verify_chain(stage.programme.chain_key)
    if report.problem is not None:
        wrong.append(f"账本核对不过：{report.problem.message}")
    wrong += altered_rows(report.chain_key)
    if wrong:
        raise ScenarioFailed(where=stage.scenario.title, what="；".join(wrong))
