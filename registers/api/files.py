"""Files of one's own: marked workbooks and exports. Nobody else's file exists here."""

from uuid import UUID

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from registers.api.renderers import XLSX, JSONRenderer, WorkbookRenderer
from registers.api.schema import JSON, DetailSerializer
from registers.errors import NotFound
from registers.models.job import StoredFile


def address_of(request: Request, stored: StoredFile | str) -> str:
    """The address from which the owner downloads a file."""
    key = stored.pk if isinstance(stored, StoredFile) else stored
    return request.build_absolute_uri(reverse("api:file", args=[key]))


class FileView(APIView):
    renderer_classes = (WorkbookRenderer, JSONRenderer)

    @extend_schema(
        operation_id="files_retrieve",
        tags=["files"],
        summary="下载自己的文件",
        responses={
            (200, XLSX): OpenApiTypes.BINARY,
            (401, JSON): DetailSerializer,
            (404, JSON): DetailSerializer,
        },
    )
    def get(self, request: Request, pk: UUID) -> HttpResponseBase:
        stored = StoredFile.objects.visible_to(request.user).filter(pk=pk).first()
        if stored is None or not stored.content.storage.exists(str(stored.content.name)):
            raise NotFound("没有找到这个文件，或已过保存期限")
        return FileResponse(stored.content.open("rb"), as_attachment=True, filename=stored.name)
