"""Facts that come with an act: who may say them, as what they count, how they are put on record."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, salted_digest
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.known import booked_facts, lineage_of, situation_of
from jiebang.lifecycle.models import FactEntry, Participation, Subject, SubjectKind
from jiebang.lifecycle.roles import roles_of
from jiebang.lifecycle.transitions import Act
from jiebang.lifecycle.words import says, words_about
from jiebang.policy.pack_facts import Source
from jiebang.policy.program import Program
from jiebang.policy.reads_of_stage import facts_at, facts_of_next
from jiebang.policy.values import Kind, read_value

#: What the books of races know by its name: the aid of one lane, put down for its bid or for itself.
AID = "project.aid"
_OF_ONE = frozenset({SubjectKind.BID.value, SubjectKind.PROJECT.value})


def record_facts(act: Act, subject: Subject, facts: dict[str, Any]) -> None:
    """Record facts ({name: {value, source, as_of, evidence}}) on a subject; the ledger keeps a salted digest of each.

    What each organisation says for itself takes the place of its own word alone. Raises UnableToApply for the aid of one bid
    or project on what may have several, for words that others have signed, for a word that is no organisation's own, and for
    what holds for one alone and another holds.
    """
    if not facts:
        return
    _refuse_for_many(act, subject, facts)
    _refuse_second(act, subject, facts)
    _refuse_signed(act, subject, facts)
    of_each = facts.keys() & act.program.said_by_each.keys()
    speaker = _speaker(act, of_each)
    standing = FactEntry.objects.filter(subject=subject, superseded_at__isnull=True)
    standing.filter(name__in=facts.keys() - of_each).update(superseded_at=act.at)
    standing.filter(name__in=of_each, organisation=speaker).update(superseded_at=act.at)
    rows = [
        FactEntry(
            subject=subject, name=name, value=raw["value"], source=raw["source"], as_of=raw["as_of"],
            evidence=raw.get("evidence", ""), recorded_at=act.at,
            recorded_by_id=act.actor.account_id if act.actor else None, salt=secrets.token_hex(16),
            organisation_id=speaker if name in of_each else None,
        )
        for name, raw in facts.items()
    ]  # fmt: skip
    FactEntry.objects.bulk_create(rows)
    digests = {row.name: salted_digest(as_digested(row), row.salt) for row in rows}
    act.drafts.append(EntryDraft("facts.recorded", {"subject": subject.pk, "digests": digests}))


def as_digested(row: FactEntry) -> dict[str, Any]:
    """What the ledger's digest of a fact is over: the value and where it is from, as they are on record."""
    told: dict[str, Any] = {"value": row.value, "source": row.source, "as_of": str(row.as_of)}
    if row.evidence:
        told["evidence"] = row.evidence
    if row.organisation_id is not None:
        told["organisation"] = row.organisation_id
    return told


def _speaker(act: Act, of_each: Iterable[str]) -> int | None:
    """The organisation whose word is being recorded; None where nothing is that each says for itself."""
    names = sorted(of_each)
    speaker = act.actor.organisation_id if act.actor else None
    if names and speaker is None:
        facts = act.program.pack.facts
        raise UnableToApply(
            where=act.stage.label,
            what=f"要由各家单位自己写：{'、'.join(facts[name].label for name in names)}",
            fix="请每家单位各自登录记录",
        )
    return speaker if names else None


def _refuse_for_many(act: Act, subject: Subject, names: Iterable[str]) -> None:
    """An aid written on a challenge would be each bid's and each lane's, and no limit would see it more than once.

    What holds for one alone would hold for all of them.
    """
    facts = act.program.pack.facts
    of_one = [name for name in names if name == AID or (name in facts and facts[name].sole)]
    if subject.kind not in _OF_ONE and of_one:
        raise UnableToApply(
            where=subject.number,
            what=f"{facts[of_one[0]].label}是一份揭榜申请、一个项目自己的，"
            f"不能写在{SubjectKind(subject.kind).label}上",
            fix="在“对象”里选是哪一份、哪一个",
        )


