"""What a county may decide for itself. Apps declare settings in code; rows keep what differs from the default."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models

from lianjian import areacodes
from registers.audit import audited
from registers.models.row import RegisterRow


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list):
        return ",".join(_shown(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


@dataclass(frozen=True)
class SettingDeclaration:
    """A setting: `parse` turns what was typed into the value and raises ValueError with a Chinese message; `show`
    gives the text that would be typed for a value.
    """

    key: str
    label: str
    default: Any
    parse: Callable[[str], Any]
    help: str = ""
    per_town: bool = False
    show: Callable[[Any], str] = _shown


_declared: dict[str, SettingDeclaration] = {}


def declare_setting(declaration: SettingDeclaration) -> SettingDeclaration:
    """Make a setting known; called from an app's `ready()` or at import of its settings module."""
    _declared[declaration.key] = declaration
    return declaration


def declared_settings() -> list[SettingDeclaration]:
    """In the order of declaration, which keeps an app's settings together."""
    return list(_declared.values())


@audited()
class CountySetting(RegisterRow):
    """One decision of a county (6 digits) or, where the setting allows it, of a town (9 digits)."""

    area_path = "area_code"
    view_right = "settings.view"
    change_right = "settings.change"

    area_code = models.CharField("区划代码", max_length=9, db_collation="C")
    key = models.CharField("设置", max_length=60)
    value = models.JSONField("值")

    class Meta(RegisterRow.Meta):
        verbose_name = verbose_name_plural = "县级设置"
        constraints = [models.UniqueConstraint(fields=["area_code", "key"], name="setting_once_per_area")]
        triggers = [*RegisterRow.Meta.triggers]

    def __str__(self) -> str:
        return f"{self.area_code} {self.key}"


def setting(key: str, area_code: str) -> Any:
    """The value in force for an area: the town's, else the county's, else the default."""
    declaration = _declared[key]
    codes = [code for code in (area_code[:9], area_code[:6]) if areacodes.is_code(code)]
    rows = CountySetting.objects.unscoped("the rules of an area apply to whoever works in it")
    found = dict(rows.filter(key=key, area_code__in=codes).values_list("area_code", "value"))
    for code in codes:
        if code in found and (len(code) == areacodes.LEVEL_LENGTHS["county"] or declaration.per_town):
            return found[code]
    return declaration.default


__all__ = ["CountySetting", "SettingDeclaration", "declare_setting", "declared_settings", "setting"]
