"""An officer looks up who is tied to whom around a subject: the ties found, the day, the source."""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, salted_digest
from jiebang.lifecycle.errors import NotAllowed, UnableToApply
from jiebang.lifecycle.facts import source_of
from jiebang.lifecycle.known import read_situation
from jiebang.lifecycle.models import RelationLookup
from jiebang.lifecycle.papers import thing_of
from jiebang.lifecycle.transitions import Act, Transition, register
from jiebang.organisations.models import Relation
from jiebang.policy.situation import Relation as Found
from jiebang.policy.stages import KINDS

_LONGEST_NAME = 120


def check_relations(act: Act) -> None:
    """Record a look-up and every tie it found (none is a finding too).

    Payload: `as_of`, `evidence`, `relations` ([{from, to, kind, since, until}]), `thing`. Raises UnableToApply without a day
    or source, PackProblems for a tie that isn't written in full.
    """
    assert act.actor is not None
    if source_of(act) != "checked":
        raise NotAllowed(where=act.stage.label, what="单位自己不能查询关联", fix="由主管部门查询并记录")
    thing = thing_of(act)
    evidence = str(act.payload.get("evidence", "")).strip()
    try:
        as_of = date.fromisoformat(str(act.payload.get("as_of", "")))
    except ValueError:
        raise UnableToApply(where=act.stage.label, what="没有写查询截至日期", fix="写成 2026-03-02") from None
    if not evidence or as_of > local_date(act.at):
        raise UnableToApply(
            where=act.stage.label, what="查询要有来源，日期不能晚于今天", fix="写明在哪里查的、截至哪天"
        )
    rows: list[dict[str, Any]] = list(act.payload.get("relations", []))
    situation = read_situation(act.program, {"relations": rows}, act.at)
    if any(len(end) > _LONGEST_NAME for found in situation.relations for end in (found.from_, found.to)):
        raise UnableToApply(
            where=act.stage.label, what=f"关联一方的名称超过 {_LONGEST_NAME} 字", fix="只写信用代码或姓名"
        )
    ties = [_note_tie(thing.programme.bureau_id, found, evidence) for found in situation.relations]
    made = RelationLookup.objects.create(
        subject=thing, as_of=as_of, evidence=evidence, recorded_at=act.at, recorded_by_id=act.actor.account_id
    )
    body = {**lookup_body(made), "ties": [tie_body(one) for one in ties]}
    act.drafts.append(EntryDraft("relations.checked", body))


def _note_tie(bureau: int, found: Found, evidence: str) -> Relation:
    """The tie as it was found now: one that has ended since the last look-up ends."""
    made, _ = Relation.objects.update_or_create(
        bureau_id=bureau, from_end=found.from_, to_end=found.to, kind=found.kind, since_on=found.since,
        defaults={"until_on": found.until, "evidence": evidence, "salt": secrets.token_hex(16)},
    )  # fmt: skip
    return made


def lookup_body(row: RelationLookup) -> dict[str, Any]:
    """What the ledger keeps of a look-up: around what, as of which day."""
    return {"lookup": row.pk, "subject": row.subject_id, "as_of": row.as_of}


def tie_body(row: Relation) -> dict[str, Any]:
    """What the ledger keeps of a tie: a digest. Names of people stay out of the chain."""
    names = ("from_end", "to_end", "kind", "since_on", "until_on", "evidence")
    told = {name: getattr(row, name) for name in names}
    return {"tie": row.pk, "digest": salted_digest(told, row.salt)}


register(
    Transition(
        "check_relations",
        "记录关联查询",
        frozenset(KINDS),
        frozenset({"by"}),
        check_relations,
        window="always",
    )
)
