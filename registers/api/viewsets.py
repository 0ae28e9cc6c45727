"""The REST face of a register. `viewset_for(register)` makes it; an app's own one derives from `RegisterViewSet`.

class MemberViewSet(RegisterViewSet):            # named by `viewset = "members.api.MemberViewSet"`
    @action(detail=True, methods=["post"])
    def transfer(self, request, **kwargs):
        member = self.changeable_row()           # 404 outside the scope, 403 without the right
        transfer_member(member, by=request.user, **self.given(TransferSerializer))
        return self.answer(member)
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import FileResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema_view
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from lianjian import clock
from registers.api import listing
from registers.api.bulk_change import BulkChange, operation
from registers.api.errors import row_errors
from registers.api.fields import Row
from registers.api.files import address_of
from registers.api.renderers import XLSX, JSONRenderer, WorkbookRenderer
from registers.api.repeats import once
from registers.api.schema import Shapes
from registers.api.versions import etag_of, is_known, rows_and_versions, told_version
from registers.errors import Invalid, NotAllowed, NotFound
from registers.exchange.exporting import template_workbook
from registers.exchange.importing import import_rows, require_change_right
from registers.exchange.jobs import INLINE_IMPORT, export_file, import_file, keep_marked
from registers.exchange.outcome import ImportOutcome
from registers.models.job import Job
from registers.ordering import ordering_of
from registers.register import Register
from registers.rows.results import RowError
from registers.single import check_one, delete_one, save_one, writable_columns
from registers.warned import warn_one, warns


class RegisterViewSet(GenericViewSet):
    """List, one row, template and export: what every register has."""

    register: ClassVar[Register]
    lookup_url_kwarg = "key"
    lookup_value_regex = "[^/]+"
    renderer_classes = (JSONRenderer,)
    filter_backends = ()
    pagination_class = None

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.can(self.register.view_right):  # type: ignore[union-attr] # signed in by now
            raise NotAllowed(f"您没有查看{self.register.title}的权限")

    # -- what actions of an app's own use

    def visible_row(self) -> Any:
        """The row that the address names, within the user's scope. Raises NotFound."""
        key = str(self.kwargs[self.lookup_url_kwarg])
        row = None
        if "\x00" not in key:
            try:
                row = self.register.rows(self.request.user).filter(**{self.register.lookup_field: key}).first()
            except (ValueError, ValidationError):
                row = None
        if row is None:
            raise NotFound
        return row

    def changeable_row(self) -> Any:
        """The same to be changed. Raises NotFound, or NotAllowed for a row that the user may see and not change."""
        row = self.visible_row()
        require_change_right(self.register, self.request.user)
        if not self.register.changeable(self.request.user).filter(pk=row.pk).exists():
            raise NotAllowed("这条记录您只能查看，不能修改")
        return row

    def given(self, shape: type[serializers.Serializer]) -> dict[str, Any]:
        """The request's body checked by a serializer. Raises Invalid, DRF's ValidationError."""
        serializer = shape(data=_body(self.request))
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def answer(self, row: Any, status: int = 200, *, warnings: Sequence[Any] | None = None) -> Response:
        """One row as it now stands in the database; after a write with what is unusual about it (P06)."""
        fresh = self.register.rows(self.request.user).filter(pk=row.pk).first()
        if fresh is None:
            raise NotFound
        shown = Row(self.register, self.request.user).of_object(fresh)
        told = shown if warnings is None else shown | {"warnings": warnings}
        if not hasattr(fresh, "version"):
            return Response(told, status=status)
        etag = etag_of(fresh.version, shown)
        if self.request.method == "GET" and is_known(self.request, etag):
            return Response(status=304, headers={"ETag": etag})
        return Response(told, status=status, headers={"ETag": etag})

    def body(self, request: Request) -> dict[str, Any]:
        """What a client sent for one row; override to take what no column takes."""
        return _body(request)

    def standing(self, row: Any) -> dict[str, Any]:
        """The row as a client would send it back, to be checked together with what changes."""
        return Row(self.register, self.request.user).of_object(row)

    # -- faces

    def list(self, request: Request) -> Response:
        rows = listing.register_rows(self.register, request)
        order = ordering_of(self.register, request.query_params.get("ordering", ""))
        row = Row(self.register, request.user)
        if row.is_plain:
            plain = rows.select_related(None).values(*row.lookups)
            return listing.page(request, plain, order, row.of_values)
        return listing.page(request, rows, order, row.of_object)

    def retrieve(self, request: Request, key: str) -> Response:
        return self.answer(self.visible_row())

    @action(detail=False, methods=["get"], url_path="template.xlsx", renderer_classes=[WorkbookRenderer])
    def template(self, request: Request) -> HttpResponseBase:
        return _file(template_workbook(self.register, by=request.user), f"{self.register.title}（模板）.xlsx")

    @action(detail=False, methods=["get"], url_path="export.xlsx", renderer_classes=[WorkbookRenderer])
    def export(self, request: Request) -> HttpResponseBase:
        rows = listing.register_rows(self.register, request, more=["columns"])
        asked = request.query_params.get("columns", "")
        known = {column.field for column in self.register.columns_for(request.user)}
        for name in filter(None, asked.split(",")):
            if name not in known:
                raise Invalid(f"没有“{name[:40]}”这一列，可用的有：{'、'.join(known)}", field="columns")
        rows = rows.order_by(*ordering_of(self.register, request.query_params.get("ordering", "")))
        made = export_file(self.register, by=request.user, rows=rows, query=request.query_params.dict())
        if isinstance(made, Job):
            return Response({"job": str(made.pk)}, status=202)
        return _file(made, f"{self.register.title} {clock.today():%Y-%m-%d}.xlsx")


