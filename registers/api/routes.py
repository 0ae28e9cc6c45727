"""The addresses of the API: every register by its slug, and what apps add by hand.

from registers.api import routes
routes.add_viewset("quarter-closes", QuarterCloseViewSet)       # in AppConfig.ready()
"""

import re
from typing import Any

from django.utils.module_loading import import_string
from rest_framework.routers import SimpleRouter
from rest_framework.viewsets import ViewSetMixin

from registers.api.books import TownBookViewSet
from registers.api.jobs import JobViewSet
from registers.api.merging import MergeViewSet
from registers.api.viewsets import viewset_for
from registers.register import registers

_FILE = re.compile(r"(\.(?:xlsx|jpg))\{trailing_slash\}")
_added: dict[str, tuple[Any, str]] = {}


def add_viewset(prefix: str, viewset: type[ViewSetMixin] | str, basename: str = "") -> None:
    """Make a hand-written endpoint known, by class or dotted path; it stands before a register of the same name."""
    _added[prefix] = (viewset, basename or prefix)


class Router(SimpleRouter):
    """Workbooks and pictures have addresses without a slash behind; otherwise DRF's own."""

    def get_routes(self, viewset: Any) -> Any:
        return [route._replace(url=_FILE.sub(r"\\\1", route.url)) for route in super().get_routes(viewset)]


def router() -> Router:
    """All routes, once every app is ready."""
    made = Router()
    made.register("jobs", JobViewSet, "jobs")
    made.register("town-book", TownBookViewSet, "town-book")
    made.register("merge", MergeViewSet, "merge")
    for prefix, (viewset, basename) in _added.items():
        made.register(prefix, import_string(viewset) if isinstance(viewset, str) else viewset, basename)
    for register in registers():
        if register.slug not in _added:
            own = {"base": import_string(register.viewset)} if register.viewset else {}
            made.register(register.slug, viewset_for(register, **own), register.slug)
    return made
