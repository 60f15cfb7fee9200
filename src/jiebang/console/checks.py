"""What a form makes of facts that are on record already: shown for checking, called up by answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

from django.http import HttpRequest

from jiebang.console.forms import ActForm
from jiebang.console.queries import show_value
from jiebang.console.slots import Slot
from jiebang.kernel.errors import JiebangError
from jiebang.organisations.models import Organisation
from jiebang.policy.program import Program
from jiebang.policy.stages import is_guarded
from jiebang.policy.values import Kind, ValueType, read_value

_NAMED = (Kind.organisation, Kind.organisations)


def leave_unchecked(payload: dict[str, Any], form: ActForm, kind: str) -> None:
    """Whoever gives something back or turns it down hasn't confirmed what its form offers for confirmation."""
    outcome = payload.get("outcome")
    if outcome is None or is_guarded(kind, outcome) or "facts" not in payload:
        return
    offered = {slot.place[1]: slot for slot in form.slots if slot.place[0] == "facts"}
    facts = payload["facts"]
    payload["facts"] = {
        name: raw
        for name, raw in facts.items()
        if not _is_same(raw, offered[name].initial, offered[name].type)
    }


def _is_same(raw: Any, held: Any, of: ValueType) -> bool:
    try:
        return held is not None and bool(read_value(raw, of) == read_value(held, of))
    except JiebangError:
        return False


def with_declared(slot: Slot) -> Slot:
    """The slot with what is on record so far as its hint."""
    if slot.place[0] != "facts" or slot.initial is None:
        return slot
    names = (
        dict(Organisation.objects.values_list("credit_code", "name")) if slot.type.kind in _NAMED else None
    )
    return replace(
        slot, hint=f"{slot.hint}；现在记的是：{show_value(slot.initial, slot.type, names)}".lstrip("；")
    )


def with_names(facts: dict[str, Any], program: Program) -> dict[str, Any]:
    """The facts with organisations as people write them: by name where the platform knows them, not by code."""
    lists = [name for name in facts if name in program.types and program.types[name].kind in _NAMED]
    codes = {
        code for name in lists for code in ([facts[name]] if isinstance(facts[name], str) else facts[name])
    }
    found = Organisation.objects.filter(credit_code__in=codes).values_list("credit_code", "name")
    named = dict(found) if codes else {}
    for name in lists:
        held = facts[name]
        facts[name] = (
            named.get(held, held) if isinstance(held, str) else [named.get(one, one) for one in held]
        )
    return facts


def changed_fields(request: HttpRequest, form: ActForm) -> dict[str, Any]:
    """Which fields the answers so far have called up or made needless, against those that the page says it shows."""
    shown = request.POST.get("_shown", "").split()
    controls = form.controls
    now = [one.id for one in controls]
    if not shown or shown == now:
        return {}
    added = []
    for before, one in pairwise(controls):
        if one.id not in shown:
            heading = one.group if one.group != before.group else ""
            added.append((before.id, heading, one))
    return {"now": now, "gone": [id_ for id_ in shown if id_ not in now], "added": added}
