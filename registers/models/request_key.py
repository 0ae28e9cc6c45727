"""Answers kept for a day, so that a client that lost one may send its request again without doing the work twice."""

from django.db import models

from registers.models.job import OwnedModel


class RequestKey(OwnedModel):
    """One `Idempotency-Key` of one user: what was asked (as a digest) and what was answered."""

    key = models.CharField("请求编号", max_length=64)
    digest = models.CharField("请求摘要", max_length=64)
    status = models.PositiveSmallIntegerField("应答状态", default=0)
    body = models.JSONField("应答", null=True)
    created_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "请求编号"
        constraints = [models.UniqueConstraint(fields=["owner", "key"], name="request_key_once_per_owner")]
        indexes = [models.Index(fields=["created_at"], name="request_key_age")]

    def __str__(self) -> str:
        return self.key
