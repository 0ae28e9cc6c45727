"""How the inherited page tests walk about: addresses, forms as a browser would send them, what a page says."""

import re
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponse
from django.urls import reverse

from registers.register import Register
from tests.registers.suite.samples import Case, slugs

_TOKENS = re.compile(r'(csrfmiddlewaretoken" value|csrf-token"\s+content)="[^"]*"')


def has(face: str):
    """Whether a register shows the generic page of that face (not one of its own)."""

    def condition(register: Register) -> bool:
        if register.api_only or face in register.views:
            return False
        if face in ("new", "again"):
            return bool(register.change_right) and register.can_create
        if face == "delete":
            return bool(register.change_right) and register.deletable
        if face in ("edit", "import", "template", "grid"):
            return bool(register.change_right)
        return True

    return condition


def every(*faces: str):
    """Once for each register that has all these faces."""
    names = slugs(lambda register: all(has(face)(register) for face in faces))
    return pytest.mark.parametrize("case", names, indirect=True)


class _Inputs(HTMLParser):
    """The successful controls of the page's main form."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.inside = False
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self.inside = "form-page" in (given.get("class") or "") or "import-next" in (given.get("class") or "")
        if not self.inside:
            return
        if tag == "input" and name and given.get("type") not in ("submit", "file", "checkbox", "radio"):
            self.values[name] = given.get("value") or ""
        elif tag == "textarea":
            self._textarea = name
            self.values[name] = ""
        elif tag == "select":
            self._select = name
            self.values[name] = ""
        elif tag == "option" and self._select and "selected" in given:
            self.values[self._select] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self._select = ""
        elif tag == "textarea":
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._textarea:
            self.values[self._textarea] += data.removeprefix("\n") if not self.values[self._textarea] else data


def form_of(response: HttpResponse) -> dict[str, str]:
    """What a browser would send back if nothing were typed, hidden inputs too."""
    parser = _Inputs()
    parser.feed(response.content.decode())
    return parser.values


def text_of(response: HttpResponse) -> str:
    """What stands on the page, without tags and doubled spaces."""
    html = re.sub(r"<(script|style|template)\b.*?</\1>", "", response.content.decode(), flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def same_page(response: HttpResponse) -> str:
    """The page without what differs on every request."""
    return _TOKENS.sub("", response.content.decode())


@dataclass
class PageCase(Case):
    """A case seen with a browser."""

    def page(self, face: str, row: Any = None, key: str = "") -> str:
        arguments = [key or self.register.key_of(row)] if key or row is not None else []
        return reverse(self.register.url_name(face), args=arguments)

    def stored(self, row: Any) -> Any:
        return type(row).objects.unscoped("test").get(pk=row.pk)

    def count(self) -> int:
        return self.register.model.objects.unscoped("test").count()

    def seen(self, username: str = "") -> int:
        return self.register.rows(self.world.user(username or self.sample.writer)).count()

    def browser(self, username: str = "") -> Any:
        return self.world.client(username or self.sample.writer)

    @property
    def unknown_key(self) -> str:
        """A key that no row has."""
        field = self.register.model_field(self.register.lookup_field)
        kind = field.get_internal_type() if field is not None and not field.is_relation else "CharField"
        if self.register.lookup_field == "pk":
            kind = self.register.model._meta.pk.get_internal_type()
        known = {"UUIDField": "00000000-0000-0000-0000-000000000000", "CharField": "371083101998"}
        return known.get(kind, "371083101998" if kind in ("OneToOneField", "ForeignKey") else "987654321")
