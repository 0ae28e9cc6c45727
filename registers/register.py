"""What a register (台账) is: one short class from which all its faces are made.

Faces: list, detail with history, form, Excel template, import and export, REST endpoint. See
docs/adding-a-register.md for a new one in about twenty lines.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.exceptions import FieldDoesNotExist
from django.db import models, transaction
from django.db.models import QuerySet

from registers import saving
from registers.errors import WrongState
from registers.rows.columns import Column
from registers.searching import found_by
from registers.sockets import MenuItem, add_menu_item

if TYPE_CHECKING:
    from registers.pages.parts import Action, Notice, Related, RelatedTable


class Register:
    """Declaration of one register; subclass, fill the attributes, and `register_all(...)` it from `ready()`."""

    model: ClassVar[Any]
    slug: ClassVar[str]  # plural kebab-case: the API name and the address
    title: ClassVar[str]
    group: ClassVar[str] = "工作台"  # the menu group
    menu_order: ClassVar[int] = 100
    columns: ClassVar[Sequence[Column]] = ()  # what goes in and out, in order
    sources: ClassVar[Mapping[str, str]] = {}  # column field → model field or lookup, where they differ
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
    can_create: ClassVar[bool] = True  # rows may be added, not only changed
    bulk_fields: ClassVar[Sequence[str] | None] = ()  # settable for many rows at once; empty: see bulk/fields.py
    end_field: ClassVar[str] = ""  # the date column that ends a row which may not be deleted any more
    period_field: ClassVar[str] = ""  # the year or quarter column from which figures are carried forward to the next

    # What the API has beyond the columns.
    api_columns: ClassVar[Sequence[Column]] = ()  # told besides `columns`, never taken in
    viewset: ClassVar[str] = ""  # dotted path of a RegisterViewSet with actions of its own; empty: made from this
    quarter_path: ClassVar[str] = ""  # lookup of the quarter's text (`2026Q3`) for `quarter=`

    # What the pages show beyond the columns; see docs/adding-a-register.md.
    icon: ClassVar[str] = "list"
    views: ClassVar[Mapping[str, str]] = {}  # face → dotted path of the app's own view for it
    more_views: ClassVar[Mapping[str, tuple[str, str]]] = {}  # url name → (route below the register, dotted path)
    bulk_steps: ClassVar[Mapping[str, str]] = {}  # face of more_views → button for the rows chosen in the list
    main_columns: ClassVar[Sequence[str]] = ()  # stay on a phone's card; empty: the first three of the list
    code_field: ClassVar[str] = ""  # shown beside the title of a detail page
    status_field: ClassVar[str] = ""  # a Choice column shown as the chip beside the title
    tones: ClassVar[Mapping[str, Mapping[Any, str]]] = {}  # field → value → done | waiting | late | info | neutral
    key_fields: ClassVar[Sequence[str]] = ()  # about three facts in the head of a detail page
    totals: ClassVar[Sequence[str]] = ()  # number columns that the list sums up below the rows
    totals_per: ClassVar[Sequence[str]] = ()  # columns (年度) that the filters must fix before a sum means anything
    totals_note: ClassVar[str] = ""
    reason_field: ClassVar[str] = ""  # the column that keeps why a warning was overruled; empty: the audit trail does
    deletable: ClassVar[bool] = True
    lookups: ClassVar[Mapping[str, str]] = {}  # reference column → look-up; default: the register of its foreign key

    # What a register may do differently; the defaults fit a plain model.

    def rows(self, user: Any) -> QuerySet:
        """The rows a user may see."""
        return self.model.objects.visible_to(user).select_related(*self.select_related)

    def changeable(self, user: Any) -> QuerySet:
        """The rows a user may change."""
        return self.model.objects.changeable_by(user)

    def value(self, row: Any, field: str) -> Any:
        """The value of a column of a row, as `Column.kind.format` takes it: an object where it is a Reference."""
        for part in self.source(field).split("__"):
            row = getattr(row, part, None)
        return row

    def find(self, user: Any, values: dict[str, Any]) -> dict[str, Any]:
        """The model lookup of an existing row from checked values (by the natural key)."""
        return {self.source(field): values[field] for field in self.natural_key}

    def complete(self, user: Any, rows: Sequence[dict[str, Any]]) -> None:
        """Fill into checked rows of a table what saving them would fill in by itself, so that importing the same
        file again finds nothing to change. Set-based: no query per row.
        """

    def recognise(self, user: Any, rows: Sequence[dict[str, Any]]) -> Sequence[Any | None]:
        """For checked rows that leave the natural key open: the existing row each one means, locked, or None (new)."""
        return [None] * len(rows)

    def save(self, *, by: Any, values: dict[str, Any], row: Any | None) -> Any:
        """Write one checked row (an action where there is one); returns the row. Runs inside a transaction."""
        row = saving.filled(self, values, row)
        row.save()
        return row

    def save_many(self, *, by: Any, items: Iterable[tuple[dict[str, Any], Any | None]]) -> Sequence[Any] | None:
        """Write checked rows and return them; override with set-based SQL where registers are large.

        May raise ItemErrors to say which items are wrong; after any other error the caller finds out by itself.
        """
        items = list(items)
        with transaction.atomic():
            if type(self).save is Register.save and not self.model._meta.parents:
                return saving.save_in_batches(self, items)
            return [self.save(by=by, values=values, row=row) for values, row in items]

    def delete(self, *, by: Any, row: Any) -> None:
        """Remove a row; override where more belongs to it. Runs inside a transaction.

        Raises WrongState naming what still refers to the row: nothing is ever removed along with it.
        """
        names = saving.referring(row)
        if names:
            raise WrongState(f"还有{'、'.join(f'“{name}”' for name in names)}用到它，不能删除。请先处理那些记录")
        row.delete()

    def is_editable(self, row: Any) -> bool:
        """Whether the page of a row that the user may change offers to; `save` decides."""
        return True

    def is_deletable(self, row: Any) -> bool:
        """Whether it offers to delete it; `delete` decides."""
        return self.deletable and self.is_editable(row)

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """The rows that `q` finds; override to search what is sealed by its blind index."""
        return found_by(rows, self.search_fields, text)

    # What the pages ask; each default shows nothing more.

    def title_of(self, row: Any) -> str:
        return str(row)

    def defaults(self, user: Any) -> Mapping[str, Any]:
        """What a new row's form begins with, by column: texts as a person would type them."""
        return {}

    def hint_of(self, row: Any) -> str:
        """What tells it from its namesakes in suggestions and search results."""
        return str(self.value(row, self.code_field) or "") if self.code_field else ""

    def warnings(self, values: Mapping[str, Any], *, row: Any | None, by: Any) -> Iterable[str]:
        """Rules of thumb that checked values break: people may go on, in the form with a reason (P06).

        Sentences; a `Remark` names the column that it is about.
        """
        return ()

    def warnings_many(
        self, entries: Sequence[tuple[Mapping[str, Any], Any | None]], *, by: Any
    ) -> Iterable[Iterable[str]]:
        """The same of many (values, row), in their order; override where one needs a query, to ask once for all."""
        return [list(self.warnings(values, row=row, by=by)) for values, row in entries]

    def related(self, row: Any, user: Any) -> Iterable["Related | RelatedTable"]:
        """Lists of other rows under a detail page."""
        return ()

    def actions(self, row: Any, user: Any) -> Iterable["Action"]:
        """Buttons of a detail page, before 编辑 and 删除."""
        return ()

    def notices(self, row: Any, user: Any) -> Iterable["Notice"]:
        """What wants doing about this row, told above its facts."""
        return ()

    # Names shared by all faces.

    @property
    def verbose_name(self) -> str:
        return str(self.model._meta.verbose_name)

    def column(self, field: str) -> Column:
        return next(column for column in self.columns if column.field == field)

    def columns_for(self, user: Any) -> list[Column]:
        """The columns the user may see."""
        return [column for column in self.columns if not column.right or user.can(column.right)]

    def columns_named(self, user: Any, names: Iterable[str]) -> list[Column]:
        """The columns of those names that exist and that the user may see, each once, in that order."""
        mine = {column.field: column for column in self.columns_for(user)}
        return [mine[name] for name in dict.fromkeys(names) if name in mine]

    def source(self, field: str) -> str:
        """The model field or lookup behind a column."""
        return self.sources.get(field, field)

    def field_of(self, source: str) -> str:
        """The column behind a model field, as errors name it: the other way round of `source`."""
        return next((field for field, path in self.sources.items() if path in (source, f"{source}_id")), source)

    def model_field(self, field: str) -> models.Field | None:
        """The column's own field of the model; None where it lies across a relation or is computed."""
        try:
            found = self.model._meta.get_field(self.source(field))
        except FieldDoesNotExist:
            return None
        return found if isinstance(found, models.Field) else None

    def url_name(self, face: str) -> str:
        return f"{self.slug}:{face}"

    def key_of(self, row: Any) -> str:
        """What names the row in addresses."""
        return str(self.value(row, self.lookup_field))


