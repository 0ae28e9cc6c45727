"""`point-claims`: declaring, the steps one by one and many at once, and the workbook."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions import claims
from members.claim_import import claims_template, import_claims_file
from members.models import PointClaim
from members.points.duplicates import FIELD, duplicates_of
from members.points_api import common
from members.points_api.evidence import EvidenceEndpoints
from members.points_api.shapes import (
    AdvancedSerializer,
    ClaimSerializer,
    DeclaredSerializer,
    IdsSerializer,
    ReasonSerializer,
)
from registers.api.files import address_of
from registers.api.renderers import XLSX, WorkbookRenderer
from registers.api.repeats import once
from registers.api.schema import JOB, WORKBOOK, WORKBOOK_REFUSED, OutcomeSerializer, UploadSerializer
from registers.errors import Invalid, NotAllowed
from registers.exchange.jobs import keep_marked
from registers.models import Job

TAG: dict[str, Any] = {"tags": ["point-claims"]}
DECLARE = "claims.declare"
STEPS = ("claims.branch_check", "claims.federation_check", "claims.approve")
FIELDS = (
    "id", "subject__number", "item_code", "quantity", "occurred_on", "reason", "source_ref", "corrects", "state",
    "settle_quarter", "village_id",
)  # fmt: skip


class SomeRefused(Invalid):
    """Several declarations with what is wrong in each: told as errors with their row."""

    def __init__(self, refused: claims.DeclarationsRefused) -> None:
        super().__init__(refused.message)
        self.problems = [
            (f"{position}.{error.field}" if error.field else str(position), error.message)
            for position, error in refused.errors
        ]


class PointClaimViewSet(EvidenceEndpoints):
    queryset = PointClaim.objects.all()
    serializer_class = ClaimSerializer
    rights = {
        "create": (DECLARE,),
        "import_workbook": (DECLARE,),
        "add_evidence": (DECLARE,),
        "bulk_advance": STEPS,
        "reject": (*STEPS, DECLARE),  # who declared may take back
    }

    @extend_schema(
        summary="积分申报列表", **TAG,
        parameters=[
            common.SEARCH,
            common.AREA,
            OpenApiParameter("quarter", OpenApiTypes.STR, description="结算季度"),
            common.MEMBER,
            common.ITEM,
            OpenApiParameter("state", OpenApiTypes.STR, enum=PointClaim.State.values),
            OpenApiParameter("source_ref", OpenApiTypes.STR, description="来源编号"),
            OpenApiParameter("ordering", OpenApiTypes.STR, description="排序：occurred_on、id，前加 - 为降序"),
            *common.listing.PAGE_PARAMETERS,
        ],
        responses={200: common.page_of(ClaimSerializer, "PointClaims"), **common.STEP},
    )  # fmt: skip
    def list(self, request: Request) -> Response:
        names = ["q", "area", "quarter", "member_no", "item_code", "state", "source_ref", *common.listing.PAGING]
        common.listing.allowed(request, names)
        rows = common.listing.in_area(request, PointClaim.objects.visible_to(request.user))
        if quarter := common.listing.quarter(request):
            rows = rows.filter(settle_quarter=quarter)
        common.one_of(request, "state", PointClaim.State.values)
        wanted = {name: name for name in ("state", "item_code", "source_ref")} | {"member_no": "subject__number"}
        rows = common.searched(request, common.narrowed(request, rows, wanted)).values(*FIELDS)
        order = common.ordered(request, ("occurred_on", "id"), ("-id",), {})
        return common.listing.page(request, rows, order, told)

    @extend_schema(summary="一条积分申报", responses={200: ClaimSerializer, **common.READ}, **TAG)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(told(self.found(self._visible().values(*FIELDS), pk)))

    @extend_schema(
        summary="申报积分",
        description="一条，或一组（全部写入或全部不写）。同人、同日、同项目已有别的来源的申报时拒绝，"
        "在 confirm_duplicates 里写明理由后照收，在 warnings 里说明", request=ClaimSerializer,
        responses={201: DeclaredSerializer, **common.STEP}, **TAG,
    )  # fmt: skip
    @once
    def create(self, request: Request) -> Response:
        many = isinstance(request.data, list)
        if many and not 1 <= len(request.data) <= settings.DATA_UPLOAD_MAX_NUMBER_FIELDS:
            raise Invalid("一次申报 1 到 20,000 条")
        given = self.given(ClaimSerializer, many=many)
        try:
            made = claims.declare_many(
                by=request.user, declarations=[_declaration(row) for row in (given if many else [given])]
            )
        except claims.DeclarationsRefused as refused:
            if many:
                raise SomeRefused(refused) from refused
            raise refused.errors[0][1] from refused
        rows = {row["id"]: told(row) for row in self._made([claim.pk for claim in made])}
        confirmed = any(row["confirm_duplicates"].strip() for row in (given if many else [given]))
        doubted = duplicates_of(made) if confirmed else {}
        answers = [
            rows[claim.pk] | {"warnings": [doubted[at].message] if at in doubted else []}
            for at, claim in enumerate(made)
        ]
        return Response(answers if many else answers[0], status=201)

    @extend_schema(summary="办理自己的一步", request=None, responses={200: ClaimSerializer, **common.STEP}, **TAG)
    @action(detail=True, methods=["post"])
    def advance(self, request: Request, pk: str) -> Response:
        claim = claims.advance(claim=self.found(self._visible(), pk), by=request.user)
        return Response(told(self._made([claim.pk])[0]))

    @extend_schema(summary="驳回", request=ReasonSerializer, responses={200: ClaimSerializer, **common.STEP}, **TAG)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        claim = self.found(self._visible(), pk)
        claim = claims.reject(claim=claim, by=request.user, reason=self.given(ReasonSerializer)["reason"])
        return Response(told(self._made([claim.pk])[0]))

    @extend_schema(
        summary="成批办理自己的一步", description="不能办理的说明原因，不影响其余", request=IdsSerializer,
        responses={200: AdvancedSerializer, **common.STEP}, **TAG,
    )  # fmt: skip
    @action(detail=False, methods=["post"], url_path="bulk-advance")
    @once
    def bulk_advance(self, request: Request) -> Response:
        advanced, errors = claims.advance_many(ids=self.given(IdsSerializer)["ids"], by=request.user)
        return Response({"advanced": advanced, "errors": errors})

    @extend_schema(summary="积分申报模板", responses={**WORKBOOK, **WORKBOOK_REFUSED}, **TAG)
    @action(detail=False, methods=["get"], url_path="template.xlsx", renderer_classes=[WorkbookRenderer])
    def template(self, request: Request) -> FileResponse:
        if not request.user.can(DECLARE):  # type: ignore[union-attr] # signed in by now
            raise NotAllowed("您没有申报积分的权限")
        made = claims_template(by=request.user)
        return FileResponse(made, as_attachment=True, filename="积分申报（模板）.xlsx", content_type=XLSX)

    @extend_schema(
        summary="导入积分申报", request={"multipart/form-data": UploadSerializer},
        responses={200: OutcomeSerializer, 202: JOB, **common.STEP}, **TAG,
    )  # fmt: skip
    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser])
    def import_workbook(self, request: Request) -> Response:
        self.require_right()
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid("请选择要导入的工作簿（.xlsx），放在 file 里", field="file")
        if upload.size > settings.WORKBOOK_MAX_BYTES:
            largest = settings.WORKBOOK_MAX_BYTES // 1024 // 1024
            raise Invalid(f"文件超过 {largest} MB，请拆成几个文件分别上传", field="file")
        name = upload.name or "积分申报.xlsx"
        made = import_claims_file(
            by=request.user, data=upload.read(), filename=name,
            dry_run=common.listing.truth(request.data, "dry_run"),
            partial=common.listing.truth(request.data, "partial"),
            confirmed=str(request.POST.get(FIELD, ""))[:120],
        )  # fmt: skip
        if isinstance(made, Job):
            return Response({"job": str(made.pk)}, status=202)
        kept = keep_marked(made, filename=name, owner=request.user)
        body = made.as_dict() | {"marked_workbook": address_of(request, kept) if kept else None}
        return Response(body, status=400 if made.refused else 200)

    def _visible(self) -> Any:
        return PointClaim.objects.visible_to(self.request.user)

    def _made(self, ids: Iterable[int]) -> Sequence[dict[str, Any]]:
        rows = PointClaim.objects.unscoped("the user's own act on them has just been allowed")
        return tuple(rows.filter(pk__in=ids).values(*FIELDS))


def _declaration(row: dict[str, Any]) -> claims.Declaration:
    return claims.Declaration(
        row["member_no"],
        row["item_code"],
        row["quantity"],
        row["occurred_on"],
        row["reason"],
        row["source_ref"],
        row["corrects"],
        row["confirm_duplicates"],
    )


def told(row: dict[str, Any]) -> dict[str, Any]:
    answer = {name: row[name] for name in FIELDS if name not in ("subject__number", "village_id")}
    return answer | {
        "member_no": row["subject__number"],
        "village_code": row["village_id"],
        "settle_quarter": row["settle_quarter"] or None,
    }
