"""全镇台账 in REST: every register of an area as one workbook, out and in."""

from typing import Any

from django.conf import settings
from django.http.response import FileResponse, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from registers.api import listing
from registers.api.files import address_of
from registers.api.renderers import XLSX, JSONRenderer, WorkbookRenderer
from registers.api.schema import (
    AUTH,
    JOB,
    JSON,
    MISSING,
    WORKBOOK,
    WORKBOOK_REFUSED,
    ErrorsSerializer,
    JobStartedSerializer,
    OutcomeSerializer,
    RefusedOutcomeSerializer,
    UploadSerializer,
)
from registers.exchange import book_jobs
from registers.exchange.book_import import BookOutcome
from registers.exchange.books import require_keeper
from registers.exchange.jobs import keep_marked
from registers.models.job import Job
from registers.rows.results import RowError


class SheetSerializer(serializers.Serializer):
    sheet = serializers.CharField()
    register = serializers.CharField()
    title = serializers.CharField()
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    error_count = serializers.IntegerField()
    total = serializers.IntegerField()


class BookOutcomeSerializer(OutcomeSerializer):
    sheets = SheetSerializer(many=True, help_text="各工作表的结果")


class RefusedBookSerializer(RefusedOutcomeSerializer):
    sheets = SheetSerializer(many=True, required=False)


AREA = OpenApiParameter("area", OpenApiTypes.STR, description="区划代码：本级及以下；不填为自己的管辖范围")


@extend_schema_view(
    export=extend_schema(
        summary="导出全镇台账", tags=["town-book"], parameters=[AREA],
        responses={
            **WORKBOOK, (202, JSON): JobStartedSerializer, (400, JSON): ErrorsSerializer, (404, JSON): MISSING.response,
            **WORKBOOK_REFUSED,
        },
    ),
    import_workbook=extend_schema(
        summary="导入全镇台账", tags=["town-book"], request={"multipart/form-data": UploadSerializer},
        responses={
            200: BookOutcomeSerializer, 202: JOB, **AUTH,
            400: OpenApiResponse(RefusedBookSerializer, "有的行不对，什么都没有写入"),
        },
    ),
)  # fmt: skip
class TownBookViewSet(GenericViewSet):
    """Out as a workbook with a sheet for each register; in with the outcome of each sheet."""

    serializer_class = BookOutcomeSerializer
    renderer_classes = (JSONRenderer,)
    filter_backends = ()
    pagination_class = None

    @action(detail=False, methods=["get"], url_path="export.xlsx", renderer_classes=[WorkbookRenderer])
    def export(self, request: Request) -> HttpResponseBase:
        listing.allowed(request, ["area"])
        made = book_jobs.export_file(by=request.user, area=request.query_params.get("area", ""))
        if isinstance(made, Job):
            return Response({"job": str(made.pk)}, status=202)
        file, name = made
        return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)

    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser])
    def import_workbook(self, request: Request) -> Response:
        require_keeper(request.user)
        upload = request.FILES.get("file")
        if upload is None:
            return self._refused(request, "请选择要导入的工作簿（.xlsx），放在 file 里")
        if upload.size > settings.WORKBOOK_MAX_BYTES:
            largest = settings.WORKBOOK_MAX_BYTES // 1024 // 1024
            return self._refused(request, f"文件超过 {largest} MB，请删掉图片，或拆成几个文件分别上传")
        name = upload.name or "全镇台账.xlsx"
        made = book_jobs.import_file(
            by=request.user, data=upload.read(), filename=name,
            dry_run=listing.truth(request.data, "dry_run"), partial=listing.truth(request.data, "partial"),
        )  # fmt: skip
        if isinstance(made, Job):
            return Response({"job": str(made.pk)}, status=202)
        return self._told(request, made, name)

    def _told(self, request: Request, book: BookOutcome, filename: str) -> Response:
        kept = keep_marked(book, filename=filename, owner=request.user)
        body: dict[str, Any] = book.as_dict() | {"marked_workbook": address_of(request, kept) if kept else None}
        return Response(body, status=400 if book.refused else 200)

    def _refused(self, request: Request, message: str) -> Response:
        """Nothing to import: the same body as for wrong rows."""
        error = RowError("", 0, "", "", message, field="file")
        return self._told(request, BookOutcome(own_errors=[error], refused=True), "")
