"""Evidence on a claim's page: shown to whoever sees the claim, uploaded and removed while it is open."""

from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from members.actions.evidence import add_evidence, remove_evidence
from members.models import ClaimEvidence
from members.points.evidence_files import content_type
from members.views import points_base as base
from members.views.points_claims import ClaimView


class AddEvidence(ClaimView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        claim = self.claim(pk)
        kept = add_evidence(by=self.user, claim=claim, uploads=request.FILES.getlist("evidence"))
        if kept:
            messages.success(request, f"已上传 {len(kept)} 个佐证。")
        else:
            messages.info(request, "请先选择要上传的照片或文件。")
        return redirect("claims:detail", pk=pk)

    def came_from(self) -> str:
        return reverse("claims:detail", args=[self.kwargs["pk"]])


class EvidenceView(base.PointsView):
    def evidence(self, pk: UUID) -> ClaimEvidence:
        found = ClaimEvidence.objects.visible_to(self.user).filter(pk=pk).first()
        if found is None:
            raise Http404
        return found


class EvidenceFile(EvidenceView):
    """A photograph of our own making is shown (`?size=small`: its thumbnail); a document is given out to be saved."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponseBase:
        return given_out(self.evidence(pk), is_small=request.GET.get("size") == "small")


def given_out(evidence: ClaimEvidence, *, is_small: bool = False) -> FileResponse:
    """The file as an answer. Raises Http404 where it is gone."""
    file = evidence.thumbnail if is_small and evidence.thumbnail else evidence.file
    if not file.storage.exists(str(file.name)):
        raise Http404
    is_photo = evidence.kind == ClaimEvidence.Kind.PHOTO
    answer = FileResponse(
        file.open("rb"), as_attachment=not is_photo, filename=evidence.name, content_type=content_type(evidence.name)
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "private, max-age=600"
    return answer


class DeleteEvidence(EvidenceView):
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        evidence = self.evidence(pk)
        self.back = evidence.claim_id
        remove_evidence(by=self.user, evidence=evidence)
        messages.success(request, f"已删除佐证“{evidence.name}”。")
        return redirect("claims:detail", pk=evidence.claim_id)

    def came_from(self) -> str:
        return reverse("claims:detail", args=[self.back])
