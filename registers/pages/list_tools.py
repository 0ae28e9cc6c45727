"""Beside a list: which columns it shows and in what order, and a person's own views of it."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from registers import list_views
from registers.exchange.exporting import also_needed
from registers.models.list_view import ListView
from registers.pages.faces import Face
from registers.register import Register
from registers.rows.columns import Column

AS_IT_IS = "all"  # `?view=all`: the list without the default view


class Choices:
    """What a person has chosen for one list; one query."""

    def __init__(self, register: Register, user: Any) -> None:
        self.register = register
        self.user = user
        self.kept = list_views.views_of(user, register)

    @property
    def views(self) -> list[ListView]:
        return [view for view in self.kept if view.name]

    @property
    def default(self) -> ListView | None:
        return next((view for view in self.views if view.is_default), None)

    def columns(self, asked: str, fallback: Sequence[Column]) -> list[Column]:
        """Those in the address, else those kept, else the register's; what is unknown or hidden is left out."""
        kept = next((view.columns for view in self.kept if not view.name), [])
        for names in (asked.split(","), kept):
            if found := self.register.columns_named(self.user, names):
                return found
        return list(fallback)

    def context(self, address: str, query: str, shown: Sequence[Column], usual: Sequence[Column]) -> dict[str, Any]:
        """The two menus as registers/_list_tools.html takes them.

        address  of the list; query: filters, order and columns as they stand behind it
        """
        every = self.register.columns_for(self.user)
        rest = [column for column in every if column not in shown]
        now = (list_views.kept_query(query), [column.field for column in shown])
        is_open = {view.pk: (view.query, view.columns) == now for view in self.views}
        return {
            "column_choices": [
                {"field": column.field, "label": column.full_heading, "shown": column in shown}
                for column in (*shown, *rest)
            ],
            "columns_are_usual": list(shown) == list(usual),
            "views": [
                {
                    "name": view.name,
                    "pk": view.pk,
                    "url": f"{address}?{list_views.address_query(view) or f'view={AS_IT_IS}'}",
                    "is_default": view.is_default,
                    "is_open": is_open[view.pk],
                }
                for view in self.views
            ],
            "open_view": next((view.name for view in self.views if is_open[view.pk]), ""),
            "view_query": query,
        }


def export_links(
    register: Register, user: Any, address: str, query: str, shown: Sequence[Column]
) -> list[dict[str, str]]:
    """What may be exported: the columns shown (and what an import needs besides), and all of them."""
    every = register.columns_for(user)
    base = f"{address}?{query}" if query else address
    what = "筛选结果" if query else "全部"
    whole = {"url": base, "label": f"导出{what}（所有列）", "note": ""}
    if list(shown) == every:
        return [{**whole, "label": f"导出{what}"}]
    names = urlencode({"columns": ",".join(column.field for column in shown)}, safe=",")
    needed = also_needed(register, user, shown)
    note = f"另附“{'、'.join(column.heading for column in needed)}”，改后可再导入" if needed else "改后可再导入"
    return [
        {
            "url": f"{base}{'&' if query else '?'}{names}",
            "label": f"导出{what}（当前 {len(shown)} 列）",
            "note": note if register.change_right and user.can(register.change_right) else "",
        },
        whole,
    ]


class ListToolFace(Face):
    http_method_names = ["post", "options"]

    def came_from(self) -> str:
        return self.back(self.request.POST.get("query", ""))

    def back(self, query: str) -> str:
        address = self.url("list")
        return f"{address}?{query}" if query else address


class ColumnsFace(ListToolFace):
    """Keep which columns the list shows, for this person."""

    def post(self, request: HttpRequest) -> HttpResponse:
        names = [] if "usual" in request.POST else request.POST.getlist("columns")
        list_views.keep_columns(by=self.user, register=self.register, columns=names)
        return redirect(self.back(list_views.kept_query(request.POST.get("query", "")) or f"view={AS_IT_IS}"))


class ViewsFace(ListToolFace):
    """Save, drop, or open the list with a view of one's own."""

    def post(self, request: HttpRequest) -> HttpResponse:
        given = request.POST
        register, query = self.register, given.get("query", "")
        if "drop" in given:
            name = list_views.drop_view(by=self.user, register=register, key=given["drop"])
            messages.success(request, f"已删除视图“{name}”，记录没有变化。")
        elif "default" in given or "undefault" in given:
            key, on = given.get("default") or given.get("undefault", ""), "default" in given
            view = list_views.set_default(by=self.user, register=register, key=key, on=on)
            said = f"打开“{register.title}”时默认用视图“{view.name}”。" if on else "打开列表时不再用默认视图。"
            messages.success(request, said)
        else:
            view = list_views.save_view(
                by=self.user, register=register, name=given.get("name", ""), query=query,
                columns=given.get("columns", "").split(","), is_default=given.get("is_default") == "1",
            )  # fmt: skip
            messages.success(request, f"已存为视图“{view.name}”。")
            query = list_views.address_query(view)
        return redirect(self.back(query or f"view={AS_IT_IS}"))
