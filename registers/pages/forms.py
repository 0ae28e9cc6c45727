"""The form of a register's row: it passes the same door as workbooks and REST, and asks why a warning is overruled."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from registers.exchange.context import RowContext
from registers.pages.present import grouped, text_of
from registers.pages.widgets import form_field, typed_text
from registers.register import Register
from registers.rows.columns import CellError, Choice, Column, Found, Reference
from registers.single import RowRefused, check_one, writable_columns

REASON = "warning_reason"


class WarnedForm(forms.Form):
    """A form whose rules of thumb warn and ask for a reason instead of forbidding (P06).

    Override `find_warnings`; it is asked once everything else is right. The first time the form comes back with the
    warnings and a field for the reason, the second time the reason lets it through.
    """

    reason_field = REASON

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.warnings: list[str] = []
        if self.reason_field == REASON:
            # Only read until a warning shows it.
            self.fields[REASON] = forms.CharField(
                label="仍要保存的理由", required=False, max_length=200, widget=forms.HiddenInput()
            )

    def find_warnings(self) -> Iterable[str]:
        return ()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            self.warnings = list(self.find_warnings())
            if self.warnings and not self.reason:
                self.add_error(self.reason_field, "请写明理由，或按提示修改后再保存")
            if self.reason_field == REASON and (self.warnings or self.reason):
                self.fields[REASON].widget = forms.TextInput({"maxlength": 200})
                self.fields[REASON].required = True
        return cleaned

    @property
    def reason(self) -> str:
        return str(self.cleaned_data.get(self.reason_field) or "").strip()


class RegisterForm(WarnedForm):
    """Fields from the columns that the user may fill; `row_values` are the checked values to save."""

    def __init__(
        self,
        register: Register,
        user: Any,
        *,
        row: Any | None = None,
        data: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
    ) -> None:
        self.register = register
        self.user = user
        self.row = row
        self.columns = writable_columns(register, user)
        self.row_values: dict[str, Any] = {}
        self.notes: list[str] = []
        if register.reason_field:
            self.reason_field = register.reason_field
        super().__init__(data, initial=self._initial(initial or {}), label_suffix="")
        own = {column.field: form_field(register, column, row) for column in self.columns}
        if row is not None:
            # What a row is found by stays; a field that can be typed into would promise otherwise.
            for name, field in own.items():
                if register.source(name) == register.source(register.lookup_field):
                    field.widget.attrs["readonly"] = True
        self.fields = {**own, **self.fields}

    def _initial(self, given: Mapping[str, Any]) -> dict[str, str]:
        if self.row is None:
            names = {column.field for column in self.columns}
            return {name: str(value) for name, value in given.items() if name in names}
        return {column.field: self.stored_text(column) for column in self.columns}

    def stored_text(self, column: Column, row: Any | None = None) -> str:
        """The stored value as the input would hold it."""
        return typed_text(self.register, column, self.register.value(row or self.row, column.field))

    def clean(self) -> dict[str, Any]:
        typed = {column.field: self.cleaned_data.get(column.field) for column in self.columns}
        checked = check_one(self.register, typed, self.user)
        names = {column.field for column in self.columns}
        for error in checked.errors:
            message = f"{error.problem}，{error.expected}" if error.expected else error.problem
            self.add_error(error.field if error.field in names else None, message)
        self.notes = [f"{note.column}：{note.message}" for note in checked.notes]
        if checked.ok and checked.rows:
            self.row_values = checked.rows[0].values
        return super().clean()

    def find_warnings(self) -> Iterable[str]:
        return self.register.warnings(self.row_values, row=self.row, by=self.user)

    def refuse(self, refusal: RowRefused) -> None:
        """Put what the database or the register's action refused to its fields."""
        for field, message in refusal.problems:
            self.add_error(field if field in self.fields else None, message)

    def groups(self) -> list[dict[str, Any]]:
        """The fields in the register's groups; the reason for overruling a warning comes last."""
        fields = {field.name: field for field in self.visible_fields()}
        reason = fields.pop(REASON, None)
        groups = [{"title": title, "fields": found} for title, found in grouped(self.register, fields)]
        return [*groups, {"title": "", "fields": [reason]}] if reason else groups

    def name_references(self) -> None:
        """Let look-up inputs show names where they hold codes; what names nothing is shown as it was typed."""
        for column in self.columns:
            kind = column.kind
            attributes = self.fields[column.field].widget.attrs
            if not isinstance(kind, Reference) or kind.beside or "data-lookup" not in attributes:
                continue
            text = str(self[column.field].value() or "").strip()
            if not text or (self.row is not None and text == self.stored_text(column)):
                if not text:
                    attributes.pop("data-lookup-label", None)
                continue
            answer = kind.resolve([text], RowContext(self.user, self.register)).get(text)
            answer = answer.value if isinstance(answer, Found) else answer
            known = answer is not None and not isinstance(answer, CellError)
            attributes["data-lookup-label"] = kind.format(answer) if known else text

    def shown(self, column: Column, typed: str) -> str:
        """What a person reads for a typed text: the label of a choice or of a thing, else the text itself."""
        if isinstance(column.kind, Choice):
            return next((label for code, label in column.kind.pairs if str(code) == typed), typed)
        if isinstance(column.kind, Reference) and self.row_values.get(column.field) is not None:
            return text_of(column, self.row_values[column.field])
        return typed
