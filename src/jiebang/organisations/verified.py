"""Which organisations a bureau, or any bureau, has found to be who they say they are."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import Exists, OuterRef, QuerySet

from jiebang.organisations.models import Authority, Enrolment, Organisation, Verification


class Standing(StrEnum):
    """What one bureau holds of an organisation."""

    VERIFIED = "verified"
    REFUSED = "refused"
    UNVERIFIED = "unverified"


STANDING_LABELS = {Standing.VERIFIED: "已核验", Standing.REFUSED: "核验未通过", Standing.UNVERIFIED: "未核验"}


def standing_of(organisation: Organisation, bureau: Authority | int) -> Standing:
    """What a bureau holds of an organisation now; a enrolment after a refusal waits again."""
    last = (
        Verification.objects.filter(organisation=organisation, bureau=bureau)
        .order_by("-decided_at", "-pk")
        .first()
    )
    if last is None:
        return Standing.UNVERIFIED
    if last.is_verified:
        return Standing.VERIFIED
    newer = Enrolment.objects.filter(
        organisation=organisation, bureau=bureau, enrolled_at__gt=last.decided_at
    )
    return Standing.UNVERIFIED if newer.exists() else Standing.REFUSED


def standing_verifications() -> QuerySet[Verification]:
    """Verifications that hold: favourable, and nothing newer by the same bureau."""
    newer = Verification.objects.filter(
        organisation=OuterRef("organisation"), bureau=OuterRef("bureau"), pk__gt=OuterRef("pk")
    )
    return Verification.objects.filter(is_verified=True).exclude(Exists(newer))


def bureaus_that_verified(organisation_id: int) -> QuerySet[Verification, int]:
    """The keys of the bureaus that an organisation is verified by."""
    return standing_verifications().filter(organisation=organisation_id).values_list("bureau_id", flat=True)


def is_verified_anywhere(organisation: Organisation) -> bool:
    """Whether any bureau of this installation has verified it."""
    return standing_verifications().filter(organisation=organisation).exists()
