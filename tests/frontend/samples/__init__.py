"""Contexts for every page kind, as views would hand them over: none, one and many rows, long names, errors."""

from tests.frontend.samples.home import FIGURES, chart, home_page, search_page
from tests.frontend.samples.jobs import files_page, import_page, job_page
from tests.frontend.samples.lists import list_page
from tests.frontend.samples.records import detail_page, form_page
from tests.frontend.samples.shell import LONGEST, SHELL

__all__ = ["FIGURES", "LONGEST", "PAGES", "SHELL", "chart"]


PAGES = {
    "list-30": ("registers/list.html", lambda: list_page(30)),
    "list-1": ("registers/list.html", lambda: list_page(1, bulk_actions=None, row_actions=False)),
    "list-0": ("registers/list.html", lambda: list_page(0)),
    "list-none": ("registers/list.html", lambda: list_page(0, query="唐家", can_add=False)),
    "detail": ("registers/detail.html", detail_page),
    "detail-empty": ("registers/detail.html", lambda: detail_page(0)),
    "form": ("registers/form.html", form_page),
    "form-errors": ("registers/form.html", lambda: form_page("errors")),
    "form-conflict": ("registers/form.html", lambda: form_page("conflict")),
    "import": ("registers/import.html", import_page),
    "import-errors": ("registers/import.html", lambda: import_page("errors")),
    "import-ambiguous": ("registers/import.html", lambda: import_page("ambiguous")),
    "import-saved": ("registers/import.html", lambda: import_page("saved")),
    "job-queued": ("registers/job.html", lambda: job_page("queued")),
    "job-running": ("registers/job.html", lambda: job_page("running")),
    "job-done": ("registers/job.html", lambda: job_page("done")),
    "job-failed": ("registers/job.html", lambda: job_page("failed")),
    "files": ("registers/files.html", files_page),
    "files-0": ("registers/files.html", lambda: files_page(0)),
    "home": ("registers/home.html", home_page),
    "home-0": ("registers/home.html", lambda: home_page(0)),
    "search": ("registers/search.html", search_page),
    "search-0": ("registers/search.html", lambda: search_page(0)),
    "403": ("403.html", dict),
    "404": ("404.html", dict),
    "400": ("400.html", dict),
    "403-csrf": ("403_csrf.html", dict),
    "locked": ("errors/locked.html", lambda: {"minutes": 15}),
}
