"""Which lanes of a race a joint team's project grew out of."""

from django.db import models

from jiebang.lifecycle.models import Subject


class Predecessor(models.Model):
    """A racing lane that went into a joint team's project. The lane's own row, facts and payments stay as they were."""

    project = models.ForeignKey(
        Subject, models.PROTECT, related_name="predecessors", verbose_name="联合团队项目"
    )
    lane = models.OneToOneField(Subject, models.PROTECT, related_name="merged_into", verbose_name="原赛道")

    class Meta:
        verbose_name = verbose_name_plural = "原赛道"

    def __str__(self) -> str:
        return f"{self.lane.number} → {self.project.number}"
