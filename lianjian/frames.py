"""Room for the frames of calls, so that deep stacks cost no more than shallow ones.

Python keeps the frames of a thread in pieces of 16 KB and gives a piece back when its last frame ends. Where the calls
of a loop happen to lie across the end of one, each call maps and unmaps memory: up to a third of the time of a page.
"""

from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
_WORD_BYTES = 8
_PIECE_BYTES = 2**20


def roomily(run: Callable[[], Result]) -> Result:
    """What `run` returns; the frames of all it calls lie in one piece of half a megabyte, some thousand calls deep."""
    return run()


# A frame that asks for more than half a piece comes in a piece of its own; what it does not use is for those behind it.
roomily.__code__ = roomily.__code__.replace(co_stacksize=_PIECE_BYTES // 2 // _WORD_BYTES + 64)
