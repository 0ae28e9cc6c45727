"""`point-entries`: the ledger, read and reversed, never changed."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions import entries
from members.models import PointEntry
from members.points.amounts import shown
from members.points_api import common
from members.points_api.shapes import EntrySerializer, ReasonSerializer
from registers.api.repeats import once

TAG: dict[str, Any] = {"tags": ["point-entries"]}
FIELDS = (
    "id", "subject__number", "item_code", "quantity", "points", "occurred_on", "reason", "source_ref",
    "settle_quarter", "reverses",
)  # fmt: skip


class PointEntryViewSet(common.PointsViewSet):
    queryset = PointEntry.objects.all()
    serializer_class = EntrySerializer
    rights = {"reverse": ("entries.reverse",)}

    @extend_schema(
        summary="积分记录列表", **TAG,
        parameters=[
            common.SEARCH,
            common.AREA,
            OpenApiParameter("quarter", OpenApiTypes.STR, description="结算季度"),
            common.MEMBER,
            common.ITEM,
            OpenApiParameter("source_ref", OpenApiTypes.STR, description="来源编号"),
            OpenApiParameter("reverses", OpenApiTypes.INT, description="冲销这一条的记录"),
            *common.listing.PAGE_PARAMETERS,
        ],
        responses={200: common.page_of(EntrySerializer, "PointEntries"), **common.STEP},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        names = ["q", "area", "quarter", "member_no", "item_code", "source_ref", "reverses", *common.listing.PAGING]
        common.listing.allowed(request, names)
        rows = common.listing.in_area(request, PointEntry.objects.visible_to(request.user))
        if quarter := common.listing.quarter(request):
            rows = rows.filter(settle_quarter=quarter)
        if (reverses := common.whole_number(request, "reverses")) is not None:
            rows = rows.filter(reverses=reverses)
        wanted = {name: name for name in ("item_code", "source_ref")} | {"member_no": "subject__number"}
        rows = common.searched(request, common.narrowed(request, rows, wanted)).values(*FIELDS)
        return common.listing.page(request, rows, common.ordered(request, ("id",), ("-id",), {}), told)

    @extend_schema(summary="一条积分记录", responses={200: EntrySerializer, **common.READ}, **TAG)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(told(self.found(self._visible().values(*FIELDS), pk)))

    @extend_schema(
        summary="冲销", description="记入同一结算季度的一条相反记录，两条都不再计分", request=ReasonSerializer,
        responses={201: EntrySerializer, **common.STEP}, **TAG,
    )  # fmt: skip
    @action(detail=True, methods=["post"])
    @once
    def reverse(self, request: Request, pk: str) -> Response:
        entry = self.found(self._visible(), pk)
        made = entries.reverse_entry(entry=entry, by=request.user, reason=self.given(ReasonSerializer)["reason"])
        return Response(told(self.found(self._visible().values(*FIELDS), str(made.pk))), status=201)

    def _visible(self) -> Any:
        return PointEntry.objects.visible_to(self.request.user)


def told(row: dict[str, Any]) -> dict[str, Any]:
    answer = {name: row[name] for name in FIELDS if name != "subject__number"}
    return answer | {"member_no": row["subject__number"], "points": shown(row["points"])}
