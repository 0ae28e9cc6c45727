"""The two jobs of 合表: putting the files together, and importing what was chosen, through the one door."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from lianjian import clock
from registers.errors import Invalid, NotAllowed, NotFound
from registers.exchange.books import book_registers
from registers.exchange.importing import import_table, require_change_right
from registers.exchange.jobs import kept_bytes
from registers.exchange.merge_files import merged_workbook
from registers.exchange.merging import Merged, merge, read_files, recognise
from registers.exchange.outcome import ERRORS_TOLD, ImportOutcome
from registers.jobs import JobRun, job_kind, keep_file, start_job
from registers.models.job import Job, StoredFile
from registers.register import Register, register_of
from registers.rows.results import RowError

MERGE_JOB, IMPORT_JOB = "registers.merge", "registers.merge-import"
MAX_FILES = 60
MEGABYTE = 1024 * 1024
MAX_TOTAL = 200 * MEGABYTE  # of all files
CONFLICTS_TOLD = 200
UNKNOWN = "没有认出这是哪个台账的表。请在上面选定台账，或核对表头"


def keep_uploads(by: Any, files: Sequence[UploadedFile]) -> list[StoredFile]:
    """The uploaded files, kept; all refused together. Raises Invalid in the order of what a person can mend."""
    if len(files) > MAX_FILES:
        raise Invalid(f"一次最多 {MAX_FILES} 个文件，这次选了 {len(files)} 个，请分几次合表", field="files")
    large = [file.name for file in files if (file.size or 0) > settings.WORKBOOK_MAX_BYTES]
    if large:
        largest = settings.WORKBOOK_MAX_BYTES // MEGABYTE
        raise Invalid(f"“{large[0]}”超过 {largest} MB，请删掉图片，或拆成几个文件", field="files")
    if sum(file.size or 0 for file in files) > MAX_TOTAL:
        raise Invalid(f"这些文件合起来超过 {MAX_TOTAL // MEGABYTE} MB，请分几次合表", field="files")
    return [keep_file(file, (file.name or "表.xlsx")[-200:], owner=by, is_result=False) for file in files]


def start_merge(*, by: Any, register: str, files: Sequence[StoredFile]) -> Job:
    """Put kept files together. `register` is a slug, or empty: told by the headings. Raises NotAllowed, Invalid."""
    kept = {one.slug: one for one in book_registers(by)}
    if not kept:
        raise NotAllowed("您没有填报台账的权限。如确需填报，请联系安全管理员授权")
    if register and register not in kept:
        raise Invalid("请选择您填报的台账", field="register")
    if not files:
        raise Invalid("请选择要合并的 Excel 文件", field="files")
    title = f"合表：{kept[register].title if register else '自动识别'}（{len(files)} 个文件）"
    return start_job(MERGE_JOB, by=by, title=title, register=register, files=[str(file.pk) for file in files])


def start_import(*, by: Any, merged: Job, picks: Mapping[int, int], partial: bool, dry_run: bool = False) -> Job:
    """Import what a finished merge found, with the rows picked of each conflict; `dry_run` only tells what would come
    of it. Raises NotAllowed.
    """
    register = register_of(merged.result["register"])
    require_change_right(register, by)
    return start_job(
        IMPORT_JOB, by=by, title=f"{'核对' if dry_run else '导入'}合表：{register.title}"[:120], register=register.slug,
        files=merged.params["files"], picks={str(at): number for at, number in picks.items()}, partial=partial,
        merge=str(merged.pk), dry_run=dry_run,
    )  # fmt: skip


@job_kind(MERGE_JOB, "合表")
def run_merge(run: JobRun, *, register: str, files: list[str]) -> dict[str, Any]:
    """Read, compare and keep the merged workbook; nothing is written to any register. A repeat does the same again."""
    merged = _merged(run, register, files)
    run.progress(len(files), len(files), "写入合并后的工作簿")
    with merged_workbook(merged, run.owner) as book:
        stored = run.keep_file(book, f"{merged.register.title}（合表）{clock.today():%Y-%m-%d}.xlsx")
    errors = merged.checked.errors
    return {
        "register": merged.register.slug,
        "file": str(stored.pk),
        "files": [_file(merged, at) for at in range(len(merged.files))],
        "rows": len(merged.table.numbers),
        "repeats": len(merged.repeats),
        "merged": len(merged.table.numbers) - len(merged.repeats),
        "missing": merged.missing,
        "conflicts": [_conflict(merged, at) for at in range(min(len(merged.conflicts), CONFLICTS_TOLD))],
        "conflict_count": len(merged.conflicts),
        "errors": [merged.told(error) for error in errors[:ERRORS_TOLD]],
        "error_count": len(errors),
    }


@job_kind(IMPORT_JOB, "导入合表")
def run_import(
    run: JobRun,
    *,
    register: str,
    files: list[str],
    picks: dict[str, int],
    partial: bool,
    merge: str = "",
    dry_run: bool = False,
) -> dict[str, Any]:
    """Merge again and import; the result is written in the transaction that writes the rows."""
    if run.job.result:
        return run.job.result
    merged = _merged(run, register, files)
    table, unresolved = merged.chosen({int(at): number for at, number in picks.items()})
    open_errors = [_unresolved(merged, at) for at in unresolved]
    outcome = import_table(
        merged.register, by=run.owner, table=table, partial=partial,
        dry_run=dry_run or (bool(open_errors) and not partial),
        checkpoint=lambda done, total: run.checkpoint(done, total, "写入"),
        finish=lambda outcome: run.keep_result(_told(merged, outcome, open_errors)),
    )  # fmt: skip
    outcome.refused = not partial and bool(open_errors or outcome.errors)
    run.progress(outcome.total, outcome.total, "完成")
    return _told(merged, outcome, open_errors)


def _merged(run: JobRun, slug: str, files: Sequence[str]) -> Merged:
    """Raises Invalid where no register fits, NotAllowed where its right is gone, NotFound where a file is."""
    given = []
    for file in files:
        stored, data = kept_bytes(run.owner, file)
        given.append((stored.name, data))
    read = read_files(given, run.progress)
    register: Register | None = _register(slug) if slug else recognise(read, run.owner)
    if register is None:
        problems = [f"“{source.name}”{source.problem}" for source, _ in read if source.problem]
        raise Invalid("；".join([UNKNOWN, *problems])[:2000])
    require_change_right(register, run.owner)
    run.progress(len(files), len(files), "比对和核对")
    return merge(register, read, run.owner)


def _register(slug: str) -> Register:
    try:
        return register_of(slug)
    except KeyError:
        raise NotFound("这个台账已不存在") from None


def _told(merged: Merged, outcome: ImportOutcome, open_errors: list[dict[str, Any]]) -> dict[str, Any]:
    told = outcome.as_dict()
    errors = [*open_errors, *(merged.told(error) for error in outcome.errors)]
    return told | {
        "errors": errors[:ERRORS_TOLD],
        "error_count": len(errors),
        "notes": [],
        "register": merged.register.slug,
    }


def _file(merged: Merged, at: int) -> dict[str, Any]:
    source = merged.files[at]
    wrong = {error.row for error in merged.checked.errors if error.row in merged.origins}
    return {
        "name": source.name,
        "sheet": source.sheet,
        "rows": source.rows,
        "wrong": sum(1 for number in wrong if merged.origins[number].file == at),
        "repeats": sum(1 for number in merged.repeats if merged.origins[number].file == at),
        "problem": source.problem,
        "notes": [note.text for note in source.notes][:20],
    }


def _conflict(merged: Merged, at: int) -> dict[str, Any]:
    conflict = merged.conflicts[at]
    rows = []
    for number, cells in zip(conflict.numbers, conflict.cells, strict=True):
        file, sheet, row, _ = merged.place_of(number, "")
        rows.append({"number": number, "file": file, "sheet": sheet, "row": row, "cells": cells})
    return {"key": conflict.key, "headings": conflict.headings, "rows": rows}


def _unresolved(merged: Merged, at: int) -> dict[str, Any]:
    conflict = merged.conflicts[at]
    file, sheet, row, _ = merged.place_of(conflict.numbers[0], "")
    others = [merged.place_of(number, "") for number in conflict.numbers[1:]]
    named = "、".join(f"“{other[0]}”第 {other[2]} 行" for other in others)
    message = f"“{conflict.key}”与{named}不一致，请选定以哪一行为准"
    error = RowError(sheet, row, "", "", message).as_dict()
    return error | {"file": file, "cell": ""}
