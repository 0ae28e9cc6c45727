"""`POST <register>/bulk-change/`: one value set for many rows, by their keys or by filters, with a try before."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import QueryDict
from django.utils.http import urlencode
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from lianjian.numbers import whole_number
from registers import reading
from registers.api import listing
from registers.api.fields import converter
from registers.api.repeats import once
from registers.api.schema import AUTH, KEY, REUSED
from registers.bulk.changing import MOST, BulkOutcome, Wanted, change_many, check_given, keys_of
from registers.errors import Invalid
from registers.exchange.importing import require_change_right
from registers.register import Register

TOLD = 100  # rows told before and after
ASKED = frozenset({"ids", "filter", "set", "versions", "dry_run", "partial", "reason"})


class BulkRefusalSerializer(serializers.Serializer):
    id = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()


class BulkWarningSerializer(serializers.Serializer):
    title = serializers.CharField()
    message = serializers.CharField()


class BulkChangedSerializer(serializers.Serializer):
    id = serializers.CharField()
    title = serializers.CharField()
    before = serializers.DictField()
    after = serializers.DictField()


class BulkChangeSerializer(serializers.Serializer):
    """What came of it. `errors` tell the rows that cannot be changed; with any and without `partial` none is."""

    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    written = serializers.BooleanField()
    changes = BulkChangedSerializer(many=True, help_text=f"前 {TOLD} 条改前改后")
    errors = BulkRefusalSerializer(many=True)  # type: ignore[assignment]
    warnings = BulkWarningSerializer(many=True)


class BulkAskedSerializer(serializers.Serializer):
    """Either `ids` or `filter`."""

    ids = serializers.ListField(
        child=serializers.CharField(), required=False, max_length=MOST, help_text="各行的键：地址里的那一段"
    )
    filter = serializers.DictField(
        child=serializers.CharField(), required=False, help_text="与列表相同的筛选条件；{} 是全部"
    )
    set = serializers.DictField(help_text="要改的列和新值；可改哪些列见 400 的说明")
    versions = serializers.DictField(
        child=serializers.IntegerField(), required=False, help_text="{键: 读取时的版本}，别人保存过的行会报错"
    )
    dry_run = serializers.BooleanField(required=False, help_text="只试算，不写入")
    partial = serializers.BooleanField(required=False, help_text="有的行不能改时，先改其余的")  # type: ignore[assignment]
    reason = serializers.CharField(required=False, max_length=200, help_text="原因，记入变更记录")


class BulkChange:
    """Registers whose rows may be changed many at once."""

    @action(detail=False, methods=["post"], url_path="bulk-change")
    @once
    def bulk_change(self: Any, request: Request) -> Response:
        register: Register = self.register
        require_change_right(register, request.user)
        body = request.data
        if not isinstance(body, dict):
            raise Invalid("请求内容应为一个 JSON 对象")
        unknown = next((name for name in body if name not in ASKED), "")
        if unknown:
            raise Invalid(f"不认识“{str(unknown)[:40]}”，可用的有：{'、'.join(sorted(ASKED))}", field=str(unknown)[:40])
        given, reason = body.get("set"), body.get("reason", "")
        if not isinstance(given, dict):
            raise Invalid('请在 set 里给出要改的列和新值，如 {"note": "已核对"}', field="set")
        if not isinstance(reason, str) or len(reason) > 200:
            raise Invalid("原因请写 200 字以内", field="reason")
        check_given(register, request.user, given)
        wanted, missing = _wanted(register, request, body, given)
        if missing:
            raise Invalid(f"{len(missing)} 个键没有找到，或不在您的管辖范围内，如“{missing[0][:40]}”", field="ids")
        dry_run, partial = listing.truth(body, "dry_run"), listing.truth(body, "partial")
        outcome = change_many(
            register, by=request.user, wanted=wanted, dry_run=dry_run, partial=partial, reason=reason.strip()
        )
        refused = bool(outcome.refusals) and not (dry_run or partial)
        return Response(_told(register, outcome), status=400 if refused else 200)


def _wanted(
    register: Register, request: Request, body: Mapping[str, Any], given: Mapping[str, Any]
) -> tuple[list[Wanted], list[str]]:
    """What to do with each row that is named, and the keys that name none in sight. Raises Invalid."""
    has_ids, has_filter = "ids" in body, "filter" in body
    if has_ids == has_filter:
        raise Invalid("请用 ids（各行的键）或 filter（筛选条件）说明改哪些行，二者给一个", field="ids")
    versions = _versions(body.get("versions") or {})
    lookup = register.lookup_field
    if has_ids:
        ids = body["ids"]
        if not isinstance(ids, list) or not ids or not all(isinstance(key, str | int) for key in ids):
            raise Invalid("ids 应为各行的键组成的列表", field="ids")
        if len(ids) > MOST:
            raise Invalid(f"一次最多修改 {MOST:,} 条，请分几次", field="ids")
        found = keys_of(register, request.user, ids, lookup)
        missing = [str(key) for key in ids if str(key) not in found]
    else:
        rows = _filtered(register, request, body["filter"])
        pairs = rows.order_by("pk").values_list(lookup, "pk")[: MOST + 1]
        found, missing = {str(key): pk for key, pk in pairs}, []
    return [Wanted(pk, given, versions.get(key)) for key, pk in found.items()], missing


def _versions(given: Any) -> dict[str, int]:
    if not isinstance(given, dict):
        raise Invalid("versions 应为 {键: 版本}", field="versions")
    found = {str(key): whole_number(version) for key, version in given.items()}
    if any(version is None for version in found.values()):
        raise Invalid("版本应为整数，即读取时得到的 version", field="versions")
    return {key: version for key, version in found.items() if version is not None}


def _filtered(register: Register, request: Request, given: Any) -> Any:
    """The rows that filters leave, as a list's address would. Raises Invalid for what no list would take."""
    if not isinstance(given, dict) or not all(isinstance(value, str | int) for value in given.values()):
        raise Invalid('filter 应为与列表相同的筛选条件，如 {"area": "371083101"}', field="filter")
    known = reading.filterset_class(register).base_filters
    for name in given:
        if name not in known:
            raise Invalid(f"不认识查询条件“{str(name)[:40]}”，可用的有：{'、'.join(sorted(known))}", field="filter")
    if any("\x00" in str(value) for value in given.values()):
        raise Invalid("查询条件里有不能使用的字符", field="filter")
    filters = reading.filterset_class(register)(
        QueryDict(urlencode(given)), queryset=register.rows(request.user), request=request
    )
    if not filters.is_valid():
        raise listing.FilterErrors(filters.errors)
    return filters.qs


