"""The thread that Ray lives in: its start may hang, and its end must be waited for."""

from collections.abc import Callable
import threading

from dist_invention.campaigns.executor import ExecutorNotReady


class Keeper:
    """Begin something in a thread that stays alive until it is ended there.

    Ray's processes die with the thread that started them, and a start in another
    thread than the main one leaves the signals alone and can be given up.

    Args:
        begin: Starts Ray; it may raise, or hang.
        end: Ends it.

    Example:
        >>> keeper = Keeper(lambda: None, lambda: print("over"))
        >>> keeper.start(seconds=5)
        >>> keeper.close(seconds=5)
        over
    """

    def __init__(self, begin: Callable[[], object], end: Callable[[], object]):
        self._begin, self._end = begin, end
        self._error: BaseException | None = None
        self._has_begun, self._is_over = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._keep, name="ray", daemon=True)

    def start(self, seconds: float) -> None:
        """Begin, and wait so long for it at most.

        Raises:
            ExecutorNotReady: If it fails or takes longer.
        """
        self._thread.start()
        what = ""
        if not self._has_begun.wait(seconds):
            what = f"no answer within {seconds:.0f} s"
        elif self._error is not None:
            what = f"{type(self._error).__name__}: {first_line(self._error)}"
        if what:
            self._is_over.set()  # should it come up later, it ends at once
            raise ExecutorNotReady(
                f"Expected Ray to be ready. Received: {what}. Look at the address of "
                "the cluster, its token (RAY_AUTH_MODE=token) and free memory, or "
                "leave out --executor."
            ) from self._error

    def close(self, seconds: float) -> None:
        """End it, and wait so long for that at most; what never began needs no wait."""
        self._is_over.set()
        if self._has_begun.is_set():
            self._thread.join(seconds)

    def _keep(self) -> None:
        try:
            self._begin()
        except BaseException as error:  # told by `start`, in the thread that waits
            self._error = error
            return
        finally:
            self._has_begun.set()
        self._is_over.wait()
        self._end()


def first_line(error: BaseException) -> str:
    """Return what an error says first, without a full stop."""
    return (str(error).strip().splitlines() or ["no more words"])[0].rstrip(".")