def _refuse_second(act: Act, subject: Subject, facts: dict[str, Any]) -> None:
    """What holds for one alone isn't recorded of a second while the first is still in it; a mere declaration bars nobody."""
    declared = act.program.pack.facts
    sole = [name for name, raw in facts.items() if declared[name].sole and says(raw["value"])]
    if not sole or subject.parent_id is None:
        return
    beside = FactEntry.objects.filter(
        subject__parent=subject.parent_id,
        subject__ended_at__isnull=True,
        name__in=sole,
        superseded_at__isnull=True,
    )
    beside = beside.exclude(source=Source.declared)
    # A bid and the lane it became are one.
    beside = beside.exclude(subject__in=[subject.pk, subject.origin_id or subject.pk]).exclude(
        subject__origin=subject
    )
    for entry in beside.select_related("subject__lead", "subject__origin__lead").order_by("pk"):
        if says(entry.value):
            first, lead = entry.subject, entry.subject.whose
            raise UnableToApply(
                where=subject.number,
                what=f"“{declared[entry.name].label}”只能有一个，已经记为 {first.number}"
                + (f"（{lead.name}）" if lead is not None else ""),
                fix="确实要换的，先把原来那个改记为“否”",
            )


def _refuse_signed(act: Act, subject: Subject, facts: dict[str, Any]) -> None:
    """What somebody has put its name to is changed by nobody else: its signature would stand under words it never read."""
    of_each = act.program.said_by_each
    bound = {
        flag: names
        for flag, names in _signed_with(act.program, facts).items()
        if flag not in facts or flag in of_each
    }
    if not bound or act.actor is None:
        return
    declared, types = act.program.pack.facts, act.program.types
    stands = situation_of(subject, act.at).facts
    # Where each signs for itself, one who may sign isn't thereby free to change what another has signed.
    signed_by_others = {
        one.name
        for one in words_about(subject, bound.keys() & of_each.keys())
        if one.organisation_id != act.actor.organisation_id and says(one.value)
    }
    held = set(roles_of(act.actor, act.subject, open_to=[], at=act.at))
    for flag, names in bound.items():
        if flag in of_each:
            is_bound = flag in signed_by_others
        else:
            is_others = not held & set(declared[flag].said_by or ())
            is_bound = is_others and flag in stands and bool(stands[flag].value)
        if not is_bound:
            continue
        changed = [
            declared[name].label
            for name in sorted(names)
            if name in stands and stands[name].value != read_value(facts[name]["value"], types[name])
        ]
        if changed:
            raise UnableToApply(
                where=act.stage.label, what=f"“{declared[flag].label}”以后改了：{'、'.join(changed)}",
                fix="照签过的写；要改的，退回去由签的一方重新签",
            )  # fmt: skip


def _signed_with(program: Program, names: Iterable[str]) -> dict[str, set[str]]:
    """By each flag that is somebody's own word: those of some facts that stand in a paper with it."""
    given, found = set(names), dict[str, set[str]]()
    for paper in program.pack.papers.values():
        fields = {one.fact for one in paper.fields}
        for flag in fields:
            declared = program.pack.facts.get(flag)
            if (
                declared is not None
                and declared.said_by
                and declared.type is Kind.flag
                and given & fields - {flag}
            ):
                found.setdefault(flag, set()).update(given & fields - {flag})
    return found


def source_of(act: Act) -> str:
    """What an actor's own words count as: an authority's are a check, an organisation's are only its declaration.

    An organisation that the bureau appointed to the role it acts in (an agency that checks papers) speaks for the bureau.
    """
    if act.actor is None:
        return "declared"
    return "checked" if act.actor.organisation_id is None or is_appointed(act) else "declared"


def is_appointed(act: Act) -> bool:
    """Whether an organisation acts in a role that the bureau appointed it to for the whole batch."""
    assert act.actor is not None
    return Participation.objects.filter(
        subject__in=[one for one in lineage_of(act.subject) if one.kind == "batch"],
        organisation=act.actor.organisation_id, role=act.role or "", until_at__isnull=True,
    ).exists()  # fmt: skip


def facts_given(act: Act) -> dict[str, Any]:
    """The facts that come with an act, each with its provenance.

    Nobody gives what the platform tells by itself. An organisation gives only what the stage asks for, appointed or not, and
    one that speaks for itself alone doesn't write over what somebody has checked. Raises UnableToApply, naming them.
    """
    given = dict(act.payload.get("facts", {}))
    declared = act.program.pack.facts
    unknown = [name for name in given if name not in declared]
    if unknown:
        raise UnableToApply(
            where=act.stage.label, what=f"政策包里没有这些事实：{'、'.join(unknown)}", fix="检查表单"
        )
    require_may_say(act, given)
    source = source_of(act)
    if source == "declared" and given:
        held = situation_of(act.subject, act.at).facts
        _refuse_barred(
            act,
            [
                name
                for name in given
                # One's own word stands beside the others', whatever these come to.
                if name in held and held[name].source is not Source.declared and not declared[name].each
            ],
        )
    return as_recorded(given, source, act.at)


