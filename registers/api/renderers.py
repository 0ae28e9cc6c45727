"""How answers are written: JSON by orjson, and a stand-in that lets clients ask for workbooks."""

from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework.renderers import BaseRenderer

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class JSONRenderer(BaseRenderer):
    media_type = "application/json"
    format = "json"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else orjson.dumps(data, default=_text, option=orjson.OPT_NON_STR_KEYS)


class WorkbookRenderer(JSONRenderer):
    """For addresses that give a workbook: it comes as a file response, only errors pass here, as JSON."""

    media_type = XLSX
    format = "xlsx"

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if renderer_context and "response" in renderer_context:
            renderer_context["response"]["Content-Type"] = JSONRenderer.media_type
        return super().render(data, accepted_media_type, renderer_context)


def _text(value: Any) -> str:
    if isinstance(value, Decimal | Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer")
