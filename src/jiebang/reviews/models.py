"""One expert's marks for one bid (or need) in one review."""

from django.db import models

from jiebang.lifecycle.models import StageRun, Subject
from jiebang.organisations.models import Person


class Review(models.Model):
    """Marks by criterion, in points as text ("85 分"), and an opinion. A later one of the same expert replaces it."""

    run = models.ForeignKey(StageRun, models.PROTECT, related_name="reviews", verbose_name="评审")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="reviews", verbose_name="对象")
    expert = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name="专家")
    marks = models.JSONField("评分")
    opinion = models.TextField("意见", blank=True)
    recorded_at = models.DateTimeField("时间")
    salt = models.CharField("盐", max_length=64)

    class Meta:
        verbose_name = verbose_name_plural = "评审意见"
        constraints = [
            models.UniqueConstraint(fields=["run", "subject", "expert"], name="one_review_per_expert")
        ]

    def __str__(self) -> str:
        return f"{self.expert}：{self.subject.number}"
