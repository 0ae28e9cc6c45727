"""`village-photos`: photographs of villages, listed, shown, uploaded and removed (P02). The same doors as the page."""

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from registers.api import listing
from registers.api.renderers import JSONRenderer
from registers.api.repeats import once
from registers.api.schema import (
    AUTH,
    IF_MATCH,
    INVALID,
    JSON,
    KEY,
    MISSING,
    REUSED,
    STAMP,
    DetailSerializer,
    ErrorsSerializer,
    page_of,
)
from registers.api.versions import etag_of, told_version
from registers.errors import Invalid, NotAllowed, NotFound
from villages.actions.photos import add_photo, remove_photo
from villages.models import Facility, Village, VillagePhoto

JPEG = "image/jpeg"
CHOOSE = "请选择照片，放在 image 里"
TAG: dict[str, Any] = {"tags": ["village-photos"]}
VERSION = OpenApiParameter("version", OpenApiTypes.INT, description="读取时的版本，与 If-Match 二者给一个")
SIZE = OpenApiParameter("size", OpenApiTypes.STR, enum=["small"], description="small 为缩略图（最长 360 像素）")


class PhotoSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    village_code = serializers.CharField()
    facility = serializers.IntegerField(allow_null=True, help_text="公共设施的 id")
    caption = serializers.CharField()
    taken_on = serializers.DateField(allow_null=True)
    width = serializers.IntegerField(help_text="像素")
    height = serializers.IntegerField(help_text="像素")
    size = serializers.IntegerField(help_text="字节数")
    image = serializers.URLField(help_text="照片的地址，加 ?size=small 为缩略图")


class PhotoUploadSerializer(serializers.Serializer):
    village_code = serializers.RegexField(
        r"^[0-9]{12}$", error_messages={"invalid": "请填 12 位村居代码", "required": "没有填，请填 12 位村居代码"}
    )
    image = serializers.FileField(
        help_text="jpg、png 或 webp，最大 15 MB；重新编码保存，不留拍摄位置",
        error_messages={"required": CHOOSE, "invalid": CHOOSE, "empty": "这个文件是空的，请重新选择"},
    )
    caption = serializers.CharField(max_length=60, help_text="如“村中心广场”")
    taken_on = serializers.DateField(required=False, allow_null=True, help_text="不填用相机记录的日期，没有的用今天")
    facility = serializers.IntegerField(required=False, allow_null=True, help_text="属于哪个公共设施（id）")


class PictureRenderer(JSONRenderer):
    """Lets clients ask for pictures: those come as a file response, only errors pass here, as JSON."""

    media_type = JPEG
    format = "jpg"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if renderer_context and "response" in renderer_context:
            renderer_context["response"]["Content-Type"] = JSONRenderer.media_type
        return super().render(data, accepted_media_type, renderer_context)


