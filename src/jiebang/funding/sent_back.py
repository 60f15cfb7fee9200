"""A proposal that a signer sent back makes room for a new one, or for none."""

from jiebang.funding.models import Payment
from jiebang.ledger.append import EntryDraft
from jiebang.lifecycle.errors import AlreadyDone
from jiebang.lifecycle.models import SignOff
from jiebang.lifecycle.transitions import Act


def withdraw_sent_back(act: Act) -> None:
    """A signer who refuses sends the proposal back: it is withdrawn, and stays readable, when something takes its place.

    Raises AlreadyDone while an earlier proposal still stands.
    """
    standing = Payment.objects.filter(run=act.run, withdrawn_at__isnull=True)
    newest = standing.order_by("-proposed_at").first()
    if newest is None:
        return
    if not SignOff.objects.filter(run=act.run, agreed=False, signed_at__gte=newest.proposed_at).exists():
        raise AlreadyDone(where=act.subject.number, what="已经提出过拨付意见", fix="等签署完，或由签署人退回")
    for payment in standing:
        act.drafts.append(
            EntryDraft(
                "payment.withdrawn",
                {
                    "payment": payment.pk,
                    "subject": act.subject.pk,
                    "item": payment.item,
                    "amount": payment.amount,
                },
            )
        )
    standing.update(withdrawn_at=act.at)
