"""Adding, describing and removing photographs of villages (P02)."""

import datetime as dt
import uuid
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from lianjian import clock
from registers.errors import Invalid, NotAllowed, NotFound, StaleVersion
from villages.models import Facility, Village, VillagePhoto
from villages.pictures import read_picture

MOST = 60  # photographs of one village


@transaction.atomic
def add_photo(
    *,
    by: Any,
    village: Village,
    upload: UploadedFile,
    caption: str,
    taken_on: dt.date | None = None,
    facility: Facility | None = None,
) -> VillagePhoto:
    """Keep a photograph. Without a date the camera's is taken, else today's.

    Raises NotAllowed, or Invalid with the field and what would be right.
    """
    if not village.is_changeable_by(by):
        raise NotAllowed("您没有修改这个村的权限")
    caption = _checked(caption, taken_on, village, facility)
    Village.objects.changeable_by(by).select_for_update(of=("self",)).get(pk=village.pk)  # counted one at a time
    if VillagePhoto.objects.changeable_by(by).filter(village=village).count() >= MOST:
        raise Invalid(f"一个村最多放 {MOST} 张照片，请先删除旧的", field="image")
    picture = read_picture(upload, size=upload.size or 0)
    day = taken_on or picture.taken_on
    photo = VillagePhoto(
        village=village,
        facility=facility,
        caption=caption,
        taken_on=min(day, clock.today()) if day else clock.today(),
        width=picture.width,
        height=picture.height,
        size=len(picture.image),
    )
    # Names of our own: nothing of the file's name reaches the disk.
    name = uuid.uuid4().hex
    try:
        photo.image.save(f"{name}.jpg", ContentFile(picture.image), save=False)
        photo.thumbnail.save(f"{name}-s.jpg", ContentFile(picture.thumbnail), save=False)
        photo.save(force_insert=True)
    except BaseException:
        _drop_files(photo)
        raise
    return photo


@transaction.atomic
def describe_photo(
    *,
    by: Any,
    photo: VillagePhoto,
    caption: str,
    taken_on: dt.date | None,
    facility: Facility | None,
    version: int | None,
) -> VillagePhoto:
    """Another caption, date or facility. Raises NotAllowed, StaleVersion, Invalid."""
    current = _locked(by, photo, version)
    current.caption = _checked(caption, taken_on, current.village, facility)
    current.taken_on = taken_on or current.taken_on
    current.facility = facility
    current.save()
    return current


@transaction.atomic
def remove_photo(*, by: Any, photo: VillagePhoto, version: int | None = None) -> None:
    """Remove a photograph; its files go once that is certain. Raises NotAllowed, StaleVersion."""
    current = _locked(by, photo, version)
    current.delete()
    transaction.on_commit(lambda: _drop_files(photo))


def _checked(caption: str, taken_on: dt.date | None, village: Village, facility: Facility | None) -> str:
    caption = " ".join(caption.split())
    if not caption:
        raise Invalid("请写一句说明，如“村中心广场”", field="caption")
    if len(caption) > 60:
        raise Invalid(f"说明有 {len(caption)} 个字，最多 60 个字", field="caption")
    if taken_on and taken_on > clock.today():
        raise Invalid("拍摄日期不能晚于今天", field="taken_on")
    if facility is not None and facility.village_id != village.pk:
        raise Invalid("这个设施不在本村", field="facility")
    return caption


def _locked(by: Any, photo: VillagePhoto, version: int | None) -> VillagePhoto:
    rows = VillagePhoto.objects.changeable_by(by)
    current = rows.select_for_update(of=("self",)).select_related("village").filter(pk=photo.pk).first()
    if current is None:
        if VillagePhoto.objects.visible_to(by).filter(pk=photo.pk).exists():
            raise NotAllowed("您没有修改这张照片的权限")
        raise NotFound
    if version is not None and current.version != version:
        raise StaleVersion("您查看期间，别人改过这张照片，请刷新后再试")
    return current


def _drop_files(photo: VillagePhoto) -> None:
    for file in (photo.image, photo.thumbnail):
        if file:
            file.storage.delete(str(file.name))
