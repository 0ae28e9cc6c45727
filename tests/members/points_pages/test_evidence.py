"""Evidence of claims: with the declaration or later, within limits, seen with its claim, removed by its uploader."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from members.actions import claims
from members.actions.evidence import add_evidence, remove_evidence
from members.models import ClaimEvidence, PointClaim
from registers.errors import Invalid, NotAllowed, NotFound, WrongState
from tests.members.points.stage import declared
from tests.members.points_pages.conftest import text_of
from tests.villages.pictures import a_photo, camera_data

FACTS = {"subject": "3710830000001", "occurred_on": "2026-08-15", "item": "B02", "quantity": "1", "reason": ""}
PDF = b"%PDF-1.7\n..."


def a_file(name: str = "签到表.pdf", data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def kept() -> list[ClaimEvidence]:
    return list(ClaimEvidence.objects.unscoped("test"))


def test_an_item_that_wants_evidence_takes_a_reason_or_a_file(points):
    client = points.client("zhenjie")
    assert "或上传照片、文件" in text_of(client.post(reverse("claims:new"), FACTS))
    answer = client.post(reverse("claims:new"), FACTS | {"evidence": [a_photo(exif=camera_data()), a_file()]})
    assert answer.status_code == 302
    photo, document = sorted(kept(), key=lambda one: one.kind == "file")
    with Image.open(BytesIO(photo.file.read())) as picture:
        assert not picture.getexif() and picture.format == "JPEG"
    assert (photo.name, document.name) == ("广场.jpg", "签到表.pdf") and "签到" not in document.file.name
    page = text_of(client.get(answer["Location"]))
    assert "签到表.pdf" in page and "evidence/" in page and "删除佐证“广场.jpg”" in page
    with pytest.raises(Invalid, match="仅有的一个"):
        clerk = points.user("zhenjie")
        remove_evidence(by=clerk, evidence=photo)
        remove_evidence(by=clerk, evidence=document)
    refused = client.post(reverse("claims:new"), FACTS | {"evidence": [a_file("表.exe")], "occurred_on": "2026-08-16"})
    assert refused.status_code == 400 and "不能作为佐证上传" in text_of(refused)
    assert PointClaim.objects.unscoped("test").count() == 1  # neither the fact nor the file


@pytest.mark.parametrize(
    ("uploads", "said"),
    [
        ([a_file("表.pdf", b"MZ...")], "不是 pdf 文件"),
        ([a_file("照片.jpg", PDF)], "不是照片"),
        ([a_file("说明.html", b"<script>")], "不能作为佐证"),
        ([a_file("大.pdf", PDF + bytes(10 * 1024 * 1024))], "超过 10 MB"),
        ([a_file() for _ in range(10)], "最多 9 个"),
    ],
)
def test_what_is_refused_leaves_nothing(points, uploads, said):
    claim = declared(points.user("zhenjie"), points.members["1"])
    with pytest.raises(Invalid, match=said):
        add_evidence(by=points.user("zhenjie"), claim=claim, uploads=uploads)
    assert not kept()


def test_it_is_seen_with_its_claim_and_removed_by_its_uploader_while_open(points):
    clerk, village = points.user("zhenjie"), points.user("cunji")
    claim = declared(clerk, points.members["1"])
    (photo,) = add_evidence(by=clerk, claim=claim, uploads=[a_photo()])
    (document,) = add_evidence(by=village, claim=claim, uploads=[a_file()])
    for wrong, error in ((points.user("lingdao"), NotAllowed), (points.user("qita"), NotFound)):
        with pytest.raises(error):
            add_evidence(by=wrong, claim=claim, uploads=[a_file()])
    with pytest.raises(NotAllowed, match="上传的人"):
        remove_evidence(by=clerk, evidence=document)
    address = reverse("claims:evidence-file", args=[document.pk])
    assert points.client("qita").get(address).status_code == 404
    answer = points.client("zhenshen").get(address)
    assert answer["X-Content-Type-Options"] == "nosniff" and answer["Content-Disposition"].startswith("attachment")
    small = points.client("zhenshen").get(reverse("claims:evidence-file", args=[photo.pk]), {"size": "small"})
    assert small["Content-Type"] == "image/jpeg"
    points.client("cunji").post(reverse("claims:evidence-delete", args=[document.pk]))
    assert [one.pk for one in kept()] == [photo.pk]
    claims.advance(claim=claim, by=village)
    add_evidence(by=clerk, claim=claim, uploads=[a_file()])  # still open
    claims.advance(claim=claim, by=points.user("zhenshen"))
    with pytest.raises(WrongState, match="不能再增减"):
        remove_evidence(by=clerk, evidence=photo)
    with pytest.raises(WrongState):
        add_evidence(by=clerk, claim=claim, uploads=[a_file()])
    assert len(kept()) == 2


def test_rest(points):
    claim = declared(points.user("zhenjie"), points.members["1"])
    client = points.api("zhenjie")
    address = f"/api/v1/point-claims/{claim.pk}/evidence/"
    made = client.post(address, {"file": a_file()}, format="multipart")
    assert made.status_code == 201 and made.data["name"] == "签到表.pdf"
    assert [one["id"] for one in client.get(address).data] == [made.data["id"]]
    assert b"".join(client.get(made.data["file"]).streaming_content) == PDF
    assert client.post(address, {}, format="multipart").status_code == 400
    one = f"/api/v1/claim-evidence/{made.data['id']}/"
    assert points.api("qita").get(one).status_code == 404
    assert points.api("cunji").delete(one).status_code == 403
    assert client.get(one).data["claim"] == claim.pk and client.delete(one).status_code == 204 and not kept()
