"""`point-claims/{id}/evidence/`, `claim-evidence`: photographs and files of claims; the same doors as their page."""

from typing import Any
from uuid import UUID

from django.http import FileResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from members.actions.evidence import add_evidence, remove_evidence
from members.models import ClaimEvidence, PointClaim
from members.points.evidence_files import HELP, content_type
from members.points_api import common
from registers.api.repeats import once
from registers.errors import Invalid, NotFound

TAG: dict[str, Any] = {"tags": ["point-claims"]}
DECLARE = "claims.declare"


class EvidenceSerializer(serializers.Serializer):
    id = serializers.UUIDField()
    claim = serializers.IntegerField(help_text="申报的 id")
    kind = serializers.ChoiceField(choices=ClaimEvidence.Kind.choices)
    name = serializers.CharField()
    size = serializers.IntegerField(help_text="字节数")
    uploaded_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    file = serializers.URLField(help_text="文件的地址")


class EvidenceUploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text=HELP)


class EvidenceEndpoints(common.PointsViewSet):
    """The addresses under one claim; mixed into the claims' own endpoint."""

    @extend_schema(summary="申报的佐证", responses={200: EvidenceSerializer(many=True), **common.READ}, **TAG)
    @action(detail=True, methods=["get"])
    def evidence(self, request: Request, pk: str) -> Response:
        rows = ClaimEvidence.objects.visible_to(request.user).filter(claim=self._claim(pk))
        return Response([self._shown(one) for one in rows.select_related("uploaded_by")])

    @extend_schema(
        summary="上传佐证", request={"multipart/form-data": EvidenceUploadSerializer},
        responses={201: EvidenceSerializer, **common.STEP}, **TAG,
    )  # fmt: skip
    @evidence.mapping.post
    @once
    def add_evidence(self, request: Request, pk: str) -> Response:
        self.require_right()
        claim = self._claim(pk)
        upload = request.FILES.get("file")
        if upload is None:
            raise Invalid("请选择照片或文件，放在 file 里", field="file")
        (made,) = add_evidence(by=request.user, claim=claim, uploads=[upload])
        return Response(self._shown(made), status=201)

    def _claim(self, pk: str) -> PointClaim:
        return self.found(PointClaim.objects.visible_to(self.request.user), pk)

    def _shown(self, one: ClaimEvidence) -> dict[str, Any]:
        return told(self.request, one)


class ClaimEvidenceViewSet(common.PointsViewSet):
    """One photograph or file, of a claim that the user sees; every other one does not exist."""

    queryset = ClaimEvidence.objects.all()
    serializer_class = EvidenceSerializer
    lookup_value_regex = "[0-9a-f-]{36}"
    rights = {"destroy": (DECLARE,)}

    @extend_schema(summary="一个佐证的说明", responses={200: EvidenceSerializer, **common.READ}, **TAG)
    def retrieve(self, request: Request, pk: str) -> Response:
        return Response(told(request, self._evidence(pk)))

    @extend_schema(
        summary="佐证的文件", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **common.READ}, **TAG
    )
    @action(detail=True, methods=["get"])
    def file(self, request: Request, pk: str) -> HttpResponseBase:
        """The file as it is kept, always to be saved. Raises NotFound."""
        found = self._evidence(pk)
        if not found.file.storage.exists(str(found.file.name)):
            raise NotFound
        return FileResponse(
            found.file.open("rb"), as_attachment=True, filename=found.name, content_type=content_type(found.name)
        )

    @extend_schema(summary="删除佐证", responses={204: None, **common.STEP}, **TAG)
    def destroy(self, request: Request, pk: str) -> Response:
        """By who uploaded it, while the claim is open. Raises NotFound, NotAllowed, WrongState, Invalid."""
        evidence = self._evidence(pk)
        self.require_right()
        remove_evidence(by=request.user, evidence=evidence)
        return Response(status=204)

    def _evidence(self, pk: str) -> ClaimEvidence:
        try:
            wanted = UUID(pk)
        except ValueError:
            raise NotFound from None
        rows = ClaimEvidence.objects.visible_to(self.request.user).select_related("uploaded_by")
        found = rows.filter(pk=wanted).first()
        if found is None:
            raise NotFound
        return found


def told(request: Request, one: ClaimEvidence) -> dict[str, Any]:
    address = reverse("api:claim-evidence-file", args=[one.pk])
    return {
        "id": str(one.pk), "claim": one.claim_id, "kind": one.kind, "name": one.name, "size": one.size,
        "uploaded_by": one.uploaded_by.name, "created_at": one.created_at.isoformat(),
        "file": request.build_absolute_uri(address),
    }  # fmt: skip
