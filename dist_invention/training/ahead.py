"""Make the next batches in a thread while the backend computes."""

from collections.abc import Callable, Generator, Iterator
from queue import SimpleQueue
import threading
from typing import Any, TypeVar

DEPTH = 2  # batches that are ready at most; one would do if all took equally long
Item = TypeVar("Item")
_OVER = object()


class _Failed:
    """An exception on its way to the thread that asked."""

    def __init__(self, error: BaseException):
        self.error = error


def ahead(
    items: Iterator[Item], ready: Callable[[Item], Any], depth: int = DEPTH
) -> Generator[tuple[Item, Any], None, None]:
    """Yield each item with what `ready` makes of it, both made a little earlier.

    Items must not depend on what the caller does meanwhile, as batches that follow
    from their place alone do not. Closing the generator ends the thread; after that
    nothing uses `items` any more.

    Args:
        items: What to look ahead in; used by the thread only.
        ready: Called with each item, in the thread.
        depth: How many items are made ahead at most.

    Example:
        >>> list(ahead(iter([1, 2]), str))
        [(1, '1'), (2, '2')]
    """
    wanted: SimpleQueue[Any] = SimpleQueue()
    found: SimpleQueue[Any] = SimpleQueue()
    for _ in range(depth):
        wanted.put(None)

    def make() -> None:
        try:
            while wanted.get() is not _OVER:
                item: Any = next(items, _OVER)
                found.put(item if item is _OVER else (item, ready(item)))
                if item is _OVER:
                    return
        except BaseException as error:  # raised where it is waited for
            found.put(_Failed(error))

    thread = threading.Thread(target=make, name="batches ahead", daemon=True)
    thread.start()
    try:
        while (pair := found.get()) is not _OVER:
            if isinstance(pair, _Failed):
                raise pair.error
            wanted.put(None)
            yield pair
    finally:
        wanted.put(_OVER)
        thread.join()
