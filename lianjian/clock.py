"""The one clock of the product: Asia/Shanghai, and movable for demos and tests by `LIANJIAN_TODAY`."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    """The current moment, aware, in Asia/Shanghai; its date is `LIANJIAN_TODAY` where that is set."""
    moment = timezone.now().astimezone(SHANGHAI)
    if settings.LIANJIAN_TODAY:
        fixed = settings.LIANJIAN_TODAY
        return moment.replace(year=fixed.year, month=fixed.month, day=fixed.day)
    return moment


def today() -> dt.date:
    """The current date in Asia/Shanghai (or `LIANJIAN_TODAY`)."""
    return settings.LIANJIAN_TODAY or timezone.now().astimezone(SHANGHAI).date()
