"""Filters that several registers of people share."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.choices import CallableChoiceIterator

from lianjian import clock
from lianjian.periods import Period
from members.models import Turnover
from members.sockets import federation_filter
from registers.models.row import effective_on
from registers.reading import QuarterFilter


class StandingFilter(django_filters.ChoiceFilter):
    """Rows that hold today, or are over, by their half-open dates."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="现状",
            choices=[("now", "在期"), ("over", "已结束")],
            empty_label="全部",
            method=self.by_day,
            **kwargs,
        )

    @staticmethod
    def by_day(rows: QuerySet, name: str, value: str) -> QuerySet:
        day = clock.today()
        return rows.filter(effective_on(day) if value == "now" else Q(valid_to__lte=day))


class HeldInQuarter(QuarterFilter):
    """Rows whose day lies in a quarter written `2026Q3`."""

    def __init__(self, field_name: str) -> None:
        super().__init__(field_name=field_name, label="季度")

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if not value:
            return qs
        quarter = Period.parse(value)
        return qs.filter(**{f"{self.field_name}__gte": quarter.start, f"{self.field_name}__lte": quarter.last_day})


class FederationFilter(django_filters.NumberFilter):
    """Rows of a federation's villages of today; chosen by name on pages, by its number in the API."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(field_name="village_id", label="联建单位", min_value=1, max_value=2**63 - 1, **kwargs)

    @property
    def field(self) -> Any:
        request = getattr(self.parent, "request", None)
        made = super().field
        if request is not None:
            made.widget = forms.Select()
            # Asked when it is drawn: the API needs no names.
            made.widget.choices = CallableChoiceIterator(
                lambda: [("", "全部"), *federation_filter.choices_for(request.user)]
            )
        return made

    def filter(self, qs: QuerySet, value: Any) -> QuerySet:
        if value is None:
            return qs
        return qs.filter(village_id__in=federation_filter.villages_of(int(value)))


TURNOVER_PARTS = ("created", "ended")  # of Turnover.effects: posts begun, posts ended


def of_turnover(turnover: Turnover, part: str = "") -> Q:
    """Posts that a turnover began (`created`) or ended (`ended`); both where no part is named."""
    parts = [part] if part in TURNOVER_PARTS else TURNOVER_PARTS
    return Q(pk__in=[int(pk) for name in parts for pk in turnover.effects.get(name, ())])


class TurnoverPosts(django_filters.FilterSet):
    """Posts of one turnover (P08), as far as the person may see it; `part` narrows to those begun or ended by it."""

    turnover = django_filters.NumberFilter(label="换届编号", method="by_turnover", min_value=1, max_value=2**63 - 1)
    part = django_filters.ChoiceFilter(
        label="换届中", choices=[("created", "新任"), ("ended", "离任")], empty_label="全部", method="by_turnover"
    )

    def by_turnover(self, rows: QuerySet, name: str, value: Any) -> QuerySet:
        number = self.form.cleaned_data.get("turnover")
        if number is None:
            return rows  # a part of no turnover says nothing
        found = Turnover.objects.visible_to(self.request.user).filter(pk=int(number)).first()
        return rows.filter(of_turnover(found, self.form.cleaned_data.get("part") or "")) if found else rows.none()
