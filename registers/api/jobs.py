"""Jobs of one's own: how far, what came of it, and stopping them."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from registers import jobs
from registers.api import listing
from registers.api.files import address_of
from registers.api.renderers import JSONRenderer
from registers.api.schema import CONFLICT, INVALID, MISSING, UNAUTHENTICATED, page_of
from registers.errors import Invalid, NotFound, WrongState
from registers.models.job import Job

ORDER = ("-created_at", "pk")


class JobSerializer(serializers.ModelSerializer):
    class Meta:
        model = Job
        fields = (
            "id", "kind", "title", "state", "step", "done", "total", "result", "message",
            "created_at", "started_at", "finished_at",
        )  # fmt: skip
        read_only_fields = fields


@extend_schema_view(
    list=extend_schema(
        summary="自己的任务", tags=["jobs"],
        parameters=[
            OpenApiParameter("state", OpenApiTypes.STR, enum=Job.State.values, description="状态"),
            *listing.PAGE_PARAMETERS,
        ],
        responses={200: page_of(JobSerializer, "Jobs"), 400: INVALID, 401: UNAUTHENTICATED},
    ),
    retrieve=extend_schema(
        summary="任务进度和结果", tags=["jobs"], responses={200: JobSerializer, 401: UNAUTHENTICATED, 404: MISSING}
    ),
    cancel=extend_schema(
        summary="取消任务", tags=["jobs"], request=None,
        responses={200: JobSerializer, 401: UNAUTHENTICATED, 404: MISSING, 409: CONFLICT},
    ),
)  # fmt: skip
class JobViewSet(GenericViewSet):
    """`{id, state: queued|running|done|failed|cancelled, done, total, result}`."""

    queryset = Job.objects.all()
    serializer_class = JobSerializer
    renderer_classes = (JSONRenderer,)
    lookup_value_regex = "[0-9a-fA-F-]{36}"
    filter_backends = ()
    pagination_class = None

    def list(self, request: Request) -> Response:
        listing.allowed(request, ["state", *listing.PAGING])
        rows = Job.objects.visible_to(request.user)
        state = request.query_params.get("state")
        if state:
            if state not in Job.State.values:
                raise Invalid(f"没有这种状态，可用的有：{'、'.join(Job.State.values)}", field="state")
            rows = rows.filter(state=state)
        if request.query_params.get("ordering"):
            raise Invalid("任务按提交时间排列，不能另外排序", field="ordering")
        return listing.page(request, rows, ORDER, lambda job: self.told(request, job))

    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(self.told(request, self.job(request, pk)))

    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """A queued job stops at once, a running one before its next step."""
        job = self.job(request, pk)
        if job.is_finished:
            raise WrongState(f"任务{job.get_state_display()}，不能取消")
        jobs.cancel(job)
        return Response(self.told(request, self.job(request, pk)))

    def job(self, request: Request, pk: str) -> Job:
        try:
            return jobs.job_of(request.user, UUID(pk))
        except ValueError:
            raise NotFound from None

    def told(self, request: Request, job: Job) -> dict[str, Any]:
        """The job with the addresses of its files."""
        told = JobSerializer(job).data
        result = dict(job.result)
        for name in ("marked_workbook", "file"):
            if result.get(name):
                result[name] = address_of(request, result[name])
        return told | {"result": result}
