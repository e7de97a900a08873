"""Keep verified copies of a run at every destination; say when one falls behind."""

from collections.abc import Iterable, Mapping, Sequence
import json
import logging
from pathlib import Path
import tempfile
from typing import Any

from dist_invention.storage import atomic
from dist_invention.storage.destinations import Destination, DestinationNotUsable
from dist_invention.storage.manifest import MANIFEST, Problem

log = logging.getLogger(__name__)


def _local_folder(place: Destination) -> Path | None:
    """The folder of a destination; `None` where it is none, or its driver is missing.

    A missing driver is named by the probe and by each copy.
    """
    try:
        return place.folder
    except Exception:  # each kind of store has errors of its own
        return None


def refuse_copies_of_itself(
    places: Sequence[str | Path | Destination], runs_dir: Path | str
) -> None:
    """Refuse a destination that is the folder of runs, or lies inside it.

    Raises:
        DestinationNotUsable: Since such a copy is lost together with the run.
    """
    home = Path(runs_dir).resolve()
    for place in places:
        known = place if isinstance(place, Destination) else Destination(place)
        folder = _local_folder(known)
        if folder and (folder.resolve() == home or home in folder.resolve().parents):
            raise DestinationNotUsable(
                f"Expected a destination outside the folder of runs {home}. "
                f"Received: {known.label}. Name another folder, best on another disk."
            )


class Mirror:
    """Copies of one run's files at several destinations, each on its own.

    A destination that fails is named in `behind`; it never stops the run. What it
    missed is tried again with the next copy.

    Args:
        run_id: Name of the run; its folder at each destination.
        destinations: URLs or folders, or `Destination` objects.

    Attributes:
        behind: Why each failing destination is behind, by its label.

    Example:
        >>> mirror = Mirror("demo-s0", ["memory://copies"])
        >>> mirror.copy([], Path("."))
        >>> mirror.behind
        {}
    """

    def __init__(self, run_id: str, destinations: Sequence[str | Path | Destination]):
        self.run_id = run_id
        self.destinations = [
            place if isinstance(place, Destination) else Destination(place)
            for place in destinations
        ]
        self.behind: dict[str, str] = {}
        self._missed: dict[str, dict[str, Path]] = {}  # label -> name -> local file
        self._problems: dict[str, list[Problem]] = {}  # label -> result of verify
        self._copied: dict[str, set[str]] = {}  # label -> names copied and read back

    def sweep(self) -> None:
        """Remove what a killed process left half copied in folders; never raise."""
        for place in self.destinations:
            folder = _local_folder(place)
            if folder is None:
                continue
            try:
                atomic.sweep(folder / self.run_id)
            except OSError as error:  # preflight's probe says more
                log.warning("%s cannot be swept: %s", place.label, error)

    def copy(self, files: Iterable[Path], root: Path) -> None:
        """Copy files to every destination, read each copy back, never raise for one.

        It touches nothing but its arguments and this object, so that one background
        thread may call it.

        Args:
            files: Local files.
            root: The run's folder; names are relative to it.
        """
        asked = {Path(p).relative_to(root).as_posix(): Path(p) for p in files}
        for place in self.destinations:
            missed = self._missed.get(place.label, {})
            again = {name: path for name, path in missed.items() if path.exists()}
            self._copy_to(place, {**again, **asked})

    def forget(self, files: Iterable[Path], root: Path) -> None:
        """Remove the copies of files that the run itself has removed; never raise.

        Args:
            files: Local paths that are gone, such as old checkpoints.
            root: The run's folder.
        """
        names = [Path(p).relative_to(root).as_posix() for p in files]
        for place in self.destinations:
            for name in names:
                self._missed.get(place.label, {}).pop(name, None)
                self._copied.get(place.label, set()).discard(name)
                try:
                    place.remove(f"{self.run_id}/{name}")
                except Exception as error:  # room is lost there, nothing else
                    log.warning("%s keeps an old %s: %s", place.label, name, error)

    def verify(self, manifest: Mapping[str, Any]) -> dict[str, list[Problem]]:
        """Re-hash every file of the manifest, and the manifest, at every destination.

        Args:
            manifest: As `RunFolder.seal` returns it.

        Returns:
            What is missing, changed or unreadable, by the destination's label.
        """
        for place in self.destinations:
            self._problems[place.label] = self._verify_at(place, manifest)
        return dict(self._problems)

    def report(self) -> list[dict[str, Any]]:
        """Return one plain object a destination: url, complete, files, problems.

        Complete means: verified, and nothing missing or changed.
        """
        rows = []
        for place in self.destinations:
            label = place.label
            problems = [
                {"file": p.file, "what": p.what, "detail": p.detail}
                for p in self._problems.get(label, [])
            ]
            if label in self.behind:
                problems.append(
                    {"file": "", "what": "behind", "detail": self.behind[label]}
                )
            rows.append(
                {
                    "url": label,
                    "complete": label in self._problems and not problems,
                    "files": len(self._copied.get(label, ())),
                    "problems": problems,
                }
            )
        return rows

    def _copy_to(self, place: Destination, files: Mapping[str, Path]) -> None:
        waiting = dict(files)
        try:
            for name, path in files.items():
                place.put(path, f"{self.run_id}/{name}")
                self._copied.setdefault(place.label, set()).add(name)
                del waiting[name]
        except Exception as error:  # any failure there; it is named, and tried again
            self.behind[place.label] = f"{type(error).__name__}: {error}"
            log.warning(
                "The destination %s fell behind by %d files: %s: %s",
                *(place.label, len(waiting), type(error).__name__, error),
            )
        else:
            self.behind.pop(place.label, None)
        self._missed[place.label] = waiting

    def _verify_at(
        self, place: Destination, manifest: Mapping[str, Any]
    ) -> list[Problem]:
        problems = []
        for entry in manifest["files"]:
            name = entry["name"]
            try:
                if place.sha256(f"{self.run_id}/{name}") != entry["sha256"]:
                    problems.append(Problem(name, "changed"))
            except FileNotFoundError:
                problems.append(Problem(name, "missing"))
            except Exception as error:  # any failure there; it is named
                problems.append(Problem(name, "unreadable", str(error)))
        return problems + self._verify_manifest_at(place, manifest)

    def _verify_manifest_at(
        self, place: Destination, manifest: Mapping[str, Any]
    ) -> list[Problem]:
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / MANIFEST
            try:
                place.get(f"{self.run_id}/{MANIFEST}", local)
                same = json.loads(local.read_bytes()) == manifest
            except FileNotFoundError:
                return [Problem(MANIFEST, "missing")]
            except Exception as error:  # any failure there; it is named
                return [Problem(MANIFEST, "unreadable", str(error))]
        return [] if same else [Problem(MANIFEST, "changed")]
