"""Questions about places."""

from registers.errors import NotFound
from villages.models import Area


def area_name(code: str) -> str:
    """The name of an area for a grant. Raises NotFound for an unknown code."""
    name = Area.objects.unscoped("a grant names any area").filter(pk=code).values_list("name", flat=True).first()
    if name is None:
        raise NotFound(f"没有代码为“{code}”的区划")
    return name
