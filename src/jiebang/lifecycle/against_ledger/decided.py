"""Whether what authorities decided is what the ledger says: programmes, who fills which role, open questions, departures, documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from jiebang.kernel.canonical_json import canonical_text
from jiebang.ledger.read import read_entries
from jiebang.lifecycle.actions.adopt_programme import programme_body
from jiebang.lifecycle.actions.decide_discretion import decision_body
from jiebang.lifecycle.actions.record_departure import departure_body
from jiebang.lifecycle.actions.record_external_act import document_body
from jiebang.lifecycle.actions.record_year import notice_body
from jiebang.lifecycle.check_relations import lookup_body, tie_body
from jiebang.lifecycle.models import (
    DepartureRecord,
    DiscretionDecision,
    ExternalAct,
    RelationLookup,
    YearNotice,
)
from jiebang.organisations.models import Programme, Relation, RoleHolder, Verification
from jiebang.policy.words import RELATIONS


def altered_decisions(chain_key: str, bureau: int) -> Iterator[str]:
    """Everything an authority decided or entered for a bureau's programmes that isn't what its chain says, in Chinese."""
    own = Programme.objects.filter(bureau=bureau)
    yield from differing(
        said(chain_key, "programme.adopted", "programme"),
        {row.pk: (row.title, programme_body(row)) for row in own},
        "计划的施行、政策包版本或逐级审批",
    )
    yield from _roles(chain_key, own)
    decisions = DiscretionDecision.objects.filter(programme__in=own).order_by("decided_at", "pk")
    yield from differing(
        said(chain_key, "discretion.decided", "decision"),
        {row.pk: (row.key, decision_body(row)) for row in decisions},
        "裁量决定",
    )
    yield from _standing(decisions)
    departures = DepartureRecord.objects.filter(subject__programme__in=own).select_related("subject")
    yield from differing(
        said(chain_key, "departure.recorded", "departure"),
        {row.pk: (f"{row.subject.number} {row.key}", departure_body(row)) for row in departures},
        "例外",
    )
    yield from differing(
        said(chain_key, "external_act.recorded", "act"),
        {row.pk: (row.number, document_body(row)) for row in ExternalAct.objects.filter(programme__in=own)},
        "上级文件",
    )
    lookups = RelationLookup.objects.filter(subject__programme__in=own).select_related("subject")
    yield from differing(
        said(chain_key, "relations.checked", "lookup", but=("ties",)),
        {row.pk: (row.subject.number, lookup_body(row)) for row in lookups},
        "关联查询",
    )
    ties = read_entries("relations.checked", chain_key=chain_key)
    yield from differing(
        {one["tie"]: one for told in ties for one in told.body["ties"]},
        {row.pk: (RELATIONS[row.kind], tie_body(row)) for row in Relation.objects.filter(bureau=bureau)},
        "关联",
    )
    yield from differing(
        said(chain_key, "working_year.recorded", "notice"),
        {row.pk: (str(row.year), notice_body(row)) for row in YearNotice.objects.filter(authority=bureau)},
        "节假日安排",
    )
    yield from _verifications(chain_key, bureau)


def _verifications(chain_key: str, bureau: int) -> Iterator[str]:
    """Whom the bureau verified: what others entered for an organisation counts only then."""
    kinds = {"organisation.verified": True, "organisation.refused": False}
    told = {
        one.body["verification"]: {"organisation": one.body["organisation"], "is_verified": kinds[one.kind]}
        for one in read_entries(*kinds, chain_key=chain_key)
    }
    rows = Verification.objects.filter(bureau=bureau).select_related("organisation")
    # Synthetic organisations are verified by nobody.
    rows = rows.exclude(decided_by__isnull=True, organisation__is_synthetic=True)
    yield from differing(
        told,
        {
            row.pk: (
                row.organisation.name,
                {"organisation": row.organisation_id, "is_verified": row.is_verified},
            )
            for row in rows
        },
        "单位核验",
    )


def said(
    chain_key: str, kind: str, key: str, but: Iterable[str] = ("actor", "clause", "supersedes")
) -> dict[int, dict[str, Any]]:
    """What the chain's entries of one kind say of each row, by the key that the body gives; the last word of each counts."""
    left_out = set(but)
    return {
        told.body.get(key, 0): {name: value for name, value in told.body.items() if name not in left_out}
        for told in read_entries(kind, chain_key=chain_key)
    }


def differing(
    told: Mapping[int, dict[str, Any]], rows: Mapping[int, tuple[str, dict[str, Any]]], what: str
) -> Iterator[str]:
    """Rows ({key: (what it is called, its body)}) that aren't what was told of them, or that are there for only one of the two."""
    for pk, (called, now) in rows.items():
        if pk not in told or canonical_text(told[pk]) != canonical_text(now):
            yield f"{what}“{called}”（第 {pk} 号）与账本所记的不同"
    for pk in sorted(told.keys() - rows.keys()):
        yield f"{what}第 {pk} 号账本有记录而已不在"


def _roles(chain_key: str, own: Any) -> Iterator[str]:
    """Who fills a role of a programme: an authority slipped into one could decide there."""
    held = {
        (programme, role, authority)
        for programme, role, authority in RoleHolder.objects.filter(programme__in=own).values_list(
            "programme", "role", "authority"
        )
    }
    assigned = {
        (told.body["programme"], told.body["role"], told.body["authority"])
        for told in read_entries("role.assigned", chain_key=chain_key)
    }
    titles = dict(own.values_list("pk", "title"))
    for programme, role, authority in sorted(held ^ assigned):
        yield f"{titles.get(programme, programme)} 的角色 {role} 由第 {authority} 号机关担任，与账本所记的不同"


def _standing(decisions: Iterable[DiscretionDecision]) -> Iterator[str]:
    """Of the decisions on one question at one place the last one stands, and no other."""
    places: dict[tuple[int, int, str], list[DiscretionDecision]] = {}
    for row in decisions:
        places.setdefault((row.programme_id, row.subject_id or 0, row.key), []).append(row)
    for rows in places.values():
        *earlier, last = rows
        if last.superseded_at is not None or any(row.superseded_at is None for row in earlier):
            yield f"裁量决定“{last.key}”现行的不是最后作出的那一个"
