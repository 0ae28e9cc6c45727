"""`claim-samples` and `quarter-filings`: 抽查 and 备案 of the county in the API."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions import samples
from members.models import ClaimSample, QuarterFiling
from members.points_api import common
from members.points_api.shapes import QuarterField
from members.queries.point_samples import TownSampling, by_town
from registers.api.repeats import once
from registers.api.schema import KEY, REUSED
from registers.errors import Invalid

SAMPLES: dict[str, Any] = {"tags": ["claim-samples"]}
FILINGS: dict[str, Any] = {"tags": ["quarter-filings"]}
Outcome = ClaimSample.Outcome
LARGEST_SEED = 2**31 - 1


class SampleSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    quarter = serializers.CharField()
    town_code = serializers.CharField()
    claim = serializers.IntegerField(help_text="抽到的申报，见 point-claims")
    member_no = serializers.CharField()
    item_code = serializers.CharField()
    seed = serializers.IntegerField(help_text="抽取的种子：同样的种子抽出同样的几条")
    drawn_at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    note = serializers.CharField()
    checked_by = serializers.CharField(allow_null=True, help_text="核查人")
    checked_at = serializers.DateTimeField(allow_null=True)


class DrawSerializer(serializers.Serializer):
    area_code = serializers.CharField(max_length=12, help_text="县（市、区）代码")
    quarter = QuarterField(help_text="结算季度")
    size = serializers.IntegerField(min_value=1, max_value=samples.MOST, help_text="每个镇街抽几条")
    seed = serializers.IntegerField(
        min_value=0, max_value=LARGEST_SEED, required=False, allow_null=True, default=None, help_text="不给则随机"
    )


class DrawnSerializer(serializers.Serializer):
    drawn = serializers.IntegerField(help_text="抽了几条；没有可以抽的为 0")
    seed = serializers.IntegerField(allow_null=True)
    results = SampleSerializer(many=True)


class JudgementSerializer(serializers.Serializer):
    outcome = serializers.ChoiceField(choices=[Outcome.TRUE, Outcome.PROBLEM])
    note = serializers.CharField(
        max_length=200, required=False, allow_blank=True, default="", help_text="有问题的写明是什么问题"
    )


class TownSamplingSerializer(serializers.Serializer):
    town_code = serializers.CharField()
    approved = serializers.IntegerField(help_text="结算到这个季度的已审定申报")
    drawn = serializers.IntegerField()
    pending = serializers.IntegerField(help_text="待查")
    right = serializers.IntegerField(help_text="属实")
    wrong = serializers.IntegerField(help_text="有问题")
    filed_at = serializers.DateTimeField(allow_null=True, help_text="备案时间，还没有备案为 null")


class TownSamplingsSerializer(serializers.Serializer):
    quarter = serializers.CharField()
    results = TownSamplingSerializer(many=True)


class NewFilingSerializer(serializers.Serializer):
    town_code = serializers.CharField(max_length=12)
    quarter = QuarterField()


class FilingSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    town_code = serializers.CharField()
    quarter = serializers.CharField()
    filed_by = serializers.CharField()
    filed_at = serializers.DateTimeField()


class ClaimSampleViewSet(common.PointsViewSet):
    queryset = ClaimSample.objects.all()
    serializer_class = SampleSerializer
    rights = {"create": (samples.RIGHT,), "judge": (samples.RIGHT,)}

    @extend_schema(
        summary="抽查列表", **SAMPLES,
        parameters=[
            common.AREA,
            OpenApiParameter("quarter", OpenApiTypes.STR, description="结算季度"),
            OpenApiParameter("outcome", OpenApiTypes.STR, enum=Outcome.values),
            *common.listing.PAGE_PARAMETERS,
        ],
        responses={200: common.page_of(SampleSerializer, "ClaimSamples"), **common.STEP},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        common.listing.allowed(request, ["area", "quarter", "outcome", *common.listing.PAGING])
        rows = common.listing.in_area(request, self._visible())
        if quarter := common.listing.quarter(request):
            rows = rows.filter(quarter=quarter)
        common.one_of(request, "outcome", Outcome.values)
        rows = common.narrowed(request, rows, {"outcome": "outcome"})
        return common.listing.page(request, rows, common.ordered(request, ("id",), ("id",), {}), told)

    @extend_schema(summary="一条抽查", responses={200: SampleSerializer, **common.READ}, **SAMPLES)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(told(self.found(self._visible(), pk)))

    @extend_schema(
        summary="抽取", description="从每个镇街结算到这个季度的已审定申报里各抽几条，抽过的和已冲销的不再抽",
        request=DrawSerializer, parameters=[KEY],
        responses={201: DrawnSerializer, **common.STEP, 422: REUSED}, **SAMPLES,
    )  # fmt: skip
    @once
    def create(self, request: Request) -> Response:
        given = self.given(DrawSerializer)
        drawn = samples.draw(
            by=request.user, county=given["area_code"], quarter=given["quarter"], size=given["size"],
            seed=given["seed"],
        )  # fmt: skip
        rows = self._visible().filter(pk__in=[one.pk for one in drawn]).order_by("pk")
        seed = drawn[0].seed if drawn else None
        return Response({"drawn": len(drawn), "seed": seed, "results": [told(row) for row in rows]}, status=201)

    @extend_schema(
        summary="核查", description="属实或有问题，只能一次；自己申报或办理过的由另一位同志核查",
        request=JudgementSerializer, responses={200: SampleSerializer, **common.STEP}, **SAMPLES,
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    @once
    def judge(self, request: Request, pk: str) -> Response:
        row = self.found(self._visible(), pk)
        samples.judge(by=request.user, sample=row, **self.given(JudgementSerializer))
        return Response(told(self.found(self._visible(), pk)))

    @extend_schema(
        summary="按镇街的抽查和备案", **SAMPLES,
        parameters=[OpenApiParameter("quarter", OpenApiTypes.STR, required=True, description="结算季度")],
        responses={200: TownSamplingsSerializer, **common.STEP},
    )  # fmt: skip
    @action(detail=False, methods=["get"])
    def towns(self, request: Request) -> Response:
        common.listing.allowed(request, ["quarter"])
        quarter = common.listing.quarter(request)
        if not quarter:
            raise Invalid("请写明季度，如 2026Q3", field="quarter")
        return Response({"quarter": quarter, "results": [told_town(line) for line in by_town(quarter, request.user)]})

    def _visible(self) -> Any:
        return ClaimSample.objects.visible_to(self.request.user).select_related("claim__subject", "checked_by")


class QuarterFilingViewSet(common.PointsViewSet):
    queryset = QuarterFiling.objects.all()
    serializer_class = FilingSerializer
    rights = {"create": (samples.RIGHT,)}

    @extend_schema(
        summary="备案列表", **FILINGS,
        parameters=[common.AREA, common.QUARTER, *common.listing.PAGE_PARAMETERS],
        responses={200: common.page_of(FilingSerializer, "QuarterFilings"), **common.STEP},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        common.listing.allowed(request, ["area", "quarter", *common.listing.PAGING])
        visible = QuarterFiling.objects.visible_to(request.user).select_related("filed_by")
        rows = common.listing.in_area(request, visible)
        if quarter := common.listing.quarter(request):
            rows = rows.filter(quarter=quarter)
        order = common.ordered(request, ("quarter",), ("-quarter", "town_id", "pk"), {})
        return common.listing.page(request, rows, order, told_filing)

    @extend_schema(
        summary="备案", description="抽到的都核查完、有问题的都冲销以后，一个镇街一个季度一次",
        request=NewFilingSerializer, parameters=[KEY],
        responses={201: FilingSerializer, **common.STEP, 422: REUSED}, **FILINGS,
    )  # fmt: skip
    @once
    def create(self, request: Request) -> Response:
        given = self.given(NewFilingSerializer)
        made = samples.file_quarter(by=request.user, town=given["town_code"], quarter=given["quarter"])
        return Response(told_filing(made), status=201)


def told(row: ClaimSample) -> dict[str, Any]:
    return {
        "id": row.pk,
        "quarter": row.quarter,
        "town_code": row.town_id,
        "claim": row.claim_id,
        "member_no": row.claim.subject.number,
        "item_code": row.claim.item_code,
        "seed": row.seed,
        "drawn_at": row.drawn_at,
        "outcome": row.outcome,
        "note": row.note,
        "checked_by": row.checked_by.name if row.checked_by else None,
        "checked_at": row.checked_at,
    }


def told_town(line: TownSampling) -> dict[str, Any]:
    counts = {name: getattr(line, name) for name in ("approved", "drawn", "pending", "right", "wrong")}
    return {"town_code": line.town} | counts | {"filed_at": line.filing.filed_at if line.filing else None}


def told_filing(row: QuarterFiling) -> dict[str, Any]:
    return {
        "id": row.pk, "town_code": row.town_id, "quarter": row.quarter, "filed_by": row.filed_by.name,
        "filed_at": row.filed_at,
    }  # fmt: skip
