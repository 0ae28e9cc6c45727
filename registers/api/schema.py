"""What OpenAPI tells about the endpoints of a register, made from its declaration."""

from typing import Any

import django_filters
from drf_spectacular.helpers import forced_singular_serializer
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from registers import reading
from registers.api.fields import more_fields, schema_field
from registers.api.listing import PAGE_PARAMETERS
from registers.api.renderers import XLSX
from registers.ordering import orders
from registers.register import Register
from registers.warned import warns

Shape = type[serializers.Serializer]


class ErrorSerializer(serializers.Serializer):
    field = serializers.CharField(required=False)
    sheet = serializers.CharField(required=False)
    row = serializers.IntegerField(required=False)
    column = serializers.CharField(required=False)
    value = serializers.CharField(required=False)
    message = serializers.CharField()


class ErrorsSerializer(serializers.Serializer):
    """Either `errors` (what is wrong where) or `detail` (one sentence)."""

    errors = ErrorSerializer(many=True, required=False)  # type: ignore[assignment] # named like a property
    detail = serializers.CharField(required=False)


class DetailSerializer(serializers.Serializer):
    detail = serializers.CharField()


class NoteSerializer(serializers.Serializer):
    sheet = serializers.CharField()
    row = serializers.IntegerField()
    column = serializers.CharField()
    message = serializers.CharField()
    count = serializers.IntegerField()


class WarningSerializer(serializers.Serializer):
    sheet = serializers.CharField()
    row = serializers.IntegerField()
    column = serializers.CharField()
    field = serializers.CharField()
    message = serializers.CharField()


class RemarkSerializer(serializers.Serializer):
    field = serializers.CharField(help_text="说的是哪一列，空为整行")
    message = serializers.CharField()


class OutcomeSerializer(serializers.Serializer):
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    errors = ErrorSerializer(many=True)  # type: ignore[assignment]
    error_count = serializers.IntegerField()
    warnings = WarningSerializer(many=True, help_text="提醒：不影响写入，请核对")
    notes = NoteSerializer(many=True)
    good = serializers.IntegerField(help_text="没有错误的行数")
    total = serializers.IntegerField()
    written = serializers.BooleanField()
    marked_workbook = serializers.URLField(allow_null=True, help_text="标出错误的工作簿，只有上传者能下载")


class RefusedOutcomeSerializer(serializers.Serializer):
    """Rows that are wrong (the body of an outcome, nothing written), or a request that is no import at all."""

    created = serializers.IntegerField(required=False)
    updated = serializers.IntegerField(required=False)
    unchanged = serializers.IntegerField(required=False)
    errors = ErrorSerializer(many=True, required=False)  # type: ignore[assignment]
    error_count = serializers.IntegerField(required=False)
    warnings = WarningSerializer(many=True, required=False)
    notes = NoteSerializer(many=True, required=False)
    good = serializers.IntegerField(required=False)
    total = serializers.IntegerField(required=False)
    written = serializers.BooleanField(required=False)
    marked_workbook = serializers.URLField(allow_null=True, required=False)
    detail = serializers.CharField(required=False)


class JobStartedSerializer(serializers.Serializer):
    job = serializers.UUIDField(help_text="任务编号，进度见 /api/v1/jobs/{id}/")


class UploadSerializer(serializers.Serializer):
    file = serializers.FileField(help_text=".xlsx 工作簿")
    dry_run = serializers.BooleanField(required=False, help_text="只核对，不写入")
    partial = serializers.BooleanField(  # type: ignore[assignment]
        required=False, help_text="有错误时先保存正确的行"
    )


