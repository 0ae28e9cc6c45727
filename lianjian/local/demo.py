"""`make run`: the whole product with its demo county, until Ctrl-C."""

import contextlib
import hashlib
import http.client
import os
import time
from pathlib import Path

from . import environment, postgres, services
from .errors import LocalError, Stopped
from .home import Home, lasting, locked, open_var
from .supervisor import Supervisor
from .virtualenv import Virtualenv

WEB_PATIENCE = 120
CUT_OFF = 3  # exit code of load_demo: what an earlier load left is only a part


def run(checkout: Path) -> None:
    """Serve until a signal. Raises LocalError where something cannot be done, Stopped while still starting."""
    port = web_port(os.environ.get("PORT", ""))
    var = open_var(checkout)
    busy = "这个目录里已有一个 make run 在运行，请先停止它。\nAnother make run is already running in this checkout."
    with locked(var / "run.lock", busy) as lock:
        require_free(port)
        home = lasting(var)
        logs = var / "log"
        with Supervisor(checkout, logs, home.folder, lock, mark=f"run:{var}") as supervisor:
            venv = Virtualenv(checkout)
            with locked(var / "venv.lock", wait=True):
                venv.ensure(supervisor, "run")
            values = _settle(supervisor, venv, home, var / "local.env")
            _serve(supervisor, venv, values, port, stamp=home.folder / "migrated")


def web_port(text: str) -> int:
    """The port to serve on. Raises LocalError for anything but a port number.

    >>> web_port("")
    8000
    """
    if not text:
        return 8000
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 65536):
        raise LocalError(f"PORT 应是 1–65535 的整数，现在是“{text}”。", "PORT must be a number from 1 to 65535.")
    return int(text)


def require_free(port: int) -> None:
    """Raise LocalError where somebody listens on this port, or we may not."""
    if environment.free_port(port) != port:
        other = environment.free_port(port + 1 if 1024 <= port < 65535 else 8000)
        raise LocalError(
            f"端口 {port} 已被占用或不可用，请换一个，例如 PORT={other} make run。",
            f"Port {port} is taken or not allowed; choose another with PORT=….",
        )


def migrations_fingerprint(checkout: Path) -> str:
    """Changes when any migration of ours, or any pinned package (which may bring its own), changes."""
    digest = hashlib.sha256((checkout / "constraints.txt").read_bytes())
    for file in sorted(checkout.glob("*/migrations/*.py")):
        digest.update(str(file.relative_to(checkout)).encode() + file.read_bytes())
    return digest.hexdigest()


def _settle(supervisor: Supervisor, venv: Virtualenv, home: Home, file: Path) -> dict[str, str]:
    """Start the services and write every address and secret to `file`, where `manage.py` run by hand finds them."""
    kept = environment.read(file)
    values = environment.settle(kept, environment.given(os.environ))
    # Kept before anything is encrypted with them.
    environment.write(file, {**kept, **values})
    values |= services.start(supervisor, venv, home, kept, durable=True)
    environment.write(file, values)
    return values


def _serve(supervisor: Supervisor, venv: Virtualenv, values: dict[str, str], port: int, stamp: Path) -> None:
    env = services.variables(venv, values)
    python = str(venv.python)
    fingerprint = migrations_fingerprint(venv.checkout)
    private = "DATABASE_URL" not in environment.given(os.environ)
    fresh = not private or not stamp.exists() or stamp.read_text() != fingerprint
    if fresh:
        print("正在准备数据库…", flush=True)
        _migrate(supervisor, python, env)
        if _manage(supervisor, [python, "manage.py", "load_demo"], env, expected=CUT_OFF if private else 0):
            # Nobody could sign in to that part of a county: nothing of anybody's is lost with it.
            print("正在清空本机的数据库，重新装入…", flush=True)
            postgres.empty(venv.packages, env["DATABASE_OWNER_URL"])
            _migrate(supervisor, python, env)
            _manage(supervisor, [python, "manage.py", "load_demo"], env)
        if private:
            stamp.write_text(fingerprint)
    _start_programs(supervisor, python, env, port)
    if not fresh:
        _manage(supervisor, [python, "manage.py", "load_demo"], env)
    _wait_for_web(supervisor, port)
    print(f"\n联建已启动：http://127.0.0.1:{port}/   按 Ctrl-C 停止，日志在 var/log/\n", flush=True)
    _manage(supervisor, [python, "manage.py", "demo_accounts"], env)
    with contextlib.suppress(Stopped):  # being asked to stop is how this ends well
        supervisor.watch()


def _start_programs(supervisor: Supervisor, python: str, env: dict[str, str], port: int) -> None:
    web = [python, "-m", "gunicorn", "lianjian.wsgi:application", "--bind", f"127.0.0.1:{port}"]
    web += ["--workers", "2", "--worker-class", "gthread", "--threads", "4", "--timeout", "120"]
    web += ["--graceful-timeout", "5", "--no-control-socket"]
    if os.access("/dev/shm", os.W_OK):
        web += ["--worker-tmp-dir", "/dev/shm"]  # a heartbeat file on a slow disk can stall a worker
    supervisor.start("web", web, env=env)
    celery = [python, "-m", "celery", "-A", "lianjian"]
    # Two workers, so that a heavy job never keeps the quick ones waiting.
    for queue, size in (("quick", 1), ("heavy", 2)):
        worker = ["worker", "-Q", queue, "-c", str(size), "-n", f"{queue}@%h", "--loglevel", "INFO"]
        supervisor.start(f"worker-{queue}", [*celery, *worker, "--without-gossip", "--without-mingle"], env=env)
    schedule = str(supervisor.logs.parent / "beat-schedule")
    supervisor.start("beat", [*celery, "beat", "--loglevel", "INFO", "--schedule", schedule], env=env)


def _migrate(supervisor: Supervisor, python: str, env: dict[str, str]) -> None:
    _manage(supervisor, [python, "manage.py", "migrate", "--verbosity", "0"], env | {"LIANJIAN_DB_ROLE": "owner"})


def _manage(supervisor: Supervisor, command: list[str], env: dict[str, str], *, expected: int = 0) -> int:
    """Run a management command with our terminal and return its code, 0 or the `expected` one.

    Raises LocalError where it fails otherwise.
    """
    code = supervisor.run(command, env=env)
    if code not in (0, expected):
        supervisor.check()  # a dead server explains more than the command's own failure
        name = " ".join(command[1:3])
        raise LocalError(f"{name} 失败（代码 {code}），原因见上。", f"{name} failed.")
    return code


def _wait_for_web(supervisor: Supervisor, port: int) -> None:
    deadline = time.monotonic() + WEB_PATIENCE
    while True:
        supervisor.check()
        with contextlib.suppress(OSError, http.client.HTTPException):
            link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            link.request("GET", "/accounts/login/")
            if (status := link.getresponse().status) < 500:
                return
            raise LocalError(
                f"网站返回错误 {status}。日志：{supervisor.log('web')}",
                "The site answers with an error.",
                supervisor.tail("web"),
            )
        if time.monotonic() > deadline:
            raise LocalError(
                f"网站 {WEB_PATIENCE} 秒内没有应答。日志：{supervisor.log('web')}",
                "The site did not answer.",
                supervisor.tail("web"),
            )
        time.sleep(0.1)
