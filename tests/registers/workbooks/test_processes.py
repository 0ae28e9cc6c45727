"""The guarded child starts from wherever workbooks are read: threads, daemonic worker processes; and leaves nothing."""

import multiprocessing
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from registers.workbooks.processes import ROOT, child
from registers.workbooks.reading import read_workbook
from tests.registers.workbooks.builders import table_xml, workbook

DATA = workbook(table_xml([["村名", "人口"], ["锅上村", 812]]))
ROWS = [["村名", "人口"], ["锅上村", 812]]


def test_from_many_threads_at_once():
    results = []
    threads = [threading.Thread(target=lambda: results.append(read_workbook(DATA)[0].rows)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [ROWS] * 8


def _in_worker(queue):
    queue.put(read_workbook(DATA)[0].rows)


def test_from_a_daemonic_process_which_may_have_no_multiprocessing_children():
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    worker = context.Process(target=_in_worker, args=(queue,), daemon=True)
    worker.start()
    assert queue.get(timeout=30) == ROWS
    worker.join(10)


def test_nothing_is_left_behind():
    me = psutil.Process()
    read_workbook(DATA)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        read_workbook(DATA)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
    assert not [
        process for process in me.children(recursive=True) if "registers.workbooks" in " ".join(process.cmdline())
    ]


def test_a_child_that_says_nothing_is_ended_in_time():
    with child("timeit", b"", seconds=0.1) as running:  # a second of work
        running.out.read()
    assert running.timed_out
    assert running.process.returncode == -signal.SIGKILL


def test_no_secrets_and_no_django_in_the_child(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://owner:secret@db/x")
    code = "import sys, registers.workbooks.child; print([name for name in sys.modules if name.startswith('django')])"
    out = subprocess.run(
        [sys.executable, "-E", "-s", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert out.strip() == "[]"
    with child("sysconfig", b"", seconds=10) as running:
        environment = Path(f"/proc/{running.process.pid}/environ").read_bytes()
        running.out.read()
    assert b"secret" not in environment


def test_the_limits_are_in_force_in_the_child():
    code = (
        "from registers.workbooks.limits import tie_hands, LIMITS; import resource; tie_hands();"
        "assert resource.getrlimit(resource.RLIMIT_AS)[0] == LIMITS.memory;"
        "x = bytearray(LIMITS.memory)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert "MemoryError" in done.stderr


@pytest.mark.parametrize("module", ["registers.workbooks.child", "registers.workbooks.marking_child"])
def test_rubbish_on_standard_input_ends_the_child_quietly(module):
    with child(module, b"rubbish", seconds=10) as running:
        running.out.read()
        running.process.wait(10)
    assert not running.timed_out
