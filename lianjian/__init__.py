"""The project: settings, addresses, workers and helpers without models (floor 0)."""

from lianjian.celery import app as celery_app

__all__ = ["celery_app"]
