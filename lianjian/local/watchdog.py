"""The process that cleans up: it outlives the launcher, whatever happens to it, and then ends.

The launcher tells it over a pipe which process groups exist. When the pipe closes (the launcher finished, was
interrupted or was killed with -9: always the same path) it stops them and, where told, removes a folder.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from . import processes


class Watchdog:
    """The launcher's end of the pipe."""

    def __init__(self, mark: str, folder: Path, keep_open: int, remove: bool = False):
        """Start it. `keep_open` is the descriptor of a held lock: it stays held until the cleaning is done."""
        self.mark, self.folder = mark, folder
        self.children: list[processes.Child] = []
        command = [
            sys.executable,
            str(Path(__file__).parent),
            "watchdog",
            mark,
            str(folder),
            "remove" if remove else "",
        ]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[keep_open],
            cwd="/",
            bufsize=0,
            # Started from inside another launch it must not be swept away with that one's children.
            env={name: value for name, value in os.environ.items() if name != processes.MARK},
        )

    def add(self, child: processes.Child) -> None:
        """Remember a process group, here and in the watchdog."""
        self.children.append(child)
        self._tell(child.pid, child.signum, child.phase)

    def forget(self, pid: int) -> None:
        """A child has ended and been waited for: its number may soon belong to somebody else."""
        self.children = [child for child in self.children if child.pid != pid]
        self._tell(-pid, 0, 0)

    def _tell(self, *numbers: int) -> None:
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):  # killed: then `close` does its work
            self.process.stdin.write(f"{' '.join(map(str, numbers))}\n".encode())

    def close(self) -> None:
        """Have everything stopped and wait for it; done here where the watchdog itself is gone."""
        assert self.process.stdin
        self.process.stdin.close()
        if self.process.wait() != 0:
            processes.stop_all(self.children, self.mark, self.folder)


def main(mark: str, folder: str, remove: str) -> int:
    """Run as the watchdog process until the pipe on standard input closes."""
    for signum in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(signum, signal.SIG_IGN)
    children = {}
    for line in sys.stdin:
        pid, number, phase = (int(word) for word in line.split())
        if pid > 0:
            children[pid] = processes.Child(pid, number, phase)
        else:
            children.pop(-pid, None)
    processes.stop_all(children.values(), mark, Path(folder))
    if remove:
        shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)
