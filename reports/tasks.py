"""What workers run for reports."""

import logging

from celery import shared_task

from lianjian import clock
from lianjian.periods import Period
from reports.actions.outbox import refresh_all_dirty
from reports.actions.rollup import refresh_period
from reports.queries.rollup import counties_at_work

logger = logging.getLogger(__name__)


@shared_task
def refresh_dirty_scopes() -> int:
    """Every second: sum up again what changed. Doing it twice, or two at once, changes nothing."""
    return refresh_all_dirty()


@shared_task
def refresh_running_periods() -> int:
    """Every night: how things stand today in the running quarter and year (dates pass without a write)."""
    counties = counties_at_work()
    for county in counties:
        for unit in "YQ":
            refresh_period(county, Period.of(clock.today(), unit))
    return len(counties)
