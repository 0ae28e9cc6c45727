"""Starts children, notices when one dies, and has all of them stopped in the end."""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path

from . import processes
from .errors import LocalError, Stopped
from .watchdog import Watchdog

LOG_LIMIT = 5_000_000


class Supervisor:
    """Use as a context manager: leaving it, also by a signal or an error, stops everything it started."""

    def __init__(self, checkout: Path, logs: Path, home: Path, lock: int, *, mark: str, temporary: bool = False):
        self.checkout, self.logs, self.home, self.mark = checkout, logs, home, mark
        self.running: dict[str, subprocess.Popen] = {}
        self._lock, self._temporary = lock, temporary

    def __enter__(self) -> "Supervisor":
        self.logs.mkdir(parents=True, exist_ok=True)
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if signum != signal.SIGHUP or signal.getsignal(signum) != signal.SIG_IGN:  # nohup stays nohup
                signal.signal(signum, _raise)
        # What an earlier launch may have left, if even its watchdog was killed. We hold the lock: it is nobody's.
        processes.stop_all([], self.mark, self.home)
        self._watchdog = Watchdog(self.mark, self.home, self._lock, remove=self._temporary)
        return self

    def __exit__(self, *error: object) -> None:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        self._watchdog.close()

    def start(
        self,
        name: str,
        command: list[str],
        *,
        env: dict[str, str],
        phase: int = 0,
        signum: int = signal.SIGTERM,
        account: processes.Account | None = None,
        cwd: Path | None = None,
    ) -> subprocess.Popen:
        """Start a child that is to run until the end; its output goes to `<logs>/<name>.log`."""
        log = self.log(name)
        with contextlib.suppress(FileNotFoundError):
            if log.stat().st_size > LOG_LIMIT:
                log.replace(log.with_suffix(".log.1"))
        process = processes.spawn(
            command, env=self._marked(env), cwd=cwd or self.checkout, log=log, signum=signum, account=account
        )
        self._watchdog.add(processes.Child(process.pid, signum, phase))
        self.running[name] = process
        return process

    def run(
        self,
        command: list[str],
        *,
        env: dict[str, str],
        log: Path | None = None,
        account: processes.Account | None = None,
        cwd: Path | None = None,
    ) -> int:
        """Run `command` to its end and return its code, 128 + n after signal n.

        With `log` it is quiet, without it has our terminal.
        """
        process = processes.spawn(
            command, env=self._marked(env), cwd=cwd or self.checkout, log=log, account=account, session=log is not None
        )
        self._watchdog.add(processes.Child(process.pid, signal.SIGTERM, 0))
        with _terminal(process.pid) if log is None else contextlib.nullcontext():
            code = process.wait()
        self._watchdog.forget(process.pid)
        return code if code >= 0 else 128 - code

    def watch(self) -> None:
        """Wait for a signal. Raises LocalError where a child ends by itself, Stopped on the signal."""
        while True:
            self.check()
            time.sleep(0.3)

    def check(self) -> None:
        """Raise LocalError, with the end of its log, where a child has ended."""
        for name, process in self.running.items():
            if process.poll() is not None:
                raise LocalError(
                    f"「{name}」意外退出（代码 {process.returncode}），其余部分已一并停止。日志：{self.log(name)}",
                    f'"{name}" ended unexpectedly; everything else was stopped.',
                    self.tail(name),
                )

    def log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines of a log, indented."""
        try:
            text = self.log(name).read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""
        return "\n".join("    " + line for line in text.splitlines()[-lines:])

    def _marked(self, env: dict[str, str]) -> dict[str, str]:
        return env | {processes.MARK: self.mark}


def _raise(signum: int, _frame: object) -> None:
    raise Stopped(signum)


@contextlib.contextmanager
def _terminal(group: int):
    """Lend our terminal, if we have it, to a process group, so that its Ctrl-C and its debugger work."""
    if not os.isatty(0) or os.tcgetpgrp(0) != os.getpgrp():
        yield
        return
    os.tcsetpgrp(0, group)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(group, signal.SIGCONT)  # it may have asked for the terminal before it had it
    try:
        yield
    finally:
        before = signal.signal(signal.SIGTTOU, signal.SIG_IGN)  # taking it back happens from the background
        os.tcsetpgrp(0, os.getpgrp())
        signal.signal(signal.SIGTTOU, before)
