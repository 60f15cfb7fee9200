"""Somebody objects, by name and with facts, while the notice runs."""

import secrets
from typing import Any

from jiebang.ledger.append import EntryDraft, salted_digest
from jiebang.lifecycle.submissions import BadFields
from jiebang.lifecycle.transitions import Act
from jiebang.publications.models import Objection
from jiebang.publications.on_notice import WHOLE, choices_on_notice

AGAINST = "对公示中的哪一个"
_ASKED = {"objector": "异议人（实名）", "contact": "联系方式", "statement": "事实与证据", "request": "请求"}


def file_objection(act: Act) -> None:
    """Record an objection and give its number. Raises BadFields for anything left out, which of several it is against included."""
    given = {key: str(act.payload.get(key, "")).strip() for key in _ASKED}
    errors = {label: "必填" for key, label in _ASKED.items() if not given[key]}
    against, choices = str(act.payload.get("against", "")), choices_on_notice(act.subject)
    if choices and against not in choices:
        errors[AGAINST] = "从列表里选择" if against else "必填"
    if errors:
        raise BadFields(errors, act.program)
    count = Objection.objects.filter(run=act.run).count() + 1
    made = Objection.objects.create(
        run=act.run,
        number=f"{act.subject.number}-{act.run.round}-Y{count:02d}",
        received_at=act.at,
        against_id=int(against) if choices and against != WHOLE else None,
        salt=secrets.token_hex(16),
        **given,
    )
    # The objector's name stays out of the chain: whoever objects must not be shown to those objected to.
    act.drafts.append(EntryDraft("objection.received", received_body(made)))
    act.messages.append(("objection.received", act.subject, {"number": made.number}))
    act.result.update({"objection": made.pk, "number": made.number})


def received_body(row: Objection) -> dict[str, Any]:
    """What the ledger keeps of an objection: to which notice, against what (0: the whole), and a digest of who says what."""
    told = {name: getattr(row, name) for name in _ASKED}
    return {
        "objection": row.pk, "run": row.run_id, "number": row.number, "against": row.against_id or 0,
        "digest": salted_digest(told, row.salt),
    }  # fmt: skip
