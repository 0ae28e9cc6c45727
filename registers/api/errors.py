"""Errors of the API: `{detail}` or `{errors: [{field, message, …}]}`, with the status of the domain error."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.core.exceptions import PermissionDenied
from django.core.exceptions import ValidationError as ModelError
from django.db import DatabaseError
from django.http import Http404
from rest_framework import status
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler
from rest_framework.views import set_rollback

from registers.errors import DomainError, NotAllowed, NotFound
from registers.exchange.violations import explain
from registers.rows.results import RowError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, Http404):
        error = NotFound()
    elif isinstance(error, PermissionDenied):
        error = NotAllowed("您没有这项操作的权限。如确需办理，请联系安全管理员授权")
    elif isinstance(error, ParseError):
        error = ParseError("请求内容不是完整的 JSON 或表单，请核对后重发")
    if isinstance(error, DomainError):
        set_rollback()
        problems = getattr(error, "problems", None) or ([(error.field, error.message)] if error.field else [])
        if problems and error.status == status.HTTP_400_BAD_REQUEST:  # a wrong state is told as a whole, as declared
            return Response(errors_of(problems), status=error.status)
        return Response({"detail": error.message}, status=error.status)
    if isinstance(error, ModelError | DatabaseError):
        return _refused(error)
    response = drf_exception_handler(error, context)
    if response is not None and hasattr(error, "answer"):
        response.data = error.answer
    elif response is not None and isinstance(error, ValidationError):
        response.data = {"errors": list(_flatten(response.data))}
        response.status_code = status.HTTP_400_BAD_REQUEST
    return response


def errors_of(problems: Iterable[tuple[str, str]]) -> dict[str, Any]:
    return {"errors": [{"field": field, "message": message} for field, message in problems]}


def row_errors(errors: Iterable[RowError]) -> dict[str, Any]:
    """Errors of one row given as JSON: at fields, without sheet and row."""
    return {
        "errors": [
            {"field": error.field, "column": error.column, "value": error.value, "message": error.message}
            for error in errors
        ]
    }


def _refused(error: Exception) -> Response | None:
    """What the database refused in an endpoint that did not catch it; anything else is a bug and stays one."""
    violations = explain(error)
    if not violations:
        return None
    set_rollback()
    answered = max(violation.status for violation in violations)
    problems = [(field, one.message) for one in violations for field in (one.fields[:1] or ("",))]
    return Response(errors_of(problems), status=answered)


def _flatten(data: Any, field: str = "") -> Iterator[dict[str, str]]:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _flatten(value, f"{field}.{name}" if field else str(name))
    elif isinstance(data, list):
        for value in data:
            yield from _flatten(value, field)
    else:
        yield {"field": "" if field == "non_field_errors" else field, "message": str(data)}
