"""The Celery application.

Celery delivers at least once, PostgreSQL remembers: a task takes ids, reloads, checks the state and may run
twice without harm. `quick` is for work a person is waiting for, `heavy` for closes, imports and exports.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianjian.settings")

app = Celery("lianjian")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
