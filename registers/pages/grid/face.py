"""The grid of a register: the page with its rows, and what it asks while people type, paste and save."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict

from registers import reading
from registers.errors import DomainError, Invalid
from registers.exchange.importing import check, import_table
from registers.exchange.known import by_key
from registers.exchange.matching import Planned, keys_of, lookups_of
from registers.exchange.outcome import ERRORS_TOLD, ImportOutcome
from registers.ordering import ordering_of
from registers.pages.faces import Face
from registers.pages.grid import carrying
from registers.pages.grid.bodies import LIMIT, SentRow, known_of, pasted_cells, read_body, sent_rows, table_of
from registers.pages.grid.cells import column_specs, frozen_columns, presets, rows_for_grid
from registers.pages.grid.pasting import known_rows, placed
from registers.pages.history import last_changes
from registers.rows.results import CheckedRows, RowError, RowNote, RowWarning
from registers.rows.tables import Table
from registers.warned import warn, warns

NOTHING = "这里没有可以修改的行，请回到列表放宽筛选。"
EMPTY_ROWS = 30  # to type into, below the rows that are there


class GridAnswers:
    """How a page answers its grid's POST: by what is to be done, and in JSON when it is refused too."""

    request: HttpRequest
    check: Callable[[dict[str, Any]], HttpResponse]
    paste: Callable[[dict[str, Any]], HttpResponse]
    save: Callable[[dict[str, Any]], HttpResponse]

    def post(self, request: HttpRequest) -> HttpResponse:
        body = read_body(request)
        answers = {"check": self.check, "paste": self.paste, "save": self.save}
        answer = answers.get(str(body.get("do")))
        if answer is None:
            raise Invalid("没有看懂表格发来的内容，请刷新页面后再试")
        return answer(body)

    def refused(self, error: DomainError) -> HttpResponse:
        if self.request.method == "POST":
            return json_answer({"detail": error.message}, status=error.status)
        return super().refused(error)  # type: ignore[misc] # of the page it is mixed into


