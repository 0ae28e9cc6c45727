"""Every task that workers are sent, and every kind of job: what is prepared for it, and what must come out the same.

A digest names things by what people call them, so that two runs can be compared; numbers of rows differ.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from celery import current_app

from registers.models import Job
from tests.delivery import of_points, of_registers, of_tables
from tests.world import World

PROJECT = ("accounts.", "federations.", "members.", "registers.", "reports.", "services.", "villages.")
HEAVY, QUICK = "registers.tasks.run_heavy_job", "registers.tasks.run_quick_job"
Message = tuple[str, Sequence[str]]  # task and arguments


@dataclass(frozen=True)
class Delivered:
    """One task (`kind`: one kind of job); `prepare` begins two pieces of work where its messages can change places."""

    task: str
    prepare: Callable[[World], Any]
    digest: Callable[[], Any]
    kind: str = ""

    def messages(self) -> list[Message]:
        """What is to be delivered, in the order in which it was sent."""
        if not self.kind:
            return [(self.task, ())]
        waiting = Job.objects.unscoped("test").filter(kind=self.kind, state=Job.State.QUEUED).order_by("created_at")
        return [(self.task, (str(pk),)) for pk in waiting.values_list("pk", flat=True)]

    def __str__(self) -> str:
        return self.kind or self.task


def tasks() -> set[str]:
    """All tasks of the project, as its workers know them."""
    current_app.loader.import_default_modules()
    return {name for name in current_app.tasks if name.startswith(PROJECT)}


TABLE = (
    Delivered("accounts.tasks.clear_expired_sessions", of_tables.sessions_kept, of_tables.sessions),
    Delivered("registers.tasks.drop_expired_files", of_tables.files_kept, of_tables.file_names),
    Delivered("registers.tasks.drop_old_request_keys", of_tables.keys_kept, of_tables.keys),
    Delivered("registers.tasks.resend_stalled_jobs", of_tables.silent_jobs, of_tables.job_states),
    Delivered("reports.tasks.refresh_dirty_scopes", of_tables.facts_written, of_tables.figures),
    Delivered("reports.tasks.refresh_running_periods", of_tables.facts_unsummed, of_tables.figures),
    Delivered("members.tasks.apply_due_placements", of_points.placements_due, of_points.places_and_accounts),
    Delivered("members.tasks.expire_points", of_points.points_that_lay, of_points.places_and_accounts),
    Delivered(QUICK, of_registers.grids_to_import, of_registers.grids, "registers.import"),
    Delivered(HEAVY, of_registers.grids_to_import, of_registers.grids, "registers.import"),
    Delivered(HEAVY, of_registers.grids_to_export, of_registers.files, "registers.export"),
    Delivered(HEAVY, of_registers.books_to_export, of_registers.files, "registers.book-export"),
    Delivered(HEAVY, of_registers.books_to_import, of_registers.grids, "registers.book-import"),
    Delivered(HEAVY, of_registers.files_to_merge, of_registers.files, "registers.merge"),
    Delivered(HEAVY, of_registers.merged_to_import, of_registers.grids, "registers.merge-import"),
    Delivered(HEAVY, of_registers.forms_to_make, of_registers.files, "reports.workbook"),
    Delivered(HEAVY, of_registers.assessments_to_tell, of_registers.files, "reports.assessment"),
    Delivered(HEAVY, of_points.quarters_to_close, of_points.closes, "points.close"),
    Delivered(HEAVY, of_points.quarters_to_credit, of_points.places_and_accounts, "points.credit"),
    Delivered(HEAVY, of_points.claims_to_import, of_points.claims_and_jobs, "points.import_claims"),
    Delivered(HEAVY, of_points.schemes_to_try, of_points.trials, "points.what_if"),
)
