"""The two tables of the ledger. Their rows are written by `append` alone; the database refuses everything else."""

from django.db import models

from jiebang.ledger.fields import InstantField
from jiebang.ledger.verify_file import ALGORITHM, GENESIS_HASH


class Chain(models.Model):
    """One bureau's chain and its head, the only mutable row of the ledger; a trigger moves it with each entry."""

    key = models.CharField("键", max_length=120, unique=True)
    head_sequence = models.BigIntegerField("最后一条的序号", default=0)
    head_hash = models.CharField("最后一条的哈希", max_length=64, default=GENESIS_HASH)

    class Meta:
        verbose_name = verbose_name_plural = "账本链"

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One act. Its hash covers every other column, as `verify_file` tells."""

    pk = models.CompositePrimaryKey("chain", "sequence")
    # The primary key begins with the chain, so an index of its own would only cost writing.
    chain = models.ForeignKey(
        Chain, models.PROTECT, related_name="entries", db_index=False, verbose_name="链"
    )
    sequence = models.BigIntegerField("序号")
    at = InstantField("时间")
    kind = models.CharField("类别", max_length=100)
    body = models.TextField("内容")
    previous_hash = models.CharField("上一条的哈希", max_length=64)
    hash = models.CharField("哈希", max_length=64)
    algorithm = models.CharField("哈希算法", max_length=20, default=ALGORITHM)

    class Meta:
        verbose_name = verbose_name_plural = "账本条目"

    def __str__(self) -> str:
        return f"{self.chain.key} {self.sequence} {self.kind}"
