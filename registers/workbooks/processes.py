"""Starting a guarded child from anywhere: a Celery prefork worker (whose processes may not fork by multiprocessing),
a gunicorn thread, a management command. A fresh interpreter, no shared state, killed when its time is over."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from registers.workbooks.errors import WorkbookRefused

ROOT = Path(__file__).resolve().parents[2]
TOO_MUCH = "工作簿太大或内容异常，读取时超出了允许的内存或时间。请删掉多余的空行空列和图片，或拆成几个文件后再上传"


class Child:
    """A running child: `out` is its standard output."""

    def __init__(self, process: "subprocess.Popen[bytes]", out: IO[bytes]) -> None:
        self.process = process
        self.out = out
        self.timed_out = False

    def kill(self) -> None:
        self.timed_out = True
        self.process.kill()


@contextmanager
def child(module: str, *chunks: bytes, seconds: float) -> Iterator[Child]:
    """Run `python -m module`, feed it `chunks`, and let the caller read `out`. It is gone afterwards, whatever happens.

    Raises WorkbookRefused where no process can be started.
    """
    environment = {
        name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ
    }
    environment.update(PYTHONDONTWRITEBYTECODE="1", PYTHONUTF8="1", MALLOC_ARENA_MAX="2")
    try:
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-E", "-s", "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None,  # the last words of a dying child belong in the log
            cwd=ROOT,
            env=environment,
            close_fds=True,
            start_new_session=True,  # Ctrl-C in a terminal is the parent's business
        )
    except OSError as error:
        raise WorkbookRefused("服务器忙，暂时不能读取工作簿，请稍后再试") from error
    assert process.stdin is not None and process.stdout is not None  # noqa: S101
    running = Child(process, process.stdout)
    feeder = threading.Thread(target=_feed, args=(process.stdin, chunks), daemon=True)
    clock = threading.Timer(seconds, running.kill)
    clock.daemon = True
    feeder.start()
    clock.start()
    try:
        yield running
    finally:
        clock.cancel()
        if process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
        process.kill()
        process.wait()
        process.stdout.close()
        feeder.join(5)


def _feed(pipe: IO[bytes], chunks: tuple[bytes, ...]) -> None:
    """Write all and close; a child that died early is found out by the reader."""
    with suppress(BrokenPipeError, OSError, ValueError):
        for chunk in chunks:
            pipe.write(chunk)
    with suppress(BrokenPipeError, OSError):
        pipe.close()
