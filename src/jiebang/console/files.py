"""Files on the page of a case: which there are, and who may open them. Seeing a case isn't enough for a sealed or confidential paper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from jiebang.console.identity import Visit
from jiebang.console.proposed import proposed_facts
from jiebang.console.queries import FactRow, facts_of
from jiebang.console.sight import sight_of
from jiebang.console.signing import may_sign
from jiebang.console.visibility import may_read_only, sees_proposals
from jiebang.documents.models import Upload
from jiebang.documents.names import show_size
from jiebang.documents.queries import find_upload
from jiebang.documents.reference import FileReference, references_in
from jiebang.lifecycle.models import FactEntry, Subject
from jiebang.lifecycle.parties import own_subjects
from jiebang.lifecycle.roles import roles_of
from jiebang.organisations.enums import Position
from jiebang.policy.pack_facts import Paper
from jiebang.policy.program import Program

_SEALED = "密封，截止之后才能打开"
#: Auditors read all; experts judge what is put before them. Of a sealed window neither sees anything before it closes.
_READERS = (Position.AUDITOR, Position.EXPERT)


@dataclass(frozen=True, slots=True)
class ShownFile:
    """One file as a reader sees it; `closed`: why it can't be opened, empty where it can."""

    name: str
    size: str
    digest: str
    closed: str


def shown_facts(visit: Visit, subject: Subject, program: Program) -> list[FactRow]:
    """The facts of a case that the visitor may see, each with the files it names."""
    sight = sight_of(visit.actor, subject, program, visit.at)
    return [
        # Not even what a sealed file is called or how long it is.
        replace(row, value=_SEALED, heads=(), rows=(), evidence="")
        if row.entry.name in sight.sealed
        else replace(row, files=tuple(_shown(visit, program, row.entry)))
        for row in facts_of(sight.shown, program)
    ]


def find_file(visit: Visit, subject: Subject, program: Program, fact: str, digest: str) -> Upload | None:
    """The upload with this digest that a fact on the subject's page names, or one that is proposed for signature there.

    None unless the visitor may open it.
    """
    known = sight_of(visit.actor, subject, program, visit.at).readable.get(fact)
    for upload, entry in _uploads_in([known] if known is not None else [], digest):
        if not _why_closed(visit, program, entry, upload):
            return upload
    if not sees_proposals(visit.actor):
        return None
    for run, proposed in proposed_facts(subject):
        for upload, entry in _uploads_in([proposed] if proposed.name == fact else [], digest):
            # Nobody signs what they can't read; to whoever doesn't sign, it isn't the case's yet.
            if may_sign(run, subject, visit.actor, visit.at) or _is_own(visit, entry, upload):
                return upload
            if may_read_only(visit.actor):
                return upload
    return None


def _uploads_in(entries: list[FactEntry], digest: str) -> Iterator[tuple[Upload, FactEntry]]:
    for entry in entries:
        for file in references_in(entry.value):
            if file.digest == digest and (upload := find_upload(entry, file)) is not None:
                yield upload, entry


def _shown(visit: Visit, program: Program, entry: FactEntry) -> list[ShownFile]:
    return [_show(visit, program, entry, file) for file in references_in(entry.value)]


def _show(visit: Visit, program: Program, entry: FactEntry, file: FileReference) -> ShownFile:
    upload = find_upload(entry, file)
    if upload is None:
        return ShownFile(file.name, "", file.digest, "没有上传记录")
    closed = _why_closed(visit, program, entry, upload)
    return ShownFile(file.name, show_size(upload.size), file.digest, closed)


def _why_closed(visit: Visit, program: Program, entry: FactEntry, upload: Upload) -> str:
    if _is_own(visit, entry, upload):
        return ""
    papers = [one for one in _papers_with(program, entry.name) if one.confidential]
    if papers and not _is_addressed(visit, entry, papers):
        return "保密，只给材料写明的各方看"
    return ""


def _is_own(visit: Visit, entry: FactEntry, upload: Upload) -> bool:
    """Sent by the visitor's own party, or of a thing that is the visitor's own."""
    actor = visit.actor
    if actor.organisation_id is None:
        return upload.authority_id == actor.authority_id
    if upload.organisation_id == actor.organisation_id:
        return True
    return own_subjects(actor.organisation_id).filter(pk=entry.subject_id).exists()


def _papers_with(program: Program, fact: str) -> list[Paper]:
    return [paper for paper in program.pack.papers.values() if any(one.fact == fact for one in paper.fields)]


def _is_addressed(visit: Visit, entry: FactEntry, papers: list[Paper]) -> bool:
    """Whether the visitor is among those who give or get all of these confidential papers."""
    if visit.actor.position in _READERS:
        return True
    held = set(roles_of(visit.actor, entry.subject, open_to=[], at=visit.at))
    return all(held & {*paper.from_, *(paper.to or ())} for paper in papers)
