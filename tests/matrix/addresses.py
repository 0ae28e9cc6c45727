"""Every address of the product, and the address of a route of the table."""

from collections.abc import Iterator
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.matrix.route import Route
from tests.matrix.stage import Stage

UNKNOWN = {"pk": 999_999_999, "key": "999999999999", "number": "9999999999999"}
UNKNOWN_UUID = "00000000-0000-4000-8000-000000000000"


def patterns(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address that has a name, but the admin's: it is opened by users.change alone and has tests of its own."""
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}", pattern
        elif pattern.namespace != "admin":
            yield from patterns(pattern, namespace + (f"{pattern.namespace}:" if pattern.namespace else ""))


def address(route: Route, stage: Stage, *, known: bool = True) -> str:
    """The route's address, of the stage's row or of one that is nowhere."""
    args = dict(route.args)
    if route.row:
        (name,) = keys(route.name)
        is_uuid = len(str(stage.rows[route.row])) == len(UNKNOWN_UUID)
        args[name] = stage.rows[route.row] if known else UNKNOWN_UUID if is_uuid else UNKNOWN[name]
    return reverse(route.name, kwargs=args) + route.query


@cache
def keys(name: str) -> list[str]:
    """What the address of that name is told in its path."""
    return [*dict(patterns(get_resolver()))[name].pattern.regex.groupindex]
