"""Registers of the duty rota and of its swaps (P12). The week page is where people work; see views/duty.py."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import django_filters
from django.urls import reverse

from federations.duty import elsewhere, said
from federations.models import DutyShift, DutySwap, Shift
from federations.registers.parts import FEDERATION, OfFederationFilters, OfFederationRegister
from registers.pages.parts import Action
from registers.rows.columns import Choice, Column, Date, Text
from registers.rows.results import Remark

SHIFT = Choice(Shift.choices, {"白天上午": "morning", "夜班": "night", "晚上": "night"})


class DutyFilters(OfFederationFilters):
    shift = django_filters.ChoiceFilter(label="班次", choices=Shift.choices, empty_label="全部")
    since = django_filters.DateFilter("on", lookup_expr="gte", label="自")
    until = django_filters.DateFilter("on", lookup_expr="lte", label="至")


class DutyRegister(OfFederationRegister):
    """Who is on duty, by day and shift."""

    model = DutyShift
    slug = "duty-shifts"
    title = "值班记录"
    menu_order = 52
    icon = "calendar"
    columns = (
        FEDERATION,
        Column("on", "日期", Date(), required=True, width=12, example="2026-11-16"),
        Column("shift", "班次", SHIFT, required=True, width=8, example="上午"),
        Column("person", "值班人", Text(40, compact=True), required=True, width=12, example="王建国"),
        Column("task", "岗位", Text(60), width=16, example="党群服务中心窗口"),
        Column("note", "备注", Text(100), width=20),
    )
    filterset_class = DutyFilters
    primary_filters = ("q", "shift", "area")
    search_fields = ("person", "federation__name", "federation__initials")
    ordering = ("-on", "federation_id", "shift", "pk")
    natural_key = ("federation", "on", "shift", "person")
    change_right = "rota.change"
    views = {"detail": "federations.views.duty.ShiftFace"}
    more_views = {
        "week": ("week/", "federations.views.duty.WeekFace"),
        "swap": ("<str:key>/swap/", "federations.views.duty_entry.SwapFace"),
    }
    bulk_fields = ("task",)

    def title_of(self, row: DutyShift) -> str:
        return f"{row.on} {row.get_shift_display()} {row.person}"

    def warnings(self, values: Mapping[str, Any], *, row: Any | None, by: Any) -> Iterable[str]:
        return next(iter(self.warnings_many([(values, row)], by=by)))

    def warnings_many(
        self, entries: Sequence[tuple[Mapping[str, Any], Any | None]], *, by: Any
    ) -> Iterable[Iterable[str]]:
        """People of one name in two federations may be two people: told, not refused (P12)."""
        places = [(values.get("on"), values.get("shift"), values.get("person")) for values, _ in entries]
        there = elsewhere(by, [place for place in places if all(place)])  # type: ignore[misc] # all are there
        return [
            [
                Remark(said(other), "person")
                for other in there.get(place, ())  # type: ignore[arg-type]
                if other.federation_id != getattr(values.get("federation"), "pk", None)
                and (row is None or (other.pk != row.pk and place != (row.on, row.shift, row.person)))
            ]
            for place, (values, row) in zip(places, entries, strict=True)
        ]

    def actions(self, row: DutyShift, user: Any) -> Iterable[Action]:
        if row.is_changeable_by(user):
            yield Action("换班", reverse(self.url_name("swap"), args=[row.pk]), icon="arrows-exchange")


class SwapRegister(OfFederationRegister):
    """Swaps as they were written down; they are made on the rota and not changed afterwards."""

    model = DutySwap
    slug = "duty-swaps"
    title = "换班记录"
    menu_order = 53
    icon = "arrows-exchange"
    columns = (
        FEDERATION,
        Column("on", "原班日期", Date(), width=12),
        Column("shift", "原班次", SHIFT, width=8),
        Column("given_by", "原值班人", Text(40), width=12),
        Column("taken_by", "换班人", Text(40), width=12),
        Column("back_on", "对换日期", Date(), width=12),
        Column("back_shift", "对换班次", SHIFT, width=8),
        Column("swapped_on", "登记日期", Date(), width=12),
        Column("reason", "原因", Text(200), width=24),
        Column("by", "经办人", Text(40), width=12),
    )
    sources = {"by": "by__name"}
    search_fields = ("given_by", "taken_by", "reason", "federation__name", "federation__initials")
    ordering = ("-swapped_on", "-pk")
    select_related = ("federation", "by")
    change_right = ""
    empty_text = "还没有换过班。换班在值班表里点值班人办理。"

    def title_of(self, row: DutySwap) -> str:
        return f"{row.on} {row.get_shift_display()} {row.given_by} → {row.taken_by}"
