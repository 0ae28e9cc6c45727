"""How bodies are read: JSON that no depth of brackets and no half of a character can bring down."""

import json
from typing import Any

from rest_framework import parsers
from rest_framework.exceptions import ParseError

DEEPEST = 50  # far beyond any body of ours; what walks through a body may then call itself


class JSONParser(parsers.JSONParser):
    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Raises ParseError for what is no JSON, nested beyond all use, or holds what no answer could repeat."""
        try:
            data = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("nested too deeply") from None
        if _deeper_than(data, DEEPEST):
            raise ParseError("nested too deeply")
        try:
            json.dumps(data, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise ParseError("half of a character") from None
        return data


def _deeper_than(data: Any, limit: int) -> bool:
    level = [data]
    for _ in range(limit + 1):
        level = [
            inner
            for part in level
            if isinstance(part, list | dict)
            for inner in (part.values() if isinstance(part, dict) else part)
            if isinstance(inner, list | dict)
        ]
        if not level:
            return False
    return True
