"""What a drill kills: the worker, a process of PostgreSQL (which then recovers from its log), the broker, the web."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import redis
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection, connections

from tests.figures import owner

PATIENCE = 120.0


class Broker:
    """The broker that the environment names; killed, it is begun anew with its own program and settings."""

    def __init__(self) -> None:
        self._url = settings.CELERY_BROKER_URL
        told = self._client().info("server")
        self.pid, self._program, self._file = told["process_id"], told["executable"], told["config_file"]
        account = Path(f"/proc/{self.pid}").stat()
        self._account = {"user": account.st_uid, "group": account.st_gid, "extra_groups": []} if not os.getuid() else {}

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)
        time.sleep(0.2)
        process = subprocess.Popen(
            [self._program, self._file], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._account
        )
        self.pid = process.pid
        until(self._answers)

    def _client(self) -> Any:
        return redis.Redis.from_url(self._url, socket_timeout=2)

    def _answers(self) -> bool:
        with contextlib.suppress(redis.RedisError):
            return bool(self._client().ping())
        return False


def kill_database() -> None:
    """SIGKILL one backend: the server ends all the others, throws its memory away and recovers."""
    connection.close()
    with contextlib.closing(owner()) as link, link.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        os.kill(cursor.fetchone()[0], signal.SIGKILL)
        with contextlib.suppress(Exception):
            cursor.execute("SELECT 1")
    until(database_answers)


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except (DatabaseError, InterfaceError):
        connections.close_all()
        return False
    return True


class Web:
    """The web tier as it is served, on a free port."""

    def __init__(self) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            self.port = taken.getsockname()[1]
        self._begin()

    def _begin(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "lianjian.wsgi:application", "--bind", f"127.0.0.1:{self.port}"]
        environment = os.environ | {"ALLOWED_HOSTS": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
        self._process = subprocess.Popen(
            [*command, "--workers", "1", "--log-level", "critical"], env=environment, start_new_session=True
        )
        until(self._answers)

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def restart(self) -> None:
        self._begin()

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


def until(moment: Callable[[], bool]) -> None:
    """Wait for it. Raises TimeoutError after two minutes."""
    deadline = time.monotonic() + PATIENCE
    while not moment():
        if time.monotonic() > deadline:
            raise TimeoutError("nothing answered for two minutes")
        time.sleep(0.02)