UNAUTHENTICATED = OpenApiResponse(DetailSerializer, "没有登录，或令牌已失效")
FORBIDDEN = OpenApiResponse(DetailSerializer, "没有这项权限")
MISSING = OpenApiResponse(DetailSerializer, "没有找到，或不在管辖范围内")
INVALID = OpenApiResponse(ErrorsSerializer, "填写有误")
CONFLICT = OpenApiResponse(DetailSerializer, "当前状态不能这样做")
STALE = OpenApiResponse(DetailSerializer, "别人刚保存过，请重新读取")
WORKBOOK = {(200, XLSX): OpenApiTypes.BINARY}
JSON = "application/json"
WORKBOOK_REFUSED = {(401, JSON): DetailSerializer, (403, JSON): DetailSerializer}
JOB = OpenApiResponse(JobStartedSerializer, "行数较多，已转为任务")
AUTH = {401: UNAUTHENTICATED, 403: FORBIDDEN}
STAMP = {412: STALE, 428: OpenApiResponse(DetailSerializer, "没有说明读到的是哪一版：要 If-Match 或 version")}
KEY = OpenApiParameter(
    "Idempotency-Key", OpenApiTypes.STR, OpenApiParameter.HEADER, description="请求编号：一天内重发同一请求只办一次"
)
REUSED = OpenApiResponse(DetailSerializer, "请求编号已用于另一个请求")
IF_MATCH = OpenApiParameter(
    "If-Match", OpenApiTypes.STR, OpenApiParameter.HEADER,
    description="读取时的 ETag，或加引号的版本号，如 \"3\"；请求内容里给出 version 时可以不填",
)  # fmt: skip
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match", OpenApiTypes.STR, OpenApiParameter.HEADER, description="上次的 ETag：没有变化就回 304"
)
ETAG = OpenApiParameter(
    "ETag", OpenApiTypes.STR, OpenApiParameter.HEADER, response=[200], description="这一版的标记，修改时放进 If-Match"
)


COLUMNS = OpenApiParameter(
    "columns", OpenApiTypes.STR, description="只要这些列，用逗号隔开；认行用的列和必填的列总在，以便改后再导入"
)


def page_of(row: Any, name: str) -> Shape:
    """The schema of `{next, previous, results, count}` over a row serializer."""
    fields = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "results": row(many=True),
        "count": serializers.IntegerField(required=False, help_text="只在 count=true 时给出，最多 10,001"),
    }
    page: Shape = type(f"{name}Page", (serializers.Serializer,), fields)
    return forced_singular_serializer(page)


_FILTER_TYPES = (
    (django_filters.NumberFilter, OpenApiTypes.NUMBER),
    (django_filters.BooleanFilter, OpenApiTypes.BOOL),
    (django_filters.DateFilter, OpenApiTypes.DATE),
)


