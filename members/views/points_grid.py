"""Declaring by grid: rows pasted or typed into a sheet, checked as they are typed, declared whole or not at all.

The same columns, resolvers and rules as a workbook's (members/claim_import). A row that was declared stays to be looked
at; it is changed by rejecting its claim, not in the sheet.
"""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from lianjian import clock
from lianjian.periods import quarter_of
from members.claim_import import ClaimImportOutcome, import_claims
from members.claim_import.columns import columns
from members.points.duplicates import FIELD
from members.queries.point_items import ItemBook, counties_of
from members.views import points_base as base
from members.views.points_claims import TITLE
from registers.errors import Invalid
from registers.pages.grid.bodies import LIMIT, SentRow, pasted_cells, sent_rows, table_of
from registers.pages.grid.cells import column_spec
from registers.pages.grid.face import EMPTY_ROWS, GridAnswers, json_answer, told_errors, told_notes
from registers.pages.grid.pasting import placed_cells

RIGHT = "claims.declare"
FROZEN = 2  # village and name
CONFIRM = "；不是同一件事的，在这一格写明理由"
DONE = "这一行已经申报，不能在表里修改；填错了请在申报页驳回或撤回后重报"


class ClaimGrid(GridAnswers, base.PointsView):
    """GET shows an empty sheet. POST takes what a register's grid sends: check, paste, save (registers/pages/grid)."""

    right = RIGHT

    def get(self, request: HttpRequest) -> HttpResponse:
        specs = [
            column_spec(
                column,
                lookup="villages" if column.field == "village" else "",
                options=self.item_names() if column.field == "items" else (),
                is_key=column.field in ("village", "people"),
            )
            for column in columns()
        ]
        data = {
            "columns": specs, "frozen": FROZEN, "rows": [], "carried": [], "limit": LIMIT, "empty": EMPTY_ROWS,
        }  # fmt: skip
        claims = reverse("claims:list")
        context = {
            "register": {"title": TITLE},
            "breadcrumbs": self.crumbs((TITLE, claims), ("粘贴录入", "")),
            "data": data,
            "notice": "村、姓名、积分项目、发生日期必填；村里有同名的，填党员编号。数量留空按 1 算。",
            "can_add": True,
            "list_url": f"{claims}?tab=all",
            "import_url": reverse("claims:import"),
            "new_url": reverse("claims:new"),
        }
        return self.page("registers/grid.html", context)

    def item_names(self) -> Sequence[str]:
        """Items in force today, of all books and of the towns within reach."""
        scope = self.user.scope_for(RIGHT)
        book = ItemBook.of(counties_of(scope))
        quarter = str(quarter_of(clock.today()))
        names: dict[str, None] = {}
        for county, kind in book.schemes:
            scheme = book.scheme(county, kind, quarter)
            for item in book.items[scheme.pk] if scheme else ():
                if item.town_id is None or scope.covers(item.town_id):
                    names.setdefault(item.name)
        return list(names)

    def paste(self, body: dict[str, Any]) -> HttpResponse:
        cells, fields = pasted_cells(body)
        return json_answer(placed_cells(columns(), cells, fields))

    def check(self, body: dict[str, Any]) -> HttpResponse:
        """What is wrong in rows that were just changed, or declared already; writes nothing."""
        rows = sent_rows(body)
        outcome = self.tried(rows, dry_run=True)
        return json_answer(
            {"errors": problems(rows, outcome), "warnings": [], "notes": told_notes(outcome.notes), "there": []}
        )

    def save(self, body: dict[str, Any]) -> HttpResponse:
        rows = sent_rows(body)
        if not rows:
            raise Invalid("没有要保存的行")
        outcome = self.tried(rows, dry_run=any(row.key for row in rows))
        if wrong := problems(rows, outcome):
            return json_answer({"errors": wrong}, status=400)
        names = [column.field for column in columns()]
        saved = [
            {"n": row.number, "key": f"declared-{row.number}", "version": 1,
             "cells": [str(row.cells.get(name) or "") for name in names]}
            for row in rows
        ]  # fmt: skip
        return json_answer(
            {"saved": saved, "created": outcome.created, "updated": 0, "unchanged": outcome.unchanged,
             "notes": told_notes(outcome.notes)}
        )  # fmt: skip

    def tried(self, rows: Sequence[SentRow], *, dry_run: bool) -> ClaimImportOutcome:
        fresh = [row for row in rows if not row.key]
        return import_claims(by=self.user, data=table_of(columns(), fresh), dry_run=dry_run, confirmed="")


def problems(rows: Sequence[SentRow], outcome: ClaimImportOutcome) -> list[dict[str, Any]]:
    """What is wrong, cell by cell: errors, facts that seem to be declared already, rows that were declared before."""
    done = [{"n": row.number, "field": "village", "message": DONE} for row in rows if row.key]
    doubts = [{"n": one.row, "field": FIELD, "message": f"{one.message}{CONFIRM}"} for one in outcome.warnings]
    return [*told_errors(outcome.errors), *doubts, *done]
