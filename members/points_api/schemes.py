"""`point-schemes`: versions with all they say, written whole. One in force is never changed: post the next version."""

from typing import Any

from django.db import transaction
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions import schemes, town_items
from members.actions.what_if import start_what_if
from members.models import PointScheme
from members.models.subjects import SubjectKind
from members.points.amounts import shown
from members.points.comparing import KINDS, compare
from members.points.content import CategoryContent, GradeContent, ItemContent, SchemeContent, content_of
from members.points_api import common
from members.points_api.shapes import (
    ComparisonSerializer,
    SchemeSerializer,
    TownItemsSerializer,
    WhatIfSerializer,
    WhatIfStartedSerializer,
)
from registers.api.repeats import once
from registers.errors import Invalid

TAG: dict[str, Any] = {"tags": ["point-schemes"]}


class PointSchemeViewSet(common.PointsViewSet):
    queryset = PointScheme.objects.all()
    serializer_class = SchemeSerializer
    rights = dict.fromkeys(("create", "update", "partial_update"), ("schemes.change",)) | {
        "town_items": (town_items.RIGHT,),
        "what_if": ("schemes.change",),
    }

    @extend_schema(
        summary="积分办法列表", **TAG,
        parameters=[
            common.AREA,
            OpenApiParameter("quarter", OpenApiTypes.STR, description="只要从这一季度起启用的"),
            OpenApiParameter("subject_kind", OpenApiTypes.STR, enum=SubjectKind.values),
            OpenApiParameter("state", OpenApiTypes.STR, enum=PointScheme.State.values),
            OpenApiParameter("code", OpenApiTypes.STR),
            *common.listing.PAGE_PARAMETERS,
        ],
        responses={200: common.page_of(SchemeSerializer, "PointSchemes"), **common.STEP},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        names = ["area", "quarter", "subject_kind", "state", "code", *common.listing.PAGING]
        common.listing.allowed(request, names)
        rows = common.listing.in_area(request, self._visible())
        if quarter := common.listing.quarter(request):
            rows = rows.filter(from_quarter=quarter)
        common.one_of(request, "subject_kind", SubjectKind.values)
        common.one_of(request, "state", PointScheme.State.values)
        rows = common.narrowed(request, rows, {"subject_kind": "subject_kind", "state": "state", "code": "code"})
        order = common.ordered(request, ("from_quarter", "code"), ("area_id", "subject_kind", "-number", "pk"), {})
        return common.listing.page(request, rows, order, told)

    @extend_schema(summary="一版积分办法", responses={200: SchemeSerializer, **common.READ}, **TAG)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(told(self.found(self._visible(), pk)))

    @extend_schema(summary="新建一版积分办法", request=SchemeSerializer,
                   responses={201: SchemeSerializer, **common.STEP}, **TAG)  # fmt: skip
    @once
    @transaction.atomic
    def create(self, request: Request) -> Response:
        given = self.given(SchemeSerializer)
        scheme = schemes.new_version(by=request.user, area=given["area_code"], content=content(given))
        if given["state"] == PointScheme.State.IN_FORCE:
            schemes.put_in_force(scheme=scheme, by=request.user)
        return Response(told(self._visible().get(pk=scheme.pk)), status=201)

    @extend_schema(summary="改写一版草稿", request=SchemeSerializer,
                   responses={200: SchemeSerializer, **common.STEP}, **TAG)  # fmt: skip
    @transaction.atomic
    def update(self, request: Request, pk: str) -> Response:
        return self._rewrite(request, self.found(self._visible(), pk), self.given(SchemeSerializer))

    @extend_schema(summary="改草稿的几项", request=SchemeSerializer,
                   responses={200: SchemeSerializer, **common.STEP}, **TAG)  # fmt: skip
    @transaction.atomic
    def partial_update(self, request: Request, pk: str) -> Response:
        scheme = self.found(self._visible(), pk)
        if not isinstance(request.data, dict):
            raise Invalid("请求内容应为一个 JSON 对象")
        whole = SchemeSerializer(data=told(scheme) | request.data)
        whole.is_valid(raise_exception=True)
        return self._rewrite(request, scheme, whole.validated_data)

    def _rewrite(self, request: Request, scheme: PointScheme, given: dict[str, Any]) -> Response:
        if given["area_code"] != scheme.area_id:
            raise Invalid("办法所属的县（市、区）不能改", field="area_code")
        schemes.edit_draft(scheme=scheme, by=request.user, content=content(given))
        if dict(request.data).get("state") == PointScheme.State.IN_FORCE:
            schemes.put_in_force(scheme=scheme, by=request.user)
        return Response(told(self._visible().get(pk=scheme.pk)))

    @extend_schema(summary="删除草稿", responses={204: None, **common.STEP}, **TAG)
    def destroy(self, request: Request, pk: str) -> Response:
        schemes.drop_draft(scheme=self.found(self._visible(), pk), by=request.user)
        return Response(status=204)

    @extend_schema(summary="启用草稿", request=None, responses={200: SchemeSerializer, **common.STEP}, **TAG)
    @action(detail=True, methods=["post"], url_path="put-in-force")
    def put_in_force(self, request: Request, pk: str) -> Response:
        scheme = schemes.put_in_force(scheme=self.found(self._visible(), pk), by=request.user)
        return Response(told(self._visible().get(pk=scheme.pk)))

    @extend_schema(summary="镇街自设项目", request=TownItemsSerializer,
                   responses={200: SchemeSerializer, **common.STEP}, **TAG)  # fmt: skip
    @action(detail=True, methods=["put"], url_path="town-items")
    @transaction.atomic
    def town_items(self, request: Request, pk: str) -> Response:
        """The town's own items of a draft are these; everything else in it stays as it is."""
        scheme = self.found(self._visible(), pk)
        given = self.given(TownItemsSerializer)
        items = [ItemContent(**row) for row in given["items"]]
        town_items.set_town_items(scheme=scheme, by=request.user, town=given["town"], items=items)
        return Response(told(self._visible().get(pk=scheme.pk)))

    @extend_schema(summary="在已审定的季度上试算比较", request=WhatIfSerializer,
                   responses={202: WhatIfStartedSerializer, **common.STEP}, **TAG)  # fmt: skip
    @action(detail=True, methods=["post"], url_path="what-if")
    def what_if(self, request: Request, pk: str) -> Response:
        """How totals, ranks and grades would move, by village and federation; writes nothing but the job's result."""
        scheme = self.found(self._visible(), pk)
        given = self.given(WhatIfSerializer)
        job = start_what_if(by=request.user, scheme=scheme, quarters=given["quarters"])
        return Response({"job": str(job.pk)}, status=202)

    @extend_schema(summary="与另一版比较",
                   parameters=[OpenApiParameter("with", OpenApiTypes.INT, required=True, description="另一版的 id")],
                   responses={200: ComparisonSerializer, **common.READ, 400: common.INVALID}, **TAG)  # fmt: skip
    @action(detail=True, methods=["get"])
    def compare(self, request: Request, pk: str) -> Response:
        """What this version says otherwise than the one given by `with`, of the same book."""
        new = self.found(self._visible(), pk)
        asked = common.whole_number(request, "with")
        old = self._visible().filter(pk=asked, area=new.area_id, subject_kind=new.subject_kind).first()
        if old is None:
            raise Invalid("请用 with 指明同一本积分的另一版", field="with")
        found = compare(content_of(old), content_of(new))
        counts = {kind: found.count(kind) for kind in KINDS}
        shown_ = {"old": old.pk, "new": new.pk, **counts, "sections": found.sections}
        return Response(ComparisonSerializer(shown_).data)

    def _visible(self) -> Any:
        nested = ("class_bases", "categories", "items__category", "grades")
        return PointScheme.objects.visible_to(self.request.user).prefetch_related(*nested)


def told(scheme: PointScheme) -> dict[str, Any]:
    """A version as JSON, points as texts."""
    content = content_of(scheme)
    return {
        "id": scheme.pk,
        "code": content.code,
        "name": content.name,
        "version": scheme.number,
        "area_code": scheme.area_id,
        "subject_kind": content.subject_kind,
        "from_quarter": content.from_quarter,
        "state": scheme.state,
        "base": shown(content.base),
        "base_by_class": {name: shown(points) for name, points in content.base_by_class.items()},
        "exempt_by_class": content.exempt_by_class,
        "rank_by_class": content.rank_by_class,
        "floor": shown(content.floor),
        "categories": [{"code": row.code, "name": row.name, "cap": shown(row.cap)} for row in content.categories],
        "items": [_item(row) for row in content.items],
        "grades": [{"name": row.name, "min": shown(row.minimum)} for row in content.grades],
        "top_quota_percent": content.top_quota_percent,
    }


def _item(item: ItemContent) -> dict[str, Any]:
    row: dict[str, Any] = {
        "code": item.code,
        "name": item.name,
        "category": item.category,
        "points": shown(item.points),
        "quarter_cap": shown(item.quarter_cap),
        "group": item.group,
    }
    if item.town:
        row["town"] = item.town
    if item.evidence_needed:
        row["evidence_needed"] = True
    return row


def content(given: dict[str, Any]) -> SchemeContent:
    return SchemeContent(
        code=given["code"],
        name=given["name"],
        subject_kind=given["subject_kind"],
        from_quarter=given["from_quarter"],
        base=given["base"],
        base_by_class=given["base_by_class"],
        exempt_by_class=given["exempt_by_class"],
        floor=given["floor"],
        rank_by_class=given["rank_by_class"],
        top_quota_percent=given["top_quota_percent"],
        categories=tuple(CategoryContent(row["code"], row["name"], row["cap"]) for row in given["categories"]),
        items=tuple(
            ItemContent(
                row["code"],
                row["name"],
                row["category"],
                row["points"],
                row["quarter_cap"],
                row["group"] or "",
                row.get("town", ""),
                row["evidence_needed"],
            )
            for row in given["items"]
        ),
        grades=tuple(GradeContent(row["name"], row["min"]) for row in given["grades"]),
    )
