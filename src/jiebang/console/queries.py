"""What the page of a case shows, gathered from the records: its facts, its family and who takes part."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q

from jiebang.console.labels import SOURCES
from jiebang.console.visibility import visible_subjects
from jiebang.documents.reference import read_reference
from jiebang.kernel.errors import JiebangError
from jiebang.lifecycle.known import lineage_of
from jiebang.lifecycle.models import FactEntry, Participation, Subject
from jiebang.lifecycle.words import voices_about
from jiebang.organisations.actor import Actor
from jiebang.organisations.models import Organisation
from jiebang.policy.program import Program
from jiebang.policy.values import FLAG, Kind, ValueType, format_value, read_value


@dataclass(frozen=True, slots=True)
class FactRow:
    """One fact as a reader sees it."""

    label: str
    value: str
    source: str
    as_of: date | None
    evidence: str
    owner: Subject
    entry: FactEntry
    heads: tuple[str, ...] = ()
    #: of a list of records: each row's (head, text)
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    #: the uploaded files it names, as console.files shows them
    files: tuple[Any, ...] = ()


def facts_of(entries: Mapping[str, FactEntry], program: Program) -> list[FactRow]:
    """Values of facts for reading, in the pack's order."""
    typed = [(program.types[one.name], one.value) for one in entries.values() if one.name in program.types]
    names = names_in(typed)
    return [_fact_row(entries[name], program, names) for name in program.pack.facts if name in entries]


def names_in(values: Iterable[tuple[ValueType, Any]]) -> dict[str, str]:
    """The names of the organisations that values of facts name by their codes."""
    codes: set[str] = set()
    for of, raw in values:
        if of.kind is Kind.organisation:
            codes.add(str(raw))
        elif of.kind is Kind.organisations and isinstance(raw, list):
            codes.update(map(str, raw))
    rows = Organisation.objects.filter(credit_code__in=codes).values_list("credit_code", "name")
    return dict(rows)


def _fact_row(entry: FactEntry, program: Program, names: dict[str, str]) -> FactRow:
    declared, of = program.pack.facts[entry.name], program.types[entry.name]
    heads: tuple[str, ...] = ()
    rows: tuple[tuple[tuple[str, str], ...], ...] = ()
    if of.kind is Kind.records and isinstance(entry.value, list):
        fields = of.fields or {}
        heads = tuple((declared.fields or {})[key].label for key in fields)
        rows = tuple(
            tuple(
                (head, show_value(row.get(key), one))
                for head, (key, one) in zip(heads, fields.items(), strict=True)
            )
            for row in entry.value
        )
    if (roles := program.said_by_each.get(entry.name)) is not None:
        text = _voices(entry, roles)
    else:
        text = show_value(entry.value, of, names)
    return FactRow(
        declared.label,
        text,
        SOURCES.get(entry.source, entry.source),
        entry.as_of,
        entry.evidence,
        entry.subject,
        entry,
        heads,
        rows,
    )


def _voices(entry: FactEntry, roles: frozenset[str]) -> str:
    """Who has said what, and who hasn't yet, of what each says for itself; a line each."""
    heard = voices_about(entry.subject, lineage_of(entry.subject), entry.name, roles)
    return "\n".join(
        f"{who.name}：{show_value(said.value, FLAG) if said is not None else '还没有表态'}"
        for who, said in heard
    )


def show_value(raw: Any, of: ValueType, names: dict[str, str] | None = None) -> str:
    """A recorded value as people write it; a value that can't be read is shown as it stands."""
    if raw is None:
        return "—"
    if of.kind is Kind.organisation:
        return (names or {}).get(str(raw), str(raw))
    if of.kind is Kind.file and (file := read_reference(raw)) is not None:
        return file.name
    if of.kind is Kind.organisations and isinstance(raw, list):
        return "、".join((names or {}).get(str(one), str(one)) for one in raw) or "没有"
    if of.kind is Kind.records and raw == []:
        return "没有记录"
    try:
        return format_value(read_value(raw, of), of)
    except JiebangError:
        return str(raw)


def relatives_of(subject: Subject, actor: Actor, at: datetime) -> list[Subject]:
    """The subject, what it belongs to and grew out of, what belongs to it or grew out of it: as far as the actor may see."""
    family = {here.pk for here in lineage_of(subject)}
    near = Subject.objects.filter(
        Q(pk__in=family) | Q(parent=subject) | Q(origin=subject) | Q(parent__parent=subject)
    )
    seen = near.filter(pk__in=visible_subjects(actor, at).values("pk"))
    return list(seen.select_related("lead").order_by("pk"))


def participants_of(
    relatives: list[Subject], program: Program, sealed: set[tuple[int, str]]
) -> list[tuple[str, str, Subject]]:
    """(role, organisation, in which subject) of a subject's family; not whom a fact names that is `sealed`."""
    rows = Participation.objects.filter(subject__in=relatives, until_at__isnull=True).select_related(
        "organisation", "subject"
    )
    parties = program.pack.parties
    return [
        (parties[row.role].label if row.role in parties else row.role, row.organisation.name, row.subject)
        for row in rows.order_by("subject_id", "pk")
        if row.role not in parties or (row.subject_id, parties[row.role].named_in) not in sealed
    ]
