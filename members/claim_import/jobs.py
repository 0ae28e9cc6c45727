"""Imports too long for one request: a job of the person who asked, with his rights of the day it runs."""

from io import BytesIO
from typing import Any

from django.urls import reverse

from members.claim_import.columns import ImportContext, columns
from members.claim_import.importing import ClaimImportOutcome, import_claims
from members.claim_import.matching import Choices
from registers.errors import Invalid
from registers.exchange.importing import read_table
from registers.exchange.jobs import keep_marked
from registers.jobs import JobRun, job_kind, keep_file, start_job
from registers.models import Job, StoredFile
from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.writing import mark_workbook

INLINE_ROWS = 2_000  # more become a job
KIND = "points.import_claims"


def import_claims_file(
    *,
    by: Any,
    data: bytes,
    filename: str,
    dry_run: bool = False,
    partial: bool = False,
    choices: Choices | None = None,
    confirmed: str | None = None,
) -> ClaimImportOutcome | Job:
    """Import a workbook at once, or above 2,000 rows as a job. Raises NotAllowed."""
    if not by.can("claims.declare"):
        return import_claims(by=by, data=data, filename=filename)
    try:
        table = read_table(columns(ImportContext(by).today), data, filename)
    except WorkbookRefused:
        return import_claims(by=by, data=data, filename=filename, dry_run=dry_run)
    if len(table.numbers) > INLINE_ROWS:
        stored = keep_file(BytesIO(data), filename[-200:] or "积分申报.xlsx", owner=by, is_result=False)
        return start_import(
            by=by, stored=stored, dry_run=dry_run, partial=partial, choices=choices, confirmed=confirmed
        )
    outcome = import_claims(by=by, data=table, dry_run=dry_run, partial=partial, choices=choices, confirmed=confirmed)
    if outcome.errors:
        outcome.marked_workbook = mark_workbook(data, outcome.errors, outcome.notes)
    return outcome


def start_import(
    *,
    by: Any,
    stored: StoredFile,
    dry_run: bool = False,
    partial: bool = False,
    choices: Choices | None = None,
    confirmed: str | None = None,
) -> Job:
    """A job over a kept file."""
    return start_job(
        KIND, by=by, title=f"{'核对' if dry_run else '导入'}积分申报：{stored.name}"[:120], file=str(stored.pk),
        dry_run=dry_run, partial=partial, confirmed=confirmed,
        choices=None if choices is None else {str(row): number for row, number in choices.items()},
    )  # fmt: skip


@job_kind(KIND, "导入积分申报")
def run_import(
    run: JobRun,
    *,
    file: str,
    dry_run: bool = False,
    partial: bool = False,
    choices: dict[str, str] | None = None,
    confirmed: str | None = None,
) -> dict[str, Any]:
    """Read, check and declare the kept file. A second attempt finds the claims of the first and changes nothing;
    the counts of the first are kept with its rows, in one transaction.
    """
    if run.job.result:
        return run.job.result
    stored = StoredFile.objects.visible_to(run.owner).filter(pk=file).first()
    if stored is None or not stored.content.storage.exists(stored.content.name or ""):
        raise Invalid("上传的文件已过期，请重新上传")
    run.progress(0, 0, "核对各行")
    with stored.content.open("rb") as content:
        data = content.read()

    def finish(outcome: ClaimImportOutcome) -> None:
        run.require_mine()
        Job.objects.unscoped("the worker's own job").filter(pk=run.job.pk).update(result=_told(outcome, stored))

    chosen = None if choices is None else {int(row): number for row, number in choices.items()}
    outcome = import_claims(
        by=run.owner, data=data, filename=stored.name, dry_run=dry_run, partial=partial, choices=chosen,
        confirmed=confirmed, finish=finish,
    )  # fmt: skip
    keep_marked(outcome, filename=stored.name, owner=run.owner, job=run.job)
    return _told(outcome, stored)


def _told(outcome: ClaimImportOutcome, stored: StoredFile) -> dict[str, Any]:
    """Counts and errors, and the page where it goes on."""
    told = outcome.as_dict()
    if outcome.written:
        return told | {"url": reverse("claims:list") + "?tab=all", "label": "查看积分申报"}
    label = "选择同名的人" if outcome.questions and not outcome.errors else "查看核对结果"
    label = "确认疑似重复的行" if outcome.doubted and not outcome.errors else label
    return told | {"url": f"{reverse('claims:import')}?token={stored.pk}", "label": label}
