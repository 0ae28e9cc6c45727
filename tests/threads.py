"""Several at the same moment, each with a database connection of his own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

from registers.errors import DomainError


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run `work(n)` in that many threads, begun together; what each gave or the domain error it met."""
    barrier = threading.Barrier(count)

    def one(number: int) -> Any:
        try:
            barrier.wait(timeout=20)
            return work(number)
        except DomainError as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))
