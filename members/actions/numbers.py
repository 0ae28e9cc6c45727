"""Numbers of subjects: the county's code and a running number of seven digits, such as 3710830000123."""

from django.db import connection

from lianjian import areacodes
from members.models import Subject

WIDTH = 7
_TAKE = """
    INSERT INTO members_numberseries (county_code, last) VALUES (%(county)s, %(count)s)
    ON CONFLICT (county_code) DO UPDATE SET last = members_numberseries.last + %(count)s
    RETURNING last
"""


def take_numbers(code: str, count: int) -> list[str]:
    """So many free numbers of the county that `code` lies in; inside a transaction.

    The series' row stays locked until the commit: others wait, nobody gets the same, and a rollback leaves no gap.
    Numbers that were typed or imported before are stepped over.
    """
    county = areacodes.county_of(code)
    taken: list[str] = []
    while len(taken) < count:
        wanted = count - len(taken)
        with connection.cursor() as cursor:
            cursor.execute(_TAKE, {"county": county, "count": wanted})
            last = cursor.fetchone()[0]
        numbers = [f"{county}{number:0{WIDTH}d}" for number in range(last - wanted + 1, last + 1)]
        subjects = Subject.objects.unscoped("numbers are unique everywhere").filter(number__in=numbers)
        used = set(subjects.values_list("number", flat=True))
        taken += [number for number in numbers if number not in used]
    return taken
