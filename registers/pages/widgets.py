"""Form fields made from columns. They keep what was typed; the row checker alone decides what it means."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import ForeignKey, Model
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lianjian import clock
from lianjian.periods import Period
from registers.lookups import suggestion_of
from registers.register import Register, registers
from registers.rows.columns import (
    CellError,
    Choice,
    Column,
    Date,
    Decimal,
    IdNumber,
    Integer,
    Phone,
    Points,
    Quarter,
    Reference,
    Text,
    YesNo,
)
from registers.workbooks import identity

LONG_TEXT = 200
QUARTERS_OFFERED = 8


class TypedField(forms.Field):
    """A field that hands on what was typed. `unit` stands inside it at the right."""

    def __init__(self, column: Column, widget: forms.Widget) -> None:
        super().__init__(
            required=column.required, label=column.heading, help_text=column.help, widget=widget,
            show_hidden_initial=True,
        )  # fmt: skip
        self.unit = column.unit

    def validate(self, value: Any) -> None:
        """Left to the row checker, which tells all errors of the row together."""

    def to_python(self, value: Any) -> str:
        return "" if value is None else str(value)


class ChoiceSelect(forms.Select):
    """A drop-down that takes a label as well as a code: links and defaults may say 党支部."""

    def __init__(self, kind: Choice, empty: str) -> None:
        super().__init__(choices=[("", empty), *kind.pairs])
        self.kind = kind

    def format_value(self, value: Any) -> list[str]:
        return [self._code(text) for text in super().format_value(value)]

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return self._code(super().value_from_datadict(data, files, name))

    def _code(self, text: Any) -> Any:
        try:
            code = self.kind.parse(text)
        except CellError:
            return text
        return text if code is None else str(code)


class SuggestingInput(forms.TextInput):
    """A text input with a list of suggestions (`<datalist>`)."""

    def __init__(self, suggestions: Iterable[str], attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.suggestions = list(suggestions)

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        list_id = f"{(attrs or {}).get('id', name)}_list"
        shown = super().render(name, value, {**(attrs or {}), "list": list_id}, renderer)
        options = format_html_join("", '<option value="{}"></option>', ((text,) for text in self.suggestions))
        return format_html('{}<datalist id="{}">{}</datalist>', shown, list_id, options)


def form_field(register: Register, column: Column, row: Any | None) -> TypedField:
    """The field of a column: a drop-down, a date, a number with its unit, a look-up, or a text."""
    return TypedField(column, _widget(register, column, row))


def _widget(register: Register, column: Column, row: Any | None) -> forms.Widget:  # noqa: PLR0911
    kind = column.kind
    if isinstance(kind, Choice):
        return ChoiceSelect(kind, "请选择" if column.required else "—")
    if isinstance(kind, YesNo):
        return forms.Select(choices=[("", "请选择" if column.required else "—"), ("是", "是"), ("否", "否")])
    if isinstance(kind, Date):
        return forms.DateInput(attrs={"type": "date"})
    if isinstance(kind, Quarter):
        now = Period.of(clock.today())
        offered = [kind.format(str(now.shift(-back))) for back in range(QUARTERS_OFFERED)]
        return SuggestingInput(offered, {"autocomplete": "off"})
    if isinstance(kind, Integer):
        return forms.TextInput({"inputmode": "numeric", "autocomplete": "off"})
    if isinstance(kind, Decimal | Points):
        return forms.TextInput({"inputmode": "decimal", "autocomplete": "off"})
    if isinstance(kind, IdNumber | Phone):
        return forms.TextInput({"inputmode": "tel" if isinstance(kind, Phone) else "text", "autocomplete": "off"})
    if isinstance(kind, Reference):
        return forms.TextInput(_lookup_attributes(register, column, row))
    if isinstance(kind, Text) and kind.max_length > LONG_TEXT:
        return forms.Textarea({"rows": 4, "maxlength": kind.max_length})
    return forms.TextInput({"maxlength": kind.max_length} if isinstance(kind, Text) else {})


def _lookup_attributes(register: Register, column: Column, row: Any | None) -> dict[str, Any]:
    name = lookup_name(register, column)
    attributes: dict[str, Any] = {"autocomplete": "off"}
    if name:
        attributes |= {"data-lookup": reverse("lookup", args=[name]), "placeholder": "输入名称、拼音首字母或代码"}
        value = register.value(row, column.field) if row is not None else None
        if value is not None:
            attributes["data-lookup-label"] = column.kind.format(value)
    return attributes


def lookup_name(register: Register, column: Column) -> str:
    """The look-up of a reference column: named by the register, else the resolver's own, which suggests nothing that it
    would then refuse, else the register of its foreign key's model.
    """
    if column.field in register.lookups:
        return register.lookups[column.field]
    if isinstance(column.kind, Reference) and (own := getattr(column.kind.resolver, "lookup", "")):
        return own
    target = target_register(register, column)
    return target.slug if target else ""


def target_register(register: Register, column: Column) -> Register | None:
    """The register whose rows a reference column names."""
    field = register.model_field(column.field)
    if not isinstance(field, ForeignKey):
        return None
    return next((known for known in registers() if known.model is field.related_model), None)


def typed_text(register: Register, column: Column, value: Any) -> str:
    """What stands in the input for a stored value, so that sending it back unchanged means the same."""
    kind = column.kind
    if value is None or value == "":
        return ""
    if isinstance(kind, Choice):
        return str(value)
    if isinstance(kind, Date):
        return value.isoformat()
    if kind.personal:
        return identity.mask(kind.format(value))
    if isinstance(kind, Reference) and isinstance(value, Model):
        target = target_register(register, column)
        if target is not None and target.model is type(value):
            return suggestion_of(target, value).value
    return kind.format(value)
