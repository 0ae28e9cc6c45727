"""The standard that premises are measured by (P13): the county's checklist, and what is missing."""

from collections.abc import Iterable
from typing import Any

from federations.settings_declared import PREMISES_ITEMS
from registers.models.setting import setting

SEPARATOR = "、"


def standard(area_code: str) -> list[str]:
    """The items of the county of that area, in the county's order."""
    return list(setting(PREMISES_ITEMS, area_code))


def items_of(text: str) -> list[str]:
    """Items written in one cell: 联合会议室、党员活动室."""
    parts = text.replace("，", SEPARATOR).replace(",", SEPARATOR).replace("；", SEPARATOR).split(SEPARATOR)
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))


def in_order(items: Iterable[str], area_code: str) -> str:
    """Items as they are kept: in the standard's order; unknown ones are left to `unknown_items`."""
    there = set(items)
    known = [item for item in standard(area_code) if item in there]
    return SEPARATOR.join([*known, *(item for item in items if item not in known)])


def unknown_items(items: Iterable[str], area_code: str) -> list[str]:
    """Items that the standard does not know."""
    known = set(standard(area_code))
    return [item for item in items if item not in known]


def missing_items(premises: Any, area_code: str) -> list[str]:
    """Items of the standard that these premises do not have yet."""
    there = set(items_of(premises.items))
    return [item for item in standard(area_code) if item not in there]
