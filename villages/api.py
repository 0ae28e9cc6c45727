"""What the API of merges has beyond reading: trying, carrying out and taking back (P03)."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from registers.api.repeats import once
from registers.api.schema import AUTH, CONFLICT, INVALID, MISSING
from registers.api.viewsets import RegisterViewSet
from registers.errors import NotAllowed
from villages.actions.merging import RIGHT, MergeResult, merge_villages, try_merge, undo_merge
from villages.merge_rows import merge_rows


class MergeRowSerializer(serializers.Serializer):
    closed = serializers.CharField(max_length=60, help_text="原村居：名称或代码")
    successor = serializers.CharField(max_length=60, help_text="并入村居：已有的填名称或代码，新设的填名称")
    successor_code = serializers.CharField(max_length=12, required=False, help_text="新设村居的代码")
    kind = serializers.CharField(max_length=10, required=False, help_text="新设村居的类型：行政村、社区")


class MergeSerializer(serializers.Serializer):
    on = serializers.DateField(help_text="撤并日期，不晚于今天")
    basis = serializers.CharField(max_length=120, help_text="批准文件")
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    rows = MergeRowSerializer(many=True)
    dry_run = serializers.BooleanField(required=False, default=False, help_text="只试算，不写入")


class UndoSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200, help_text="撤回原因")


class VillageMergeViewSet(RegisterViewSet):
    @extend_schema(
        summary="撤并村居", request=MergeSerializer,
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "试算结果"),
            201: OpenApiResponse(OpenApiTypes.OBJECT, "撤并结果"),
            **AUTH, 400: INVALID, 409: CONFLICT,
        },
    )  # fmt: skip
    @once
    def create(self, request: Request) -> Response:
        """Merge villages; with `dry_run` the answer tells what would happen and nothing is written."""
        self._require_right()
        given = self.given(MergeSerializer)
        rows, errors = merge_rows(self.register, request.user, given["rows"])
        if errors:
            return Response({"errors": [error.as_dict() for error in errors]}, status=400)
        perform = try_merge if given["dry_run"] else merge_villages
        result = perform(by=request.user, on=given["on"], basis=given["basis"], note=given["note"], rows=rows)
        return Response(_told(result, given["dry_run"]), status=200 if given["dry_run"] else 201)

    @extend_schema(
        summary="撤回撤并", request=UndoSerializer,
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "撤回后的一行"),
            **AUTH, 400: INVALID, 404: MISSING, 409: CONFLICT,
        },
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, **kwargs: Any) -> Response:
        """Take a merge back, as long as nothing was built on it."""
        row = self.visible_row()
        self._require_right()
        undo_merge(by=request.user, merge=row, **self.given(UndoSerializer))
        return self.answer(row)

    def _require_right(self) -> None:
        """Before the body is looked at: whoever may not is told so first."""
        if not self.request.user.can(RIGHT):  # type: ignore[union-attr] # signed in by now
            raise NotAllowed("村居撤并由县里办理")


def _told(result: MergeResult, tried: bool) -> dict[str, Any]:
    return {
        "id": None if tried else result.merge.pk,
        "lines": [
            {"closed": line.closed_id, "successor": line.successor_id, "name": line.successor_name, "new": line.is_new}
            for line in result.lines
        ],
        "moved": {title: dict(moved.counts) for title, moved in result.moved.items()},
        "notes": result.notes,
    }
