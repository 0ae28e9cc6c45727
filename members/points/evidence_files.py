"""What may be kept as evidence: photographs encoded anew, and documents told by their first bytes."""

from dataclasses import dataclass
from pathlib import PurePath

from django.core.files.uploadedfile import UploadedFile

from registers.errors import Invalid
from villages.pictures import MAX_BYTES, read_picture

FIELD = "evidence"
MOST = 9  # of one claim
MAX_FILE_BYTES = 10 * 1024 * 1024
PHOTOS = (".jpg", ".jpeg", ".png", ".webp")
_PDF, _ZIP = b"%PDF-", b"PK\x03\x04"
# By the end of the name: how such a file begins, and as what it is given out.
DOCUMENTS = {
    ".pdf": (_PDF, "application/pdf"),
    ".docx": (_ZIP, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ".xlsx": (_ZIP, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
ACCEPTED = ",".join((*PHOTOS, *DOCUMENTS))
WANTED = "请上传照片（jpg、png、webp）或文件（pdf、docx、xlsx）"
HELP = (
    f"照片（jpg、png、webp，不超过 {MAX_BYTES // 1024 // 1024} MB，去掉拍摄位置等信息）"
    f"或文件（pdf、docx、xlsx，不超过 {MAX_FILE_BYTES // 1024 // 1024} MB），最多 {MOST} 个；可以不传"
)


@dataclass(frozen=True)
class Kept:
    """What is kept of an upload; `thumbnail` is empty for a document."""

    name: str
    data: bytes
    thumbnail: bytes
    suffix: str

    @property
    def is_photo(self) -> bool:
        return bool(self.thumbnail)


def read_evidence(upload: UploadedFile) -> Kept:
    """Check an upload and make what is kept of it. Raises Invalid with the file's name and what would be right."""
    name = " ".join(PurePath(str(upload.name or "").replace("\\", "/")).name.split())
    suffix = PurePath(name).suffix.lower()
    stem = name[: len(name) - len(suffix)][:100] or "佐证"
    size = upload.size or 0
    if suffix in PHOTOS:
        try:
            picture = read_picture(upload, size=size)
        except Invalid as error:
            raise Invalid(f"“{stem}{suffix}”：{error.message}", field=FIELD) from error
        return Kept(f"{stem}.jpg", picture.image, picture.thumbnail, ".jpg")
    if suffix not in DOCUMENTS:
        raise Invalid(f"“{stem}{suffix}”不能作为佐证上传，{WANTED}", field=FIELD)
    if size > MAX_FILE_BYTES:
        raise Invalid(
            f"“{stem}{suffix}”有 {size / 1024 / 1024:.1f} MB，超过 {MAX_FILE_BYTES // 1024 // 1024} MB", field=FIELD
        )
    data = upload.read()
    if not data.startswith(DOCUMENTS[suffix][0]):
        raise Invalid(f"“{stem}{suffix}”的内容不是 {suffix[1:]} 文件，{WANTED}", field=FIELD)
    return Kept(f"{stem}{suffix}", data, b"", suffix)


def content_type(name: str) -> str:
    """As what a kept file is given out."""
    suffix = PurePath(name).suffix
    return DOCUMENTS[suffix][1] if suffix in DOCUMENTS else "image/jpeg"
