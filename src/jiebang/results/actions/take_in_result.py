"""A result that another process put into the shared library is taken into the library's own process, with all that is known of it."""

from __future__ import annotations

from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.models import Subject
from jiebang.lifecycle.subjects import create_below
from jiebang.lifecycle.transitions import Act


def results_to_take_in(batch: Subject) -> list[Subject]:
    """Results of the programme that a `share` stage has put into the library and no batch of this process has taken in yet."""
    shared = Subject.objects.filter(
        programme=batch.programme_id, kind="result", stage_runs__kind="share", stage_runs__outcome="shared"
    )
    # A result that has been taken in lives on in its entry there.
    return list(shared.exclude(offspring__process=batch.process).distinct().order_by("pk"))


def take_in_result(act: Act) -> None:
    """Take the result that the payload's `thing` names into the batch.

    The entry grows out of the result: who developed it, what it is and who posed the problem needn't be written again. Raises
    UnableToApply for a result that isn't in the library, or is in this process already.
    """
    wanted = str(act.payload.get("thing", ""))
    found = next((one for one in results_to_take_in(act.subject) if str(one.pk) == wanted), None)
    if found is None:
        raise UnableToApply(
            where=act.stage.label, what="这项成果没有进共享库，或者已经公布过", fix="从列表里选择"
        )
    entry = create_below(
        act.subject, kind="result", letter="R", title=found.title, at=act.at, origin=found, lead=found.lead
    )
    act.drafts.append(
        EntryDraft("result.taken_in", {"subject": entry.pk, "number": entry.number, "result": found.pk})
    )
    act.messages.append(("result.taken_in", entry, {"number": entry.number}))
    act.result.update({"subject": entry.pk, "number": entry.number})
