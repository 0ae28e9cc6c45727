"""Filters that several registers of people share."""

from typing import Any

import django_filters
from django.db.models import Q, QuerySet

from lianjian import clock
from lianjian.periods import Period
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