_registers: dict[str, Register] = {}
_notices: dict[str, list[Callable[[Any, Any], Iterable["Notice"]]]] = {}
_related: dict[str, list[Callable[[Any, Any], Iterable["Related | RelatedTable"]]]] = {}


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


def add_related(slug: str, provider: Callable[[Any, Any], Iterable["Related | RelatedTable"]]) -> None:
    """Put lists of a higher floor under a detail page: `provider(row, user)`, plugged from `AppConfig.ready()`."""
    _related.setdefault(slug, []).append(provider)


def add_notices(slug: str, provider: Callable[[Any, Any], Iterable["Notice"]]) -> None:
    """Let a higher floor tell what wants doing about a row: `provider(row, user)`, plugged from `ready()`."""
    _notices.setdefault(slug, []).append(provider)


def notices_of(register: Register, row: Any, user: Any) -> list["Notice"]:
    """The register's own notices, then those of higher floors."""
    added = [notice for provider in _notices.get(register.slug, ()) for notice in provider(row, user)]
    return [*register.notices(row, user), *added]


def related_to(register: Register, row: Any, user: Any) -> list["Related | RelatedTable"]:
    """The register's own related lists, then those of higher floors."""
    added = [part for provider in _related.get(register.slug, ()) for part in provider(row, user)]
    return [*register.related(row, user), *added]


def registers() -> list[Register]:
    return list(_registers.values())


def register_for(model: type) -> Register | None:
    """The register whose rows are of that model and have pages, where there is one."""
    return next(
        (register for register in _registers.values() if register.model is model and not register.api_only), None
    )


def register_of(slug: str) -> Register:
    """Raises KeyError for an unknown slug."""
    return _registers[slug]
