"""Evidence of claims: kept with the declaration or later while the claim is open, removed by who uploaded it."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from lianjian import areacodes, periods
from members.access import reaches
from members.actions.claims import DeclarationsRefused, declare_many
from members.models import ClaimEvidence, PointClaim
from members.points.declaring import RIGHT, Declaration, SchemeBook
from members.points.evidence_files import FIELD, MOST, read_evidence
from registers.errors import Invalid, NotAllowed, NotFound, WrongState


def declare_with_evidence(*, by: Any, declaration: Declaration, uploads: Sequence[UploadedFile]) -> PointClaim:
    """Declare one fact and keep its evidence, both or neither. Raises Invalid, NotAllowed."""
    with transaction.atomic():
        try:
            claim = declare_many(by=by, declarations=[declaration])[0]
        except DeclarationsRefused as refused:
            raise refused.errors[0][1] from refused
        add_evidence(by=by, claim=claim, uploads=uploads)
    return claim


def add_evidence(*, by: Any, claim: PointClaim, uploads: Sequence[UploadedFile]) -> list[ClaimEvidence]:
    """Keep uploads as evidence of an open claim, all or none, at most nine of a claim.

    Raises NotFound, NotAllowed where the user may not declare there, WrongState where it is decided, Invalid.
    """
    kept: list[ClaimEvidence] = []
    try:
        with transaction.atomic():
            found = _open_claim(by, claim.pk)
            if not reaches(by.scope_for(RIGHT), found.village_id):
                raise NotAllowed("您可以查看这条申报，但没有在这里申报的权限，不能上传佐证")
            there = ClaimEvidence.objects.unscoped("counted for the claim found above").filter(claim=found).count()
            if there + len(uploads) > MOST:
                raise Invalid(f"一条申报最多 {MOST} 个佐证，已有 {there} 个，这次选了 {len(uploads)} 个", field=FIELD)
            for upload in uploads:
                kept.append(_keep(by, found, upload))  # noqa: PERF401 -- dropped again if a later one is refused
    except BaseException:
        for evidence in kept:
            _drop_files(evidence)
        raise
    return kept


def _keep(by: Any, claim: PointClaim, upload: UploadedFile) -> ClaimEvidence:
    read = read_evidence(upload)
    kind = ClaimEvidence.Kind.PHOTO if read.is_photo else ClaimEvidence.Kind.FILE
    made = ClaimEvidence(claim=claim, kind=kind, name=read.name, size=len(read.data), uploaded_by=by)
    # Names of our own: nothing of the upload's name reaches the disk.
    name = uuid.uuid4().hex
    try:
        made.file.save(f"{name}{read.suffix}", ContentFile(read.data), save=False)
        if read.is_photo:
            made.thumbnail.save(f"{name}-s.jpg", ContentFile(read.thumbnail), save=False)
        made.save(force_insert=True)
    except BaseException:
        _drop_files(made)
        raise
    return made


@transaction.atomic
def remove_evidence(*, by: Any, evidence: ClaimEvidence) -> None:
    """Remove what one uploaded oneself, while the claim is open; the files go once that is certain.

    Raises NotFound, NotAllowed, WrongState, Invalid where the item wants evidence and nothing else would be left.
    """
    found = ClaimEvidence.objects.visible_to(by).filter(pk=evidence.pk).first()
    if found is None:
        raise NotFound
    claim = _open_claim(by, found.claim_id)
    if found.uploaded_by_id != by.pk:
        raise NotAllowed("佐证只能由上传的人删除")
    others = ClaimEvidence.objects.unscoped("of the claim found above").filter(claim=claim).exclude(pk=found.pk)
    if not claim.reason and not others.exists() and _is_needed(claim):
        raise Invalid("这个项目需要佐证，事由没有写，不能删除仅有的一个；请先上传别的", field=FIELD)
    found.delete()
    transaction.on_commit(lambda: _drop_files(evidence))


def _open_claim(by: Any, pk: int) -> PointClaim:
    claim = PointClaim.objects.visible_to(by).select_related("subject").select_for_update(of=("self",))
    found = claim.filter(pk=pk).first()
    if found is None:
        raise NotFound
    if found.state not in PointClaim.OPEN_STATES:
        raise WrongState(f"这条申报{found.get_state_display()}，佐证不能再增减")
    return found


def _is_needed(claim: PointClaim) -> bool:
    county, quarter = areacodes.county_of(claim.village_id), str(periods.quarter_of(claim.occurred_on))
    item = (SchemeBook().items(county, quarter, claim.subject.kind) or {}).get(claim.item_code)
    return item is not None and item.evidence_needed


def _drop_files(evidence: ClaimEvidence) -> None:
    for file in (evidence.file, evidence.thumbnail):
        if file:
            file.storage.delete(str(file.name))
