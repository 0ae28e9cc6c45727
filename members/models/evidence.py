"""Evidence of a claim (佐证): photographs and files, never compulsory where the reason is written out."""

import uuid

from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.db import models
from django.db.models import Q

from members.models.claims import PointClaim
from registers.audit import audited
from registers.guarding import GuardedModel
from registers.scope import Scope


def evidence_storage() -> FileSystemStorage:
    """Evidence lies under the data folder and is served by our own view alone, through the guard of its claim."""
    return FileSystemStorage(location=settings.MEDIA_ROOT / "evidence")


@audited()
class ClaimEvidence(GuardedModel):
    """One photograph (encoded anew, so nothing of the camera is kept) or document of a claim. Seen with its claim."""

    class Kind(models.TextChoices):
        PHOTO = "photo", "照片"
        FILE = "file", "文件"

    area_path = "claim__village_id"
    view_right = "points.view"
    change_right = "claims.declare"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    claim = models.ForeignKey(PointClaim, models.PROTECT, related_name="evidence", verbose_name="申报")
    kind = models.CharField("类别", max_length=10, choices=Kind.choices)
    name = models.CharField("名称", max_length=120)
    file = models.FileField("文件", storage=evidence_storage, upload_to="%Y/%m/")
    thumbnail = models.FileField("缩略图", storage=evidence_storage, upload_to="%Y/%m/", blank=True)
    size = models.PositiveIntegerField("字节数")
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="上传人", db_index=False
    )
    created_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = "申报佐证"
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="file", thumbnail="") | Q(kind="photo") & ~Q(thumbnail=""),
                name="photo_has_a_thumbnail",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def in_scope(cls, scope: Scope) -> Q:
        return scope.q("claim__village_id") | Q(claim__village_id__in=scope.ids("village"))
