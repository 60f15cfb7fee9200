"""What a played scenario came to, for a reader: stages, money with its lines, ledger."""

from __future__ import annotations

from collections.abc import Iterator

from jiebang.funding.models import Payment, Posting
from jiebang.kernel.money import format_yuan
from jiebang.kernel.periods import SHANGHAI
from jiebang.ledger.verify import verify_chain
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.scenarios.play import Stage


def show_end(stage: Stage) -> Iterator[str]:
    """Lines to print, in reading order."""
    yield "事项与阶段："
    for subject in Subject.objects.filter(programme=stage.programme).order_by("pk"):
        runs = StageRun.objects.filter(subject=subject).order_by("opened_at", "pk")
        path = " → ".join(f"{run.stage}:{run.outcome or '进行中'}" for run in runs)
        yield f"  {subject.number} {subject.title}  {path}  {'〔' + subject.ending + '〕' if subject.ending else ''}"
    yield "资金："
    for payment in Payment.objects.filter(subject__programme=stage.programme, withdrawn_at__isnull=True):
        paid = f"{payment.paid_on} 凭证 {payment.voucher}" if payment.paid_on else "未拨付"
        yield f"  {payment.subject.number} {payment.item} {format_yuan(payment.amount)}  {paid}"
        for line in payment.lines:
            yield f"    {line['clause']} {line['text']}{'（' + line['note'] + '）' if line.get('note') else ''}"
        for posting in Posting.objects.filter(payment=payment):
            yield f"    借 {posting.debit} 贷 {posting.credit}  {posting.account}"
    report = verify_chain(stage.programme.chain_key)
    head = f"{report.head_sequence} 条，链头 {report.head_hash[:16]}…"
    yield f"账本：{'完好' if report.is_intact else '有问题'}，{head}（{SHANGHAI.key}）"
