"""Photographs: encoded anew, shown to those who see the village, and whatever is no photograph refused in words."""

import datetime as dt
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from registers.errors import Invalid, NotAllowed
from tests.registers.suite_pages.browsing import text_of
from tests.villages.pictures import a_photo, bomb, camera_data
from villages.actions import photos
from villages.models import Facility, VillagePhoto

pytestmark = pytest.mark.django_db
VILLAGE, NEXT, ELSEWHERE = "371083101223", "371083101224", "371083102201"


def upload(client, file, **more):
    return client.post(reverse("villages:photos", args=[VILLAGE]), {"image": file, "caption": "村中心广场", **more})


def added(world, file=None, **facts) -> VillagePhoto:
    return photos.add_photo(
        by=world.user("zhenjie"), village=world.village(VILLAGE), upload=file or a_photo(), caption="广场", **facts
    )


def bytes_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_a_photograph_is_turned_shrunk_and_keeps_nothing_of_the_camera(world):
    photo = added(world, a_photo((2400, 1200), exif=camera_data(), comment=b"secret"))
    assert (photo.width, photo.height) == (800, 1600)  # held upright, the longest side 1600
    assert photo.taken_on == dt.date(2026, 8, 15)
    for query, longest in (("", 1600), ("?size=small", 360)):
        answer = world.client("cunji").get(reverse("photos:image", args=[photo.pk]) + query)
        content = bytes_of(answer)
        assert answer["Content-Type"] == "image/jpeg" and answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Cache-Control"].startswith("private")
        kept = Image.open(BytesIO(content))
        assert kept.format == "JPEG" and max(kept.size) == longest
        assert not kept.getexif() and "comment" not in kept.info and b"secret" not in content
        assert kept.getpixel((5, 5))[0] > 150 and kept.getpixel((5, kept.height - 5))[1] > 200  # red is on top


@pytest.mark.parametrize(
    ("kind", "mode", "name"), [("PNG", "RGBA", "a.png"), ("WEBP", "RGB", "b.webp"), ("PNG", "RGB", "../../etc/x.png")]
)
def test_png_and_webp_are_taken_and_become_jpegs(world, kind, mode, name):
    photo = added(world, a_photo(kind=kind, mode=mode, name=name))
    assert Path(photo.image.name).suffix == ".jpg" and ".." not in photo.image.name
    content = bytes_of(world.client("zhenjie").get(reverse("photos:image", args=[photo.pk])))
    assert Image.open(BytesIO(content)).getpixel((310, 5)) == (255, 255, 255)  # see-through is white


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><script>alert(1)</script>"


def gif() -> bytes:
    target = BytesIO()
    Image.new("RGB", (9, 9)).save(target, "GIF")
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("图.svg", lambda: SVG, "不是照片，请上传 jpg、png 或 webp"),
        ("图.jpg", lambda: HTML, "不是照片，请上传 jpg、png 或 webp"),
        ("图.gif", gif, "不是照片，请上传 jpg、png 或 webp"),
        ("图.jpg", lambda: a_photo((900, 900)).read()[:2000], "可能已损坏或不完整"),
        ("图.png", bomb, "像素"),
        ("图.jpg", lambda: a_photo().read() + bytes(20 * 1024 * 1024), "照片有 20.0 MB，超过 15 MB，请压缩后再上传"),
        ("图.jpg", lambda: b"", "这个文件是空的"),
    ],
    ids=["svg", "html", "gif", "cut off", "bomb", "20 MB", "empty"],
)
def test_what_is_no_photograph_is_refused_in_words_and_leaves_nothing(world, name, content, said):
    answer = upload(world.client("zhenjie"), SimpleUploadedFile(name, content(), content_type="image/jpeg"))
    assert answer.status_code == 400 and said in text_of(answer)
    assert not VillagePhoto.objects.unscoped("test").exists()


def test_what_hides_behind_a_picture_does_not_come_along(world):
    photo = added(world, SimpleUploadedFile("图.jpg", a_photo().read() + HTML))
    assert b"script" not in bytes_of(world.client("zhenjie").get(reverse("photos:image", args=[photo.pk])))


def test_a_photograph_is_uploaded_described_and_removed_on_its_page(world, django_capture_on_commit_callbacks):
    square = Facility.objects.unscoped("test").create(village_id=VILLAGE, kind="square", name="中心广场")
    client = world.client("cunji")
    assert upload(client, a_photo(), taken_on="2026-05-01", facility=square.pk).status_code == 302
    photo = VillagePhoto.objects.unscoped("test").get()
    page = client.get(reverse("villages:photos", args=[VILLAGE]))
    assert "村中心广场" in text_of(page) and "2026-05-01，中心广场" in text_of(page)
    edited = {"version": photo.version, "caption": "广场北侧", "taken_on": "2026-05-02", "facility": ""}
    assert client.post(reverse("photos:edit", args=[photo.pk]), edited).status_code == 302
    photo.refresh_from_db()
    assert (photo.caption, photo.taken_on, photo.facility) == ("广场北侧", dt.date(2026, 5, 2), None)
    stale = client.post(reverse("photos:edit", args=[photo.pk]), edited | {"caption": "后来的"}, follow=True)
    assert "别人改过这张照片" in text_of(stale)
    stored = photo.image.storage.path(photo.image.name)
    assert Path(stored).exists()
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("photos:delete", args=[photo.pk]), {"version": photo.version})
    assert not VillagePhoto.objects.unscoped("test").exists() and not Path(stored).exists()


def test_another_town_sees_no_photograph_and_a_reader_changes_none(world):
    photo = added(world)
    address = reverse("photos:image", args=[photo.pk])
    assert world.client("qita").get(address).status_code == 404
    assert world.client("sysadmin").get(address).status_code == 403
    assert world.client("lingdao").get(address).status_code == 200
    assert world.client("lingdao").post(reverse("photos:delete", args=[photo.pk])).status_code == 403
    assert "上传照片" not in text_of(world.client("lingdao").get(reverse("villages:photos", args=[VILLAGE])))
    with pytest.raises(NotAllowed):
        photos.add_photo(by=world.user("lingdao"), village=world.village(VILLAGE), upload=a_photo(), caption="广场")


def test_what_the_description_may_say(world, monkeypatch):
    elsewhere = Facility.objects.unscoped("test").create(village_id=NEXT, kind="square", name="邻村广场")
    for facts, said in (
        ({"facility": elsewhere}, "不在本村"),
        ({"taken_on": dt.date(2027, 1, 1)}, "不能晚于今天"),
    ):
        with pytest.raises(Invalid, match=said):
            added(world, **facts)
    monkeypatch.setattr(photos, "MOST", 1)
    added(world)
    with pytest.raises(Invalid, match="最多放 1 张照片"):
        added(world)
