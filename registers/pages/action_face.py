"""A page on which one thing is done to one row of a register: a short form, an action, back to the row."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from registers.errors import DomainError, Invalid, WrongState
from registers.exchange.context import RowContext
from registers.pages.faces import Face
from registers.register import Register
from registers.rows.columns import CellError, Found


class LookupField(forms.CharField):
    """Something of another register, typed by name or code with suggestions; cleaned to the object itself."""

    def __init__(self, resolver: Any, lookup: str, *, what: str, **kwargs: Any) -> None:
        self.resolver, self.lookup, self.what = resolver, lookup, what
        self.context: RowContext | None = None
        super().__init__(**kwargs)

    def bind(self, context: RowContext) -> None:
        """Told by the form who is asking; the address of the suggestions is known only when pages are mounted."""
        self.context = context
        self.widget.attrs |= {
            "data-lookup": reverse("lookup", args=[self.lookup]),
            "placeholder": "输入名称、拼音首字母或代码",
            "autocomplete": "off",
        }

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        answer = self.resolver.resolve([text], self.context).get(text)
        if isinstance(answer, Found):
            answer = answer.value
        if isinstance(answer, CellError):
            raise forms.ValidationError(f"{answer.problem}，{answer.expected}" if answer.expected else answer.problem)
        if answer is None:
            raise forms.ValidationError(f"没有找到这个{self.what}，请核对名称或代码")
        return answer


class DayField(forms.DateField):
    """A day with the browser's own picker."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **kwargs)
        self.error_messages["invalid"] = "请填日期，如 2026-09-30"


class ActionForm(forms.Form):
    """Base of the forms: look-up fields learn who asks."""

    def __init__(self, *args: Any, register: Register, user: Any, row: Any = None, **kwargs: Any) -> None:
        kwargs["label_suffix"] = ""
        super().__init__(*args, **kwargs)
        self.register, self.user, self.row = register, user, row
        for field in self.fields.values():
            if isinstance(field, LookupField):
                field.bind(RowContext(user, register))
            if field.required:
                field.error_messages["required"] = "没有填，这一项必填"
            if isinstance(field, forms.IntegerField) and field.max_value is not None:
                limits = f"填 {field.min_value} 到 {field.max_value} 的整数"
                field.error_messages |= dict.fromkeys(("invalid", "min_value", "max_value"), limits)

    def take(self, error: DomainError) -> None:
        """An action's refusal at its field, or on top."""
        self.add_error(error.field if error.field in self.fields else None, error.message)


class ActionFace(Face):
    """Subclass: `form_class`, `title`, `perform`, and `right` where it is not the register's own."""

    template = "registers/form.html"
    form_class: ClassVar[type[ActionForm]]
    title: ClassVar[str]
    submit_label: ClassVar[str] = "确定"
    right: ClassVar[str] = ""

    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.allowed_row(key)
        return self.show(row, self.make_form(row))

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.allowed_row(key)
        form = self.make_form(row, data=request.POST)
        if form.is_valid():
            try:
                return self.perform(row, form)
            except (Invalid, WrongState) as error:
                form.take(error)
        return self.show(row, form, status=400)

    def allowed_row(self, key: str) -> Any:
        """404 outside the scope; 403 inside without the right."""
        row = self.visible_row(key)
        if not self.may(row):
            raise PermissionDenied
        return row

    def may(self, row: Any) -> bool:
        return row.is_changeable_by(self.user, self.right)

    def make_form(self, row: Any, **kwargs: Any) -> ActionForm:
        return self.form_class(register=self.register, user=self.user, row=row, initial=self.initial(row), **kwargs)

    def initial(self, row: Any) -> dict[str, Any]:
        return {}

    def perform(self, row: Any, form: Any) -> HttpResponse:
        raise NotImplementedError

    def done(self, row: Any, said: str) -> HttpResponse:
        messages.success(self.request, said)
        return redirect(self.url("detail", row))

    def note(self, row: Any) -> str:
        """One sentence below the heading."""
        return ""

    def show(self, row: Any, form: ActionForm, *, status: int = 200, **more: Any) -> HttpResponse:
        title = self.register.title_of(row)
        context = {
            "register": self.register,
            "breadcrumbs": self.breadcrumbs((title, self.url("detail", row)), (self.title, "")),
            "form_title": f"{self.title}：{title}",
            "form_note": self.note(row),
            "form": form,
            "submit_label": self.submit_label,
            "cancel_url": self.url("detail", row),
        }
        return self.page(self.template, context | more, status)
