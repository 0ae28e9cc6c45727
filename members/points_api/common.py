"""What the endpoints of points share."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from lianjian import numbers
from registers.api import listing
from registers.api.renderers import JSONRenderer
from registers.api.schema import AUTH, CONFLICT, INVALID, MISSING, page_of
from registers.errors import Invalid, NotAllowed, NotFound
from registers.searching import found_by

VIEW = "points.view"
READ = {**AUTH, 404: MISSING}
STEP = {**AUTH, 400: INVALID, 404: MISSING, 409: CONFLICT}
AREA = OpenApiParameter("area", OpenApiTypes.STR, description="区划代码：本级及以下")
QUARTER = OpenApiParameter("quarter", OpenApiTypes.STR, description="季度，如 2026Q3")
MEMBER = OpenApiParameter("member_no", OpenApiTypes.STR, description="积分对象的编号")
SEARCH = OpenApiParameter("q", OpenApiTypes.STR, description="查找：姓名、拼音首字母或编号")
ITEM = OpenApiParameter("item_code", OpenApiTypes.STR, description="积分项目编码")
LARGEST_ID = 2**63 - 1


class PointsViewSet(GenericViewSet):
    """Rows of points; whoever has no part in points is told so."""

    renderer_classes = (JSONRenderer,)
    lookup_value_regex = r"[0-9]{1,19}"
    filter_backends = ()
    pagination_class = None
    rights: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # action → one of these is needed, whatever the body says

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not request.user.can(VIEW):  # type: ignore[union-attr] # signed in by now
            raise NotAllowed("您没有查看积分的权限")

    def get_queryset(self) -> Any:
        rows = getattr(self, "queryset", None)
        return rows.all() if rows is not None else None

    def require_right(self) -> None:
        """Asked before the body is read: who may not do it at all need not hear what would be right."""
        needed = self.rights.get(self.action, ())
        if needed and not any(self.request.user.can(right) for right in needed):  # type: ignore[union-attr]
            raise NotAllowed("您没有办理这一步的权限")

    def given(self, shape: type[serializers.Serializer], **options: Any) -> Any:
        """The body checked. Raises NotAllowed, or DRF's ValidationError with every error at its field."""
        self.require_right()
        if self.request.data is None:
            raise Invalid("请求内容应为一个 JSON 对象")
        checked = shape(data=self.request.data, **options)
        checked.is_valid(raise_exception=True)
        return checked.validated_data

    def found(self, rows: Any, pk: str) -> Any:
        """The row of that id among those that the user sees. Raises NotFound."""
        row = rows.filter(pk=int(pk)).first() if int(pk) <= LARGEST_ID else None
        if row is None:
            raise NotFound
        return row


def searched(request: Request, rows: Any, subject: str = "subject__") -> Any:
    """Rows of the people that `q` finds: by name, number or initials; `subject` is the lookup of the subject."""
    fields = [f"{subject}{name}" for name in ("number", "name", "person__initials")]
    return found_by(rows, fields, request.query_params.get("q", ""))


def narrowed(request: Request, rows: Any, names: dict[str, str]) -> Any:
    """Rows with the values asked for: query parameter → lookup."""
    for parameter, lookup in names.items():
        value = request.query_params.get(parameter, "")
        if value:
            rows = rows.filter(**{lookup: value})
    return rows


def ordered(request: Request, known: Sequence[str], default: Sequence[str], names: dict[str, str]) -> tuple[str, ...]:
    """The order asked for, ended by the default, which is total. Raises Invalid for anything not in `known`."""
    chosen = []
    for part in filter(None, request.query_params.get("ordering", "").split(",")):
        name = part.removeprefix("-")
        if name not in known:
            raise Invalid(f"不能按“{name[:40]}”排序，可用的有：{'、'.join(known) or '（无）'}", field="ordering")
        chosen.append(("-" if part.startswith("-") else "") + names.get(name, name))
    taken = {part.removeprefix("-") for part in chosen}
    return (*chosen, *(part for part in default if part.removeprefix("-") not in taken))


def whole_number(request: Request, parameter: str) -> int | None:
    """A whole number in the query. Raises Invalid."""
    text = request.query_params.get(parameter, "")
    if not text:
        return None
    number = numbers.whole_number(text)
    if number is None:
        raise Invalid("应为整数", field=parameter)
    return number


def one_of(request: Request, parameter: str, values: Sequence[str]) -> str:
    """One of a few words in the query, or empty. Raises Invalid."""
    text = request.query_params.get(parameter, "")
    if text and text not in values:
        raise Invalid(f"没有“{text[:40]}”，可用的有：{'、'.join(values)}", field=parameter)
    return text


__all__ = [
    "AREA", "INVALID", "ITEM", "MEMBER", "QUARTER", "READ", "SEARCH", "STEP", "PointsViewSet", "listing", "narrowed",
    "one_of", "ordered", "page_of", "searched", "whole_number",
]  # fmt: skip
