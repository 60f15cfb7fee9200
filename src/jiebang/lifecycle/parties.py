"""In what an organisation takes part, as far as that opens anything to it.

Anybody may enrol under any name, and only a bureau can tell whether it is the one. So what somebody else enters for an
organisation (a partner's naming, an officer's entry for it, an appointment) opens nothing to its account until the
programme's bureau has verified it. What the account itself hands in is always its own.
"""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from jiebang.lifecycle.models import FactEntry, Participation, Subject
from jiebang.organisations.verified import bureaus_that_verified


def told_by(organisation_id: int) -> Exists:
    """Of a subject: whether the organisation's own people have recorded a fact of it."""
    return Exists(
        FactEntry.objects.filter(
            subject=OuterRef("pk"), recorded_by__person__mandates__organisation=organisation_id
        )
    )


def certain_for(organisation_id: int) -> Q:
    """Subjects of bureaus that have verified the organisation, and those of which its own people recorded a fact."""
    return Q(told_by(organisation_id)) | Q(programme__bureau__in=list(bureaus_that_verified(organisation_id)))


def parts_of(organisation_id: int) -> QuerySet[Participation]:
    """The roles an organisation holds, in what is certainly its own."""
    certain = Subject.objects.filter(certain_for(organisation_id))
    return Participation.objects.filter(
        organisation_id=organisation_id, until_at__isnull=True, subject__in=certain
    )


def own_subjects(organisation_id: int) -> QuerySet[Subject]:
    """Subjects that an organisation leads or takes part in itself."""
    leads = Q(lead_id=organisation_id) & certain_for(organisation_id)
    return Subject.objects.filter(leads | Q(pk__in=parts_of(organisation_id).values("subject")))
