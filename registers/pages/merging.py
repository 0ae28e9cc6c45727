"""合表: many files at once, compared on one page, the merged workbook to download or to import."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic import View

from registers.errors import DomainError, Invalid, NotFound
from registers.exchange import merge_jobs
from registers.exchange.books import book_registers, require_keeper
from registers.exchange.merging import MAX_ROWS
from registers.models import Job, StoredFile
from registers.pages.faces import DomainErrorsMixin
from registers.pages.jobs import link_job
from registers.pages.uploads import ERRORS_SHOWN, MEGABYTE, finished_job, line_of, max_size
from registers.register import register_of


class Merging(DomainErrorsMixin, View):
    """GET shows the form, or the outcome of a finished job; POST takes `files`, or the picks of a finished merge."""

    def get(self, request: HttpRequest) -> HttpResponse:
        require_keeper(request.user)
        asked = request.GET.get("job", "")
        merged = finished_job(request.user, merge_jobs.MERGE_JOB, asked)
        if merged is not None:
            return self.show({"merged": self.merged(merged)})
        imported = finished_job(request.user, merge_jobs.IMPORT_JOB, asked)
        return self.show({"imported": self.imported(imported)} if imported is not None else {})

    def post(self, request: HttpRequest) -> HttpResponse:
        require_keeper(request.user)
        if request.POST.get("merge"):
            return self.write(request.POST["merge"])
        try:
            files = merge_jobs.keep_uploads(request.user, request.FILES.getlist("files"))
            job = merge_jobs.start_merge(by=request.user, register=request.POST.get("register", ""), files=files)
        except Invalid as error:
            return self.show({"problem": error.message, "chosen": request.POST.get("register", "")}, status=400)
        return redirect("jobs:detail", pk=job.pk)

    def write(self, pk: str) -> HttpResponse:
        merged = finished_job(self.request.user, merge_jobs.MERGE_JOB, pk)
        if merged is None:
            raise NotFound
        picks = {}
        for at in range(merged.result["conflict_count"]):
            number = self.request.POST.get(f"pick-{at}", "")
            if number.isascii() and number.isdigit():
                picks[at] = int(number[:9])
        job = merge_jobs.start_import(
            by=self.request.user, merged=merged, picks=picks, partial=bool(self.request.POST.get("partial"))
        )
        return redirect("jobs:detail", pk=job.pk)

    def merged(self, job: Job) -> dict[str, Any]:
        """A finished merge as registers/merge.html takes it."""
        result = job.result
        file = StoredFile.objects.visible_to(self.request.user).filter(pk=result["file"]).first()
        return {
            **result,
            "conflicts": [_side_by_side(conflict) for conflict in result["conflicts"]],
            "title": register_of(result["register"]).title,
            "job": str(job.pk),
            "file_count": len(result["files"]),
            "read_count": sum(1 for source in result["files"] if not source["problem"]),
            "download_url": reverse("files:download", args=[file.pk]) if file else "",
            "missing_text": "、".join(result["missing"]),
            "missing_count": len(result["missing"]),
            "errors": [line_of(error) for error in result["errors"][:ERRORS_SHOWN]],
            "more_errors": max(result["error_count"] - ERRORS_SHOWN, 0),
            "more_conflicts": result["conflict_count"] - len(result["conflicts"]),
            "clean": not result["error_count"] and not result["conflict_count"],
        }

    def imported(self, job: Job) -> dict[str, Any]:
        """A finished import of a merge as registers/merge.html takes it."""
        result = job.result
        register = register_of(result["register"])
        saved = bool(job.params["partial"] or not result["error_count"])
        return {
            **result,
            "title": register.title,
            "list_url": reverse(register.url_name("list")),
            "merge_url": f"{reverse('merge')}?job={job.params['merge']}",
            "saved": saved,
            "same": not result["error_count"] and not result["created"] and not result["updated"],
            "errors": [line_of(error) for error in result["errors"][:ERRORS_SHOWN]],
            "more_errors": max(result["error_count"] - ERRORS_SHOWN, 0),
        }

    def show(self, more: dict[str, Any], status: int = 200) -> HttpResponse:
        context = {
            "breadcrumbs": [{"title": "工作台", "url": reverse("home")}, {"title": "合表", "url": ""}],
            "registers": [{"slug": one.slug, "title": one.title} for one in book_registers(self.request.user)],
            "max_size": max_size(),
            "max_total": f"{merge_jobs.MAX_TOTAL // MEGABYTE} MB",
            "max_files": merge_jobs.MAX_FILES,
            "max_rows": f"{MAX_ROWS:,}",
            **more,
        }
        return render(self.request, "registers/merge.html", context, status=status)

    def refused(self, error: DomainError) -> HttpResponse:
        return self.show({"problem": error.message}, status=error.status)


def _side_by_side(conflict: dict[str, Any]) -> dict[str, Any]:
    """A conflict with each cell under its heading, which a phone shows beside it."""
    headings = conflict["headings"]
    rows = []
    for row in conflict["rows"]:
        pairs = zip(headings, row["cells"], strict=True)
        rows.append({**row, "cells": [{"heading": heading, "text": text} for heading, text in pairs]})
    return {**conflict, "rows": rows}


def _link(job: Job) -> tuple[str, str]:
    label = "查看合表结果" if job.kind == merge_jobs.MERGE_JOB else "查看导入结果"
    return label, f"{reverse('merge')}?job={job.pk}"


link_job(merge_jobs.MERGE_JOB, _link)
link_job(merge_jobs.IMPORT_JOB, _link)
