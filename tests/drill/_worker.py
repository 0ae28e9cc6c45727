"""A real Celery worker for drills, on a queue of its own, to be killed with all its processes."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import psutil
from celery import current_app

from registers import jobs
from registers.models import Job

PATIENCE = 180.0
_PEAK = re.compile(r"VmHWM:\s+(\d+) kB")


class Worker:
    """A Celery worker with all its processes, to be killed at once."""

    def __init__(self, queue: str, *more: str) -> None:
        command = [sys.executable, "-m", "celery", "-q", "-A", "lianjian", "worker", "-Q", queue, "-c", "1"]
        command += ["-P", "prefork", "-n", f"{uuid4().hex[:8]}@drill", "--loglevel", "WARNING"]
        command += ["--without-gossip", "--without-mingle", *more]
        environment = os.environ | {"JOB_HEARTBEAT_SECONDS": "0.4", "PYTHONWARNINGS": "ignore"}
        self._process = subprocess.Popen(command, env=environment, start_new_session=True, stdout=sys.stderr)

    def peak_memory(self) -> int:
        """Bytes that its processes held at most so far, as the kernel keeps it for each, together."""
        me = psutil.Process(self._process.pid)
        statuses = [Path(f"/proc/{it.pid}/status").read_text() for it in (me, *me.children(recursive=True))]
        return sum(int(_PEAK.search(status)[1]) * 1024 for status in statuses)

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def send_to(queue: str) -> None:
    """Let this process send heavy jobs to the drill's own queue, so that no other worker takes them."""
    current_app.conf.task_routes = {"registers.tasks.run_heavy_job": {"queue": queue}}


def wait_for(moment: Callable[[], bool], job: Job) -> bool:
    """Sweep as beat would until the moment has come; False where the job ended before or patience ran out."""
    deadline = time.monotonic() + PATIENCE
    swept = 0.0
    while time.monotonic() < deadline:
        if moment():
            return True
        if state_of(job) in Job.FINISHED:
            return False
        if time.monotonic() - swept > 0.5:
            jobs.resend_stalled()
            swept = time.monotonic()
        time.sleep(0.005)
    return False


def state_of(job: Job) -> str:
    return Job.objects.unscoped("drill").values_list("state", flat=True).get(pk=job.pk)
