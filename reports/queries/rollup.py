"""Which places have a rollup, and what still waits to be summed up."""

from lianjian import areacodes
from registers.models import DirtyScope
from villages.models import Village


def counties_at_work() -> list[str]:
    """Codes of the counties that have villages here."""
    codes = Village.objects.unscoped("counties of the installation").values_list("area_id", flat=True)
    return sorted({areacodes.county_of(code) for code in codes.iterator()})


def waiting(code: str) -> int:
    """How many changes of an area have not been summed up yet."""
    low, high = areacodes.subtree(code)
    return DirtyScope.objects.filter(area_code__gte=low, area_code__lt=high).count()
