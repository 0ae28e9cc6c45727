"""`quarter-closes` and `quarter-scores`: 试算, 公示, 审定, reopening; and what came out."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions import closes
from members.models import PointScore, QuarterClose
from members.models.subjects import SubjectClass, SubjectKind
from members.points.amounts import shown
from members.points_api import common
from members.points_api.shapes import (
    CloseSerializer,
    NewCloseSerializer,
    ReasonSerializer,
    ReopenedSerializer,
    ScoreSerializer,
    StartedSerializer,
)
from members.queries.point_closes import closes_for
from registers.api.repeats import once

CLOSES: dict[str, Any] = {"tags": ["quarter-closes"]}
SCORES: dict[str, Any] = {"tags": ["quarter-scores"]}


class QuarterCloseViewSet(common.PointsViewSet):
    queryset = QuarterClose.objects.all()
    serializer_class = CloseSerializer
    rights = {"create": ("closes.run",), "reopen": ("closes.reopen",)}

    @extend_schema(
        summary="季度结算列表", **CLOSES,
        parameters=[
            common.AREA,
            common.QUARTER,
            OpenApiParameter("state", OpenApiTypes.STR, enum=QuarterClose.State.values),
            *common.listing.PAGE_PARAMETERS,
        ],
        responses={200: common.page_of(CloseSerializer, "QuarterCloses"), **common.STEP},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        common.listing.allowed(request, ["area", "quarter", "state", *common.listing.PAGING])
        rows = common.listing.in_area(request, closes_for(request.user))
        if quarter := common.listing.quarter(request):
            rows = rows.filter(quarter=quarter)
        common.one_of(request, "state", QuarterClose.State.values)
        rows = common.narrowed(request, rows, {"state": "state"})
        order = common.ordered(request, ("quarter",), ("-quarter", "area_id", "-number", "pk"), {})
        return common.listing.page(request, rows, order, told)

    @extend_schema(summary="一次季度结算", responses={200: CloseSerializer, **common.READ}, **CLOSES)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(told(self.found(closes_for(request.user), pk)))

    @extend_schema(
        summary="试算", description="没有变化时，任务以上一次试算结束", request=NewCloseSerializer,
        responses={202: StartedSerializer, **common.STEP}, **CLOSES,
    )  # fmt: skip
    @once
    def create(self, request: Request) -> Response:
        given = self.given(NewCloseSerializer)
        close, job = closes.start_close(by=request.user, county=given["area_code"], quarter=given["quarter"])
        return Response({"job": str(job.pk), "id": close.pk}, status=202)

    @extend_schema(summary="公示", request=None, responses={200: CloseSerializer, **common.STEP}, **CLOSES)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        return Response(told(closes.publish(close=self.found(closes_for(request.user), pk), by=request.user)))

    @extend_schema(summary="审定", request=None, responses={200: CloseSerializer, **common.STEP}, **CLOSES)
    @action(detail=True, methods=["post"])
    def confirm(self, request: Request, pk: str) -> Response:
        return Response(told(closes.confirm(close=self.found(closes_for(request.user), pk), by=request.user)))

    @extend_schema(
        summary="重新打开", description="由另一个人办理；随即开始新一版试算", request=ReasonSerializer,
        responses={200: ReopenedSerializer, **common.STEP}, **CLOSES,
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    def reopen(self, request: Request, pk: str) -> Response:
        close = self.found(closes_for(request.user), pk)
        old, _, job = closes.reopen(close=close, by=request.user, reason=self.given(ReasonSerializer)["reason"])
        return Response(told(old) | {"job": str(job.pk)})


def told(close: QuarterClose) -> dict[str, Any]:
    return {
        "id": close.pk,
        "area_code": close.area_id,
        "quarter": close.quarter,
        "version": close.number,
        "state": close.state,
        "digest": close.digest,
    }


OF_SUBJECT = {
    "member_no": "close_subject__number",
    "name": "close_subject__name",
    "subject_kind": "close_subject__subject_kind",
    "subject_class": "close_subject__subject_class",
    "village_code": "close_subject__village_code",
    "federation": "close_subject__federation",
    "town_code": "close_subject__town_code",
}
OWN = ("rank_village", "rank_federation", "rank_town")
ORDERS = ("member_no", "total", "rank_village", "rank_federation", "rank_town", "village_code")


class QuarterScoreViewSet(common.PointsViewSet):
    queryset = PointScore.objects.all()
    serializer_class = ScoreSerializer

    @extend_schema(
        summary="季度得分列表", description="默认为公示或审定的一版；version= 看某一版", **SCORES,
        parameters=[
            common.SEARCH,
            common.AREA,
            common.QUARTER,
            OpenApiParameter("version", OpenApiTypes.INT, description="版本号"),
            common.MEMBER,
            OpenApiParameter("federation", OpenApiTypes.INT, description="联建单位编号"),
            OpenApiParameter("subject_kind", OpenApiTypes.STR, enum=SubjectKind.values),
            OpenApiParameter("subject_class", OpenApiTypes.STR, enum=SubjectClass.values),
            OpenApiParameter("grade", OpenApiTypes.STR, description="等次"),
            OpenApiParameter("ordering", OpenApiTypes.STR, description=f"排序，前加 - 为降序：{'、'.join(ORDERS)}"),
            *common.listing.PAGE_PARAMETERS,
        ],
        responses={200: common.page_of(ScoreSerializer, "QuarterScores"), **common.STEP},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        names = ["q", "area", "quarter", "version", "member_no", "federation", "subject_kind", "subject_class", "grade"]
        common.listing.allowed(request, [*names, *common.listing.PAGING])
        whole = closes_for(request.user)
        if quarter := common.listing.quarter(request):
            whole = whole.filter(quarter=quarter)
        if (version := common.whole_number(request, "version")) is not None:
            whole = whole.filter(number=version) if version < 2**15 else whole.none()
        else:
            whole = whole.filter(state__in=(QuarterClose.State.PUBLISHED, QuarterClose.State.LOCKED))
        # The ids, and not a sub-query: few closes, and each is then read through its own index.
        rows: Any = PointScore.objects.visible_to(request.user).filter(
            close_subject__close__in=list(whole.values_list("pk", flat=True))
        )
        rows = common.listing.in_area(request, rows)
        if (federation := common.whole_number(request, "federation")) is not None:
            rows = rows.filter(close_subject__federation=federation)
        common.one_of(request, "subject_kind", SubjectKind.values)
        common.one_of(request, "subject_class", SubjectClass.values)
        wanted = {name: OF_SUBJECT[name] for name in ("subject_kind", "subject_class")}
        wanted |= {"grade": "grade", "member_no": "close_subject__subject__number"}
        rows = common.searched(request, common.narrowed(request, rows, wanted), "close_subject__subject__")
        # Within one close the subject's own id is the order that an index gives.
        default = ("close_subject__subject_id", "pk") if quarter else ("-close__quarter", "pk")
        order = common.ordered(request, ORDERS, default, OF_SUBJECT)
        if any(part.removeprefix("-") in ("total", *OWN) for part in order):
            rows = rows.filter(total__isnull=False)
        if any(part.removeprefix("-") == "rank_federation" for part in order):
            rows = rows.filter(rank_federation__isnull=False)
        plain = rows.values(
            "close__quarter", "close__number", "base", "awards", "deduct", "total", "grade", *OWN, *OF_SUBJECT.values()
        )
        return common.listing.page(request, plain, order, told_score)


def told_score(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "quarter": row["close__quarter"],
        "version": row["close__number"],
        **{name: row[path] for name, path in OF_SUBJECT.items()},
        "base": shown(row["base"]),
        "awards": {code: shown(points) for code, points in row["awards"].items()},
        "deduct": shown(row["deduct"]),
        "total": shown(row["total"]),
        "grade": row["grade"] or None,
        **{name: row[name] for name in OWN},
    }
