"""Room for frames: calls at any depth cost no memory to be mapped."""

import resource
import threading

import pytest

from lianjian.frames import roomily

CALLS = 500


def _nothing() -> None:
    return None


def _faults_at(depth: int) -> int:
    """Pages that the kernel had to bring for calls of one function from that depth."""
    if depth:
        return _faults_at(depth - 1)
    before = resource.getrusage(resource.RUSAGE_THREAD).ru_minflt
    for _ in range(CALLS):
        _nothing()
    return resource.getrusage(resource.RUSAGE_THREAD).ru_minflt - before


def _worst() -> int:
    return max(_faults_at(depth) for depth in range(400))


def _in_own_thread(run) -> int:
    """A thread has frames of its own, so how deep pytest lies does not matter."""
    found = []
    thread = threading.Thread(target=lambda: found.append(run()))
    thread.start()
    thread.join()
    return found[0]


def test_calls_at_any_depth_map_nothing():
    assert _in_own_thread(lambda: roomily(_worst)) < CALLS // 10


def test_what_runs_inside_answers_and_raises_as_it_would_alone():
    assert roomily(lambda: "答") == "答"
    with pytest.raises(KeyError):
        roomily(lambda: {}["没有"])


def test_without_room_some_depth_maps_at_every_call():
    """So that the first test can fail."""
    worst = _in_own_thread(_worst)
    if worst < CALLS:
        pytest.skip("this Python keeps a piece in hand")
