"""Photographs made for tests, good ones and bad ones."""

import struct
import zlib
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw


def a_photo(
    size: tuple[int, int] = (320, 240), *, name: str = "广场.jpg", kind: str = "JPEG", mode: str = "RGB", **more: Any
) -> SimpleUploadedFile:
    """A picture with a red left half, so that turning it shows."""
    picture = Image.new(mode, size, "white" if mode == "RGB" else (0, 0, 0, 0))
    picture.paste((200, 30, 30) if mode == "RGB" else (200, 30, 30, 255), (0, 0, size[0] // 2, size[1]))
    target = BytesIO()
    picture.save(target, kind, **more)
    return SimpleUploadedFile(name, target.getvalue(), content_type="image/jpeg")


def camera_data() -> Image.Exif:
    """What a phone writes: the place, the day, and that it was held upright."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "某品牌手机"
    exif.get_ifd(0x8769)[0x9003] = "2026:08:15 09:30:00"
    exif.get_ifd(0x8825)[2] = (36.0, 51.0, 55.0)
    return exif


def bomb() -> bytes:
    """A small PNG that says of itself to be 60,000 × 60,000."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(bytes(1_000_000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def a_landscape(size: tuple[int, int] = (1200, 800)) -> bytes:
    """A drawn village under hills, as a PNG: for the journeys and the pictures of the manual."""
    width, height = size
    picture = Image.new("RGB", size, (196, 222, 240))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((width * 0.72, height * 0.08, width * 0.82, height * 0.23), fill=(250, 214, 120))
    pen.polygon([(0, height * 0.55), (width * 0.3, height * 0.25), (width * 0.6, height * 0.55)], fill=(122, 153, 120))
    pen.polygon(
        [(width * 0.3, height * 0.55), (width * 0.7, height * 0.3), (width, height * 0.55)], fill=(98, 132, 104)
    )
    pen.rectangle((0, height * 0.55, width, height), fill=(173, 196, 120))
    for number in range(4):
        left, top = width * (0.12 + 0.2 * number), height * (0.56 + 0.04 * (number % 2))
        pen.rectangle((left, top, left + width * 0.13, top + height * 0.16), fill=(238, 232, 220))
        pen.polygon(
            [(left - 12, top), (left + width * 0.065, top - height * 0.09), (left + width * 0.13 + 12, top)],
            fill=(166, 74, 58),
        )
    pen.polygon([(width * 0.42, height), (width * 0.52, height * 0.76), (width * 0.62, height)], fill=(206, 190, 160))
    target = BytesIO()
    picture.save(target, "PNG")
    return target.getvalue()
