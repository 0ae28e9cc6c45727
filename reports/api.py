"""`/api/v1/indicators/`: the figures of one place in one quarter, each with what it is compared with."""

from decimal import Decimal
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from federations.queries import federation_of
from lianjian import areacodes
from lianjian.numbers import whole_number
from lianjian.periods import Period, parse_quarter
from registers.api import listing
from registers.api.renderers import JSONRenderer
from registers.api.schema import AUTH, INVALID, MISSING, page_of
from registers.errors import Invalid, NotAllowed, NotFound
from reports import indicators
from reports.boards.assembling import default_quarter
from reports.models import IndicatorValue
from reports.queries import figures, places
from reports.queries.figures import FEDERATION, Figure, Place, Table


class IndicatorSerializer(serializers.Serializer):
    """One figure. Values are texts with the indicator's decimals; null where nothing was reported."""

    code = serializers.CharField(help_text="指标编码")
    name = serializers.CharField(help_text="指标名称")
    unit = serializers.CharField(help_text="计量单位")
    meaning = serializers.CharField(help_text="口径")
    area_code = serializers.CharField(allow_null=True, help_text="区划代码")
    federation = serializers.IntegerField(allow_null=True, help_text="联建单位编号")
    quarter = serializers.CharField(help_text="所问的季度")
    period = serializers.CharField(help_text="取值的统计期：年度指标为年")
    value = serializers.CharField(allow_null=True, help_text="本期")
    previous = serializers.CharField(allow_null=True, help_text="上期")
    cumulative = serializers.CharField(allow_null=True, help_text="本年累计")
    last_year = serializers.CharField(allow_null=True, help_text="上年同期")
    year_on_year = serializers.CharField(allow_null=True, help_text="同比：百分比；占比类指标为百分点")
    numerator = serializers.CharField(allow_null=True, help_text="分子")
    denominator = serializers.CharField(allow_null=True, help_text="分母")


@extend_schema_view(
    list=extend_schema(
        summary="一个范围、一个季度的全部指标",
        tags=["indicators"],
        parameters=[
            OpenApiParameter("area", OpenApiTypes.STR, description="区划代码；不填为本人范围最大的一处"),
            OpenApiParameter("federation", OpenApiTypes.INT, description="联建单位编号，代替 area"),
            OpenApiParameter("quarter", OpenApiTypes.STR, description="季度，如 2026Q3；不填为上一个结束的季度"),
            OpenApiParameter("code", OpenApiTypes.STR, description="只要这一项指标"),
        ],
        responses={200: page_of(IndicatorSerializer, "Indicators"), 400: INVALID, **AUTH, 404: MISSING},
    )
)
class IndicatorViewSet(GenericViewSet):
    queryset = IndicatorValue.objects.all()
    serializer_class = IndicatorSerializer
    renderer_classes = (JSONRenderer,)
    filter_backends = ()
    pagination_class = None

    def list(self, request: Request) -> Response:
        listing.allowed(request, ["area", "federation", "quarter", "code", *listing.PAGING])
        user: Any = request.user
        if not user.can(places.RIGHT):
            raise NotAllowed("您没有查看看板和指标的权限")
        text = listing.quarter(request)
        quarter = parse_quarter(text) if text else default_quarter()
        place = self._place(request)
        wanted = self._wanted(request)
        table = figures.read(IndicatorValue.objects.visible_to(user), figures.of(place, figures.periods_for(quarter)))
        results = [
            _told(table, place, one, quarter)
            for one in wanted
            if place.kind != FEDERATION or one.for_federations
        ]  # fmt: skip
        return Response({"next": None, "previous": None, "results": results})

    def _place(self, request: Request) -> Place:
        """The place asked for. Raises NotFound outside the scope, Invalid for what is no place at all."""
        federation, area = request.query_params.get("federation", ""), request.query_params.get("area", "")
        if federation:
            if whole_number(federation) is None:
                raise Invalid("联建单位编号应为整数", field="federation")
            return Place.federation(federation_of(request.user, federation).pk)
        if area:
            if not areacodes.is_code(area):
                raise Invalid(f"“{area[:40]}”不是区划代码", field="area")
            places.require_area(request.user, area)
            return Place.area(area)
        home = places.home_of(request.user)
        if home is None:
            raise NotFound
        return home

    def _wanted(self, request: Request) -> tuple[indicators.Indicator, ...]:
        code = request.query_params.get("code", "")
        if not code:
            return indicators.indicators()
        try:
            return (indicators.indicator(code),)
        except KeyError:
            raise Invalid(f"没有编码为“{code[:40]}”的指标", field="code") from None


def _told(table: Table, place: Place, one: indicators.Indicator, quarter: Period) -> dict[str, Any]:
    figure: Figure = table.figure(place, one, table.period_of(place, one, quarter))
    numerator, denominator = table.parts(place, one, figure.period)
    return {
        "code": one.code,
        "name": one.name,
        "unit": one.unit,
        "meaning": one.meaning,
        "area_code": None if place.kind == FEDERATION else place.key,
        "federation": int(place.key) if place.kind == FEDERATION else None,
        "quarter": str(quarter),
        "period": str(figure.period),
        "value": _text(figure.value),
        "previous": _text(figure.previous),
        "cumulative": _text(figure.cumulative),
        "last_year": _text(figure.last_year),
        "year_on_year": _text(figure.year_on_year),
        "numerator": _text(numerator),
        "denominator": _text(denominator),
    }


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