class CreateRows:
    """Registers that take new rows one by one."""

    @once
    def create(self: Any, request: Request) -> Response:
        require_change_right(self.register, request.user)
        values = _checked(self.register, request, self.body(request))
        warnings = _warnings(self.register, request, values, None)
        row = save_one(self.register, by=request.user, values=values)
        return self.answer(row, status=201, warnings=warnings)


class ChangeRows:
    """Registers whose rows may be changed: one by one, in bulk, by workbook."""

    def update(self: Any, request: Request, key: str) -> Response:
        return self._save(request, self.body(request))

    def partial_update(self: Any, request: Request, key: str) -> Response:
        """Checked with the rest of the row as it stands: rules look at more than one cell."""
        return self._save(request, self.body(request), partial=True)

    def _save(self: Any, request: Request, given: dict[str, Any], *, partial: bool = False) -> Response:
        row = self.changeable_row()
        version = told_version(request, given, row)
        whole = (self.standing(row) | given) if partial else given
        values = _checked(self.register, request, whole)
        warnings = _warnings(self.register, request, values, row)
        if partial:
            values = {name: value for name, value in values.items() if name in given}
        saved = save_one(self.register, by=request.user, values=values, row=row, version=version)
        return self.answer(saved, warnings=warnings)

    @action(detail=False, methods=["post"], url_path="import", parser_classes=[MultiPartParser])
    def import_workbook(self: Any, request: Request) -> Response:
        require_change_right(self.register, request.user)
        upload = request.FILES.get("file")
        if upload is None:
            return _refused(request, "file", "请选择要导入的工作簿（.xlsx），放在 file 里")
        if upload.size > settings.WORKBOOK_MAX_BYTES:
            largest = settings.WORKBOOK_MAX_BYTES // 1024 // 1024
            return _refused(request, "file", f"文件超过 {largest} MB，请删掉图片，或拆成几个文件分别上传")
        name = upload.name or "导入.xlsx"
        made = import_file(
            self.register, by=request.user, data=upload.read(), filename=name,
            dry_run=listing.truth(request.data, "dry_run"), partial=listing.truth(request.data, "partial"),
        )  # fmt: skip
        if isinstance(made, Job):
            return Response({"job": str(made.pk)}, status=202)
        return _outcome(request, made, name)

    @action(detail=False, methods=["post"])
    @once
    def bulk(self: Any, request: Request) -> Response:
        """`{rows: […], dry_run, partial}`, at most 2,000 rows, through the same door as a workbook.

        A row may tell the `version` that was read: where somebody saved it since, it is refused.
        """
        require_change_right(self.register, request.user)
        body = _body(request)
        rows = body.get("rows")
        if not isinstance(rows, list) or not rows:
            return _refused(request, "rows", "请在 rows 里给出要写入的行")
        if len(rows) > INLINE_IMPORT:
            return _refused(request, "rows", f"一次最多 {INLINE_IMPORT:,} 行，更多请用工作簿导入")
        rows, versions, problems = rows_and_versions(rows)
        if problems:
            return _outcome(request, ImportOutcome(errors=problems, refused=True), "")
        made = import_rows(
            self.register, by=request.user, data=rows, versions=versions,
            dry_run=listing.truth(body, "dry_run"), partial=listing.truth(body, "partial"),
        )  # fmt: skip
        return _outcome(request, made, "")


