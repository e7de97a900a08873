"""Files fetched from a destination, under temporary names until all are good."""

from collections.abc import Iterable
from contextlib import suppress
import os
from pathlib import Path, PurePosixPath
from typing import Self

from dist_invention.storage import atomic
from dist_invention.storage.copies.calls import Call
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.copies.stores import temporary


class Fetch:
    """What was fetched of one run; leaving the context drops what was not published.

    Args:
        run_folder: Where the files will go. A crash leaves temporary names there, which
            the next start sweeps.
        place: Where they come from.
        silence_seconds: A fetch in which no byte moves for so long is left.

    Example:
        >>> import tempfile
        >>> place = Destination("memory://fetch")
        >>> _ = place.put(b"{}", "a/run.json")
        >>> with Fetch(Path(tempfile.mkdtemp()) / "a", place, 5.0) as fetch:
        ...     fetch.get("run.json").read_text()
        '{}'
    """

    def __init__(self, run_folder: Path, place: Destination, silence_seconds: float):
        self.run_folder = run_folder
        self.place = place
        self._silence_seconds = silence_seconds
        self._temporaries: dict[str, Path] = {}
        self._sha256: dict[str, str] = {}

    def get(self, name: str) -> Path:
        """Fetch a file once, and return where it lies for now.

        Args:
            name: Relative to the run, `/` between parts.

        Raises:
            DidNotAnswer: If nothing moved for too long.
            Exception: Whatever the store raises.
        """
        if name not in self._temporaries:
            temp = self.run_folder / temporary(PurePosixPath(name).name)
            there = f"{self.run_folder.name}/{name}"
            call = Call(lambda beat: self.place.get(there, temp, beat))
            self._sha256[name] = call.result(self._silence_seconds)
            self._temporaries[name] = temp
        return self._temporaries[name]

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of a file as it was fetched."""
        self.get(name)
        return self._sha256[name]

    def publish(self, names: Iterable[str]) -> None:
        """Give files their final names, in this order.

        Raises:
            OSError: If the disk fails.
        """
        for name in names:
            path = self.run_folder / name
            atomic.make_folder(path.parent)
            os.replace(self._temporaries.pop(name), path)
            atomic.sync_folder(path.parent)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for temp in self._temporaries.values():
            with suppress(OSError):  # the next start sweeps it
                temp.unlink()
        self._temporaries.clear()