class VillagePhotoViewSet(GenericViewSet):
    """Photographs within the user's scope; every other one does not exist."""

    serializer_class = PhotoSerializer
    renderer_classes: tuple[type[BaseRenderer], ...] = (JSONRenderer,)
    parser_classes = (MultiPartParser,)
    lookup_value_regex = "[^/]+"
    filter_backends = ()
    pagination_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.can(VillagePhoto.view_right):  # type: ignore[union-attr] # signed in by now
            raise NotAllowed("您没有查看照片的权限")

    @extend_schema(
        summary="照片列表", **TAG,
        parameters=[
            OpenApiParameter("area", OpenApiTypes.STR, description="区划代码：本级及以下"), *listing.PAGE_PARAMETERS,
        ],
        responses={200: page_of(PhotoSerializer, "VillagePhotos"), 400: INVALID, **AUTH},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Newest first."""
        listing.allowed(request, ["area", "page_size", "cursor", "count"])
        rows = listing.in_area(request, VillagePhoto.objects.visible_to(request.user))
        return listing.page(request, rows, ("-created_at", "pk"), self._told)

    @extend_schema(summary="一张照片的说明", responses={200: PhotoSerializer, **AUTH, 404: MISSING}, **TAG)
    def retrieve(self, request: Request, pk: str) -> Response:
        return self._answer(self._visible(pk))

    @extend_schema(
        summary="照片", parameters=[SIZE], **TAG,
        responses={
            (200, JPEG): OpenApiTypes.BINARY, (400, JSON): ErrorsSerializer, (401, JSON): DetailSerializer,
            (403, JSON): DetailSerializer, (404, JSON): DetailSerializer,
        },
    )  # fmt: skip
    @action(detail=True, methods=["get"], url_path="image.jpg", renderer_classes=[PictureRenderer])
    def image(self, request: Request, pk: str) -> HttpResponseBase:
        """The JPEG of our own making. Raises NotFound, Invalid for another `size`."""
        listing.allowed(request, ["size"])
        size = request.query_params.get("size", "")
        if size not in ("", "small"):
            raise Invalid("size 只能是 small（缩略图）或不填", field="size")
        photo = self._visible(pk)
        file = photo.thumbnail if size else photo.image
        if not file.storage.exists(str(file.name)):
            raise NotFound
        return FileResponse(file.open("rb"), content_type=JPEG)

    @extend_schema(
        summary="上传照片", request={"multipart/form-data": PhotoUploadSerializer}, parameters=[KEY], **TAG,
        responses={201: PhotoSerializer, 400: INVALID, 422: REUSED, **AUTH},
    )  # fmt: skip
    @once
    def create(self, request: Request) -> Response:
        """One photograph of one village, encoded anew as on the page. Raises NotAllowed, Invalid."""
        if not request.user.can(VillagePhoto.change_right):  # type: ignore[union-attr]
            raise NotAllowed("您没有上传照片的权限")
        checked = PhotoUploadSerializer(data=request.data)
        checked.is_valid(raise_exception=True)
        given = checked.validated_data
        village = Village.objects.visible_to(request.user).filter(pk=given["village_code"]).first()
        if village is None:
            raise Invalid("没有找到这个村居，请核对 12 位代码", field="village_code")
        facility = None
        if given.get("facility") is not None:
            rows = Facility.objects.visible_to(request.user)
            facility = rows.filter(village=village, pk=given["facility"]).first()
            if facility is None:
                raise Invalid("这个设施不在本村", field="facility")
        photo = add_photo(
            by=request.user, village=village, upload=given["image"], caption=given["caption"],
            taken_on=given.get("taken_on"), facility=facility,
        )  # fmt: skip
        return self._answer(photo, status=201)

    @extend_schema(
        summary="删除照片", parameters=[IF_MATCH, VERSION],
        responses={204: None, 400: INVALID, **AUTH, 404: MISSING, **STAMP}, **TAG,
    )  # fmt: skip
    def destroy(self, request: Request, pk: str) -> Response:
        """Raises NotFound, NotAllowed, VersionRequired, StaleVersion."""
        photo = self._visible(pk)
        if not photo.is_changeable_by(request.user):  # type: ignore[arg-type]
            raise NotAllowed("这张照片您只能查看，不能删除")
        given = {name: value for name, value in request.query_params.items() if name == "version"}
        version = told_version(request, given, photo)
        remove_photo(by=request.user, photo=photo, version=version)
        return Response(status=204)

    def _visible(self, pk: str) -> VillagePhoto:
        try:
            key = UUID(pk)
        except ValueError:
            raise NotFound from None
        photo = VillagePhoto.objects.visible_to(self.request.user).select_related("village").filter(pk=key).first()
        if photo is None:
            raise NotFound
        return photo

    def _answer(self, photo: VillagePhoto, status: int = 200) -> Response:
        fresh = self._visible(str(photo.pk))
        told = self._told(fresh)
        return Response(told, status=status, headers={"ETag": etag_of(fresh.version, told)})

    def _told(self, photo: VillagePhoto) -> dict[str, Any]:
        address = reverse("api:village-photos-image", args=[photo.pk])
        return {
            "id": str(photo.pk),
            "version": photo.version,
            "village_code": photo.village_id,
            "facility": photo.facility_id,
            "caption": photo.caption,
            "taken_on": photo.taken_on,
            "width": photo.width,
            "height": photo.height,
            "size": photo.size,
            "image": self.request.build_absolute_uri(address),
        }
