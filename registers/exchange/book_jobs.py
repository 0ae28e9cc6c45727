"""The jobs of 全镇台账: writing the workbook, and reading it back, with the rights of the day they run."""

from io import BytesIO
from typing import Any, BinaryIO

from lianjian import clock
from registers.errors import Invalid
from registers.exchange.book_import import BookOutcome, import_book, read_book
from registers.exchange.books import book_area, book_title, count_of_book, export_book, require_keeper
from registers.exchange.jobs import INLINE_EXPORT, INLINE_IMPORT, kept_bytes, marked_name
from registers.jobs import JobRun, job_kind, keep_file, start_job
from registers.models.job import Job, StoredFile
from registers.workbooks.writing import TooManyRows

EXPORT_JOB, IMPORT_JOB = "registers.book-export", "registers.book-import"


def start_export(*, by: Any, area: str) -> Job:
    """Write the book of an area as a job; the file lies under 我的文件. Raises NotAllowed, NotFound, Invalid."""
    require_keeper(by)
    code, name = book_area(by, area)
    return start_job(EXPORT_JOB, by=by, title=f"导出{book_title(name)}"[:120], area=code)


def export_file(*, by: Any, area: str) -> tuple[BinaryIO, str] | Job:
    """The book at once as (open file, name), or (above 5,000 rows) as a job."""
    require_keeper(by)
    code, name = book_area(by, area)
    if count_of_book(by, code) > INLINE_EXPORT:
        return start_export(by=by, area=code)
    file, _ = export_book(by=by, area=code)
    return file, _file_name(name)


def start_import(*, by: Any, stored: StoredFile, dry_run: bool, partial: bool = False) -> Job:
    """Check or write a kept workbook as a job. Raises NotAllowed."""
    require_keeper(by)
    word = "核对" if dry_run else "导入"
    return start_job(
        IMPORT_JOB, by=by, title=f"{word}全镇台账：{stored.name}"[:120], file=str(stored.pk), dry_run=dry_run,
        partial=partial,
    )  # fmt: skip


def import_file(
    *, by: Any, data: bytes, filename: str, dry_run: bool = False, partial: bool = False
) -> BookOutcome | Job:
    """Import a book at once, or (above 2,000 rows) as a job. Raises NotAllowed."""
    book = read_book(by, data, filename)
    if sum(len(sheet.table.numbers) for sheet in book.sheets) > INLINE_IMPORT:
        stored = keep_file(BytesIO(data), filename[-200:] or "全镇台账.xlsx", owner=by, is_result=False)
        return start_import(by=by, stored=stored, dry_run=dry_run, partial=partial)
    return import_book(book, by=by, data=data, dry_run=dry_run, partial=partial)


@job_kind(EXPORT_JOB, "导出全镇台账")
def run_export(run: JobRun, *, area: str) -> dict[str, Any]:
    """Write the workbook and keep it as a file of the owner; a second attempt replaces the first one's."""
    code, name = book_area(run.owner, area)
    run.progress(0, 0, "统计行数")
    try:
        file, counts = export_book(by=run.owner, area=code, counted=run.progress)
    except TooManyRows as error:
        raise Invalid(error.message) from error
    with file:
        stored = run.keep_file(file, _file_name(name))
    total = sum(counts.values())
    run.progress(total, total, "完成")
    return {"file": str(stored.pk), "rows": total, "sheets": counts}


@job_kind(IMPORT_JOB, "导入全镇台账")
def run_import(run: JobRun, *, file: str, dry_run: bool = False, partial: bool = False) -> dict[str, Any]:
    """Read, check and write the kept workbook; the result is written in the transaction that writes the rows.

    So a second attempt after a crash finds either nothing done or the result, and counts are told once.
    """
    if run.job.result:
        return run.job.result
    stored, data = kept_bytes(run.owner, file)
    run.progress(0, 0, "读取和核对")
    book = import_book(
        read_book(run.owner, data, stored.name), by=run.owner, data=data, dry_run=dry_run, partial=partial,
        checkpoint=run.checkpoint,
        finish=lambda outcome: run.keep_result(outcome.as_dict() | {"marked_workbook": None}),
    )  # fmt: skip
    result = book.as_dict() | {"marked_workbook": None}
    if book.marked_workbook is not None:
        marked = run.keep_file(BytesIO(book.marked_workbook), marked_name(stored.name))
        result["marked_workbook"] = str(marked.pk)
    total = book.count("total")
    run.progress(total, total, "完成")
    return result


def _file_name(area: str) -> str:
    return f"{book_title(area)} {clock.today():%Y-%m-%d}.xlsx"
