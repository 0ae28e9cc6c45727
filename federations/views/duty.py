"""The duty rota of a week: days by shifts, as a page and as a sheet to print (P12)."""

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import urlencode

from federations.access import may
from federations.duty import DAYS, clashes, monday_of, swaps_of, week_of
from federations.models import DutyShift, DutySwap, Federation, Shift
from federations.queries import federation_of
from lianjian import clock, workingdays
from registers.pages.details import DetailFace
from registers.pages.faces import Face
from registers.pages.parts import Related

RIGHT = DutyShift.change_right
OFFERED = 200


class RotaFace(Face):
    """A week of one federation; any day of it stands in `week`."""

    def asked_federation(self) -> Federation | None:
        """The one asked for, else the first that runs and has a rota that week, else the first; None where there is
        none. 404 outside the scope.
        """
        asked = self.request.GET.get("federation", "")
        if asked:
            return federation_of(self.user, asked)
        choices, monday = self.choices(), self.monday()
        week = DutyShift.objects.visible_to(self.user).filter(on__gte=monday, on__lt=monday + dt.timedelta(days=7))
        written = set(week.values_list("federation_id", flat=True).distinct())
        return next((one for one in choices if one.pk in written), choices[0] if choices else None)

    def choices(self) -> list[Federation]:
        rows = Federation.objects.visible_to(self.user).filter(status=Federation.Status.RUNNING)
        return list(rows.select_related("area").order_by("area_id", "name", "pk")[:OFFERED])

    def monday(self) -> dt.date:
        """404 for what is no day."""
        text = self.request.GET.get("week", "")
        try:
            day = dt.date.fromisoformat(text) if text else clock.today()
            return monday_of(day) if 2000 <= day.year <= 2100 else self.nowhere()
        except ValueError:
            return self.nowhere()

    def nowhere(self) -> dt.date:
        raise Http404


class WeekFace(RotaFace):
    template = "federations/duty_week.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        federation, monday = self.asked_federation(), self.monday()
        context: dict[str, Any] = {
            "breadcrumbs": self.breadcrumbs(("值班表", "")),
            "federation": federation,
            "choices": self.choices(),
            "monday": monday,
            "week_text": week_text(monday),
            "week_action": reverse(self.register.url_name("week")),
            "found_url": reverse("federations:new"),
        }
        if federation is not None:
            context |= self.rota(federation, monday)
        if request.GET.get("print") and federation is not None:
            context |= {"back_url": week_url(federation, monday), "back_label": "返回值班表"}
            return self.page("federations/duty_print.html", context)
        return self.page(self.template, context)

    def rota(self, federation: Federation, monday: dt.date) -> dict[str, Any]:
        may_write = may(by=self.user, federation=federation, right=RIGHT)
        days = week_of(self.user, federation, monday)
        swaps = swaps_of(self.user, federation, monday)
        swapped = {(swap.on, swap.shift, swap.taken_by) for swap in swaps}
        week = dt.timedelta(days=DAYS)
        swapped |= {(swap.back_on, swap.back_shift, swap.given_by) for swap in swaps if swap.back_on}
        places = [(row.on, row.shift, row.person) for day in days for rows in day.shifts.values() for row in rows]
        return {
            "shifts": Shift.labels,
            "days": [self.line(day, swapped, may_write) for day in days],
            "swaps": swaps,
            "clashes": clashes(self.user, federation, places),
            "may_write": may_write,
            "people": len({person for _, _, person in places}),
            "turns": len(places),
            "calendar_known": workingdays.is_known(monday.year) and workingdays.is_known((monday + week).year),
            "previous_url": week_url(federation, monday - week),
            "next_url": week_url(federation, monday + week),
            "today_url": week_url(federation, monday_of(clock.today())),
            "is_this_week": monday == monday_of(clock.today()),
            "edit_url": entry_url(federation, monday),
            "copy_url": entry_url(federation, monday, copy="1"),
            "print_url": week_url(federation, monday, print="1"),
            "list_url": f"{self.url('list')}?{urlencode({'federation': federation.pk})}",
            "federation_url": reverse("federations:detail", args=[federation.pk]),
        }

    def line(self, day: Any, swapped: set[Any], may_write: bool) -> dict[str, Any]:
        cells = []
        for shift in Shift:
            people = [
                {
                    "name": row.person,
                    "task": row.task,
                    "note": row.note,
                    "swapped": (row.on, row.shift, row.person) in swapped,
                    "url": self.url("swap" if may_write else "detail", row),
                }
                for row in day.shifts[shift]
            ]
            cells.append({"shift": shift.label, "people": people})
        return {
            "on": day.on,
            "name": day.name,
            "mark": day.mark,
            "rests": not day.is_working,
            "is_today": day.on == clock.today(),
            "cells": cells,
        }


class ShiftFace(DetailFace):
    """One shift, with the swaps of that day."""

    def context(self, row: DutyShift) -> dict[str, Any]:
        context = super().context(row)
        swaps = DutySwap.objects.visible_to(self.user).filter(federation=row.federation_id, on=row.on)
        part = Related(
            "当天的换班", "duty-swaps", swaps.select_related("federation", "by").order_by("pk"),
            ("on", "shift", "given_by", "taken_by", "reason"), empty="当天没有换班。",
        )  # fmt: skip
        context["related"] = [self.related_part(part), *context["related"]]
        return context


def week_url(federation: Federation, monday: dt.date, **more: str) -> str:
    """The rota of a week."""
    query: dict[str, Any] = {"federation": federation.pk, "week": monday.isoformat()} | more
    return f"{reverse('duty-shifts:week')}?{urlencode(query)}"


def entry_url(federation: Federation, monday: dt.date, **more: str) -> str:
    """Where a week is written."""
    query: dict[str, Any] = {"week": monday.isoformat()} | more
    return f"{reverse('federations:rota', args=[federation.pk])}?{urlencode(query)}"


def week_text(monday: dt.date) -> str:
    """2026年11月16日—22日."""
    last = monday + dt.timedelta(days=DAYS - 1)
    start = f"{monday.year}年{monday.month}月{monday.day}日"
    if last.year != monday.year:
        return f"{start}—{last.year}年{last.month}月{last.day}日"
    return f"{start}—{'' if last.month == monday.month else f'{last.month}月'}{last.day}日"
