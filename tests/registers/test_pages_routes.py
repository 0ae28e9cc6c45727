"""Every address is listed, and none but the sign-in opens without signing in."""

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from registers import sockets
from registers.pages.urls import FACES
from registers.register import registers

TESTS = Path(__file__).parents[1]
OTHERS = ("api", "admin")  # the API answers 401 (tests/registers/suite), the admin has tests of its own
OPEN = {"accounts:login"}  # without signing in
POSTED = {"accounts:logout"}  # opened by POST only, and harmless to who is not signed in


def names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """All names below a resolver, with their namespaces."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = ":".join(filter(None, (namespace, pattern.namespace)))
            if inner.partition(":")[0] not in OTHERS and str(pattern.pattern) not in ("api/", "admin/"):
                yield from names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            assert pattern.name, f"{pattern.pattern} has no name"
            yield ":".join(filter(None, (namespace, pattern.name)))


def listed() -> dict[str, dict[str, str]]:
    """The tables of all apps, and the faces that the page suite inherits."""
    table: dict[str, dict[str, str]] = {}
    for file in sorted(TESTS.glob("*/routes.py")):
        table |= import_module(f"tests.{file.parent.name}.routes").ROUTES
    for register in registers():
        for face, (route, _) in FACES.items():
            if not register.api_only:
                table[register.url_name(face)] = {"key": "1"} if "key" in route else {}
    return table


EVERY = sorted(set(names(get_resolver())))


def test_a_table_lists_every_address():
    missing = set(EVERY) - set(listed())
    assert not missing, f"add {sorted(missing)} to ROUTES in tests/<app>/routes.py, with tests of what they do"


def test_no_table_lists_what_is_gone():
    faces = {register.url_name(face) for register in registers() for face in FACES}
    assert set(listed()) - faces <= set(EVERY)


@pytest.mark.django_db
def test_who_is_not_signed_in_is_sent_to_the_sign_in():
    client, let_in, table = Client(), [], listed()
    for name in set(EVERY) - OPEN - POSTED:
        for ask in (client.get, client.post):
            answer = ask(reverse(name, kwargs=table[name]))
            if answer.status_code != 302 or not answer.url.startswith(reverse(settings.LOGIN_URL)):
                let_in.append(name)
    assert not let_in


def test_every_menu_item_has_an_address():
    assert all(reverse(item.url_name) for item in sockets.menu())
