"""Periodic work of members: thin, the actions do it."""

from celery import shared_task

from members.actions import placements
from members.points import crediting


@shared_task
def apply_due_placements() -> None:
    """Hourly: transfers and departures whose day has come."""
    placements.apply_due_placements()


@shared_task
def expire_points() -> None:
    """Nightly: points to spend that lay longer than the county allows."""
    crediting.expire()
