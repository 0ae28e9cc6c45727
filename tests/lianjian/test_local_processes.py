"""Children of the local launcher and the lock it holds."""

import os
import signal
import subprocess
import sys
import time

import pytest

from lianjian.local import errors, home, processes

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"


def start(code: str, tmp_path, **arguments) -> subprocess.Popen:
    child = processes.spawn(
        [sys.executable, "-c", code], env=dict(os.environ), cwd=tmp_path, log=tmp_path / "log", **arguments
    )
    deadline = time.monotonic() + 10
    while not (tmp_path / "log").read_bytes() and time.monotonic() < deadline:
        time.sleep(0.02)
    return child


def test_a_group_ends_with_the_children_of_its_children(tmp_path):
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]).wait()"
    child = start(code, tmp_path)
    assert len(processes.living([child.pid])) == 2
    processes.stop_all([processes.Child(child.pid, signal.SIGTERM, 0)], patience=0.2)
    assert not processes.living([child.pid])
    child.wait()


def test_a_zombie_counts_as_gone(tmp_path):
    child = start("print(1)", tmp_path)
    while processes.living([child.pid]):
        time.sleep(0.02)
    assert child.wait() == 0


def test_a_child_in_a_session_of_its_own_is_found_by_its_mark(tmp_path):
    code = f"import os; os.setsid() if os.fork() == 0 else os._exit(0); {STUBBORN}"
    mark = f"test:{tmp_path}"
    child = processes.spawn(
        [sys.executable, "-c", code], env=os.environ | {processes.MARK: mark}, cwd=tmp_path, log=tmp_path / "log"
    )
    child.wait()
    while not (tmp_path / "log").read_bytes():
        time.sleep(0.02)
    assert len(processes.living(mark=mark)) == 1
    assert not processes.living(mark=mark[:-1])
    processes.end(lambda: processes.living(mark=mark), patience=0.2)
    assert not processes.living(mark=mark)


def test_a_lock_is_refused_while_its_holder_lives_and_free_afterwards(tmp_path):
    with (
        home.locked(tmp_path / "lock"),
        pytest.raises(errors.LocalError, match="busy"),
        home.locked(tmp_path / "lock", "busy"),
    ):
        pass
    with home.locked(tmp_path / "lock"):
        pass


def test_var_can_be_passed_through_but_not_listed_whatever_the_umask(tmp_path):
    before = os.umask(0o077)
    try:
        var = home.open_var(tmp_path)
    finally:
        os.umask(before)
    assert var.stat().st_mode & 0o777 == 0o711


def test_programs_are_copied_where_the_servers_account_cannot_reach_them(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root has another account for its servers")
    closed = tmp_path / "closed" / "package" / "bin"
    closed.mkdir(parents=True)
    (tmp_path / "closed").chmod(0o700)
    program = closed / "server"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o700)
    place = home.Home(tmp_path, home.servers_account())
    copy = place.reachable(program, closed.parent)
    assert copy != program
    assert copy.read_text() == program.read_text()
    assert copy.stat().st_mode & 0o777 == 0o755
    assert place.reachable(program, closed.parent) == copy
