"""Addresses of all faces of all registers, of home, search, jobs and files.

A register may name its own view for a face (`Register.views`) and further addresses (`Register.more_views`).
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, include, path
from django.utils.module_loading import import_string

from registers.pages import jobs
from registers.pages.books import TownBook
from registers.pages.bulk import BulkFace, BulkUndoFace
from registers.pages.details import DetailFace
from registers.pages.edits import DeleteFace, EditFace, NewFace
from registers.pages.grid.face import GridFace
from registers.pages.home import Home
from registers.pages.imports import ExportFace, ImportFace, TemplateFace
from registers.pages.list_tools import ColumnsFace, ViewsFace
from registers.pages.lists import ListFace
from registers.pages.merging import Merging
from registers.pages.search import Lookup, Search
from registers.pages.settings import SettingsPage
from registers.register import Register, registers

# Fixed words stand before the key, so that no row can hide a page.
FACES: dict[str, tuple[str, type]] = {
    "list": ("", ListFace),
    "columns": ("columns/", ColumnsFace),
    "views": ("views/", ViewsFace),
    "bulk": ("bulk/", BulkFace),
    "bulk-undo": ("bulk/undo/", BulkUndoFace),
    "new": ("new/", NewFace),
    "grid": ("grid/", GridFace),
    "import": ("import/", ImportFace),
    "template": ("template.xlsx", TemplateFace),
    "export": ("export.xlsx", ExportFace),
    "detail": ("<str:key>/", DetailFace),
    "edit": ("<str:key>/edit/", EditFace),
    "delete": ("<str:key>/delete/", DeleteFace),
}
WRITING = frozenset({"bulk", "bulk-undo", "new", "grid", "import", "template", "edit", "delete"})


def faces_of(register: Register) -> Iterator[URLPattern]:
    """The addresses of one register; a read-only one has none that write, unless it names its own view for them."""
    for name, (route, dotted) in register.more_views.items():
        yield path(route, _view(import_string(dotted), register), name=name)
    for name, (route, default) in FACES.items():
        own = register.views.get(name)
        if own is None and name in WRITING and not register.change_right:
            continue
        if own is None and name in _unwanted(register):
            continue
        yield path(route, _view(import_string(own) if own else default, register), name=name)


def _unwanted(register: Register) -> set[str]:
    allowed = {"new": register.can_create, "delete": register.deletable}
    return {name for name, wanted in allowed.items() if not wanted}


def _view(cls: Any, register: Register) -> Callable[..., Any]:
    return cls.as_view(register=register)


def register_urls() -> list[URLResolver]:
    """One namespace a register, named by its slug."""
    return [
        path(f"{register.slug}/", include((list(faces_of(register)), register.slug)))
        for register in registers()
        if not register.api_only
    ]


_jobs = [
    path("", jobs.JobList.as_view(), name="list"),
    path("bell/", jobs.Bell.as_view(), name="bell"),
    path("<uuid:pk>/", jobs.JobPage.as_view(), name="detail"),
    path("<uuid:pk>/progress/", jobs.JobProgress.as_view(), name="progress"),
    path("<uuid:pk>/cancel/", jobs.JobCancel.as_view(), name="cancel"),
]
_files = [
    path("", jobs.FileList.as_view(), name="list"),
    path("<uuid:pk>/", jobs.FileDownload.as_view(), name="download"),
]

urlpatterns = [
    path("", Home.as_view(), name="home"),
    path("town-book/", TownBook.as_view(), name="town-book"),
    path("merge/", Merging.as_view(), name="merge"),
    path("settings/", SettingsPage.as_view(), name="settings"),
    path("search/", Search.as_view(), name="search"),
    path("lookup/<str:name>/", Lookup.as_view(), name="lookup"),
    path("jobs/", include((_jobs, "jobs"))),
    path("files/", include((_files, "files"))),
    *register_urls(),
]
