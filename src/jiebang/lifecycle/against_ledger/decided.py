"""Whether what authorities decided is what the ledger says: programmes, who fills which role, open questions, departures, documents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from jiebang.ledger.read import Body, altered, last_told, read_entries
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
    decisions = DiscretionDecision.objects.filter(programme__in=own).order_by("decided_at", "pk")
    departures = DepartureRecord.objects.filter(subject__programme__in=own).select_related("subject")
    lookups = RelationLookup.objects.filter(subject__programme__in=own).select_related("subject")

    def check(kind: str, key: str, what: str, rows: Iterable[tuple[int, str, Body]]) -> Iterator[str]:
        held = {pk: (f"{what}“{called}”（第 {pk} 号）", body) for pk, called, body in rows}
        return altered(last_told(chain_key, kind, key), held, what)

    yield from check(
        "programme.adopted", "programme", "计划的施行、政策包版本或逐级审批",
        ((row.pk, row.title, programme_body(row)) for row in own),
    )  # fmt: skip
    yield from _roles(chain_key, own)
    yield from check(
        "discretion.decided",
        "decision",
        "裁量决定",
        ((row.pk, row.key, decision_body(row)) for row in decisions),
    )
    yield from _standing(decisions)
    yield from check(
        "departure.recorded", "departure", "例外",
        ((row.pk, f"{row.subject.number} {row.key}", departure_body(row)) for row in departures),
    )  # fmt: skip
    yield from check(
        "external_act.recorded", "act", "上级文件",
        ((row.pk, row.number, document_body(row)) for row in ExternalAct.objects.filter(programme__in=own)),
    )  # fmt: skip
    yield from check(
        "relations.checked", "lookup", "关联查询",
        ((row.pk, row.subject.number, lookup_body(row)) for row in lookups),
    )  # fmt: skip
    yield from _ties(chain_key, bureau)
    yield from check(
        "working_year.recorded", "notice", "节假日安排",
        ((row.pk, str(row.year), notice_body(row)) for row in YearNotice.objects.filter(authority=bureau)),
    )  # fmt: skip
    yield from _verifications(chain_key, bureau)


def _ties(chain_key: str, bureau: int) -> Iterator[str]:
    """Who is tied to whom, as the last look-up that found it left it."""
    lookups = read_entries("relations.checked", chain_key=chain_key)
    told = {one["tie"]: one for lookup in lookups for one in lookup.body["ties"]}
    held = {
        row.pk: (f"关联“{RELATIONS[row.kind]}”（第 {row.pk} 号）", tie_body(row))
        for row in Relation.objects.filter(bureau=bureau)
    }
    yield from altered(told, held, "关联")


def _verifications(chain_key: str, bureau: int) -> Iterator[str]:
    """Whom the bureau verified: what others entered for an organisation counts only then."""
    kinds = {"organisation.verified": True, "organisation.refused": False}
    told = {
        one.body["verification"]: {**one.body, "is_verified": kinds[one.kind]}
        for one in read_entries(*kinds, chain_key=chain_key)
    }
    rows = Verification.objects.filter(bureau=bureau).select_related("organisation")
    # Synthetic organisations are verified by nobody.
    held = {
        row.pk: (
            f"单位核验“{row.organisation.name}”（第 {row.pk} 号）",
            {"organisation": row.organisation_id, "is_verified": row.is_verified},
        )
        for row in rows.exclude(decided_by__isnull=True, organisation__is_synthetic=True)
    }
    yield from altered(told, held, "单位核验")


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
