"""What belongs to the workbench alone: what somebody has typed and not yet sent, and how far somebody has read."""

from django.db import models

from jiebang.lifecycle.models import Subject
from jiebang.organisations.models import Account, Mandate


class Draft(models.Model):
    """A half-filled form: the form's own words, as typed, so that nothing is lost by a value that isn't right yet.

    `revision` counts what was sent under this draft; the door takes each (draft, revision) once.
    """

    key = models.CharField("草稿号", max_length=80, unique=True)
    account = models.ForeignKey(Account, models.CASCADE, related_name="+", verbose_name="账号")
    mandate = models.ForeignKey(Mandate, models.CASCADE, related_name="+", verbose_name="授权")
    subject = models.ForeignKey(Subject, models.CASCADE, related_name="+", verbose_name="事项")
    stage = models.CharField("阶段", max_length=60)
    event = models.CharField("操作", max_length=40)
    revision = models.PositiveIntegerField("版次", default=1)
    data = models.JSONField("内容", default=dict)
    saved_at = models.DateTimeField("保存时间")
    sent_at = models.DateTimeField("提交时间", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "草稿"
        indexes = [models.Index(fields=["mandate", "subject", "stage", "event", "sent_at"])]

    def __str__(self) -> str:
        return self.key


class ReadingMark(models.Model):
    """How far somebody, acting under a mandate, has read the messages to its organisation."""

    mandate = models.OneToOneField(Mandate, models.CASCADE, related_name="+", verbose_name="授权")
    #: the key of the newest message seen
    read_through = models.BigIntegerField("读到", default=0)

    class Meta:
        verbose_name = verbose_name_plural = "读到哪里"

    def __str__(self) -> str:
        return f"{self.mandate_id} {self.read_through}"
