"""A stage where money moves ends without any: nothing is due, or nothing more."""

from jiebang.funding.models import Payment
from jiebang.lifecycle.conclude import conclude
from jiebang.lifecycle.errors import UnableToApply
from jiebang.lifecycle.transitions import Act


def end_without_money(act: Act) -> str:
    """Conclude with a reason. Raises UnableToApply while a proposal stands that is neither paid nor sent back."""
    standing = Payment.objects.filter(run=act.run, withdrawn_at__isnull=True)
    if standing.exists():
        raise UnableToApply(
            where=act.stage.label,
            what="已经提出过金额，不能再说没有应收应付的",
            fix="登记凭证，或由签署人退回",
        )
    return conclude(act)
