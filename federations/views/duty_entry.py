"""Writing the rota: a week at once, last week's as a start, and swaps (P12)."""

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from federations.access import may
from federations.actions.duty import save_week, swap_duty
from federations.duty import DAYS, clashes, monday_of, people_of, week_of
from federations.models import DutyShift, Federation, Shift
from federations.premises import items_of
from federations.views.duty import RIGHT, RotaFace, entry_url, week_text, week_url
from lianjian import clock
from registers.errors import Invalid
from registers.pages.action_face import ActionFace, ActionForm

BACK_DAYS = 28
Places = dict[tuple[dt.date, str], list[str]]


class WeekEntryFace(RotaFace):
    """A box for each day and shift; several people with 、 between. `copy=1` begins with last week's."""

    template = "federations/duty_entry.html"

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        federation, monday = self.allowed(key), self.monday()
        there = self.places(federation, monday)
        copied = bool(request.GET.get("copy"))
        if copied:
            last = self.places(federation, monday - dt.timedelta(days=DAYS))
            week = dt.timedelta(days=DAYS)
            there = {place: there[place] or last[place[0] - week, place[1]] for place in there}
        return self.show(federation, monday, there, copied=copied)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        federation, monday = self.allowed(key), self.monday()
        typed: Places = {
            (day, shift): items_of("、".join(request.POST.get(box(day, shift), "").replace("\x00", "").split()))
            for day in days_of(monday)
            for shift in Shift.values
        }
        try:
            added, removed = save_week(by=self.user, federation=federation, monday=monday, places=typed)
        except Invalid as error:
            return self.show(federation, monday, typed, error=error.message, status=400)
        found = clashes(
            self.user, federation, [(day, shift, one) for (day, shift), all_ in typed.items() for one in all_]
        )
        said = f"已保存 {week_text(monday)} 的值班表：新排 {added} 人次，去掉 {removed} 人次。"
        messages.success(request, said)
        if found:
            messages.warning(request, f"提醒：{'；'.join(found)}，请核对是不是同一个人。")
        return redirect(week_url(federation, monday))

    def allowed(self, key: str) -> Federation:
        """404 outside the scope, 403 inside without the right."""
        federation: Federation = self.visible_row(key)
        if not may(by=self.user, federation=federation, right=RIGHT):
            raise PermissionDenied
        return federation

    def places(self, federation: Federation, monday: dt.date) -> Places:
        week = week_of(self.user, federation, monday)
        return {(day.on, shift): [row.person for row in day.shifts[shift]] for day in week for shift in Shift.values}

    def show(
        self, federation: Federation, monday: dt.date, places: Places, *, copied: bool = False, error: str = "",
        status: int = 200,
    ) -> HttpResponse:  # fmt: skip
        address = week_url(federation, monday)
        lines = [
            {
                "day": day,
                "boxes": [
                    {
                        "name": box(day.on, shift),
                        "label": f"{day.on} {Shift(shift).label}",
                        "shift": Shift(shift).label,
                        "value": "、".join(places[day.on, shift]),
                    }
                    for shift in Shift.values
                ],
            }
            for day in week_of(self.user, federation, monday)
        ]
        context = {
            "breadcrumbs": self.breadcrumbs(
                (federation.name, self.url("detail", federation)), ("值班表", address), ("编排", "")
            ),
            "federation": federation,
            "week_text": week_text(monday),
            "shifts": Shift.labels,
            "lines": lines,
            "names": people_of(self.user, federation),
            "copied": copied,
            "copy_url": entry_url(federation, monday, copy="1"),
            "week_url": address,
            "error": error,
        }
        return self.page(self.template, context, status)


def days_of(monday: dt.date) -> list[dt.date]:
    return [monday + dt.timedelta(days=n) for n in range(DAYS)]


def box(day: dt.date, shift: str) -> str:
    """The name of the box of a day and shift in the form."""
    return f"{day.isoformat()}-{shift}"


def in_order(one: DutyShift) -> tuple[dt.date, int, int]:
    """By day, and on a day from the morning to the night."""
    return one.on, Shift.values.index(one.shift), one.pk


class SwapForm(ActionForm):
    back = forms.ChoiceField(label="与哪一班对换", required=False, help_text="两人互换班次的选这里")
    taken_by = forms.CharField(
        label="换班人", max_length=40, required=False, help_text="只是替班、不对换的，填替班人的姓名"
    )
    reason = forms.CharField(label="原因", max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = min(clock.today(), self.row.on)
        others = DutyShift.objects.changeable_by(self.user).filter(
            federation=self.row.federation_id, on__gte=today, on__lt=today + dt.timedelta(days=BACK_DAYS)
        )
        same = Q(on=self.row.on, shift=self.row.shift)
        found = sorted(others.exclude(same).exclude(person=self.row.person), key=in_order)
        self.others = {str(one.pk): one for one in found}
        back = self.fields["back"]
        assert isinstance(back, forms.ChoiceField)  # noqa: S101 -- declared above
        back.choices = [("", "不对换，只替班"), *((pk, self.register.title_of(one)) for pk, one in self.others.items())]


class SwapFace(ActionFace):
    form_class = SwapForm
    title = "换班"
    submit_label = "换班"

    def note(self, row: DutyShift) -> str:
        return "换班记录长期保留：谁和谁换、哪一班、什么原因。"

    def perform(self, row: DutyShift, form: SwapForm) -> HttpResponse:
        facts = form.cleaned_data
        swap = swap_duty(
            by=self.user, shift=row, taken_by=facts["taken_by"], back=form.others.get(facts["back"]),
            reason=facts["reason"],
        )  # fmt: skip
        place = [(swap.on, swap.shift, swap.taken_by)]
        found = clashes(self.user, row.federation, place)
        messages.success(self.request, f"已登记换班：{swap.given_by} → {swap.taken_by}。")
        if found:
            messages.warning(self.request, f"提醒：{'；'.join(found)}，请核对是不是同一个人。")
        return redirect(week_url(row.federation, monday_of(swap.on)))
