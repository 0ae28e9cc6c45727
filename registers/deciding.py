"""Decisions of a county: what may be set, what is in force, and setting it."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from lianjian import areacodes
from registers.errors import Invalid, NotAllowed, NotFound
from registers.models.setting import CountySetting, SettingDeclaration, declared_settings

VIEW, CHANGE = CountySetting.view_right, CountySetting.change_right


@dataclass(frozen=True)
class InForce:
    """A setting of an area as it stands: `own` where the area itself decided, else it follows from above."""

    declaration: SettingDeclaration
    value: Any
    source: str
    own: bool


def settings_of(user: Any, area_code: str) -> list[InForce]:
    """Everything that may be set for a county (or a town), with what is in force. Raises NotFound out of scope."""
    level = _level(user, area_code, VIEW)
    county = area_code[: areacodes.LEVEL_LENGTHS["county"]]
    rows = CountySetting.objects.unscoped("the area was checked; a town follows its county")
    decided = {(row.area_code, row.key): row.value for row in rows.filter(area_code__in={area_code, county})}
    found = []
    for declaration in declared_settings():
        if level == "town" and not declaration.per_town:
            continue
        own = (area_code, declaration.key) in decided
        if own:
            found.append(InForce(declaration, decided[area_code, declaration.key], "本级决定", own))
        elif (county, declaration.key) in decided:
            found.append(InForce(declaration, decided[county, declaration.key], "随县里", own))
        else:
            found.append(InForce(declaration, declaration.default, "默认", own))
    return found


@transaction.atomic
def decide(*, by: Any, area_code: str, key: str, text: str) -> None:
    """Set a county's (or a town's) value from what was typed; the empty text goes back to what holds without it.

    Raises Invalid with what would be right, NotFound, NotAllowed.
    """
    level = _level(by, area_code, VIEW)
    if not by.scope_for(CHANGE).covers(area_code):
        raise NotAllowed("这些设置由县委组织部决定")
    declaration = next((declared for declared in declared_settings() if declared.key == key), None)
    if declaration is None or (level == "town" and not declaration.per_town):
        raise Invalid("没有这项设置", field="key")
    rows = CountySetting.objects.unscoped("the area was checked").filter(area_code=area_code, key=key)
    if not text.strip():
        rows.delete()
        return
    try:
        value = declaration.parse(text)
    except ValueError as error:
        raise Invalid(str(error), field=key) from error
    if not rows.update(value=value):
        CountySetting.objects.create(area_code=area_code, key=key, value=value)


def _level(user: Any, area_code: str, right: str) -> str:
    if not areacodes.is_code(area_code) or not user.scope_for(right).covers(area_code):
        raise NotFound
    level = areacodes.level_of(area_code)
    if level not in ("county", "town"):
        raise NotFound
    return level
