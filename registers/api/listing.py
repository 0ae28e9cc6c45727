"""Lists of the API: filters, search, order, keyset pages and capped counts, for registers and hand-written endpoints.

Query parameters that nobody understands are refused: a misspelt filter would otherwise give all rows.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request
from rest_framework.response import Response

from lianjian import areacodes
from lianjian.periods import PeriodError, parse_quarter
from registers import reading
from registers.errors import Invalid
from registers.register import Register
from registers.scope import Scope

MAX_PAGE_SIZE = 1_000
PAGING = frozenset({"page_size", "cursor", "ordering", "count"})

PAGE_PARAMETERS = [
    OpenApiParameter(
        "page_size", {"type": "integer", "minimum": 1, "default": 50}, description="每页行数，最多 1000，再多按 1000"
    ),
    OpenApiParameter("cursor", OpenApiTypes.STR, description="翻页位置：取自上一次应答的 next 或 previous"),
    OpenApiParameter("count", OpenApiTypes.BOOL, description="true 时另给出 count，超过 10,000 行时为 10,001"),
]


def allowed(request: Request, names: Iterable[str]) -> None:
    """Raises Invalid for query parameters that the list does not know, or that hold what no text may."""
    known = {*names}
    for name, value in request.query_params.items():
        if name not in known and not any(name.startswith(f"{one}_") for one in known):
            listed = "、".join(sorted(known))
            raise Invalid(f"不认识查询条件“{name[:40]}”，可用的有：{listed}", field=name[:40])
        if "\x00" in value:
            raise Invalid("查询条件里有不能使用的字符", field=name[:40])


def page(
    request: Request,
    rows: QuerySet,
    ordering: Sequence[str],
    convert: Callable[[Any], Any],
) -> Response:
    """One keyset page as `{next, previous, results}`, with `count` where asked for.

    `rows` may be model objects or `.values()`; the ordering must end in something unique.
    """
    size = _page_size(request.query_params)
    found = reading.page_of(rows, ordering, size, request.query_params.get("cursor", ""))
    answer: dict[str, Any] = {
        "next": _address(request, found.next),
        "previous": _address(request, found.previous),
        "results": [convert(row) for row in found.rows],
    }
    if _truth(request.query_params, "count"):
        answer["count"] = reading.capped_count(rows)
    return Response(answer)


def register_rows(register: Register, request: Request, *, more: Iterable[str] = ()) -> QuerySet:
    """The rows of a register that a request asks for. Raises Invalid. `more`: parameters handled elsewhere."""
    filters, rows = reading.filtered(register, request, register.rows(request.user))
    names = filters.form.fields
    allowed(request, [*names, *PAGING, *more])
    if not filters.is_valid():
        raise FilterErrors(filters.errors)
    return rows


def in_area(request: Request, rows: QuerySet, parameter: str = "area") -> QuerySet:
    """For hand-written lists: rows in the subtree of `area=`, by the model's own idea of where a row lies."""
    code = request.query_params.get(parameter, "")
    if not code:
        return rows
    if not areacodes.is_code(code):
        raise Invalid(f"“{code[:40]}”不是区划代码", field=parameter)
    return rows.filter(rows.model.in_scope(Scope.area(code)))


def quarter(request: Request, parameter: str = "quarter") -> str:
    """For hand-written lists: the quarter asked for, checked; empty where none is."""
    text = request.query_params.get(parameter, "")
    if not text:
        return ""
    try:
        return str(parse_quarter(text))
    except PeriodError as error:
        raise Invalid(str(error), field=parameter) from None


class FilterErrors(Invalid):
    """Filters that were not understood: {parameter: texts}."""

    def __init__(self, errors: Any) -> None:
        self.problems = [(name, str(text)) for name, texts in errors.items() for text in texts]
        super().__init__(self.problems[0][1], field=self.problems[0][0])


def _page_size(params: QueryDict) -> int:
    text = params.get("page_size", "")
    if not text:
        return 50
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise Invalid("每页行数应为 1 到 1000 的整数", field="page_size")
    return min(int(text[:9]), MAX_PAGE_SIZE)


def _truth(params: Any, name: str) -> bool:
    """true/false as a client writes them. Raises Invalid for anything else."""
    text = str(params.get(name, "") or "").strip().lower()
    if text not in ("", "true", "false", "1", "0"):
        raise Invalid("请填 true 或 false", field=name)
    return text in ("true", "1")


truth = _truth


def _address(request: Request, cursor: str | None) -> str | None:
    if cursor is None:
        return None
    params = request.query_params.copy()
    params["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{params.urlencode()}")
