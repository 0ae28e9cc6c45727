"""Child processes that cannot outlive us: started with a death signal, found again by group, mark or folder.

Linux only: `prctl` and `/proc` are what make "no orphan is left" checkable.
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

MARK = "LIANJIAN_LAUNCH"
SERVERS = {"postgres", "redis-server", "valkey-server"}
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """An unprivileged user that servers run as when we are root (PostgreSQL refuses to run as root)."""

    uid: int
    gid: int

    def popen_arguments(self) -> dict[str, object]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


@dataclass(frozen=True)
class Child:
    """A started process group: how to ask its leader to end, and in which phase (0 before 1)."""

    pid: int
    signum: int
    phase: int


def die_with_parent(signum: int) -> Callable[[], None]:
    """A `preexec_fn` after which the child gets `signum` when the launcher dies, however it dies."""
    parent = os.getpid()

    def apply() -> None:
        _libc.prctl(PR_SET_PDEATHSIG, signum, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return apply


def follow_parent() -> None:
    """Have ourselves told (SIGTERM) when `make`, our parent, is killed: nobody would be left to stop us."""
    if os.environ.get("MAKELEVEL"):
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def spawn(
    command: list[str],
    *,
    env: dict[str, str],
    cwd: Path,
    log: Path | None = None,
    signum: int = signal.SIGTERM,
    account: Account | None = None,
    session: bool = True,
    **popen: object,
) -> subprocess.Popen:
    """Start `command` in a process group of its own; `session=False` keeps our terminal.

    Raises OSError where the program or the log file cannot be opened.
    """
    with contextlib.ExitStack() as stack:
        if log is not None:
            output = stack.enter_context(log.open("ab"))
            popen |= {"stdin": subprocess.DEVNULL, "stdout": output, "stderr": subprocess.STDOUT}
        if account is not None:
            popen |= account.popen_arguments()
        group: dict[str, object] = {"start_new_session": True} if session else {"process_group": 0}
        return subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            preexec_fn=die_with_parent(signum),  # noqa: PLW1509 - we have one thread
            **group,
            **popen,  # type: ignore[call-overload]
        )


def living(groups: Iterable[int] = (), mark: str = "", folder: Path | None = None) -> set[int]:
    """Processes of these groups, with this mark in their environment, or servers at work in `folder`.

    Zombies and ourselves are left out. Servers overwrite their environment, so they are known by their folder.
    """
    wanted, found = set(groups), set()
    needle = f"{MARK}={mark}\0".encode() if mark else b""
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        # A process may end while we look, or belong to somebody else.
        with contextlib.suppress(OSError, ValueError, IndexError):
            name, _, rest = (entry / "stat").read_text(errors="replace").partition("(")[2].rpartition(")")
            fields = rest.split()
            if fields[0] in "ZX":
                continue
            if (
                int(fields[2]) in wanted
                or (folder is not None and name in SERVERS and _inside((entry / "cwd").readlink(), folder))
                or (needle and needle in b"\0" + (entry / "environ").read_bytes() + b"\0")
            ):
                found.add(int(entry.name))
    return found


def _inside(path: Path, folder: Path) -> bool:
    return path == folder or folder in path.parents


def send(pids: Iterable[int], signum: int) -> None:
    """Signal processes, passing over those that ended meanwhile."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signum)


def wait_gone(look: Callable[[], set[int]], patience: float) -> set[int]:
    """Wait until `look()` is empty; what is left after `patience` seconds is returned."""
    deadline = time.monotonic() + patience
    while (left := look()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def stop_all(children: Iterable[Child], mark: str = "", folder: Path | None = None, patience: float = 8.0) -> None:
    """End every child, phase by phase: ask the leader, then end the group, then whatever else carries our mark."""
    children = list(children)
    for phase in sorted({child.phase for child in children}):
        groups = {child.pid: child.signum for child in children if child.phase == phase}
        alive = living(groups)
        for pid, signum in groups.items():
            if pid in alive:
                send([pid], signum)
        wait_gone(partial(_leaders, groups), patience)
        end(partial(living, groups))
    end(partial(living, mark=mark, folder=folder))


def _leaders(groups: Iterable[int]) -> set[int]:
    return living(groups) & set(groups)


def end(look: Callable[[], set[int]], patience: float = 2.0) -> None:
    """End what `look()` finds: SIGTERM, a moment, SIGKILL."""
    if left := look():
        send(left, signal.SIGTERM)
        if left := wait_gone(look, patience):
            send(left, signal.SIGKILL)
            wait_gone(look, patience)
