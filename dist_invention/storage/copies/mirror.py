"""Copies of a run at every destination, which training asks for and never waits for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import closing
import logging
from pathlib import Path
import time
from typing import Any

from dist_invention.storage.copies.calls import Beat, Call, DidNotAnswer
from dist_invention.storage.copies.copier import Copier
from dist_invention.storage.copies.destinations import (
    Destination,
    DestinationNotUsable,
    as_destinations,
)
from dist_invention.storage.copies.ledger import Item
from dist_invention.storage.copies.readback import ReadBack
from dist_invention.storage.copies.standing import Patience
from dist_invention.storage.manifest import Problem

PROBE_SECONDS = 30.0
VERIFY_SECONDS = 600.0

log = logging.getLogger(__name__)


class Mirror:
    """Copies of one run's files at several destinations, each on its own.

    `copy`, `copy_newest`, `forget` and `sweep` ask and return at once: a thread a
    destination does it. A destination that fails or hangs is named in `behind`; it
    never stops or slows the run. What it missed is tried again.

    Args:
        run_id: Name of the run; its folder at each destination.
        destinations: URLs or folders, or `Destination` objects. One named twice counts
            once.
        patience: How long a destination may fail or be silent.
        record: Called with `"mirror"` and url, state, reason and waiting when the state
            of a destination changes, as `RunFolder.record`.

    Example:
        >>> mirror = Mirror("demo-s0", ["memory://copies"])
        >>> mirror.copy([], Path("."))
        >>> mirror.wait(5.0), mirror.behind
        (True, {})
        >>> mirror.close()
    """

    def __init__(
        self,
        run_id: str,
        destinations: Sequence[str | Path | Destination],
        patience: Patience | None = None,
        record: Callable[..., None] | None = None,
    ):
        self.run_id = run_id
        self.patience = patience or Patience()
        places = {place.url: place for place in as_destinations(destinations)}
        self.destinations = list(places.values())
        self._copiers = {
            url: Copier(run_id, place, self.patience, record)
            for url, place in places.items()
        }
        self._problems: dict[str, list[Problem]] = {}  # url -> result of verify
        self._whole: dict[str, int] = {}  # url -> files that verify found as they were

    @property
    def behind(self) -> dict[str, str]:
        """Why each destination that is behind is so, by its label."""
        known = {p.label: self._copiers[p.url].reason for p in self.destinations}
        return {label: reason for label, reason in known.items() if reason is not None}

    def copy(self, files: Iterable[Path], root: Path) -> None:
        """Ask for files that must arrive, such as a stage's exports; return at once.

        Args:
            files: Local files. One that is gone before its turn is passed over.
            root: The run's folder; names are relative to it.
        """
        items = _items(files, root)
        for copier in self._copiers.values():
            copier.ask(lambda ledger: ledger.owe(items))

    def copy_newest(self, files: Iterable[Path], root: Path) -> None:
        """Ask for a group in place of the one that still waits; return at once.

        Args:
            files: Local files in the order of copying: run.json, the journals, and the
                checkpoint last, so that a copy of it never lacks the lines it counts.
            root: The run's folder.
        """
        items = _items(files, root)
        for copier in self._copiers.values():
            copier.ask(lambda ledger: ledger.owe_newest(items))

    def forget(self, files: Iterable[Path], root: Path) -> None:
        """Ask for copies to be removed; return at once.

        The last checkpoints that a destination holds stay until newer ones arrived.

        Args:
            files: Local paths that are gone, such as old checkpoints.
            root: The run's folder.
        """
        names = [item.name for item in _items(files, root)]
        for copier in self._copiers.values():
            copier.ask(lambda ledger: ledger.forget(names))

    def sweep(self) -> None:
        """Ask for what a killed process left half copied to be removed."""
        for copier in self._copiers.values():
            copier.ask(lambda ledger: ledger.owe_sweep())

    def wait(self, seconds: float) -> bool:
        """Let the copies arrive; a destination that gave up is tried once more.

        Args:
            seconds: Wait no longer than this.

        Returns:
            Whether everything arrived everywhere.
        """
        until = time.monotonic() + seconds
        for copier in self._copiers.values():
            copier.hurry()
        settled = [copier.wait(until) for copier in self._copiers.values()]
        return all(settled)

    def probe(self, seconds: float = PROBE_SECONDS) -> dict[str, str]:
        """Write, read back and remove 1 KB at each destination, all at one time.

        Args:
            seconds: Wait no longer than this.

        Returns:
            Why a destination cannot be used, by its label; those that can are left out.
        """
        until = time.monotonic() + seconds
        calls = [(place, Call(_probe(place))) for place in self.destinations]
        failed = {}
        for place, call in calls:
            try:
                call.result(seconds, until)
            except (DestinationNotUsable, DidNotAnswer) as error:
                is_named = isinstance(error, DestinationNotUsable)
                reason = str(error) if is_named else f"{place.label}: {error}"
                failed[place.label] = reason
                self._copiers[place.url].tell("behind", reason)
        return failed

    def verify(
        self, manifest: Mapping[str, Any], seconds: float = VERIFY_SECONDS
    ) -> dict[str, list[Problem]]:
        """Re-hash every file of the manifest, and the manifest, at every destination.

        First what is under way may arrive. What is not as it should be is copied again
        by the next `copy`.

        Args:
            manifest: As `RunFolder.seal` returns it.
            seconds: Take no longer than this.

        Returns:
            What is missing, changed or unreadable, by the destination's label.
        """
        until = time.monotonic() + seconds
        self.wait(seconds / 2)  # one that is stuck must not take the others' time
        reads = [
            (place, ReadBack(self.run_id, place, manifest))
            for place in self.destinations
        ]
        for place, reading in reads:
            found = reading.result(self.patience.timeout_seconds, until)
            self._problems[place.url] = found
            self._whole[place.url] = reading.whole
            copier = self._copiers[place.url]
            doubted = [problem.file for problem in found]
            copier.ask(lambda ledger, names=doubted: ledger.doubt(names))
            if not found:
                copier.tell("caught_up", None)
        return {p.label: self._problems[p.url] for p in self.destinations}

    def report(self) -> list[dict[str, Any]]:
        """Return one plain object a destination: url, complete, files, problems.

        Complete means: verified, and nothing missing or changed.
        """
        rows = []
        for place in self.destinations:
            copier = self._copiers[place.url]
            problems = [
                {"file": p.file, "what": p.what, "detail": p.detail}
                for p in self._problems.get(place.url, [])
            ]
            if copier.reason is not None:
                problems.append({"file": "", "what": "behind", "detail": copier.reason})
            rows.append(
                {
                    "url": place.label,
                    "complete": place.url in self._problems and not problems,
                    "files": self._whole.get(place.url, copier.files),
                    "problems": problems,
                }
            )
        return rows

    def close(self) -> None:
        """Stop the threads; what still waits is not copied any more."""
        for copier in self._copiers.values():
            copier.close()


def _items(files: Iterable[Path], root: Path) -> list[Item]:
    items = []
    for path in map(Path, files):
        try:
            items.append(Item(path.relative_to(root).as_posix(), path, Path(root)))
        except ValueError as error:  # nothing here stops a run
            log.error("A file outside the run is not copied: %s", error)
    return items


def _probe(place: Destination) -> Callable[[Beat], None]:
    """Return a probe by a connection of its own."""

    def probe(beat: Beat) -> None:
        with closing(place.again()) as twin:
            twin.probe(beat)

    return probe