def require_may_say(act: Act, given: Iterable[str]) -> None:
    """Whatever act puts facts down asks this: UnableToApply for what the platform tells, what isn't asked, what is others' word."""
    given = list(given)
    refuse_told(act, given)
    refuse_unasked(act, given)
    refuse_others_word(act, given)


def refuse_unasked(act: Act, given: Iterable[str]) -> None:
    """Raise UnableToApply for facts that an organisation gives without the stage asking for them.

    One that the bureau appointed checks for it what it was appointed to look at, and nothing else of the case.
    """
    if act.actor is None or act.actor.organisation_id is None:
        return
    if names := list(given):
        asked = facts_asked_for(act)
        _refuse_barred(act, [name for name in names if name not in asked])


def is_of_bureau(act: Act) -> bool:
    """Whether whoever acts does so for the bureau that runs the programme."""
    return act.actor is not None and act.actor.authority_id == act.subject.programme.bureau_id


def refuse_others_word(act: Act, given: Iterable[str]) -> None:
    """Raise UnableToApply for facts that the pack makes the word of others: nobody consents or signs in another's place."""
    declared = act.program.pack.facts
    bound = {name: said_by for name in given if name in declared and (said_by := declared[name].said_by)}
    if not bound or act.actor is None:
        return
    held = set(roles_of(act.actor, act.subject, open_to=[], at=act.at))
    parties = act.program.pack.parties
    others = [
        f"{declared[name].label}（由{'、'.join(parties[role].label for role in said_by)}写）"
        for name, said_by in bound.items()
        if not held & set(said_by)
    ]
    if others:
        raise UnableToApply(
            where=act.stage.label, what=f"不能替别人写：{'；'.join(others)}", fix="由括号里写明的一方自己记录"
        )


def _refuse_barred(act: Act, barred: list[str]) -> None:
    if barred:
        facts = act.program.pack.facts
        labels = "、".join(facts[name].label if name in facts else name for name in barred)
        raise UnableToApply(
            where=act.stage.label, what=f"单位不能在这里写：{labels}", fix="由主管部门核实记录"
        )


def facts_asked_for(act: Act) -> set[str]:
    """Facts that a stage asks of whoever concludes it: its papers' fields, what its rules and amounts look at, what decides what is next."""
    program, process = act.program, act.subject.process
    papers = [*act.stage.papers.takes, *act.stage.papers.gives]
    found = {one.fact for key in papers for one in program.pack.papers[key].fields}
    found |= {*facts_at(program, process, act.run.stage), *facts_of_next(program, process, act.run.stage)}
    return found


def refuse_told(act: Act, given: Iterable[str]) -> None:
    """Raise UnableToApply for facts that the platform tells by itself: typed in, they would be invented."""
    facts = act.program.pack.facts
    given = list(given)
    # Most acts say nothing of the kind; the books needn't be opened for them.
    booked = booked_facts(act.subject) if given else set()
    told = [
        facts[name].label
        for name in given
        if name in facts and (facts[name].told is not None or name in booked)
    ]
    if told:
        raise UnableToApply(
            where=act.stage.label, what=f"由系统告知，不能填写：{'、'.join(told)}", fix="去掉这一项"
        )


def as_recorded(facts: dict[str, Any], source: str, at: datetime) -> dict[str, Any]:
    """Facts as a form or an act gives them, each with its provenance; plain values get the act's own.

    An organisation's `declared` can't be talked up to a check, and nobody but the platform computes.
    """
    may_say = {
        "declared": ("declared",),
        "checked": ("declared", "checked", "register"),
        "computed": ("computed",),
    }[source]
    found = {}
    for name, raw in facts.items():
        given = raw if isinstance(raw, dict) and "value" in raw else {"value": raw}
        said = given.get("source", source)
        found[name] = {
            **given,
            "source": said if said in may_say else source,
            "as_of": given.get("as_of", local_date(at).isoformat()),
        }
    return found
