"""Acceptance: a project that passes leaves a result, which later stages share, license or pay for."""

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.subjects import create_below
from jiebang.lifecycle.transitions import Act


def accept_project(act: Act) -> str:
    """Conclude the acceptance; on `passed` the project's result comes to be."""
    outcome = conclude(act)
    if outcome == "passed":
        result = create_below(act.subject, kind="result", letter="R", title=act.subject.title, at=act.at)
        act.drafts.append(EntryDraft("result.created", {"subject": result.pk, "project": act.subject.pk}))
        act.messages.append(("result.created", result, {"number": result.number}))
        act.result.update({"subject": result.pk, "number": result.number})
    return outcome
