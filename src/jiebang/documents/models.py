"""Who sent which file. The content itself lies in the store, once for each digest."""

from django.db import models
from django.db.models import Q

from jiebang.lifecycle.models import Subject
from jiebang.organisations.models import Account, Authority, Organisation, Programme


class Upload(models.Model):
    """One file sent by one party for a form about `subject` (the draft says which form). Rows are never changed."""

    digest = models.CharField("摘要（SHA-256）", max_length=64)
    size = models.PositiveBigIntegerField("字节数")
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    programme = models.ForeignKey(Programme, models.PROTECT, related_name="+", verbose_name="计划")
    subject = models.ForeignKey(Subject, models.PROTECT, related_name="+", verbose_name="事项")
    draft = models.CharField("草稿", max_length=80)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上传单位"
    )
    authority = models.ForeignKey(
        Authority, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="上传机关"
    )
    uploaded_by = models.ForeignKey(Account, models.PROTECT, related_name="+", verbose_name="上传人")
    uploaded_at = models.DateTimeField("上传时间")

    class Meta:
        verbose_name = verbose_name_plural = "上传的文件"
        constraints = [
            models.CheckConstraint(
                condition=Q(authority__isnull=True) ^ Q(organisation__isnull=True),
                name="upload_by_exactly_one_party",
            )
        ]
        indexes = [models.Index(fields=["programme", "digest"])]

    def __str__(self) -> str:
        return self.name
