"""Errors of the API: `{detail}` or `{errors: [...]}`, with the status of the domain error."""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.views import exception_handler as drf_exception_handler

from registers.errors import DomainError


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    if isinstance(error, DomainError):
        if error.field:
            return Response({"errors": [{"field": error.field, "message": error.message}]}, status=error.status)
        return Response({"detail": error.message}, status=error.status)
    response = drf_exception_handler(error, context)
    if response is not None and isinstance(error, ValidationError):
        response.data = {"errors": list(_flatten(response.data))}
        response.status_code = status.HTTP_400_BAD_REQUEST
    return response


def _flatten(data: Any, field: str = "") -> Any:
    if isinstance(data, dict):
        for name, value in data.items():
            yield from _flatten(value, f"{field}.{name}" if field else str(name))
    elif isinstance(data, list):
        for value in data:
            yield from _flatten(value, field)
    else:
        yield {"field": "" if field == "non_field_errors" else field, "message": str(data)}
