"""What the API of the economy has beyond its registers: distributing a project's result, and taking it back."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from federations.actions.dividends import distribute_dividend, preview_dividend, reverse_dividend
from federations.models import Dividend
from registers.api.fields import Row
from registers.api.repeats import once
from registers.api.schema import AUTH, CONFLICT, INVALID, KEY, MISSING, REUSED
from registers.api.viewsets import RegisterViewSet
from registers.errors import NotAllowed
from registers.register import register_of

_STEP: dict[int, Any] = {**AUTH, 400: INVALID, 404: MISSING, 409: CONFLICT, 422: REUSED}


class DistributeSerializer(serializers.Serializer):
    amount = serializers.DecimalField(max_digits=14, decimal_places=2, help_text="元；负数为各村分担的亏损")
    on = serializers.DateField(help_text="分红日期，按这一天各村的投入分配")
    basis = serializers.ChoiceField(choices=Dividend.Basis.choices, required=False, default=Dividend.Basis.SHARES)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    dry_run = serializers.BooleanField(required=False, default=False, help_text="只试算，不写入")


class PartSerializer(serializers.Serializer):
    village_code = serializers.CharField()
    share = serializers.CharField()
    amount = serializers.CharField()
    cent = serializers.CharField(help_text="按最大余数补的一分")


class PreviewSerializer(serializers.Serializer):
    lines = PartSerializer(many=True)
    undistributed = serializers.CharField(help_text="分配前的未分配收益，元")
    warning = serializers.CharField(allow_blank=True)


class TakenBackReasonSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class ProjectViewSet(RegisterViewSet):
    @extend_schema(
        summary="分红", request=DistributeSerializer, parameters=[KEY],
        responses={
            200: OpenApiResponse(PreviewSerializer, "试算（dry_run）"),
            201: OpenApiResponse(OpenApiTypes.OBJECT, "一次分红，与 /dividends/ 的一行相同"), **_STEP,
        },
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    @once
    def distribute(self, request: Request, **kwargs: Any) -> Response:
        """Split an amount over the villages' shares of a day; more than is left needs a note."""
        project = self.changeable_row()
        given = self.given(DistributeSerializer)
        note, dry_run = given.pop("note"), given.pop("dry_run")
        if dry_run:
            found = preview_dividend(by=request.user, project=project, **given)
            lines = [
                {"village_code": one.code, "share": f"{one.share:.2f}", "amount": f"{one.amount:.2f}",
                 "cent": f"{one.cent:.2f}"}
                for one in found.parts
            ]  # fmt: skip
            left = f"{found.result.undistributed:.2f}"
            return Response({"lines": lines, "undistributed": left, "warning": found.warning})
        made = distribute_dividend(by=request.user, project=project, note=note, **given)
        return _dividend(request, made)


class DividendViewSet(RegisterViewSet):
    @extend_schema(
        summary="冲销分红", description="逐村相反地记一次，两条都不再计数", request=TakenBackReasonSerializer,
        parameters=[KEY],
        responses={201: OpenApiResponse(OpenApiTypes.OBJECT, "冲销的一行"), **_STEP},
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    @once
    def reverse(self, request: Request, **kwargs: Any) -> Response:
        """Take a dividend back, once."""
        dividend = self.visible_row()
        if not dividend.is_changeable_by(request.user):
            raise NotAllowed("这次分红您只能查看，不能冲销")
        made = reverse_dividend(
            by=request.user, dividend=dividend, reason=self.given(TakenBackReasonSerializer)["reason"]
        )
        return _dividend(request, made)


def _dividend(request: Request, made: Dividend) -> Response:
    register = register_of("dividends")
    row = register.rows(request.user).get(pk=made.pk)
    return Response(Row(register, request.user).of_object(row), status=201)
