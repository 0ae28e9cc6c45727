"""Photographs as they are kept: a JPEG encoded anew, at most 1600 pixels long, without what the camera wrote.

Nothing of the file that came in reaches the disk, so neither places (EXIF) nor anything hidden behind the picture does.
"""

import datetime as dt
from contextlib import suppress
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from PIL import Image, ImageOps, UnidentifiedImageError

from registers.errors import Invalid

FORMATS = ("JPEG", "PNG", "WEBP")
MAX_BYTES = 15 * 1024 * 1024
# Judged by the header, before a single pixel is decoded. A JPEG is decoded at a fraction of its size.
MAX_PIXELS = {"JPEG": 110_000_000, "PNG": 26_000_000, "WEBP": 26_000_000}
LONGEST, THUMBNAIL = 1600, 360  # pixels
QUALITY = 84
WANTED = "请上传 jpg、png 或 webp 格式的照片"
_EXIF_BLOCK, _TAKEN_AT = 0x8769, 0x9003


@dataclass(frozen=True)
class Picture:
    """What is kept of a photograph; `taken_on` is what the camera says, where it does."""

    image: bytes
    thumbnail: bytes
    width: int
    height: int
    taken_on: dt.date | None


def read_picture(file: IO[bytes], *, size: int) -> Picture:
    """Check and encode anew. Raises Invalid with what is wrong and what would be right (`field="image"`)."""
    if size > MAX_BYTES:
        megabytes = size / 1024 / 1024
        raise _refused(f"照片有 {megabytes:.1f} MB，超过 {MAX_BYTES // 1024 // 1024} MB，请压缩后再上传")
    try:
        with Image.open(file, formats=FORMATS) as found:
            _judge_size(found)
            taken_on = _taken_on(found)
            if found.format == "JPEG":
                found.draft("RGB", (LONGEST, LONGEST))
            picture = _upright(found)
    except Image.DecompressionBombError as error:
        raise _refused("照片的像素太多，无法处理，请缩小后再上传") from error
    except UnidentifiedImageError as error:
        raise _refused(f"这个文件不是照片，{WANTED}") from error
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise _refused(f"照片打不开，可能已损坏或不完整。{WANTED}") from error
    picture.thumbnail((LONGEST, LONGEST))
    width, height = picture.size
    image = _encoded(picture)
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    return Picture(image, _encoded(picture), width, height, taken_on)


def _refused(message: str) -> Invalid:
    return Invalid(message, field="image")


def _judge_size(found: Image.Image) -> None:
    width, height = found.size
    limit = MAX_PIXELS[found.format or "PNG"]
    if width * height > limit:
        raise _refused(f"照片有 {width}×{height} 像素，超过 {limit // 10_000} 万像素，请缩小后再上传")


def _taken_on(found: Image.Image) -> dt.date | None:
    """The camera's date; anything unreadable is none."""
    with suppress(Exception):  # what cameras write there is not ours to judge
        text = str(found.getexif().get_ifd(_EXIF_BLOCK).get(_TAKEN_AT) or "")
        return dt.datetime.strptime(text[:10], "%Y:%m:%d").date()
    return None


def _upright(found: Image.Image) -> Image.Image:
    """Turned as the camera was held, on white where it was transparent, in plain RGB."""
    turned = ImageOps.exif_transpose(found)
    if turned.has_transparency_data:
        coloured = turned.convert("RGBA")
        white = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(white, coloured).convert("RGB")
    return turned.convert("RGB")


def _encoded(picture: Image.Image) -> bytes:
    picture.info.clear()  # comments and profiles would be written too
    target = BytesIO()
    picture.save(target, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return target.getvalue()
