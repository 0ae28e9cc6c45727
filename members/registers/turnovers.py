"""The register of turnovers (换届): what was done, read-only; a turnover is run from its workbook (P08)."""

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.urls import reverse

from members.models import Turnover
from members.registers.filters import of_turnover
from registers.pages.parts import Action, Notice, Related
from registers.register import Register, register_of
from registers.rows.columns import Column, Date, Integer, Reference, Text, YesNo
from villages.resolvers import AREAS


class TurnoverFilters(django_filters.FilterSet):
    undone = django_filters.ChoiceFilter(
        label="撤回", choices=[("false", "没有撤回"), ("true", "已撤回")], empty_label="全部", method="by_undone"
    )

    def by_undone(self, rows: QuerySet, name: str, value: str) -> QuerySet:
        return rows.filter(undone_at__isnull=value == "false")


class TurnoverRegister(Register):
    """Turnovers, with the posts that each began and ended."""

    model = Turnover
    slug = "turnovers"
    title = "换届"
    group = "党员"
    menu_order = 32
    icon = "refresh"
    columns = (
        Column("on", "换届日期", Date()),
        Column("area_code", "区划", Reference(AREAS, what="区划"), width=16),
        Column("organizations", "党组织", Integer(), unit="个"),
        Column("came", "新任", Integer(), unit="人"),
        Column("left", "离任", Integer(), unit="人"),
        Column("stayed", "留任", Integer(), unit="人"),
        Column("file_name", "文件", Text(200), width=24),
        Column("by_name", "办理人", Text(40)),
        Column("undone", "已撤回", YesNo()),
    )
    sources = {"area_code": "area", "by_name": "by__name"}
    list_columns = ("on", "area_code", "organizations", "came", "left", "stayed", "file_name", "by_name", "undone")
    main_columns = ("on", "organizations", "came")
    filterset_class = TurnoverFilters
    primary_filters = ("undone", "area")
    ordering = ("-on", "-pk")
    ordering_fields = ("on",)
    select_related = ("area", "by")
    view_right = "organizations.view"
    viewset = "members.turnover.api.TurnoverViewSet"
    views = {"list": "members.views.turnovers.TurnoverList"}
    more_views = {
        "run": ("run/", "members.views.turnovers.RunFace"),
        "workbook": ("run/workbook.xlsx", "members.views.turnovers.WorkbookFace"),
        "undo": ("<str:key>/undo/", "members.views.turnovers.UndoFace"),
    }
    key_fields = ("organizations", "came", "left", "stayed")
    tones = {"undone": {True: "neutral", False: "done"}}
    empty_text = "还没有办理过换届。下载现任班子，改好后上传，核对无误一次办完。"

    def value(self, row: Turnover, field: str) -> Any:
        if field == "undone":
            return row.undone_at is not None
        return super().value(row, field)

    def title_of(self, row: Turnover) -> str:
        return f"{row.on} 换届"

    def related(self, row: Turnover, user: Any) -> Iterable[Related]:
        if row.undone_at is not None:
            return  # whom it brought is gone, whom it took is back
        posts = register_of("posts").rows(user).order_by("organization_id", "valid_from", "pk")
        columns = ("person", "organization", "title", "portfolio")
        for title, key, empty in (("新任", "created", "没有新任的。"), ("离任", "ended", "没有离任的。")):
            found = posts.filter(of_turnover(row, key))
            yield Related(title, "posts", found, columns, filters={"turnover": row.pk, "part": key}, empty=empty)

    def notices(self, row: Turnover, user: Any) -> Iterable[Notice]:
        if row.undone_at is not None:
            yield Notice("这次换届已经撤回，各人的任职恢复到换届以前。", "info")

    def actions(self, row: Turnover, user: Any) -> Iterable[Action]:
        if row.undone_at is None and row.is_changeable_by(user):
            yield Action(
                f"撤回“{self.title_of(row)}”", reverse(self.url_name("undo"), args=[row.pk]), method="post",
                tone="danger", icon="arrow-back-up",
                confirm=f"撤回后，新任的 {row.came:,} 人不再任职，离任的 {row.left:,} 人恢复任职。",
            )  # fmt: skip


TURNOVER_REGISTERS = (TurnoverRegister,)
