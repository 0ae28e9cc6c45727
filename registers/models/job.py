"""Long work and its files. The job row is the truth; Celery only carries its id."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q

from registers.guarding import GuardedModel, GuardedQuerySet
from registers.scope import Scope


class OwnedQuerySet(GuardedQuerySet):
    """Rows of one person: nobody else sees them, whatever his scope."""

    def visible_to(self, user: Any) -> Self:
        return self._opened(f"owned by {user}").filter(owner_id=user.pk)

    def changeable_by(self, user: Any, right: str = "") -> Self:
        return self.visible_to(user)


class OwnedModel(GuardedModel):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, verbose_name="所有人", related_name="+")

    objects: ClassVar[Any] = models.Manager.from_queryset(OwnedQuerySet)()

    class Meta:
        abstract = True

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return Q(pk__in=[])


class Job(OwnedModel):
    """One piece of long work of one person: kind and parameters, progress, outcome."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队中"
        RUNNING = "running", "进行中"
        DONE = "done", "已完成"
        FAILED = "failed", "未完成"
        CANCELLED = "cancelled", "已取消"

    FINISHED = (State.DONE, State.FAILED, State.CANCELLED)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField("类别", max_length=60)
    title = models.CharField("名称", max_length=120)
    params = models.JSONField("参数", default=dict)
    state = models.CharField("状态", max_length=10, choices=State.choices, default=State.QUEUED)
    step = models.CharField("步骤", max_length=120, blank=True)
    done = models.PositiveIntegerField("已完成", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    result = models.JSONField("结果", default=dict)
    message = models.TextField("说明", blank=True)
    attempt = models.PositiveSmallIntegerField("第几次执行", default=0)
    cancel_asked = models.BooleanField("已请求取消", default=False)
    seen = models.BooleanField("已看过", default=False)
    heartbeat_at = models.DateTimeField("心跳", null=True)
    created_at = models.DateTimeField("提交时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)

    class Meta:
        verbose_name = verbose_name_plural = "任务"
        indexes = [
            models.Index(fields=["owner", "-created_at"], name="job_owner_recent"),
            models.Index(fields=["heartbeat_at"], name="job_alive", condition=Q(state__in=["queued", "running"])),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.state in self.FINISHED


def _private_storage() -> FileSystemStorage:
    return FileSystemStorage(location=settings.MEDIA_ROOT)


class StoredFile(OwnedModel):
    """A file of one person (我的文件): what he uploaded, and what jobs made for him. Served only to him."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.ForeignKey(Job, models.SET_NULL, null=True, blank=True, related_name="files", verbose_name="任务")
    name = models.CharField("文件名", max_length=200)
    content = models.FileField("内容", storage=_private_storage, upload_to="%Y/%m/")
    size = models.PositiveBigIntegerField("字节数")
    sha256 = models.CharField("SHA-256", max_length=64)
    is_result = models.BooleanField("生成的文件", default=True)
    created_at = models.DateTimeField("生成时间", auto_now_add=True)
    expires_at = models.DateTimeField("保存至")

    class Meta:
        verbose_name = verbose_name_plural = "文件"
        indexes = [models.Index(fields=["owner", "-created_at"], name="file_owner_recent")]

    def __str__(self) -> str:
        return self.name
