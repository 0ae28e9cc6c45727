"""New, edit and delete: one form, a version, and a conflict panel in which nothing typed is lost."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse

from lianjian import areacodes
from lianjian.numbers import whole_number
from registers.audit import acting
from registers.bulk.fields import settable
from registers.errors import Invalid, StaleVersion, WrongState
from registers.pages import present
from registers.pages.bulk import ONLY_END
from registers.pages.faces import Face
from registers.pages.forms import REASON, RegisterForm
from registers.pages.history import last_changes
from registers.pages.in_use import users_of
from registers.single import RowRefused, area_field, delete_one, save_one

UNTOUCHED = "（您没有改，已换成对方的）"


class FormFace(Face):
    """What new and edit share."""

    template = "registers/form.html"
    needs_change = True
    form_class = RegisterForm

    def make_form(self, row: Any | None, **kwargs: Any) -> RegisterForm:
        return self.form_class(self.register, self.user, row=row, **kwargs)

    def save(self, form: RegisterForm, row: Any | None, version: int | None) -> Any:
        """Write the form's row; the reason for overruling a warning goes into the audit trail with it."""
        if form.reason_field == REASON and form.reason:
            with acting(self.user.pk, form.reason):
                return save_one(self.register, by=self.user, values=form.row_values, row=row, version=version)
        return save_one(self.register, by=self.user, values=form.row_values, row=row, version=version)

    def show(self, form: RegisterForm, row: Any | None, *, status: int = 200, **more: Any) -> HttpResponse:
        register = self.register
        title = register.title_of(row) if row is not None else ""
        form_title = f"编辑{register.title}" if row is not None else f"新增{register.title}"
        crumbs = [(title, self.url("detail", row)), ("编辑", "")] if row is not None else [("新增", "")]
        form.name_references()
        context = {
            "register": register,
            "breadcrumbs": self.breadcrumbs(*crumbs),
            "form_title": f"{form_title}“{title}”" if title else form_title,
            "form": form,
            "groups": form.groups(),
            "warnings": form.warnings,
            "version": getattr(row, "version", None),
            "cancel_url": self.url("detail", row) if row is not None else self.url("list"),
        }
        return self.page(self.template, context | more, status)

    def saved(self, form: RegisterForm, row: Any, said: str) -> HttpResponse:
        messages.success(self.request, f"{said}“{self.register.title_of(row)}”。")
        for note in form.notes:
            messages.info(self.request, note)
        if self.request.POST.get("again"):
            return redirect(f"{self.url('new')}")
        return redirect(self.after(row))

    def after(self, row: Any) -> str:
        """Where a person goes when it is saved."""
        return self.url("detail", row)


class NewFace(FormFace):
    def get(self, request: HttpRequest) -> HttpResponse:
        initial = {**self.only_place(), **self.register.defaults(self.user), **request.GET.dict()}
        return self.show(self.make_form(None, initial=initial), None)

    def only_place(self) -> dict[str, str]:
        """The village of one who may write in one village only."""
        ranges = self.user.scope_for(self.register.change_right).ranges
        place = area_field(self.register)
        if place and len(ranges) == 1 and len(ranges[0][0]) == areacodes.LEVEL_LENGTHS["village"]:
            return {place: ranges[0][0]}
        return {}

    def post(self, request: HttpRequest) -> HttpResponse:
        form = self.make_form(None, data=request.POST)
        if form.is_valid():
            try:
                return self.saved(form, self.save(form, None, None), "已新增")
            except RowRefused as refusal:
                form.refuse(refusal)
            except Invalid as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
        return self.show(form, None, status=400)

    def show(self, form: RegisterForm, row: Any | None, *, status: int = 200, **more: Any) -> HttpResponse:
        return super().show(form, row, status=status, **({"submit_again_label": "保存并再新增"} | more))


class EditFace(FormFace):
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.changeable_row(key)
        return self.show(self.make_form(row), row)

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.changeable_row(key)
        version = _version(request.POST)
        form = self.make_form(row, data=request.POST)
        if version is not None and getattr(row, "version", version) != version:
            return self.conflict(row, form)
        if form.is_valid():
            try:
                return self.saved(form, self.save(form, row, version), "已保存")
            except RowRefused as refusal:
                form.refuse(refusal)
            except StaleVersion:
                return self.conflict(self.changeable_row(key), form)
            except Invalid as error:
                form.add_error(error.field if error.field in form.fields else None, error.message)
        return self.show(form, row, status=400)

    def conflict(self, row: Any, form: RegisterForm) -> HttpResponse:
        """Somebody saved meanwhile: theirs beside mine. What I did not touch takes theirs; what I typed stays."""
        form.is_valid()  # so that things typed by name are shown by name
        posted: QueryDict = self.request.POST.copy()
        differences = []
        for column in form.columns:
            name = column.field
            hidden = form.add_initial_prefix(name)
            mine, base, theirs = posted.get(name, ""), posted.get(hidden), form.stored_text(column, row)
            if base is not None and theirs == base:
                continue
            entry = {
                "label": column.full_heading,
                "theirs": present.text_of(column, self.register.value(row, name)),
                "theirs_raw": theirs,
            }
            if mine == base:
                posted[name] = theirs
                differences.append(entry | {"yours": UNTOUCHED})
            elif mine != theirs:
                differences.append(entry | {"yours": form.shown(column, mine), "name": name})
            posted[hidden] = theirs
        who, when = last_changes([row])[row.pk]
        fresh = self.make_form(row, data=posted)
        fresh.full_clean()
        context = {
            "conflict": {"by": who, "at": when, "fields": differences},
            "submit_label": "用我的覆盖",
            "cancel_label": "放弃我填的",
        }
        return self.show(fresh, row, status=409, **context)


class DeleteFace(Face):
    needs_change = True
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, key: str) -> HttpResponse:
        row = self.changeable_row(key)
        name = self.register.title_of(row)
        try:
            delete_one(self.register, by=self.user, row=row, version=_version(request.POST))
        except WrongState as error:
            return self.kept(row, error)
        messages.success(request, f"已删除“{name}”。")
        return redirect(self.url("list"))

    def kept(self, row: Any, error: WrongState) -> HttpResponse:
        """Why it stays: what refers to it, and the way to end it with a date where there is one."""
        register, name = self.register, self.register.title_of(row)
        ends = [column for column in settable(register, self.user) if column.field == register.end_field]
        context = {
            "breadcrumbs": self.breadcrumbs((name, self.url("detail", row)), ("删除", "")),
            "name": name,
            "reason": error.message,
            "parts": users_of(row, self.user),
            "row": row,
            "end_heading": ends[0].heading if ends else "",
            "end_url": f"{self.url('bulk')}?only={ONLY_END}" if ends else "",
            "back_url": self.url("detail", row),
        }
        return self.page("registers/in_use.html", context, status=error.status)

    def came_from(self) -> str:
        return reverse(self.register.url_name("detail"), args=[self.kwargs["key"]])


def _version(posted: Any) -> int | None:
    return whole_number(posted.get("version", ""))
