"""Workbooks sent as people and programs send them: over HTTP, by page or API; and what may not come of it."""

import random
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from psycopg2 import sql

from registers import jobs
from registers.exchange import export_workbook, template_workbook
from registers.exchange.books import book_registers, export_book
from registers.models import Job

WRONG = "!"  # in front of what may not be
NAME = "台账.xlsx"


class Uploader:
    """One person's client. Every method sends one workbook and tells what was answered, with `!` where it may not be.

    Nothing may answer 5xx, be refused and yet leave a row, or be refused without a word.
    """

    def __init__(self, user: Any) -> None:
        self.user = user
        self.client = Client(raise_request_exception=False)
        self.client.force_login(user, backend="accounts.backends.AccountBackend")

    def send(self, slug: str, data: bytes, chance: random.Random) -> str:
        """To the register's API or page, or (empty slug: a town's book) to the book's."""
        if chance.random() < 0.1:
            return self.merge(slug, data)
        if chance.random() < 0.5:
            return self.api(f"/api/v1/{slug or 'town-book'}/import/", data, chance)
        return self.page(reverse(f"{slug}:import"), data, chance) if slug else self.book_page(data)

    def api(self, address: str, data: bytes, chance: random.Random) -> str:
        before = written()
        more = {"partial": "true"} if chance.random() < 0.2 else {"dry_run": "true"} if chance.random() < 0.2 else {}
        answer = self.client.post(address, {"file": SimpleUploadedFile(NAME, data), **more})
        body = answer.json() if answer.status_code in (200, 202, 400) else {}
        changed = written() != before
        if answer.status_code not in (200, 202, 400):
            return f"{WRONG} api status {answer.status_code}"
        if answer.status_code == 400 and (changed or not all(error["message"] for error in body["errors"])):
            return f"{WRONG} api refused, and yet written or without a word"
        if answer.status_code == 200 and changed != body["written"]:
            return f"{WRONG} api told written={body['written']}, and it is {changed}"
        if answer.status_code == 200 and "dry_run" in more and changed:
            return f"{WRONG} api written on trial"
        return f"api {answer.status_code}{' written' if changed else ''}"

    def page(self, address: str, data: bytes, chance: random.Random) -> str:
        """Looked at first; then what can be saved is, and what cannot in part where the page offers it."""
        before = written()
        looked = self.client.post(address, {"file": SimpleUploadedFile(NAME, data)})
        if looked.status_code not in (200, 302, 400) or written() != before:
            return f"{WRONG} page status {looked.status_code}, written={written() != before}"
        if looked.status_code == 302:
            return self.done_by_job("page")
        result = looked.context["result"]
        if result is None:
            errors = looked.context["form"].errors
            return "page 400" if errors else f"{WRONG} page refused without a word"
        partial = result["can_partial"] and chance.random() < 0.5
        saved = self.client.post(address, {"token": result["token"], **({"partial": "1"} if partial else {})})
        changed = written() != before
        if saved.status_code not in (200, 400) or (saved.status_code == 400 and changed):
            return f"{WRONG} page saved with status {saved.status_code}, written={changed}"
        if changed and not saved.context["result"]["saved"]:
            return f"{WRONG} page told nothing was saved"
        return f"page {saved.status_code}{' written' if changed else ''}"

    def book_page(self, data: bytes) -> str:
        answer = self.client.post(reverse("town-book"), {"file": SimpleUploadedFile(NAME, data)})
        return self.done_by_job("book", answer.status_code)

    def merge(self, slug: str, data: bytes) -> str:
        """Two such files put together, the register told or to be recognised."""
        files = [SimpleUploadedFile(f"{number}.xlsx", data) for number in (1, 2)]
        answer = self.client.post(reverse("merge"), {"files": files, "register": slug})
        return self.done_by_job("merge", answer.status_code)

    def done_by_job(self, what: str, status: int = 302) -> str:
        """The job that the upload started, run here: done, or failed in words; it only looks, and writes nothing."""
        if status != 302:
            return f"{what} 400" if status == 400 else f"{WRONG} {what} status {status}"
        before = written()
        job = Job.objects.visible_to(self.user).latest("created_at")
        jobs.run(job.pk)
        job.refresh_from_db()
        if written() != before or job.state not in (Job.State.DONE, Job.State.FAILED):
            return f"{WRONG} {what} job {job.state}, written={written() != before}"
        if job.state == Job.State.FAILED and (not job.message or "程序出错" in job.message):
            return f"{WRONG} {what} job failed: {job.message}"
        return f"{what} job {job.state}"


def sources(user: Any, area: str, most: int = 200) -> Iterator[tuple[str, bytes]]:
    """(slug, workbook): every register's template and export, and beside each the town's whole book (empty slug)."""
    file, _ = export_book(by=user, area=area)
    book = file.read()
    for register in book_registers(user):
        rows = register.rows(user)
        if rows.count() < most:
            yield register.slug, template_workbook(register, by=user).read()
            ordered = rows.order_by(*register.ordering)
            yield register.slug, export_workbook(register, by=user, queryset=ordered).read()
            yield "", book


def written() -> int:
    """How many changes the audit trail has seen: a half write would show as one."""
    tables = [model._meta.db_table for model in apps.get_models() if hasattr(model, "pgh_tracked_model")]
    counts = [sql.SQL("SELECT count(*) AS n FROM {}").format(sql.Identifier(table)) for table in tables]
    with connection.cursor() as cursor:
        statement = sql.SQL("SELECT sum(n) FROM ({}) AS counted").format(sql.SQL(" UNION ALL ").join(counts))
        cursor.execute(statement.as_string(cursor.cursor))
        return int(cursor.fetchone()[0])
