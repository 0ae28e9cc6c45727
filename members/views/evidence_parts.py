"""What pages of claims show and ask of evidence."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse

from members.access import reaches
from members.models import ClaimEvidence, PointClaim
from members.points.evidence_files import ACCEPTED, HELP
from registers.pages import present


class ManyFilesInput(forms.FileInput):
    allow_multiple_selected = True


class ManyFiles(forms.FileField):
    """Any number of files; what they are is judged by the action."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=ManyFilesInput({"accept": ACCEPTED, "multiple": True}), **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        return [super(ManyFiles, self).clean(one, initial) for one in (data or [])]


def shown(claim: PointClaim, user: Any) -> dict[str, Any]:
    """The part of a claim's page: what is there, and whether the user may add to it."""
    is_open = claim.state in PointClaim.OPEN_STATES
    rows = ClaimEvidence.objects.visible_to(user).filter(claim=claim).select_related("uploaded_by")
    return {
        "evidence": [
            {
                "name": one.name,
                "url": reverse("claims:evidence-file", args=[one.pk]),
                "small_url": f"{reverse('claims:evidence-file', args=[one.pk])}?size=small" if one.thumbnail else "",
                "note": f"{one.uploaded_by.name}，{present.moment(one.created_at)}，{present.file_size(one.size)}",
                "delete_url": reverse("claims:evidence-delete", args=[one.pk])
                if is_open and one.uploaded_by_id == user.pk
                else "",
            }
            for one in rows
        ],
        "evidence_url": reverse("claims:evidence", args=[claim.pk])
        if is_open and reaches(user.scope_for("claims.declare"), claim.village_id)
        else "",
        "evidence_help": HELP,
        "evidence_accept": ACCEPTED,
    }
