"""A form of an act: built from its slots, read back into the act's payload, every error beside its field."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from jiebang.console.act_slots import slots_of
from jiebang.console.fields import (
    MOST_ROWS,
    Control,
    Typed,
    build_control,
    contradicts_none,
    fill_typed,
    read_control,
)
from jiebang.console.kept_forms import BACK_TO, DRAWN_FOR
from jiebang.console.offers import SUBMISSIONS
from jiebang.console.slots import Asking, Slot
from jiebang.console.typed_codes import check_codes
from jiebang.kernel.errors import JiebangError
from jiebang.policy.values import Kind, is_blank, read_value

#: What the form itself sends beside the slots.
FRAME = frozenset(
    {
        "csrfmiddlewaretoken",
        "_draft",
        "_revision",
        "_do",
        "_rows",
        "_more",
        "_replace",
        "_read",
        DRAWN_FOR,
        BACK_TO,
    }
)
_LONGEST = 200_000
#: What a file's control sends beside its value: the file itself, that it is to go, that what is recorded is confirmed.
UPLOAD, REMOVE, KEEP = "--upload", "--remove", "--keep"


#: Acts on what waits for signatures: they hold only for what stood on the page that its reader had before their eyes.
BOUND_TO_READ = frozenset({"sign_off", "propose", "withdraw_proposal"})


@dataclass(slots=True)
class ActForm:
    """What a template shows: controls in their groups, what stands in the way, where it is sent."""

    event: str
    slots: list[Slot]
    typed: Typed
    errors: dict[str, str] = field(default_factory=dict)
    draft: str = ""
    revision: int = 1
    #: the mark of what a signer has before his eyes
    read: str = ""

    @property
    def controls(self) -> list[Control]:
        """The controls, in order."""
        return [
            build_control(
                slot.name, slot.label, slot.type, self.typed, required=slot.required, hint=slot.hint,
                error=self.errors.get(slot.name, ""), clause=slot.clause, group=slot.group, field_labels=slot.field_labels,
                uploads=True, initial=slot.initial, may_be_none=slot.may_be_none,
            )
            for slot in self.slots
        ]  # fmt: skip

    @property
    def takes_files(self) -> bool:
        """Whether a file can be sent with it."""
        return any(
            of.kind is Kind.file
            for slot in self.slots
            for of in (slot.type, *(slot.type.fields or {}).values())
        )

    @property
    def upload_names(self) -> str:
        """The names under which files are sent, for a page that asks something without sending them."""
        names = [slot.name + UPLOAD for slot in self.slots if slot.type.kind is Kind.file]
        rows = [
            f"{slot.name}--{row}--{key}{UPLOAD}"
            for slot in self.slots
            for key, of in (slot.type.fields or {}).items()
            if of.kind is Kind.file
            for row in range(MOST_ROWS)
        ]
        return ",".join([*names, *rows])

    @property
    def stray_errors(self) -> list[str]:
        """Errors that belong to no field shown."""
        names = {slot.name for slot in self.slots}
        return [text for name, text in self.errors.items() if name not in names]


def typed_of(data: QueryDict) -> dict[str, list[str]]:
    """What was typed, as it came, without the frame's own words."""
    return {
        key: [v[:_LONGEST] for v in data.getlist(key)]
        for key in data
        if (key not in FRAME or key == "_rows") and not key.endswith((UPLOAD, REMOVE, KEEP))
    }


def too_long(text: str, most: int) -> str:
    """What stands beside a field with more in it than there is room for."""
    return f"写了 {len(text)} 字，不超过 {most} 字"


def new_draft_key() -> str:
    """A key nobody can guess."""
    return secrets.token_urlsafe(18)


def settle_slots(event: str, asking: Asking, typed: Typed) -> list[Slot]:
    """The slots given what is typed: a paper's conditional fields appear once the answers they hang on are there."""
    if event not in SUBMISSIONS:
        return slots_of(event, asking)
    values: dict[str, Any] = {}
    slots: list[Slot] = []
    for _ in range(4):
        slots = slots_of(event, _with_values(asking, values))
        found = _readable(slots, typed)
        if found == values:
            break
        values = found
    return slots


def _with_values(asking: Asking, values: dict[str, Any]) -> Asking:
    return replace(asking, values=values)


def _readable(slots: list[Slot], typed: Typed) -> dict[str, Any]:
    found = {}
    for slot in slots:
        if slot.place[0] != "values":
            continue
        raw = read_control(slot.name, slot.type, typed)
        if raw is None:
            continue
        try:
            read_value(raw, slot.type)
        except JiebangError:
            continue
        found[slot.place[1]] = raw
    return found


def build_form(event: str, asking: Asking, typed: Typed | None = None, **more: Any) -> ActForm:
    """A form for an act, filled with what was typed or else with what is known."""
    if typed is None:
        typed = {}
        for slot in settle_slots(event, asking, typed):
            typed |= fill_typed(slot.name, slot.type, slot.initial)
    return ActForm(event, settle_slots(event, asking, typed), typed, **more)


def fill_from_facts(asking: Asking, facts: Mapping[str, Any]) -> dict[str, list[str]]:
    """What the form would hold that handed in these facts."""
    typed: dict[str, list[str]] = {}
    for name, raw in facts.items():
        if name in asking.program.types:
            typed |= fill_typed(f"values.{name}", asking.program.types[name], raw)
    return typed


def read_form(form: ActForm, asking: Asking) -> dict[str, Any]:
    """The payload of the act. Errors are left in the form, those that a field has already stay; a payload is only good without any."""
    payload: dict[str, Any] = {}
    for slot in form.slots:
        if contradicts_none(slot.name, slot.type, form.typed):
            form.errors.setdefault(slot.name, "勾了“没有”又填了内容；有的去掉勾，没有的把填的清空")
            continue
        raw = read_control(slot.name, slot.type, form.typed)
        if raw is None:
            if slot.required:
                form.errors.setdefault(slot.name, "必填")
            continue
        try:
            value = read_value(raw, slot.type)
            check_codes(raw, slot.type)
        except JiebangError as error:
            told = f"{error.where + '：' if error.where else ''}{error.beside_field}"
            form.errors.setdefault(slot.name, told)
            continue
        if is_blank(value) and slot.required:
            form.errors.setdefault(slot.name, "必填")
            continue
        if slot.longest is not None and len(value) > slot.longest:
            form.errors.setdefault(slot.name, too_long(value, slot.longest))
            continue
        here = payload
        for step in slot.place[:-1]:
            here = here.setdefault(step, {})
        here[slot.place[-1]] = raw
    return _finish(payload)


def _finish(payload: dict[str, Any]) -> dict[str, Any]:
    """Bring what forms can only send as text into the shape the act takes."""
    if "bids" in payload:
        payload["bids"] = [int(key) for key in payload["bids"]]
    if "bid" in payload:
        payload["bid"] = int(payload["bid"])
    if "thing" in payload:
        payload["thing"] = int(payload["thing"])
    if "source" in payload:
        # One look-up, one provenance for all it found.
        told = {
            "source": payload.pop("source"), "as_of": payload.pop("as_of", ""), "evidence": payload.pop("evidence", ""),
        }  # fmt: skip
        payload["facts"] = {name: {"value": raw, **told} for name, raw in payload.get("facts", {}).items()}
    return payload