class GridFace(GridAnswers, Face):
    """GET shows the rows that the list's filters leave, `?carry=2026` last period's figures as new ones.

    POST takes JSON: `{"do": "check" | "save", "rows": [{n, key, version, cells: {field: text}}]}` or
    `{"do": "paste", "cells": [[text]], "fields": [field]}`. A save writes all rows or none: 400 with what is wrong,
    409 with what somebody saved meanwhile.
    """

    template = "registers/grid.html"
    needs_change = True

    def get(self, request: HttpRequest) -> HttpResponse:
        register = self.register
        specs = column_specs(register, self.user)
        carried = carrying.carry(
            register, self.user, self.rows(carrying.without_period(register, request.GET)),
            request.GET.get(carrying.ASKED, ""),
        )  # fmt: skip
        rows = [] if carried else list(self.rows(request.GET)[: LIMIT + 1])
        more, rows = len(rows) > LIMIT, rows[:LIMIT]
        query = request.GET.copy()
        query.pop(carrying.ASKED, None)
        data = {
            "columns": specs,
            "frozen": frozen_columns(specs),
            "rows": rows_for_grid(register, self.user, rows),
            "carried": carried.rows if carried else [],
            "presets": presets(register, self.user, request.GET.dict()) if register.can_create else [],
            "limit": LIMIT,
            "empty": EMPTY_ROWS if register.can_create else 0,
        }
        context = {
            "register": register,
            "breadcrumbs": self.breadcrumbs(("粘贴录入", "")),
            "data": data,
            "notice": carried.sentence if carried else "" if rows or register.can_create else NOTHING,
            "more": f"只装入了前 {LIMIT:,} 行，请先在列表里筛选" if more else "",
            "can_add": register.can_create,
            "carry": carrying.button(register, request.GET),
            "list_url": f"{self.url('list')}?{query.urlencode()}" if query else self.url("list"),
            "import_url": self.url("import"),
            "new_url": self.url("new") if register.can_create else "",
        }
        return self.page(self.template, context)

    def rows(self, query: QueryDict) -> QuerySet:
        """What the filters of an address leave of the rows the user may change, in the list's order."""
        register = self.register
        mine = register.changeable(self.user).order_by().values("pk")
        filters = reading.filterset_class(register)(
            query, queryset=register.rows(self.user).filter(pk__in=mine), request=self.request
        )
        rows = filters.qs if filters.is_valid() else filters.queryset.none()
        return rows.order_by(*ordering_of(register, ""))

    # -- what the page asks

    def paste(self, body: dict[str, Any]) -> HttpResponse:
        cells, fields = pasted_cells(body)
        return json_answer(placed(self.register, self.user, cells, fields))

    def check(self, body: dict[str, Any]) -> HttpResponse:
        """What is wrong in rows that were just changed, and which new ones are there already; writes nothing."""
        rows = sent_rows(body)
        table = self.table(rows)
        checked = check(self.register, self.register.columns_for(self.user), table, self.user)
        fresh = self.table([row for row in rows if not row.key])
        there = known_rows(self.register, self.user, fresh)
        return json_answer(
            {
                "errors": told_errors(checked.errors),
                "warnings": told_warnings(self.warned(rows, checked)),
                "notes": told_notes(checked.notes),
                "there": [{"n": number} | row for number, row in there.items()],
            }
        )

    def save(self, body: dict[str, Any]) -> HttpResponse:
        rows = sent_rows(body)
        if not rows:
            raise Invalid("没有要保存的行")
        outcome = import_table(self.register, by=self.user, table=self.table(rows), known=known_of(rows))
        if outcome.stale:
            return json_answer(
                {"conflicts": self.conflicts(outcome.stale), "errors": told_errors(outcome.errors)}, status=409
            )
        if outcome.errors:
            return json_answer({"errors": told_errors(outcome.errors)}, status=400)
        return json_answer(
            {
                "saved": self.saved(outcome),
                "created": outcome.created,
                "updated": outcome.updated,
                "unchanged": outcome.unchanged,
                "warnings": told_warnings(outcome.warnings),
                "notes": told_notes(outcome.notes),
            }
        )

    def warned(self, sent: Sequence[SentRow], checked: CheckedRows) -> list[RowWarning]:
        """What is unusual about rows that are right (P06): told beside the errors, and no hindrance to saving."""
        if not warns(self.register):
            return []
        keys = {row.number: row.key for row in sent if row.key}
        mine = by_key(self.register, self.register.changeable(self.user), keys.values())
        there = self.register.rows(self.user).in_bulk(mine.values())
        planned = [Planned(row, there.get(mine.get(keys.get(row.number, "")))) for row in checked.rows]
        return warn(self.register, self.user, checked, planned)

    def table(self, rows: list[SentRow]) -> Table:
        return table_of(self.register.columns_for(self.user), rows)

    def saved(self, outcome: ImportOutcome) -> list[dict[str, Any]]:
        """Each row as it stands now, under its number in the grid."""
        numbers = self.stored_keys(outcome.done)
        rows = list(self.register.rows(self.user).filter(pk__in=numbers))
        shown = rows_for_grid(self.register, self.user, rows)
        return [{"n": numbers[row.pk]} | each for row, each in zip(rows, shown, strict=True)]

    def stored_keys(self, planned: Iterable[Planned]) -> dict[Any, int]:
        """{primary key: row number}; of rows whose register did not say what it made of them, by the natural key."""
        told, untold = {}, []
        for entry in planned:
            row = entry.saved or entry.row
            if row is None:
                untold.append(entry.checked)
            else:
                told[row.pk] = entry.checked.number
        if untold and self.register.natural_key:
            keys = keys_of(self.register.changeable(self.user), lookups_of(self.register, self.user, untold))
            told |= {key: row.number for key, row in zip(keys, untold, strict=True) if key is not None}
        return told

    def conflicts(self, stale: Iterable[Planned]) -> list[dict[str, Any]]:
        """What stands there now, by whom and since when."""
        numbers = {entry.row.pk: entry.checked.number for entry in stale if entry.row is not None}
        rows = list(self.register.rows(self.user).filter(pk__in=numbers))
        changes = last_changes(rows)
        shown = rows_for_grid(self.register, self.user, rows)
        return [
            {"n": numbers[row.pk], "by": changes[row.pk][0], "at": changes[row.pk][1]} | each
            for row, each in zip(rows, shown, strict=True)
        ]


def json_answer(body: dict[str, Any], status: int = 200) -> JsonResponse:
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def told_errors(errors: Iterable[RowError]) -> list[dict[str, Any]]:
    return [
        {
            "n": error.row,
            "field": error.field,
            "message": f"{error.problem}，{error.expected}" if error.expected else error.problem,
        }
        for error in list(errors)[:ERRORS_TOLD]
    ]


def told_warnings(warnings: Iterable[RowWarning]) -> list[dict[str, Any]]:
    return [{"n": one.row, "field": one.field, "message": one.message} for one in list(warnings)[:ERRORS_TOLD]]


def told_notes(notes: Iterable[RowNote]) -> list[str]:
    return [note.text for note in list(notes)[:ERRORS_TOLD]]
