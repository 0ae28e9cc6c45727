"""The commands behind the Makefile: run, test, exec, services, clean."""

import argparse
import shlex
import shutil
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from . import demo, environment, packages, processes, services, watchdog
from .errors import LocalError, Stopped, explain
from .home import lasting, locked, open_var, temporary
from .supervisor import Supervisor
from .virtualenv import Virtualenv

CHECKOUT = Path(__file__).resolve().parents[2]


def main(arguments: list[str]) -> int:
    """Run a command and return its exit code; every failure is said in a line or two, without a traceback."""
    if arguments[:1] == ["watchdog"]:
        return watchdog.main(*arguments[1:])
    processes.follow_parent()
    try:
        return _dispatch(arguments)
    except LocalError as error:
        print(error, file=sys.stderr, flush=True)
        return 1
    except OSError as error:
        print(explain(error), file=sys.stderr, flush=True)
        return 1
    except Stopped as stop:
        return 128 + stop.signum
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def _dispatch(arguments: list[str]) -> int:
    if arguments[:1] == ["test"]:  # everything else on this line is pytest's
        return run_tests(_rest(arguments[1:]))
    parser = argparse.ArgumentParser(prog="python3 lianjian/local", description="在本机运行和测试联建。")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("run", help="启动演示环境")
    commands.add_parser("test", help="运行测试；其余参数交给 pytest")
    execute = commands.add_parser("exec", help="启动数据库和队列，运行一条命令，然后停止")
    execute.add_argument("--durable", action="store_true", help="数据库和队列按正式设置落盘（测速、演练时用）")
    execute.add_argument("--browser", action="store_true", help="命令需要浏览器和中文字体")
    execute.add_argument("rest", nargs=argparse.REMAINDER)
    commands.add_parser("services", help="只启动数据库和队列，打印环境变量")
    commands.add_parser("clean", help="删除虚拟环境、本地数据和日志")
    options = parser.parse_args(arguments)
    if options.command == "run":
        demo.run(CHECKOUT)
    elif options.command == "clean":
        clean(CHECKOUT)
    elif options.command == "services":
        show_services()
    else:
        command = _rest(options.rest)
        if not command:
            parser.error("exec: 缺少要运行的命令")
        with workshop(durable=options.durable, browser=options.browser) as (supervisor, env):
            return supervisor.run(command, env=env)
    return 0


@contextmanager
def workshop(*, durable: bool = False, browser: bool = False) -> Iterator[tuple[Supervisor, dict[str, str]]]:
    """Services of their own, empty and gone afterwards, and the environment to use them. Raises LocalError."""
    var = open_var(CHECKOUT)
    home = temporary(var)
    with (
        locked(home.folder / "lock") as lock,
        Supervisor(
            CHECKOUT, var / "log" / "test", home.folder, lock, mark=str(home.folder), temporary=True
        ) as supervisor,
    ):
        venv = Virtualenv(CHECKOUT)
        with locked(var / "venv.lock", wait=True):
            venv.ensure(supervisor, "dev")
        if browser:
            packages.ensure_browser(supervisor)
        values = environment.TEST_KEYS | services.start(supervisor, venv, home, {}, durable=durable)
        values["LIANJIAN_DATA_DIR"] = str(home.folder / "files")
        yield supervisor, services.variables(venv, values)


def run_tests(arguments: list[str]) -> int:
    """Run pytest with these arguments and return its code. Raises LocalError where it cannot start."""
    with workshop(browser=True) as (supervisor, env):
        in_two = ["-n", "2", "--dist", "loadscope", "--no-loadscope-reorder"]  # tests/conftest.py orders the modules
        return supervisor.run(["pytest", *in_two, *arguments], env=env)


def show_services() -> None:
    """Print the addresses for a developer's own shell and keep the services up until a signal."""
    with workshop() as (supervisor, env):
        names = ["DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL", "CACHE_URL", *environment.TEST_KEYS]
        for name in [*names, "LIANJIAN_DATA_DIR"]:
            print(f"export {name}={shlex.quote(env[name])}")
        print("# 在另一个终端粘贴以上各行；按 Ctrl-C 停止。", flush=True)
        with suppress(Stopped):
            supervisor.watch()


def clean(checkout: Path) -> None:
    """Remove what `run` and `test` made. Raises LocalError while one is running."""
    var = checkout / "var"
    if var.is_dir():
        with locked(var / "run.lock", "make run 正在运行，请先停止它。\nmake run is running; stop it first."):
            shutil.rmtree(lasting(var).folder)
            shutil.rmtree(var)
    shutil.rmtree(checkout / ".venv", ignore_errors=True)
    for cache in (".pytest_cache", ".mypy_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis"):
        shutil.rmtree(checkout / cache, ignore_errors=True)


def _rest(arguments: list[str]) -> list[str]:
    return arguments[1:] if arguments[:1] == ["--"] else arguments
