"""A bureau finds that an organisation is who it says it is, or that it isn't."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from jiebang.kernel.periods import local_date
from jiebang.ledger.append import EntryDraft, append_entries
from jiebang.organisations.actions.end_mandate import revoke
from jiebang.organisations.actor import Actor, unfinished_on
from jiebang.organisations.bodies import acts_for_running_bureau, reference_of
from jiebang.organisations.chains import ORGANISATIONS_CHAIN, chain_of_bureau
from jiebang.organisations.errors import NotEntitled, UnableToAdminister
from jiebang.organisations.models import Authority, Organisation, Verification
from jiebang.organisations.verified import is_verified_anywhere

MOST_EVIDENCE = 500


def may_verify(actor: Actor, bureau: Authority) -> bool:
    """Whether the actor acts for this bureau, and it runs a programme at all."""
    return actor.authority_id == bureau.pk and acts_for_running_bureau(actor)


def verify_organisation(
    *, organisation: Organisation, bureau: Authority, is_verified: bool, evidence: str, actor: Actor, at: datetime
) -> Verification:  # fmt: skip
    """Record the finding. A refused organisation that enrolled here and that no bureau has verified loses its people's mandates.

    So that whoever took another's name can't go on under it, and the real one can enrol. What was handed in stays.
    Raises NotEntitled for anybody but the bureau's own, UnableToAdminister without evidence.
    """
    if not may_verify(actor, bureau):
        raise NotEntitled(
            where=organisation.name, what="您现在的身份不能核验单位", fix="由主管部门的经办人办理"
        )
    told = evidence.strip()
    if not told or len(told) > MOST_EVIDENCE:
        raise UnableToAdminister(
            where=organisation.name, what=f"要写明核验的依据，不超过 {MOST_EVIDENCE} 字",
            fix="写清看了什么材料、和谁核实过",
        )  # fmt: skip
    with transaction.atomic():
        held = Organisation.objects.select_for_update().get(pk=organisation.pk)
        made = Verification.objects.create(
            organisation=held, bureau=bureau, is_verified=is_verified, evidence=told, decided_at=at,
            decided_by_id=actor.account_id,
        )  # fmt: skip
        ended = []
        if (
            not is_verified
            and not is_verified_anywhere(held)
            and held.enrolments.filter(bureau=bureau).exists()
        ):
            running = unfinished_on(local_date(at)).filter(organisation=held).order_by("pk")
            ended = [revoke(mandate, at).pk for mandate in running]
        body = {"organisation": held.pk, "verification": made.pk, "actor": reference_of(actor)}
        kind = "organisation.verified" if is_verified else "organisation.refused"
        append_entries(chain_of_bureau(bureau.pk), [EntryDraft(kind, body)], at)
        drafts = [
            EntryDraft("mandate.ended", {"mandate": key, "actor": reference_of(actor)}) for key in ended
        ]
        append_entries(ORGANISATIONS_CHAIN, drafts, at)
    return made
