"""What a register (台账) is: one short class from which all its faces are made.

Faces: list, detail with history, form, Excel template, import and export, REST endpoint. See
docs/adding-a-register.md for a new one in about twenty lines.
"""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import QuerySet

from registers.rows.columns import Column
from registers.sockets import MenuItem, add_menu_item


class Register:
    """Declaration of one register; subclass, fill the attributes, and `register_all(...)` it from `ready()`."""

    model: ClassVar[Any]
    slug: ClassVar[str]  # plural kebab-case: the API name and the address
    title: ClassVar[str]
    group: ClassVar[str] = "工作台"  # the menu group
    menu_order: ClassVar[int] = 100
    columns: ClassVar[Sequence[Column]] = ()  # what goes in and out, in order
    list_columns: ClassVar[Sequence[str]] = ()  # fields shown in the list; empty: all columns
    filterset_class: ClassVar[Any] = None  # a django-filter FilterSet: one for page and API
    primary_filters: ClassVar[Sequence[str]] = ()  # the most used, shown without opening 更多筛选
    search_fields: ClassVar[Sequence[str]] = ()  # lookups for `q`
    ordering: ClassVar[Sequence[str]] = ("pk",)  # must end in something unique (keyset pages)
    ordering_fields: ClassVar[Sequence[str]] = ()
    natural_key: ClassVar[Sequence[str]] = ()  # column fields that identify a row on re-import
    lookup_field: ClassVar[str] = "pk"  # what the API address names a row by
    select_related: ClassVar[Sequence[str]] = ()
    view_right: ClassVar[str] = ""
    change_right: ClassVar[str] = ""  # empty: the register is read-only
    form_groups: ClassVar[Sequence[tuple[str, Sequence[str]]]] = ()
    row_rules: ClassVar[Sequence[Any]] = ()  # checks across the cells of one row, see rows/checker.py
    empty_text: ClassVar[str] = "还没有记录。可以逐条新增，也可以下载模板后用 Excel 导入。"
    api_only: ClassVar[bool] = False

    # What a register may do differently; the defaults fit a plain model.

    def rows(self, user: Any) -> QuerySet:
        """The rows a user may see."""
        return self.model.objects.visible_to(user).select_related(*self.select_related)

    def changeable(self, user: Any) -> QuerySet:
        """The rows a user may change."""
        return self.model.objects.changeable_by(user)

    def value(self, row: Any, field: str) -> Any:
        """The value of a column of a row, as `Column.kind.format` and the API take it."""
        for part in field.split("__"):
            row = getattr(row, part, None)
        return row

    def find(self, user: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The model lookup of an existing row from checked values (by the natural key)."""
        return {field: values[field] for field in self.natural_key}

    def save(self, *, by: Any, values: dict[str, Any], row: Any | None) -> Any:
        """Write one checked row (an action where there is one); returns the row. Runs inside a transaction."""
        row = row or self.model()
        for field, value in values.items():
            setattr(row, field, value)
        row.save()
        return row

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> None:
        """Write checked rows; override with set-based SQL where registers are large."""
        with transaction.atomic():
            for values, row in items:
                self.save(by=by, values=values, row=row)

    # Names shared by all faces.

    @property
    def verbose_name(self) -> str:
        return str(self.model._meta.verbose_name)

    def column(self, field: str) -> Column:
        return next(column for column in self.columns if column.field == field)

    def url_name(self, face: str) -> str:
        return f"{self.slug}:{face}"


_registers: dict[str, Register] = {}


def register_all(*classes: type[Register]) -> None:
    """Make registers known; called from `AppConfig.ready()`."""
    for cls in classes:
        register = cls()
        _registers[register.slug] = register
        if not register.api_only:
            add_menu_item(
                MenuItem(
                    register.group,
                    register.title,
                    register.url_name("list"),
                    register.view_right,
                    register.menu_order,
                )
            )


def registers() -> list[Register]:
    return list(_registers.values())


def register_of(slug: str) -> Register:
    """Raises KeyError for an unknown slug."""
    return _registers[slug]
