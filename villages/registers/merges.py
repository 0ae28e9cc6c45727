"""The register of merges: read here, decided on a page of its own (P03)."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse

from registers.pages.parts import Action, Notice, RelatedTable
from registers.register import Register, register_of
from registers.rows.columns import Column, Date, Integer, Reference, Text
from villages.models import VillageMerge
from villages.resolvers import AREAS


class VillageMergeRegister(Register):
    """Decisions that merged villages; towns see those that concern them."""

    model = VillageMerge
    slug = "village-merges"
    title = "村居撤并"
    group = "村居"
    menu_order = 95
    icon = "git-merge"
    columns = (
        Column("on", "撤并日期", Date(), readonly=True, width=12),
        Column("basis", "批准文件", Text(120), readonly=True, width=30),
        Column("area_code", "所在镇街", Reference(AREAS, what="区划"), readonly=True, width=16),
        Column("closed", "撤销村居", Integer(), unit="个", readonly=True),
        Column("kept", "并入村居", Integer(), unit="个", readonly=True),
        Column("summary", "随迁", Text(300), readonly=True, width=40),
        Column("note", "说明", Text(200), readonly=True, width=30),
        Column("done_by", "办理人", Text(40), readonly=True),
        Column("undone", "撤回", Text(200), readonly=True, width=30),
    )
    sources = {"area_code": "area"}
    list_columns = ("basis", "on", "area_code", "closed", "kept", "undone")
    main_columns = ("basis", "on", "closed")
    search_fields = ("basis", "note", "area__name", "area__initials", "lines__successor_name")
    ordering = ("-on", "-pk")
    ordering_fields = ("on",)
    select_related = ("area", "done_by", "undone_by")
    view_right = "villages.view"
    viewset = "villages.api.VillageMergeViewSet"
    views = {"list": "villages.views.merging.MergeListFace"}
    more_views = {
        "start": ("start/", "villages.views.merging.MergeFace"),
        "undo": ("<str:key>/undo/", "villages.views.merging.UndoFace"),
    }
    empty_text = "还没有撤并过村居。撤并由县委组织部办理，办理后原村居的历史保留不变。"

    def rows(self, user: Any) -> QuerySet:
        return super().rows(user).prefetch_related("lines")

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        return super().search(rows, text).distinct()

    def value(self, row: VillageMerge, field: str) -> Any:
        if field == "closed":
            return len({line.closed_id for line in row.lines.all()})
        if field == "kept":
            return len({line.successor_name for line in row.lines.all()})
        if field == "done_by":
            return row.done_by.name
        if field == "undone":
            return f"{row.undone_by.name}：{row.undo_reason}" if row.undone_by else None
        return super().value(row, field)

    def related(self, row: VillageMerge, user: Any) -> Iterable[RelatedTable]:
        villages = register_of("villages")
        heads: list[dict[str, Any]] = [
            {"key": "closed", "heading": "原村居", "css": "name", "main": True},
            {"key": "code", "heading": "原代码", "css": "date"},
            {"key": "successor", "heading": "并入", "css": "name", "main": True},
            {"key": "successor_code", "heading": "代码", "css": "date"},
        ]
        rows = []
        for line in row.lines.select_related("closed").order_by("successor_id", "closed_id"):
            kept = f"{line.successor_name}{'（新设）' if line.is_new else ''}"
            texts = (line.closed.short_name, line.closed_id, kept, line.successor_id or "")
            cells = [
                {"text": text, "css": head["css"], "column": head} for text, head in zip(texts, heads, strict=True)
            ]
            rows.append({"url": reverse(villages.url_name("detail"), args=[line.closed_id]), "cells": cells})
        yield RelatedTable("撤并明细", heads, rows)

    def actions(self, row: VillageMerge, user: Any) -> Iterable[Action]:
        if not row.is_undone and row.is_changeable_by(user):
            yield Action("撤回这次撤并", reverse(self.url_name("undo"), args=[row.pk]), tone="danger")

    def notices(self, row: VillageMerge, user: Any) -> Iterable[Notice]:
        if row.is_undone:
            yield Notice(f"已撤回：{row.undo_reason}", "info")