class Shapes:
    """The serializers that describe one register: a row as read, as created, as changed."""

    def __init__(self, register: Register) -> None:
        self.register = register
        name = "".join(part.title() for part in register.slug.split("-"))
        self.name = name
        stored = register.model._meta
        more: dict[str, serializers.Field] = {}
        for field, attribute in more_fields(register).items():
            number = stored.get_field(attribute).get_internal_type() != "UUIDField"
            more[field] = serializers.IntegerField() if number else serializers.UUIDField()
        read = {column.field: schema_field(register, column) for column in (*register.columns, *register.api_columns)}
        writable = [column for column in register.columns if not column.readonly]
        write = {column.field: schema_field(register, column, writing=True) for column in writable}
        change = {column.field: schema_field(register, column, writing=True) for column in writable}
        for optional in change.values():
            optional.required = False
        read_before = serializers.IntegerField(
            required=False, help_text="读取时的版本，与 If-Match 二者给一个；别人保存过就回 412"
        )
        of_each = serializers.IntegerField(
            required=False, help_text="改已有的行时：读取时的版本；别人保存过，就在这一行报错"
        )
        self.row: Shape = type(f"{name}Row", (serializers.Serializer,), more | read)
        told = {"warnings": RemarkSerializer(many=True, help_text="提醒：已写入，请核对")} if warns(register) else {}
        self.saved: Shape = type(f"{name}Saved", (serializers.Serializer,), more | read | told) if told else self.row
        self.new: Shape = type(f"{name}New", (serializers.Serializer,), dict(write))
        self.change: Shape = type(f"{name}Change", (serializers.Serializer,), change | {"version": read_before})
        self.whole: Shape = type(f"{name}Whole", (serializers.Serializer,), write | {"version": read_before})
        self.item: Shape = type(f"{name}Item", (serializers.Serializer,), write | {"version": of_each})
        self.rows: Shape = type(
            f"{name}Rows",
            (serializers.Serializer,),
            {
                "rows": serializers.ListField(child=self.item(), max_length=2_000),
                "dry_run": serializers.BooleanField(required=False),
                "partial": serializers.BooleanField(required=False),
            },
        )

    def parameters(self) -> list[OpenApiParameter]:
        """Filters and order, as `listing.register_rows` takes them."""
        register = self.register
        filters = reading.filterset_class(register).base_filters
        found = []
        for name, declared in filters.items():
            choices = getattr(declared, "extra", {}).get("choices")
            values = [str(code) for code, _ in choices] if choices and not callable(choices) else None
            description = {
                "q": "查找：名称、代码或拼音首字母",
                "area": "区划代码：本级及以下",
                "quarter": "季度，如 2026Q3",
            }.get(name, str(declared.label or name))
            kind = next((kind for known, kind in _FILTER_TYPES if isinstance(declared, known)), OpenApiTypes.STR)
            found.append(OpenApiParameter(name, kind, description=description, enum=values))
        names = orders(register)
        if names:
            listed = "、".join(names)
            found.append(OpenApiParameter("ordering", OpenApiTypes.STR, description=f"排序，前加 - 为降序：{listed}"))
        return found

    def operations(self) -> dict[str, Any]:
        """`extend_schema` decorators by action name."""
        title, shape = self.register.title, self.row
        tag: dict[str, Any] = {"tags": [self.register.slug]}
        filters = self.parameters()
        made = {200: shape, **AUTH, 404: MISSING}
        return {
            "list": extend_schema(
                summary=f"{title}列表", parameters=[*filters, *PAGE_PARAMETERS], **tag,
                responses={200: page_of(shape, self.name), 400: INVALID, **AUTH},
            ),
            "retrieve": extend_schema(
                summary=f"{title}一条", parameters=[IF_NONE_MATCH, ETAG], responses={**made, 304: None}, **tag
            ),
            "create": extend_schema(
                summary=f"新增{title}", request=self.new, parameters=[KEY], **tag,
                responses={201: self.saved, 400: INVALID, 404: MISSING, 409: CONFLICT, 422: REUSED, **AUTH},
            ),
            "update": extend_schema(
                summary=f"修改{title}", request=self.whole, parameters=[IF_MATCH], **tag,
                responses={**made, 200: self.saved, 400: INVALID, 409: CONFLICT, **STAMP},
            ),
            "partial_update": extend_schema(
                summary=f"修改{title}的几项", request=self.change, parameters=[IF_MATCH], **tag,
                responses={**made, 200: self.saved, 400: INVALID, 409: CONFLICT, **STAMP},
            ),
            "destroy": extend_schema(
                summary=f"删除{title}", parameters=[IF_MATCH], **tag,
                responses={204: None, 400: INVALID, **AUTH, 404: MISSING, 409: CONFLICT, **STAMP},
            ),
            "template": extend_schema(summary=f"{title}模板", responses={**WORKBOOK, **WORKBOOK_REFUSED}, **tag),
            "export": extend_schema(
                summary=f"导出{title}", parameters=[*filters, COLUMNS], **tag,
                responses={
                    **WORKBOOK, (202, JSON): JobStartedSerializer, (400, JSON): ErrorsSerializer, **WORKBOOK_REFUSED,
                },
            ),
            "import_workbook": extend_schema(
                summary=f"导入{title}", request={"multipart/form-data": UploadSerializer}, **tag,
                responses={
                    200: OutcomeSerializer, 202: JOB, **AUTH,
                    400: OpenApiResponse(RefusedOutcomeSerializer, "有的行不对，什么都没有写入"),
                },
            ),
            "bulk": extend_schema(
                summary=f"批量写入{title}", request=self.rows, parameters=[KEY], **tag,
                responses={
                    200: OutcomeSerializer, 422: REUSED, **AUTH,
                    400: OpenApiResponse(RefusedOutcomeSerializer, "有的行不对，什么都没有写入"),
                },
            ),
        }  # fmt: skip


def only_api(endpoints: list[Any], **_kwargs: Any) -> list[Any]:
    """The schema speaks of what lies under /api/v1/, and not of itself."""
    return [endpoint for endpoint in endpoints if endpoint[0].startswith("/api/v1/")]
