"""Objections to a notice."""

from django.db import models

from jiebang.lifecycle.models import StageRun, Subject
from jiebang.organisations.models import Account


class Objection(models.Model):
    """A named objection with its facts and request; handled by somebody who didn't handle what is objected to.

    `against`: the one of several on notice that it is against; none for the notice as a whole.
    """

    run = models.ForeignKey(StageRun, models.PROTECT, related_name="objections", verbose_name="公示")
    against = models.ForeignKey(
        Subject, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="针对"
    )
    number = models.CharField("受理号", max_length=60)
    objector = models.CharField("异议人", max_length=200)
    contact = models.CharField("联系方式", max_length=200)
    statement = models.TextField("事实与证据")
    request = models.TextField("请求")
    received_at = models.DateTimeField("收到时间")
    resolved_at = models.DateTimeField("办结时间", null=True, blank=True)
    resolved_by = models.ForeignKey(
        Account, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="办理人"
    )
    upheld = models.BooleanField("成立", null=True, blank=True)
    conclusion = models.TextField("结论", blank=True)
    salt = models.CharField("盐", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "异议"
        # Two programmes may both number a batch 2026-1: a number tells objections apart within its notice.
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="one_objection_per_number")]

    def __str__(self) -> str:
        return self.number
