"""What workers run for registers."""

import logging

from celery import shared_task
from django.utils import timezone

from registers import jobs
from registers.api.repeats import forget_old_keys
from registers.models.job import StoredFile

logger = logging.getLogger(__name__)


@shared_task
def run_quick_job(job_id: str) -> None:
    jobs.run(job_id)


@shared_task
def run_heavy_job(job_id: str) -> None:
    jobs.run(job_id)


@shared_task
def resend_stalled_jobs() -> None:
    count = jobs.resend_stalled()
    if count:
        logger.warning("sent %s stalled jobs again", count)


@shared_task
def drop_expired_files() -> None:
    """Files are kept for `KEEP_FILES_DAYS`; the row and the bytes go together."""
    for stored in StoredFile.objects.unscoped("expiry is the same for all").filter(expires_at__lt=timezone.now()):
        stored.content.delete(save=False)
        stored.delete()


@shared_task
def drop_old_request_keys() -> None:
    forget_old_keys()
