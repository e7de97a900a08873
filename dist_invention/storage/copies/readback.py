"""Read a sealed run back at a destination, and say what is not as it was sealed."""

from collections.abc import Mapping
import json
import math
from typing import Any

from dist_invention.storage.copies.calls import Beat, Call, DidNotAnswer
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.manifest import MANIFEST, Problem

ERRORS_TO_STOP = 2  # in a row: the other files would read no better


class ReadBack:
    """Re-hash all files of a manifest at a destination, in a thread of its own.

    Args:
        run_id: The run's folder there.
        place: The destination; it is read by a connection of its own.
        manifest: As `RunFolder.seal` returns it.

    Example:
        >>> reading = ReadBack("none", Destination("memory://x"), {"files": []})
        >>> reading.result(silence_seconds=5.0)
        [Problem(file='manifest.json', what='missing', detail='')]
    """

    def __init__(self, run_id: str, place: Destination, manifest: Mapping[str, Any]):
        self._run_id = run_id
        self._place = place.again()
        self._manifest = manifest
        self._found: dict[str, Problem | None] = {}  # by name, as far as it came
        self._call = Call(self._read_and_close)

    @property
    def whole(self) -> int:
        """Number of files that are there as they were sealed, as far as is known."""
        return sum(problem is None for problem in list(self._found.values()))

    def result(self, silence_seconds: float, until: float = math.inf) -> list[Problem]:
        """Wait, and return what is missing, changed or unreadable.

        Args:
            silence_seconds: Leave it when no byte moved for so long.
            until: Leave it at this `time.monotonic()` in any case.
        """
        left = ""
        try:
            self._call.result(silence_seconds, until)
        except DidNotAnswer as error:
            left = str(error)
        names = [entry["name"] for entry in self._manifest["files"]]
        found = dict(self._found)
        problems = [
            found[name] if name in found else Problem(name, "unreadable", left)
            for name in [*names, MANIFEST]
        ]
        return [problem for problem in problems if problem is not None]

    def _read_and_close(self, beat: Beat) -> None:
        try:
            self._read(beat)
        finally:
            self._place.close()

    def _read(self, beat: Beat) -> None:
        errors = 0
        expected = {item["name"]: item["sha256"] for item in self._manifest["files"]}
        for name in [*expected, MANIFEST]:
            problem = None
            try:
                if not self._is_same(name, expected.get(name), beat):
                    problem = Problem(name, "changed")
            except FileNotFoundError:
                problem = Problem(name, "missing")
            except Exception as error:  # each kind of store has errors of its own
                problem = Problem(name, "unreadable", self._place.explain(error))
            errors = errors + 1 if problem and problem.what == "unreadable" else 0
            self._found[name] = problem
            beat()
            if problem and errors >= ERRORS_TO_STOP:
                for other in [*expected, MANIFEST]:
                    same = Problem(other, "unreadable", problem.detail)
                    self._found.setdefault(other, same)
                return

    def _is_same(self, name: str, sha256: str | None, beat: Beat) -> bool:
        there = f"{self._run_id}/{name}"
        if sha256 is not None:
            return self._place.sha256(there, beat) == sha256
        return json.loads(self._place.read(there, beat)) == self._manifest
