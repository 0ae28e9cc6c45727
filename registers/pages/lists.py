"""The list of a register: filters, search, sorted headings, keyset pages, totals, and its export."""

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registers import list_views, reading, sockets
from registers.ordering import known_order, ordering_of, orders
from registers.pages import present
from registers.pages.bulk import list_buttons
from registers.pages.faces import Face
from registers.pages.grid.carrying import button as carry_button
from registers.pages.list_tools import AS_IT_IS, Choices, export_links
from registers.rows.columns import Column

PRIMARY = 3
_NO_FILTERS = ("cursor", "page_size", "ordering", "columns", "view")


class ListFace(Face):
    template = "registers/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        self.choices = Choices(self.register, self.user)
        default = self.choices.default
        if default is not None and not request.GET and (query := list_views.address_query(default)):
            return redirect(f"{self.url('list')}?{query}")
        filters, rows = reading.filtered(self.register, request, self.rows())
        ordering = ordering_of(self.register, self.asked_order())
        size = reading.page_size_of(request)
        page = reading.page_or_first(rows, ordering, size, request.GET.get("cursor", ""))
        count = reading.capped_count(rows)
        usual = self.columns()
        columns = self.choices.columns(request.GET.get("columns", ""), usual)
        heads = self.heads(columns, ordering)
        form = self.filter_form(filters)
        primary = self.primary_filters(form)
        if form is not None:
            form.order_fields(primary)
        totals = self.totals(rows, columns, heads) if len(page.rows) > 1 else None
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs(),
            "count": reading.count_text(count),
            "columns": heads,
            "rows": [present.table_row(self.register, row, columns, heads) for row in page.rows],
            "totals": totals,
            "totals_note": self.register.totals_note if totals else "",
            "filter_form": form,
            "primary_filters": primary,
            "next_url": self.with_cursor(page.next),
            "previous_url": self.with_cursor(page.previous),
            "page_size": size if count > reading.PAGE_SIZES[0] else None,
            "query": self.query(),
            "can_add": self.may_change and self.register.can_create,
            "can_import": self.may_change,
            "actions": self.actions(),
            "urls": self.urls(),
            "carry": carry_button(self.register, self.request.GET) if self.may_change else None,
            "bulk_actions": list_buttons(self.register, self.user) if self.may_change else [],
            "chosen_all": reading.count_text(count) if page.next or page.previous else "",
            "return_query": list_views.kept_query(request.GET.urlencode()),
            "exports": export_links(self.register, self.user, self.url("export"), self.shown_query(), columns),
        } | self.choices.context(self.url("list"), self.shown_query(), columns, usual)
        return self.page(self.template, context | self.more())

    # What an app's own list may do differently.

    def rows(self) -> QuerySet:
        return self.register.rows(self.user)

    def actions(self) -> list[Any]:
        """Further buttons before 新增."""
        return []

    def more(self) -> dict[str, Any]:
        """Further context for a template of one's own."""
        return {}

    def columns(self) -> list[Column]:
        """What the list shows where nobody chose columns."""
        return present.visible_columns(self.register, self.user, self.register.list_columns)

    # The parts of the page.

    def asked_order(self) -> str:
        return known_order(self.register, self.request.GET.get("ordering", ""))

    def urls(self) -> dict[str, str]:
        clear = self.url("list") + (f"?view={AS_IT_IS}" if self.choices.default else "")
        urls = {"export": self.url("export"), "clear": clear}
        urls |= {face: self.url(face) for face in ("columns", "views")}
        if self.may_change:
            urls |= {face: self.url(face) for face in ("import", "template", "grid")}
            if self.register.can_create:
                urls["new"] = self.url("new")
        return urls

    def query(self) -> str:
        """The filters in the address: what 清空 would clear."""
        kept = [(name, value) for name, value in self.request.GET.items() if name not in _NO_FILTERS and value]
        return urlencode(kept)

    def shown_query(self) -> str:
        """Filters and order, for the export and for views."""
        order = self.asked_order()
        return "&".join(part for part in (self.query(), urlencode({"ordering": order}) if order else "") if part)

    def with_cursor(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.GET.copy()
        query["cursor"] = cursor
        return f"?{query.urlencode()}"

    def heads(self, columns: list[Column], ordering: tuple[str, ...]) -> list[dict[str, Any]]:
        """The headings; those the register sorts by are links that turn the order round on the second click."""
        heads = present.heads(self.register, columns)
        first, known = ordering[0], orders(self.register)
        for head in heads:
            name = self.order_name(head["key"])
            if not name:
                continue
            is_first = first.removeprefix("-") == known[name]
            if is_first:
                head["sorted"] = "desc" if first.startswith("-") else "asc"
            query = self.request.GET.copy()
            query.pop("cursor", None)
            query["ordering"] = f"-{name}" if is_first and not first.startswith("-") else name
            head["sort_url"] = f"?{query.urlencode()}"
        return heads

    def order_name(self, column: str) -> str:
        """What a column is called in `ordering=`, empty where the register does not sort by it."""
        source, known = self.register.source(column), orders(self.register)
        return next((name for name in (column, source, f"{source}_id") if name in known), "")

    def totals(self, rows: QuerySet, columns: list[Column], heads: list[dict[str, Any]]) -> list[dict[str, Any]] | None:
        """The sums of all rows that the filters leave, with one query; None where nothing is summed."""
        summed = [column for column in columns if column.field in self.register.totals]
        if not summed or any(not self.request.GET.get(name) for name in self.register.totals_per):
            return None
        sums = rows.order_by().aggregate(
            **{f"sum_{column.field}": Sum(self.register.source(column.field)) for column in summed}
        )
        cells = [{"text": "", "css": head["css"], "column": head} for head in heads]
        cells[0]["text"] = "合计"
        for column, cell in zip(columns, cells, strict=True):
            if column in summed:
                # The first cell says what the row is, whichever column was put first.
                cell["text"] = f"{cell['text']} {present.text_of(column, sums[f'sum_{column.field}'])}".strip()
        return cells

    def filter_form(self, filters: Any) -> forms.Form | None:
        """The filters as a form; the area is chosen from the user's own."""
        form = filters.form
        if "area" in form.fields:
            choices = sockets.area_choices.ask(self.user, self.register.view_right)
            if choices:
                form.fields["area"].widget = forms.Select(choices=[("", "全部"), *choices])
            elif self.request.GET.get("area"):
                form.fields["area"].widget = forms.HiddenInput()
            else:
                del form.fields["area"]
        if "q" in form.fields:
            form.fields["q"].widget.attrs |= {"placeholder": "名称、拼音首字母或代码", "type": "search"}
        for name in ("page_size", "ordering", "columns"):
            if self.request.GET.get(name):
                form.fields[name] = forms.CharField(required=False, widget=forms.HiddenInput())
        return form if form.fields else None

    def primary_filters(self, form: forms.Form | None) -> list[str]:
        """The filters that stand open: the register's own choice, else what is found first, three in all."""
        if form is None:
            return []
        wanted = self.register.primary_filters or ("area", *form.fields)
        shown = [name for name in dict.fromkeys(("q", *wanted)) if name in form.fields]
        shown = [name for name in shown if not form.fields[name].widget.is_hidden]
        return shown if self.register.primary_filters else shown[:PRIMARY]
