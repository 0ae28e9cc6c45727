"""Chinese working days, with the year's official holidays and make-up days."""

import datetime as dt

import chinese_calendar


def is_working_day(day: dt.date) -> bool:
    """Whether people are at work. Years the calendar does not know count Monday to Friday (see `is_known`)."""
    if is_known(day.year):
        return bool(chinese_calendar.is_workday(day))
    return day.weekday() < 5


def is_known(year: int) -> bool:
    """Whether the official calendar of that year is at hand; where not, pages say that weekdays were counted."""
    try:
        chinese_calendar.is_workday(dt.date(year, 6, 1))
    except NotImplementedError:
        return False
    return True


def add_working_days(day: dt.date, days: int) -> dt.date:
    """The date so many working days after `day` (0: the day itself)."""
    while days > 0:
        day += dt.timedelta(days=1)
        if is_working_day(day):
            days -= 1
    return day
