"""Files that come with a form: kept at once, so that neither an error nor a closed browser loses them; a text stands for each."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from jiebang.console.fields import MOST_ROWS, Control, Typed
from jiebang.console.forms import KEEP, REMOVE, UPLOAD, ActForm, settle_slots
from jiebang.console.identity import Visit
from jiebang.console.slots import Asking, Slot
from jiebang.console.visibility import is_inside
from jiebang.documents.actions.keep_upload import keep_upload
from jiebang.documents.errors import UnableToKeep, UnfitFile
from jiebang.documents.queries import may_name
from jiebang.documents.reference import FileReference, read_reference
from jiebang.lifecycle.known import lineage_of
from jiebang.lifecycle.models import Subject
from jiebang.policy.values import Kind


@dataclass(slots=True)
class Taken:
    """What was typed, with a text for each file that was kept; what is wrong with the others, by control."""

    typed: dict[str, list[str]]
    errors: dict[str, str] = field(default_factory=dict)
    kept: int = 0


@dataclass(frozen=True, slots=True)
class Sender:
    """Who sends a form about which thing, under which draft; `may`: whether the act is open to them at all."""

    visit: Visit
    thing: Subject
    draft: str
    may: bool


def take_files(request: HttpRequest, event: str, asking: Asking, typed: Typed, sender: Sender) -> Taken:
    """Keep the files of a form that was sent, and hold every file it names against whose it is."""
    taken = Taken({name: list(values) for name, values in typed.items()})
    for name, slot in _file_controls(settle_slots(event, asking, typed)):
        chosen = request.FILES.get(name + UPLOAD)
        if isinstance(chosen, UploadedFile):
            _keep(taken, name, chosen, sender)
        elif request.POST.get(name + REMOVE):
            taken.typed[name] = [""]
        elif not _text(taken, name) and (confirmed := request.POST.get(name + KEEP)):
            taken.typed[name] = [confirmed]
        file = read_reference(_text(taken, name))
        if file is not None and not _may_name(sender, slot.place[-1], file):
            taken.typed[name] = [""]
            taken.errors[name] = "这个文件不是本单位上传的，也不在这件事里；请重新选择文件上传"
    return taken


def sent_controls(request: HttpRequest, form: ActForm) -> list[Control]:
    """The controls whose file has just come in, kept or not: a page that saves by itself shows these anew."""
    return [one for one in form.controls if one.name + UPLOAD in request.FILES]


def _file_controls(slots: list[Slot]) -> Iterator[tuple[str, Slot]]:
    """Every control of the form that takes a file, those in the rows of lists included."""
    for slot in slots:
        if slot.type.kind is Kind.file:
            yield slot.name, slot
        elif slot.type.kind is Kind.records:
            for key, of in (slot.type.fields or {}).items():
                if of.kind is Kind.file:
                    for row in range(MOST_ROWS):
                        yield f"{slot.name}--{row}--{key}", slot


def _text(taken: Taken, name: str) -> str:
    found = taken.typed.get(name)
    return found[0].strip() if found else ""


def _keep(taken: Taken, name: str, chosen: UploadedFile[Any], sender: Sender) -> None:
    if not sender.may:
        taken.errors[name] = "现在不能办理这一步，文件没有收下"
        return
    visit = sender.visit
    try:
        kept = keep_upload(
            visit.actor, sender.thing, sender.draft, chosen.name or "", cast("BinaryIO", chosen), chosen.size or 0, visit.at
        )  # fmt: skip
    except (UnfitFile, UnableToKeep) as error:
        # What was there before stays: a wrong choice mustn't cost a right one.
        taken.errors[name] = error.beside_field
        return
    taken.typed[name] = [str(FileReference(kept.name, kept.digest))]
    taken.kept += 1


def _may_name(sender: Sender, fact: str, file: FileReference) -> bool:
    actor, thing = sender.visit.actor, sender.thing
    if actor.authority_id is not None:
        known = lineage_of(thing)
    else:
        known = [thing] if is_inside(actor, thing) else []
    return may_name(actor, thing.programme, fact, file, known)
