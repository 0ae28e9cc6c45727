"""Pieces of work side by side, on two connections: two cores are kept busy, four connections would be slower."""

from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

Piece = TypeVar("Piece")


class Lanes:
    """Two connections, ours and a second one, which is opened when it is first used and kept until the end: what a
    new one has to learn takes longer than many a piece. A context manager; `alone` there is ours only.
    """

    def __init__(self, *, alone: bool = False) -> None:
        self.alone = alone
        self._used = False
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="lane")

    def __enter__(self) -> "Lanes":
        return self

    def __exit__(self, *error: object) -> None:
        if self._used:
            self._pool.submit(connection.close)  # that thread's own
        self._pool.shutdown()

    def side_by_side(
        self,
        function: Callable[[Piece], None],
        pieces: Iterable[Piece],
        *,
        after: Callable[[int], None] = lambda done: None,
    ) -> None:
        """Call `function` for each piece, the next piece on whichever of the connections is free.

        Each call runs its own transaction. `after` is told between our own pieces how many were begun. Where a call (or
        `after`) raises, no further piece is begun and the error is raised here when the other lane has ended its piece.
        """
        waiting = deque(pieces)
        total = len(waiting)
        if self.alone or total < 2 or connection.in_atomic_block:
            _lane(function, waiting, total, after)
            return
        self._used = True
        other = self._pool.submit(_other_lane, function, waiting)
        try:
            _lane(function, waiting, total, after)
        finally:
            waiting.clear()
            other.result()


def _lane(function: Callable[[Piece], None], waiting: deque[Piece], total: int, after: Callable[[int], None]) -> None:
    while True:
        try:
            piece = waiting.popleft()
        except IndexError:
            return
        function(piece)
        after(total - len(waiting))


def _other_lane(function: Callable[[Piece], None], waiting: deque[Piece]) -> None:
    try:
        _lane(function, waiting, 0, lambda done: None)
    except BaseException:
        waiting.clear()
        raise
