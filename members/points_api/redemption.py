"""`point-accounts`, `point-redemptions`, `point-months`: points to spend in the API (P23)."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from lianjian import areacodes
from lianjian.periods import Period, PeriodError
from members.actions.redemptions import MOST, RIGHT, cancel, redeem
from members.models import RewardGood, Subject
from members.points.amounts import shown
from members.points_api import common
from members.queries.point_accounts import Sums, lines_of, month_of
from registers.api.repeats import once
from registers.api.schema import AUTH, CONFLICT, INVALID, KEY, MISSING, REUSED
from registers.api.viewsets import RegisterViewSet
from registers.errors import Invalid, NotAllowed, NotFound

POINTS = r"^-?\d+\.\d$"


class LineSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    on = serializers.DateField()
    kind = serializers.CharField()
    what = serializers.CharField(help_text="说明")
    points = serializers.RegexField(POINTS)
    balance = serializers.RegexField(POINTS, help_text="这一笔以后的余额")
    redemption = serializers.IntegerField(allow_null=True, help_text="兑换记录的编号")


class LinesSerializer(serializers.Serializer):
    results = LineSerializer(many=True)


class RedeemSerializer(serializers.Serializer):
    member_no = serializers.CharField(max_length=20, help_text="积分对象的编号")
    good = serializers.IntegerField(min_value=1, max_value=common.LARGEST_ID, help_text="物品的编号")
    quantity = serializers.IntegerField(min_value=1, max_value=MOST)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class CancelSerializer(serializers.Serializer):
    reason = serializers.CharField(max_length=200)


class AccountViewSet(RegisterViewSet):
    @extend_schema(summary="账户明细", responses={200: LinesSerializer, **AUTH, 404: MISSING})
    @action(detail=True, methods=["get"])
    def movements(self, request: Request, **kwargs: Any) -> Response:
        """All lines of the account, newest first, with the balance after each."""
        told = [
            {
                "id": line.id, "on": line.on, "kind": line.kind, "what": line.what, "points": shown(line.points),
                "balance": shown(line.balance), "redemption": line.redemption,
            }
            for line in reversed(lines_of(self.visible_row().subject))
        ]  # fmt: skip
        return Response({"results": told})


class RedemptionViewSet(RegisterViewSet):
    @extend_schema(
        summary="兑换", request=RedeemSerializer, parameters=[KEY],
        responses={201: OpenApiTypes.OBJECT, **AUTH, 400: INVALID, 404: MISSING, 409: CONFLICT, 422: REUSED},
    )  # fmt: skip
    @once
    def create(self, request: Request) -> Response:
        """Goods for points, in one step; send an Idempotency-Key so that a lost answer costs nothing."""
        _require_right(request)
        given = self.given(RedeemSerializer)
        subjects = Subject.objects.changeable_by(request.user, RIGHT)
        subject = subjects.filter(number=given["member_no"]).first() if "\x00" not in given["member_no"] else None
        if subject is None:
            raise Invalid("没有找到这个积分对象，请核对编号", field="member_no")
        good = RewardGood.objects.visible_to(request.user).filter(pk=given["good"]).first()
        if good is None:
            raise Invalid("这里现在没有这种物品可以兑换，请核对", field="good")
        made = redeem(
            by=request.user, subject=subject, good=good, quantity=given["quantity"], note=given["note"]
        )  # fmt: skip
        return self.answer(made, status=201)

    @extend_schema(
        summary="撤销兑换", description="退回物品和积分，只能一次", request=CancelSerializer, parameters=[KEY],
        responses={200: OpenApiTypes.OBJECT, **AUTH, 400: INVALID, 404: MISSING, 409: CONFLICT, 422: REUSED},
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    @once
    def cancel(self, request: Request, **kwargs: Any) -> Response:
        row = self.visible_row()
        if not row.is_changeable_by(request.user):
            raise NotAllowed("您可以查看这次兑换，但没有撤销的权限，请由村文书或镇填报人办理")
        cancel(by=request.user, redemption=row, reason=self.given(CancelSerializer)["reason"])
        return self.answer(row)


def _require_right(request: Request) -> None:
    if not request.user.can(RIGHT):  # type: ignore[union-attr] # signed in by now
        raise NotAllowed("您没有办理兑换的权限")


class SumsSerializer(serializers.Serializer):
    village_code = serializers.CharField()
    opening = serializers.RegexField(POINTS)
    credited = serializers.RegexField(POINTS)
    redeemed = serializers.RegexField(POINTS)
    cancelled = serializers.RegexField(POINTS)
    expired = serializers.RegexField(POINTS)
    moved = serializers.RegexField(POINTS, help_text="随调动、撤并转入（负数为转出）")
    closing = serializers.RegexField(POINTS)


class MonthGoodSerializer(serializers.Serializer):
    name = serializers.CharField()
    unit = serializers.CharField()
    area = serializers.CharField()
    given = serializers.IntegerField()
    put_back = serializers.IntegerField()
    points = serializers.RegexField(POINTS)


class MonthSerializer(serializers.Serializer):
    month = serializers.CharField()
    area = serializers.CharField()
    villages = SumsSerializer(many=True)
    goods = MonthGoodSerializer(many=True)


class PointMonthViewSet(common.PointsViewSet):
    serializer_class = MonthSerializer

    @extend_schema(
        summary="兑换月报", tags=["point-months"],
        parameters=[
            OpenApiParameter("area", OpenApiTypes.STR, required=True, description="区划代码：本级及以下"),
            OpenApiParameter("month", OpenApiTypes.STR, required=True, description="月份，如 2026M09"),
        ],
        responses={200: MonthSerializer, **AUTH, 400: INVALID, 404: MISSING},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        """Opening, credited, redeemed, cancelled, expired, moved and closing by village, and by goods."""
        common.listing.allowed(request, ["area", "month"])
        code = request.query_params.get("area", "")
        if not areacodes.is_code(code):
            raise Invalid("请写明区划代码，如 371083101", field="area")
        if not request.user.scope_for(common.VIEW).covers(code):  # type: ignore[union-attr]
            raise NotFound
        month = _month(request.query_params.get("month", ""))
        found = month_of(request.user, areacodes.subtree(code), month)
        goods = [
            {
                "name": line.name, "unit": line.unit, "area": line.area, "given": line.given,
                "put_back": line.put_back, "points": shown(line.points),
            }
            for line in found.goods
        ]  # fmt: skip
        villages = [told(place) for place in found.places]
        return Response({"month": str(month), "area": code, "villages": villages, "goods": goods})


def told(place: Sums) -> dict[str, Any]:
    names = ("opening", "credited", "redeemed", "cancelled", "expired", "moved", "closing")
    return {"village_code": place.key} | {name: shown(getattr(place, name)) for name in names}


def _month(text: str) -> Period:
    try:
        period = Period.parse(text)
    except PeriodError as error:
        raise Invalid(str(error), field="month") from error
    if period.unit != "M":
        raise Invalid(f"“{text[:20]}”不是月份，请写成 2026M09", field="month")
    return period
