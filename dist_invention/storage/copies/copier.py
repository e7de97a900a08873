"""One destination's thread: it copies, waits, tries again, and never raises."""

from collections.abc import Callable
import errno
import logging
import threading
import time
from typing import TypeVar

from dist_invention.storage.copies.calls import Beat, Call, DidNotAnswer
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.copies.head_start import HeadStart
from dist_invention.storage.copies.ledger import Errand, Item, Ledger, snapshot
from dist_invention.storage.copies.standing import Patience, Standing
from dist_invention.storage.copies.stores import size_of
from dist_invention.storage.writer import lower_priority

MOST_LEFT = 3  # calls that hang at one time; with so many the place is given up
READ_BACK_BYTES = 64 << 20  # up to this size every copy is read back
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
READ_BACK_EVERY = 10  # of bigger checkpoints: the first, and then each so many

Result = TypeVar("Result")

log = logging.getLogger(__name__)


class Copier:
    """Keep one destination supplied, in a thread of its own.

    Args:
        run_id: The run's folder there.
        place: Where copies go.
        patience: How long it may fail.
        record: Called with `"mirror"` and url, state, reason and waiting whenever the
            state changes: `"behind"`, `"hung"`, `"paused"`, `"caught_up"`.

    Example:
        >>> copier = Copier("demo-s0", Destination("memory://copies"))
        >>> copier.wait(time.monotonic() + 5.0)
        True
        >>> copier.close()
    """

    def __init__(
        self,
        run_id: str,
        place: Destination,
        patience: Patience | None = None,
        record: Callable[..., None] | None = None,
    ):
        self._run_id = run_id
        self._place = place.again()
        self._standing = Standing(place.label, patience or Patience(), record)
        self._ledger = Ledger()
        self._change = threading.Condition()
        self._thread: threading.Thread | None = None
        self._is_closing = self._is_busy = False
        self._left: list[Call] = []  # calls that hang
        self._big = 0  # checkpoints too big to read each of them back
        self._head_start = HeadStart()

    @property
    def files(self) -> int:
        """Number of files that arrived."""
        return len(self._ledger.held)

    @property
    def reason(self) -> str | None:
        """Why it is behind; `None` where it is not."""
        return self._standing.reason

    def ask(self, change: Callable[[Ledger], None]) -> None:
        """Change what is owed, and return at once.

        Args:
            change: Called with the ledger; it must do nothing else.
        """
        with self._change:
            change(self._ledger)
            if self._thread is None and not self._is_closing:
                name = f"copies to {self._place.label}"
                self._thread = threading.Thread(
                    target=self._run, name=name, daemon=True
                )
                self._thread.start()
            self._change.notify_all()

    def hurry(self) -> None:
        """Try again now, however often it failed."""
        with self._change:
            self._standing.hurry()
            self._change.notify_all()

    def wait(self, until: float) -> bool:
        """Wait until all has arrived, or nothing more is to be expected soon.

        Args:
            until: Wait no longer than to this `time.monotonic()`.

        Returns:
            Whether all has arrived.
        """
        with self._change:
            while self._is_owing() and not self._standing.is_given_up:
                left = until - time.monotonic()
                if left <= 0 or self._is_closing:
                    break
                self._change.wait(left)
            return not self._is_owing()

    def tell(self, state: str, reason: str | None) -> None:
        """Take note of a state that was seen from outside."""
        if reason is None:
            self._head_start.give_up()
        self._standing.tell(state, reason, self._ledger.waiting)

    def close(self) -> None:
        """Stop the thread; what it does now is left."""
        with self._change:
            self._is_closing = True
            self._change.notify_all()
        if self._thread is not None and not self._is_busy:
            self._thread.join(timeout=1.0)

    def _is_owing(self) -> bool:
        return self._is_busy or not self._ledger.is_settled

    def _run(self) -> None:
        lower_priority()  # copies wait for training, not training for copies
        while (errand := self._next()) is not None:
            try:
                self._do(errand)
            except Exception as error:  # each kind of store has errors of its own
                self._after_failure(errand, error)
            else:
                self._after_success()
        self._place.close()

    def _next(self) -> Errand | None:
        with self._change:
            self._is_busy = False
            while not self._is_closing:
                pause = self._standing.not_before - time.monotonic()
                errand = self._ledger.take() if pause <= 0 else None
                if errand is not None:
                    self._is_busy = True
                    return errand
                self._change.notify_all()
                self._change.wait(pause if pause > 0 else None)
            self._change.notify_all()
            return None

    def _do(self, errand: Errand) -> None:
        self._left = [call for call in self._left if call.is_running]
        if len(self._left) >= MOST_LEFT:
            raise DidNotAnswer(
                f"Expected an answer in time. Received: none, and {len(self._left)} "
                "calls still hang. Look whether its disk is mounted and its network up."
            )
        there = f"{self._run_id}/{errand.name}"
        if errand.kind == "sweep":
            self._call(lambda beat: self._place.sweep(self._run_id))
        elif errand.kind == "remove":
            self._call(lambda beat: self._place.remove(there))
        else:
            self._look_ahead(errand.items)
            for item in errand.items:
                if not self._head_start.protects(item):
                    self._copy(item, errand.kind == "newest")

    def _look_ahead(self, items: tuple[Item, ...]) -> None:
        """Once see what an earlier attempt left there, and whether this one passes."""
        if not self._head_start.is_known:
            found = self._call(lambda beat: self._place.names(self._run_id))
            start = len(self._run_id) + 1
            self._head_start.look(name[start:] for name in found)
        gone = self._head_start.meet(items)
        self.ask(lambda ledger: ledger.forget(gone))

    def _copy(self, item: Item, is_rolling: bool) -> None:
        taken = snapshot(item)
        if taken is None or self._ledger.held.get(item.name) == taken[1]:
            return  # pruned before its turn, or there already
        content, mark = taken
        name, place = f"{self._run_id}/{item.name}", self._place
        try:
            is_big = is_rolling and size_of(content) > READ_BACK_BYTES
            if is_big and self._big % READ_BACK_EVERY:
                self._call(lambda beat: place.send(content, name, beat))
            else:
                self._call(lambda beat: place.put(content, name, beat))
        except FileNotFoundError:
            if item.path.exists():
                raise
            return  # pruned in this moment
        self._big += is_big  # only now: what read back wrong is read back again
        with self._change:
            self._ledger.held[item.name] = mark

    def _call(self, action: Callable[[Beat], Result]) -> Result:
        call = Call(action)
        try:
            return call.result(self._standing.patience.timeout_seconds)
        except DidNotAnswer:
            self._left.append(call)
            self._place = self._place.again()  # with a connection of its own
            raise

    def _after_failure(self, errand: Errand, error: Exception) -> None:
        is_late = isinstance(error, DidNotAnswer)
        reason = self._place.explain(error)
        if errand.kind in ("sweep", "remove") and not is_late:
            log.warning("%s keeps what is old: %s", self._place.label, reason)
            return  # room is lost there, nothing else
        with self._change:
            self._ledger.give_back(errand)
            self._ledger.doubt_journals()  # it may have come back empty
            if isinstance(error, OSError) and error.errno in FULL:
                self._ledger.make_room()
            waiting = self._ledger.waiting
        is_hung = is_late and len(self._left) >= MOST_LEFT
        self._standing.failed(error, reason, is_hung, waiting)  # unlocked: it records
        with self._change:
            self._change.notify_all()

    def _after_success(self) -> None:
        self._standing.worked()
        waiting = self._ledger.waiting
        if self._head_start.newest:
            newest = f"{self._head_start.newest} of an earlier attempt is newer"
            self._standing.tell("behind", f"{newest}; this run has to pass it", waiting)
        elif not waiting:
            self._standing.tell("caught_up", None, 0)
