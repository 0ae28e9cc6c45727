"""Imports and exports too long for one request: jobs of the person who asked, with his rights of the day they run."""

from io import BytesIO
from typing import Any, BinaryIO

from django.db.models import QuerySet

from registers.errors import Invalid, NotAllowed, NotFound
from registers.exchange.exporting import chosen_columns, export_workbook
from registers.exchange.importing import import_rows, import_table, read_table, require_change_right
from registers.exchange.outcome import ImportOutcome
from registers.jobs import JobRun, job_kind, keep_file, start_job
from registers.models.job import Job, StoredFile
from registers.ordering import ordering_of
from registers.reading import filtered_by
from registers.register import Register, register_of
from registers.rows.results import RowError
from registers.workbooks.errors import WorkbookRefused
from registers.workbooks.writing import TooManyRows, mark_workbook

INLINE_IMPORT = 2_000  # rows; more become a job
INLINE_EXPORT = 5_000


def import_file(
    register: Register, *, by: Any, data: bytes, filename: str, dry_run: bool = False, partial: bool = False
) -> ImportOutcome | Job:
    """Import a workbook, at once or (above 2,000 rows) as a job of kind `registers.import`."""
    require_change_right(register, by)
    try:
        table = read_table(register.columns_for(by), data, filename)
    except WorkbookRefused as refusal:
        return ImportOutcome(errors=[RowError("", 0, "", "", refusal.message)], refused=True)
    if len(table.numbers) > INLINE_IMPORT:
        stored = keep_file(BytesIO(data), filename[-200:] or "导入.xlsx", owner=by, is_result=False)
        return start_job(
            "registers.import", by=by, title=f"{'核对' if dry_run else '导入'}{register.title}：{stored.name}"[:120],
            register=register.slug, file=str(stored.pk), dry_run=dry_run, partial=partial,
        )  # fmt: skip
    outcome = import_table(register, by=by, table=table, dry_run=dry_run, partial=partial)
    if outcome.errors:
        outcome.marked_workbook = mark_workbook(data, outcome.errors, outcome.notes)
    return outcome


def export_file(
    register: Register, *, by: Any, rows: QuerySet, query: dict[str, str], title: str = ""
) -> BinaryIO | Job:
    """Export rows, at once or (above 5,000) as a job of kind `registers.export`.

    rows   what the filters of `query` leave of the rows the user may see; the job asks again by `query`
    query  may also tell the `columns`, as `chosen_columns` takes them
    """
    if not rows.order_by()[INLINE_EXPORT : INLINE_EXPORT + 1].exists():
        columns = chosen_columns(register, by, query.get("columns", ""))
        return export_workbook(register, by=by, queryset=rows, columns=columns, title=title)
    return start_job(
        "registers.export", by=by, title=f"导出{title or register.title}"[:120],
        register=register.slug, query=query, heading=title,
    )  # fmt: skip


def keep_marked(outcome: Any, *, filename: str, owner: Any, job: Job | None = None) -> StoredFile | None:
    """Keep the marked workbook of an outcome under 我的文件; None where there is none."""
    if outcome.marked_workbook is None:
        return None
    return keep_file(BytesIO(outcome.marked_workbook), marked_name(filename), owner=owner, job=job)


def marked_name(filename: str) -> str:
    """村情.xlsx → 村情（标出错误）.xlsx."""
    return f"{filename.rsplit('.', 1)[0][:180]}（标出错误）.xlsx"


def kept_bytes(owner: Any, file: str) -> tuple[StoredFile, bytes]:
    """An uploaded workbook of this person and its bytes. Raises NotFound where it has gone."""
    stored = StoredFile.objects.visible_to(owner).filter(pk=file).first()
    if stored is None or not stored.content.storage.exists(str(stored.content.name)):
        raise NotFound("要导入的文件已不在，请重新上传")
    with stored.content.open("rb") as content:
        return stored, content.read()


@job_kind("registers.import", "导入")
def run_import(
    run: JobRun, *, register: str, file: str, dry_run: bool = False, partial: bool = False
) -> dict[str, Any]:
    """Read, check and write the kept file; the result is written in the same transaction as the rows.

    So a second attempt after a crash finds either nothing done or the result, and counts are told once.
    """
    if run.job.result:
        return run.job.result
    declared = _register(register)
    stored, data = kept_bytes(run.owner, file)
    run.progress(0, 0, "读取和核对")
    outcome = import_rows(
        declared, by=run.owner, data=data, filename=stored.name, dry_run=dry_run, partial=partial,
        checkpoint=lambda done, total: run.checkpoint(done, total, "写入"),
        finish=lambda outcome: run.keep_result(outcome.as_dict() | {"marked_workbook": None}),
    )  # fmt: skip
    result = outcome.as_dict() | {"marked_workbook": None}
    if outcome.marked_workbook is not None:
        marked = run.keep_file(BytesIO(outcome.marked_workbook), marked_name(stored.name))
        result["marked_workbook"] = str(marked.pk)
    run.progress(outcome.total, outcome.total, "完成")
    return result


@job_kind("registers.export", "导出")
def run_export(run: JobRun, *, register: str, query: dict[str, str], heading: str = "") -> dict[str, Any]:
    """Write the workbook and keep it as a file of the owner; a second attempt replaces the first one's."""
    declared = _register(register)
    if not run.owner.can(declared.view_right):
        raise NotAllowed(f"您已没有查看{declared.title}的权限")
    rows = filtered_by(declared, query, declared.rows(run.owner))
    rows = rows.order_by(*ordering_of(declared, query.get("ordering", "")))
    total = rows.order_by().count()
    columns = chosen_columns(declared, run.owner, query.get("columns", ""))
    run.progress(0, total, "写入工作簿")
    try:
        with export_workbook(
            declared,
            by=run.owner,
            queryset=rows,
            columns=columns,
            title=heading,
            counted=lambda done: run.progress(done, total),
        ) as book:
            stored = run.keep_file(book, f"{heading or declared.title}.xlsx")
    except TooManyRows as error:
        raise Invalid(error.message) from error
    return {"file": str(stored.pk), "rows": total}


def _register(slug: str) -> Register:
    try:
        return register_of(slug)
    except KeyError:
        raise NotFound("这个台账已不存在") from None
