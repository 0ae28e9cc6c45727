"""合表 in REST: several files of one register put together, who is missing and who differs, then imported."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from registers import jobs
from registers.api.files import address_of
from registers.api.parsers import JSONParser
from registers.api.renderers import JSONRenderer
from registers.api.schema import AUTH, CONFLICT, INVALID, JOB, MISSING, ErrorSerializer, JobStartedSerializer
from registers.errors import NotFound, WrongState
from registers.exchange import merge_jobs
from registers.exchange.books import require_keeper
from registers.models.job import Job


class MergeFilesSerializer(serializers.Serializer):
    files = serializers.ListField(child=serializers.FileField(), help_text="各单位交来的 .xlsx，最多 60 个")
    register = serializers.CharField(required=False, help_text="台账，如 village-facts；不填按表头识别")


class MergeSourceSerializer(serializers.Serializer):
    name = serializers.CharField()
    sheet = serializers.CharField(help_text="读取的工作表")
    rows = serializers.IntegerField()
    wrong = serializers.IntegerField(help_text="有错误的行数")
    repeats = serializers.IntegerField(help_text="与别的文件完全相同的行数")
    problem = serializers.CharField(help_text="没有读取的原因")
    notes = serializers.ListField(child=serializers.CharField())


class MergeRowSerializer(serializers.Serializer):
    number = serializers.IntegerField(help_text="选这一行时填它")
    file = serializers.CharField()
    sheet = serializers.CharField()
    row = serializers.IntegerField()
    cells = serializers.ListField(child=serializers.CharField(), help_text="各行在 headings 各列的内容")


class MergeConflictSerializer(serializers.Serializer):
    key = serializers.CharField(help_text="说的是哪一条")
    headings = serializers.ListField(child=serializers.CharField(), help_text="不一致的列")
    rows = MergeRowSerializer(many=True)


class MergeErrorSerializer(ErrorSerializer):
    file = serializers.CharField()
    cell = serializers.CharField(help_text="单元格，如 D2")


class MergeSerializer(serializers.Serializer):
    """What came of a merge; nothing was written."""

    job = serializers.UUIDField()
    register = serializers.CharField()
    file = serializers.URLField(help_text="合并后的工作簿，只有上传者能下载")
    files = MergeSourceSerializer(many=True)
    rows = serializers.IntegerField(help_text="各文件的行数合计")
    repeats = serializers.IntegerField()
    merged = serializers.IntegerField(help_text="合成的行数")
    missing = serializers.ListField(child=serializers.CharField(), help_text="还没有交的镇街（本镇的为村居）")
    conflicts = MergeConflictSerializer(many=True)
    conflict_count = serializers.IntegerField()
    errors = MergeErrorSerializer(many=True)  # type: ignore[assignment] # named like a property
    error_count = serializers.IntegerField()


class MergeImportSerializer(serializers.Serializer):
    picks = serializers.DictField(
        child=serializers.IntegerField(min_value=1), required=False, default=dict,
        help_text="各说各的以哪一行为准：{conflicts 里的序号（从 0 起）: number}",
    )  # fmt: skip
    partial = serializers.BooleanField(  # type: ignore[assignment] # named like a property
        required=False, default=False, help_text="只导入没有错误、也选定了的行"
    )
    dry_run = serializers.BooleanField(required=False, default=False, help_text="只核对，不写入")


@extend_schema_view(
    create=extend_schema(
        summary="合表", tags=["merge"], request={"multipart/form-data": MergeFilesSerializer},
        responses={
            202: OpenApiResponse(JobStartedSerializer, "已开始，结果见 /api/v1/merge/{job}/"), 400: INVALID, **AUTH,
        },
    ),
    retrieve=extend_schema(
        summary="合表结果", tags=["merge"],
        responses={200: MergeSerializer, 202: JOB, 404: MISSING, 409: CONFLICT, **AUTH},
    ),
    import_rows=extend_schema(
        summary="导入合表", tags=["merge"], request=MergeImportSerializer,
        responses={
            202: OpenApiResponse(JobStartedSerializer, "已开始，结果见 /api/v1/jobs/{job}/"),
            400: INVALID, 404: MISSING, 409: CONFLICT, **AUTH,
        },
    ),
)  # fmt: skip
class MergeViewSet(GenericViewSet):
    """`POST merge/` with the files, `GET merge/{job}/` for the outcome, `POST merge/{job}/import/` to write it."""

    queryset = Job.objects.all()
    serializer_class = MergeSerializer
    renderer_classes = (JSONRenderer,)
    parser_classes = (MultiPartParser,)
    lookup_value_regex = "[0-9a-fA-F-]{36}"
    filter_backends = ()
    pagination_class = None

    def create(self, request: Request) -> Response:
        require_keeper(request.user)
        files = merge_jobs.keep_uploads(request.user, request.FILES.getlist("files"))
        register = request.POST.get("register", "")
        job = merge_jobs.start_merge(by=request.user, register=register, files=files)
        return Response({"job": str(job.pk)}, status=202)

    def retrieve(self, request: Request, pk: str) -> Response:
        """Still under way: 202 with the job. Failed or cancelled: 409 with the reason."""
        job = self.merge(request, pk)
        require_keeper(request.user)
        if not job.is_finished:
            return Response({"job": str(job.pk)}, status=202)
        self.require_done(job)
        told = {name: value for name, value in job.result.items() if name in MergeSerializer().fields}
        return Response({"job": str(job.pk)} | told | {"file": address_of(request, told["file"])})

    @action(detail=True, methods=["post"], url_path="import", parser_classes=[JSONParser])
    def import_rows(self, request: Request, pk: str) -> Response:
        """Through the job that the page starts: with open conflicts or errors nothing is written, unless partial."""
        job = self.merge(request, pk)
        require_keeper(request.user)
        self.require_done(job)
        shape = MergeImportSerializer(data=request.data)
        shape.is_valid(raise_exception=True)
        given: dict[str, Any] = shape.validated_data
        picks = {int(at[:9]): number for at, number in given["picks"].items() if at.isascii() and at.isdigit()}
        started = merge_jobs.start_import(
            by=request.user, merged=job, picks=picks, partial=given["partial"], dry_run=given["dry_run"]
        )
        return Response({"job": str(started.pk)}, status=202)

    def merge(self, request: Request, pk: str) -> Job:
        """The person's own merge. Raises NotFound."""
        try:
            job = jobs.job_of(request.user, UUID(pk))
        except ValueError:
            raise NotFound from None
        if job.kind != merge_jobs.MERGE_JOB:
            raise NotFound
        return job

    def require_done(self, job: Job) -> None:
        """Raises WrongState."""
        if job.state != Job.State.DONE:
            raise WrongState(job.message or f"合表{job.get_state_display()}，还没有结果")