def _told(register: Register, outcome: BulkOutcome) -> dict[str, Any]:
    converters = {column.field: converter(column) for column in register.columns}

    def values(of: Mapping[str, Any]) -> dict[str, Any]:
        return {name: converters[name](value) for name, value in of.items()}

    return {
        "changed": len(outcome.changes),
        "unchanged": outcome.unchanged,
        "written": outcome.written,
        "changes": [
            {
                "id": register.key_of(change.row), "title": change.title,
                "before": values(change.before), "after": values(change.after),
            }
            for change in outcome.changes[:TOLD]
        ],
        "errors": [
            {
                "id": register.key_of(refusal.row) if refusal.row is not None else None,
                "title": refusal.title, "field": refusal.field, "message": refusal.message,
            }
            for refusal in outcome.refusals[:TOLD]
        ],
        "warnings": [{"title": title, "message": text} for title, text in outcome.warnings[:TOLD]],
    }  # fmt: skip


def operation(register: Register, tag: Mapping[str, Sequence[str]]) -> Any:
    """What OpenAPI tells about it."""
    return extend_schema(
        summary=f"批量修改{register.title}", request=BulkAskedSerializer, parameters=[KEY], **tag,  # type: ignore[arg-type]
        responses={
            200: BulkChangeSerializer, 422: REUSED, **AUTH,
            400: OpenApiResponse(BulkRefusedSerializer, "填写有误，或有的行不能改；什么都没有写入"),
        },
    )  # fmt: skip


class BulkRefusedSerializer(serializers.Serializer):
    """Rows that cannot be changed (the body of an outcome, nothing written), or a request that is none."""

    changed = serializers.IntegerField(required=False)
    unchanged = serializers.IntegerField(required=False)
    written = serializers.BooleanField(required=False)
    changes = BulkChangedSerializer(many=True, required=False)
    errors = serializers.ListField(child=serializers.DictField(), required=False)  # type: ignore[assignment]
    warnings = BulkWarningSerializer(many=True, required=False)
    detail = serializers.CharField(required=False)