class DeleteRows:
    """Registers whose rows may go where nothing refers to them."""

    def destroy(self: Any, request: Request, key: str) -> Response:
        row = self.changeable_row()
        given = _body(request) if request.data else {}
        delete_one(self.register, by=request.user, row=row, version=told_version(request, given, row))
        return Response(status=204)


def viewset_for(register: Register, base: type[RegisterViewSet] = RegisterViewSet) -> type[RegisterViewSet]:
    """The viewset of a register, with the writing faces that its declaration allows and its own schema."""
    parts: list[type] = []
    if register.change_right:
        parts += [ChangeRows, BulkChange]
        if register.can_create:
            parts.append(CreateRows)
        if register.deletable:
            parts.append(DeleteRows)
    shapes = Shapes(register)
    names = {"register": register, "serializer_class": shapes.row, "__module__": __name__, "__doc__": register.title}
    made = type(f"{shapes.name}ViewSet", (base, *parts), names)
    written = {name for name in vars(base) if base is not RegisterViewSet}  # such tell their own schema
    told = shapes.operations() | {"bulk_change": operation(register, {"tags": [register.slug]})}
    operations = {name: decorate for name, decorate in told.items() if hasattr(made, name) and name not in written}
    return extend_schema_view(**operations)(made)


def _body(request: Request) -> dict[str, Any]:
    body = request.data
    if not isinstance(body, dict):
        raise Invalid("请求内容应为一个 JSON 对象")
    return dict(body.items())


def _checked(register: Register, request: Request, given: dict[str, Any]) -> dict[str, Any]:
    """Checked values of one row. Raises RowErrors."""
    names = {column.field for column in writable_columns(register, request.user)}
    checked = check_one(register, {name: value for name, value in given.items() if name in names}, request.user)
    if checked.errors:
        raise RowErrors(checked.errors)
    return checked.rows[0].values if checked.rows else {}


def _warnings(register: Register, request: Request, values: Mapping[str, Any], row: Any | None) -> list[Any] | None:
    """What is unusual about values that are to be written; None where the register has no such rules."""
    return warn_one(register, request.user, values, row) if warns(register) else None


class RowErrors(serializers.ValidationError):
    """All errors of one row."""

    def __init__(self, errors: list[RowError]) -> None:
        super().__init__()
        self.answer = row_errors(errors)


def _outcome(request: Request, outcome: ImportOutcome, filename: str) -> Response:
    kept = keep_marked(outcome, filename=filename, owner=request.user)
    body = outcome.as_dict() | {"marked_workbook": address_of(request, kept) if kept else None}
    return Response(body, status=400 if outcome.refused else 200)


def _refused(request: Request, field: str, message: str) -> Response:
    """Nothing to import: the same body as for wrong rows."""
    return _outcome(request, ImportOutcome(errors=[RowError("", 0, "", "", message, field=field)], refused=True), "")


def _file(file: Any, name: str) -> FileResponse:
    return FileResponse(file, as_attachment=True, filename=name, content_type=XLSX)
