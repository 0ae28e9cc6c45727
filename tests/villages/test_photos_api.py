"""Photographs by REST (P02): listed, shown, uploaded, removed; the same doors as the page."""

from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tests.villages.pictures import a_photo, camera_data
from villages.models import Facility, VillagePhoto

pytestmark = pytest.mark.django_db
ADDRESS = "/api/v1/village-photos/"
VILLAGE, NEXT, ELSEWHERE = "371083101223", "371083101224", "371083102201"


def upload(world, username="zhenjie", *, photo=None, headers=None, **more):
    given = {"village_code": VILLAGE, "image": photo or a_photo(), "caption": "村中心广场"} | more
    return world.api(username).post(ADDRESS, given, format="multipart", headers=headers or {})


def test_a_photograph_is_uploaded_listed_shown_and_removed(world, django_capture_on_commit_callbacks):
    square = Facility.objects.unscoped("test").create(village_id=VILLAGE, kind="square", name="中心广场")
    exif = camera_data()
    made = upload(world, "cunji", photo=a_photo((3200, 1600), exif=exif), facility=square.pk)
    assert made.status_code == 201
    told = made.json()
    assert (told["width"], told["height"]) == (800, 1600) and told["taken_on"] == "2026-08-15"
    assert (told["village_code"], told["facility"], told["caption"]) == (VILLAGE, square.pk, "村中心广场")
    client = world.api("cunji")
    assert client.get(ADDRESS).json()["results"] == [told]
    assert client.get(ADDRESS, {"area": NEXT[:9]}).json()["results"] == [told]
    assert client.get(f"{ADDRESS}{told['id']}/").headers["ETag"] == made.headers["ETag"]
    for query, longest in (("", 1600), ("?size=small", 360)):
        answer = client.get(told["image"] + query)
        kept = Image.open(BytesIO(b"".join(answer.streaming_content)))
        assert answer["Content-Type"] == "image/jpeg" and max(kept.size) == longest and not kept.getexif()
    assert client.get(told["image"] + "?size=big").json()["errors"][0]["field"] == "size"
    photo = VillagePhoto.objects.unscoped("test").get()
    stored = Path(photo.image.storage.path(photo.image.name))
    assert client.delete(f"{ADDRESS}{told['id']}/").status_code == 428
    assert client.delete(f"{ADDRESS}{told['id']}/?version=7").status_code == 412
    with django_capture_on_commit_callbacks(execute=True):
        gone = client.delete(f"{ADDRESS}{told['id']}/", headers={"If-Match": made.headers["ETag"]})
    assert gone.status_code == 204 and not stored.exists() and client.get(ADDRESS).json()["results"] == []


def test_what_is_wrong_is_told_at_its_field_and_leaves_nothing(world):
    elsewhere = Facility.objects.unscoped("test").create(village_id=NEXT, kind="square", name="邻村广场")
    big = SimpleUploadedFile("图.jpg", a_photo().read() + bytes(16 * 1024 * 1024))
    for given, field, said in (
        ({"photo": SimpleUploadedFile("图.jpg", b"<script>")}, "image", "不是照片"),
        ({"photo": SimpleUploadedFile("图.jpg", b"")}, "image", "是空的"),
        ({"photo": big}, "image", "超过 15 MB"),
        ({"image": ""}, "image", "请选择照片"),
        ({"caption": " "}, "caption", ""),
        ({"taken_on": "2027-01-01"}, "taken_on", "不能晚于今天"),
        ({"facility": elsewhere.pk}, "facility", "不在本村"),
        ({"village_code": ELSEWHERE}, "village_code", "没有找到这个村居"),
        ({"village_code": "锅上"}, "village_code", "12 位村居代码"),
    ):
        answer = upload(world, **given)
        errors = answer.json()["errors"]
        assert answer.status_code == 400, given
        assert errors[0]["field"] == field and said in errors[0]["message"], (given, errors)
    assert not VillagePhoto.objects.unscoped("test").exists()


def test_scope_is_the_page_s(world):
    told = upload(world).json()
    for address in (f"{ADDRESS}{told['id']}/", told["image"]):
        assert world.api("qita").get(address).status_code == 404
        assert world.api("sysadmin").get(address).status_code == 403
        assert world.api("lingdao").get(address).status_code == 200
    assert world.api("qita").get(ADDRESS).json()["results"] == []
    assert world.api("lingdao").delete(f"{ADDRESS}{told['id']}/?version=1").status_code == 403
    assert upload(world, "lingdao").status_code == 403 and upload(world, "cunji", village_code=NEXT).status_code == 400


def test_the_same_request_is_done_once_and_another_picture_is_another_request(world):
    key = {"Idempotency-Key": "a1"}
    first, again = upload(world, headers=key), upload(world, headers=key)
    assert first.json() == again.json() and VillagePhoto.objects.unscoped("test").count() == 1
    assert upload(world, photo=a_photo((64, 64)), headers=key).status_code == 422
