"""Payments and their double entry, and what other parties pay one another. Amounts are Decimal yuan to the fen."""

from django.db import models
from django.db.models import Q

from jiebang.funding.vouchers import LONGEST_EVIDENCE, LONGEST_VOUCHER
from jiebang.lifecycle.models import StageRun, Subject
from jiebang.organisations.models import Account, Organisation


class Payment(models.Model):
    """One money item of the pack, computed for one subject, with the lines it was computed by, and how it was paid."""

    run = models.ForeignKey(StageRun, models.PROTECT, related_name="payments", verbose_name="拨付")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="payments", verbose_name="事项")
    item = models.CharField("金额项", max_length=60)
    kind = models.CharField("类别", max_length=20)
    amount = models.DecimalField("金额（元）", max_digits=16, decimal_places=2)
    lines = models.JSONField("计算过程")
    #: who bears how much, as it was signed for: what is known of the case may change before the money is out
    shares = models.JSONField("分担", default=dict)
    payee = models.CharField("收款方", max_length=300)
    fiscal = models.BooleanField("财政资金")
    proposed_at = models.DateTimeField("提出时间")
    proposed_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="提出人")
    paid_on = models.DateField("拨付日期", null=True, blank=True)
    voucher = models.CharField("凭证号", max_length=LONGEST_VOUCHER, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "拨付"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="payment_of_something"),
            models.UniqueConstraint(
                fields=["run", "item"],
                condition=Q(withdrawn_at__isnull=True),
                name="one_live_payment_per_item",
            ),
            models.CheckConstraint(
                condition=Q(paid_on__isnull=True) | ~Q(voucher=""), name="paid_with_a_voucher"
            ),
            models.UniqueConstraint(
                fields=["subject", "item", "voucher"],
                condition=Q(paid_on__isnull=False, withdrawn_at__isnull=True),
                name="one_payment_per_voucher",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject.number} {self.item} {self.amount}"


class Posting(models.Model):
    """One side of an entry in the fiscal books: debit what was granted, credit whoever bore it. Each payment sums to zero."""

    payment = models.ForeignKey(Payment, models.PROTECT, related_name="postings", verbose_name="拨付")
    account = models.CharField("科目", max_length=120)
    debit = models.DecimalField("借方（元）", max_digits=16, decimal_places=2, default=0)
    credit = models.DecimalField("贷方（元）", max_digits=16, decimal_places=2, default=0)

    class Meta:
        verbose_name = verbose_name_plural = "分录"
        constraints = [
            models.CheckConstraint(
                condition=Q(debit__gte=0) & Q(credit__gte=0) & (Q(debit=0) ^ Q(credit=0)),
                name="one_side_each",
            )
        ]

    def __str__(self) -> str:
        return self.account


class Contribution(models.Model):
    """A payment between parties that isn't fiscal money: a memorandum with its evidence, outside the fiscal books.

    What a party enters is its declaration and counts nowhere; once an officer has confirmed it against the evidence, it counts
    in the sums that rules look at. A refused row stays readable with its reason.
    """

    run = models.ForeignKey(StageRun, models.PROTECT, related_name="contributions", verbose_name="登记阶段")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="contributions", verbose_name="事项")
    item = models.CharField("金额项", max_length=60)
    payer = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="付款方")
    payee = models.ForeignKey(Organisation, models.PROTECT, related_name="+", verbose_name="收款方")
    amount = models.DecimalField("金额（元）", max_digits=16, decimal_places=2)
    paid_on = models.DateField("付款日期")
    evidence = models.CharField("凭证", max_length=LONGEST_EVIDENCE)
    recorded_at = models.DateTimeField("登记时间")
    recorded_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="登记人")
    confirmed_at = models.DateTimeField("核实时间", null=True, blank=True)
    refused_at = models.DateTimeField("退回时间", null=True, blank=True)
    examined_by = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核实人"
    )
    note = models.TextField("意见", blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "他方付款"
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="contribution_of_something"),
            models.CheckConstraint(condition=~Q(evidence=""), name="contribution_with_evidence"),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(refused_at__isnull=True),
                name="contribution_confirmed_or_refused",
            ),
            models.UniqueConstraint(
                fields=["subject", "item", "payer", "evidence"],
                condition=Q(refused_at__isnull=True),
                name="one_live_contribution_per_evidence",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject.number} {self.item} {self.amount}"
