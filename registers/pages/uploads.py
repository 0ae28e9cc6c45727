"""What all pages that take workbooks share: the form of one file, the kept file, errors and notes as lines."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.utils.datastructures import MultiValueDict

from registers.models import Job, StoredFile

ERRORS_SHOWN = 200
NOTES_SHOWN = 200
SPANS_SHOWN = 6
GONE = "刚才核对的文件已过期，请重新选择文件"
MEGABYTE = 1024 * 1024


class UploadForm(forms.Form):
    file = forms.FileField(
        label="Excel 文件",
        error_messages={
            "required": "请选择要导入的 Excel 文件",
            "empty": "文件是空的，请重新选择",
            "invalid": "没有收到文件，请重新选择",
        },
    )

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > settings.WORKBOOK_MAX_BYTES:
            raise forms.ValidationError(f"文件超过 {max_size()}，请删掉图片，或拆成几个文件分别上传")
        return file


def refused_form(message: str) -> UploadForm:
    """The form that tells what was wrong with something else than its own field."""
    form = UploadForm({}, MultiValueDict())
    form.errors.clear()
    form.add_error("file", message)
    return form


def max_size() -> str:
    """How large a workbook may be, as people read it."""
    return f"{settings.WORKBOOK_MAX_BYTES // MEGABYTE} MB"


def kept_file(user: Any, token: str) -> StoredFile | None:
    """A file that this person uploaded and nobody else."""
    try:
        stored = StoredFile.objects.visible_to(user).filter(pk=token, is_result=False).first()
    except (ValueError, forms.ValidationError):
        return None
    return stored if stored and stored.content.storage.exists(str(stored.content.name)) else None


def finished_job(user: Any, kind: str, pk: str) -> Job | None:
    """The person's own finished job of a kind."""
    try:
        mine = Job.objects.visible_to(user).filter(pk=pk or UUID(int=0), kind=kind, state=Job.State.DONE)
    except (ValueError, forms.ValidationError):
        return None
    return mine.first()


def line_of(told: Mapping[str, Any]) -> dict[str, Any]:
    """One error or note; the column has its own cell, so the message goes without it."""
    message = told["message"].removeprefix(f"“{told['column']}”")
    if told.get("count", 1) > 1:
        message = f"{message}（共 {told['count']:,} 处）"
    return {**told, "row": told["row"] or "", "message": message}


def same_together(warnings: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Warnings as lines, what is said of many rows in the same words once, with the numbers of the rows."""
    rows: dict[tuple[str, str, str], list[int]] = {}
    for told in warnings:
        rows.setdefault((told["sheet"], told["column"], told["message"]), []).append(told["row"])
    return [
        line_of({"sheet": sheet, "row": numbers[0], "column": column, "message": message})
        | ({"row": spans(numbers)} if len(numbers) > 1 else {})
        for (sheet, column, message), numbers in rows.items()
    ]


def spans(numbers: Iterable[int]) -> str:
    """Row numbers for reading; of many spans the first, and how many rows there are in all.

    >>> spans([4, 5, 6, 9, 10, 12])
    '4–6、9–10、12'
    """
    told = sorted(set(numbers))
    found: list[list[int]] = []
    for number in told:
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    said = "、".join(str(low) if low == high else f"{low}–{high}" for low, high in found[:SPANS_SHOWN])
    return f"{said}…（共 {len(told):,} 行）" if len(found) > SPANS_SHOWN else said


def told_of(outcome: Mapping[str, Any], stored: StoredFile) -> dict[str, Any]:
    """An outcome (`as_dict`) of a kept file as registers/import.html and its like take it."""
    counts = {name: outcome[name] for name in ("created", "updated", "unchanged")}
    errors, notes = outcome["errors"], outcome["notes"]
    good = outcome["good"]
    return {
        "file_name": stored.name,
        "same": not errors and not outcome["created"] and not outcome["updated"],
        **{name: f"{count:,}" for name, count in counts.items()},
        "errors": [line_of(error) for error in errors[:ERRORS_SHOWN]],
        "error_count": outcome["error_count"],
        "more_errors": max(outcome["error_count"] - ERRORS_SHOWN, 0),
        "warnings": same_together(outcome.get("warnings", ()))[:NOTES_SHOWN],
        "warning_count": len(outcome.get("warnings", ())),
        "notes": [line_of(note) for note in notes[:NOTES_SHOWN]],
        "good": f"{good:,}",
        "can_partial": bool(good and errors),
        "token": str(stored.pk),
    }
