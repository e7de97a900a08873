"""Before a run resumes: bring back what is newer at a destination than here."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
import logging
from pathlib import Path

from dist_invention.storage.arrays import read_arrays
from dist_invention.storage.attempts import RUN
from dist_invention.storage.copies.calls import Call
from dist_invention.storage.copies.destinations import Destination, as_destinations
from dist_invention.storage.copies.fetching import Fetch
from dist_invention.storage.copies.local_state import (
    METRICS,
    checkpoint,
    configuration,
    is_reopened,
    lines,
    newest_step,
    steps,
)
from dist_invention.storage.hashing import CorruptFile, file_sha256
from dist_invention.storage.manifest import MANIFEST, parse

SILENCE_SECONDS = 45.0
RESULTS = "results.json"

log = logging.getLogger(__name__)


class HoldsAnotherRun(ValueError):
    """A destination holds a run of the same name and another configuration.

    Example:
        >>> issubclass(HoldsAnotherRun, ValueError)
        True
    """


@dataclass(frozen=True)
class Recovered:
    """What was brought back.

    Args:
        label: The destination that it came from.
        step: Step of the newest checkpoint among it.
        files: Names of the files, relative to the run.
        is_finished: Whether it is a sealed run.

    Example:
        >>> Recovered("/storage/copies", 120, ("run.json",), False).step
        120
    """

    label: str
    step: int
    files: tuple[str, ...]
    is_finished: bool


def recover(
    run_folder: Path | str,
    destinations: Sequence[str | Path | Destination],
    seconds: float = SILENCE_SECONDS,
) -> Recovered | None:
    """Bring back what is newer at a destination; verify it before it gets its name.

    A sealed run wins, then the checkpoint of the highest step that verifies and whose
    metrics are there. A destination that fails is named in a warning and passed over.
    Nothing is newer than a run that was sealed here and opened again.

    Args:
        run_folder: The run, locked by the caller; it may be empty.
        destinations: URLs, folders or `Destination` objects.
        seconds: A destination that is silent for so long is passed over.

    Returns:
        `None` where nothing is newer.
    """
    run_folder = Path(run_folder)
    if all((run_folder / name).exists() for name in (RESULTS, MANIFEST)):
        return None
    if is_reopened(run_folder):
        return None
    places = [place.again() for place in as_destinations(destinations)]
    found = _survey(run_folder.name, places, seconds)
    with ExitStack() as stack:
        sources = [
            _Source(stack.enter_context(Fetch(run_folder, place, seconds)), names)
            for place, names in found
        ]
        for place, _ in found:
            stack.callback(lambda place=place: Call(lambda beat: place.close()))
        for source in sources:
            if source.is_sealed and (brought := source.attempt(None)):
                return brought
        wanted = [(step, source) for source in sources for step in source.steps]
        here = newest_step(run_folder) if wanted else -1
        for step, source in sorted(wanted, key=lambda item: -item[0]):
            if step > here and (brought := source.attempt(step)):
                return brought
    return None


class _Source:
    """One destination that answers, and what it holds of the run."""

    def __init__(self, fetch: Fetch, names: Sequence[str]):
        self.fetch = fetch
        self.names = [name.removeprefix(f"{fetch.run_folder.name}/") for name in names]
        self.is_sealed = {RESULTS, MANIFEST} <= set(self.names)
        self.is_passed_over = False
        self.steps = steps(self.names)

    def attempt(self, step: int | None) -> Recovered | None:
        """Bring back the sealed run, or the state of a step; `None` if that fails."""
        if self.is_passed_over:
            return None
        what = "its finished run" if step is None else f"its step {step}"
        try:
            self._refuse_another_run()
            names = self._sealed() if step is None else self._state(step)
            self.fetch.publish(names)
        except CorruptFile as error:
            log.warning("%s: %s is passed over. %s", self._label, what, error)
            return None
        except Exception as error:  # each kind of store has errors of its own
            self.is_passed_over = True
            reason = self.fetch.place.explain(error)
            log.warning("The destination %s is passed over: %s", self._label, reason)
            return None
        newest = max(self.steps, default=0) if step is None else step
        return Recovered(self._label, newest, tuple(names), step is None)

    @property
    def _label(self) -> str:
        return self.fetch.place.label

    def _refuse_another_run(self) -> None:
        if RUN not in self.names:
            return
        here = configuration(self.fetch.run_folder / RUN)
        there = configuration(self.fetch.get(RUN))
        if here and there and here != there:
            raise HoldsAnotherRun(
                f"Expected a run of configuration {here[:8]} at {self._label}. "
                f"Received: one of {there[:8]}. Name another folder there."
            )

    def _sealed(self) -> list[str]:
        """Fetch and verify what differs from the manifest there; return the names."""
        there = f"{MANIFEST} at {self._label}"
        entries = parse(self.fetch.get(MANIFEST).read_bytes(), there)["files"]
        names = []
        for name, sha256 in ((entry["name"], entry["sha256"]) for entry in entries):
            local = self.fetch.run_folder / name
            if local.is_file() and file_sha256(local) == sha256:
                continue
            if self.fetch.sha256(name) != sha256:
                raise CorruptFile(
                    f"Expected {name} at {self._label} to be what was sealed. "
                    "Received: another SHA-256. Another copy is used, if there is one."
                )
            names.append(name)
        return [*sorted(names, key=lambda name: name == RESULTS), MANIFEST]

    def _state(self, step: int) -> list[str]:
        """Fetch and verify a checkpoint and what belongs to it; return the names."""
        newest = checkpoint(step)
        about = read_arrays(self.fetch.get(newest))[1]["about"]
        run_folder = self.fetch.run_folder
        names = [name for name in self.names if self._is_longer(name)]
        metrics = self.fetch.get(METRICS) if METRICS in names else run_folder / METRICS
        if lines(metrics) < about.get("metrics_lines", 0):
            raise CorruptFile(
                f"Expected {METRICS} to hold the {about['metrics_lines']} lines that "
                f"step {step} counts. Received: {lines(metrics)} lines there and here. "
                "An older checkpoint is used, if there is one."
            )
        if RUN in self.names and not configuration(run_folder / RUN):
            names += [RUN] if configuration(self.fetch.get(RUN)) else []
        pinned = [checkpoint(int(each)) for each in about.get("pinned", ())]
        for name in self.names:
            is_wanted = name.startswith("stages/") or self._is_good(name, pinned)
            if is_wanted and not (run_folder / name).exists():
                self.fetch.get(name)
                names.append(name)
        return [*(name for name in names if name != newest), newest]

    def _is_longer(self, name: str) -> bool:
        """Whether a journal there has more lines than the one here."""
        if "/" in name or not name.endswith((".jsonl", ".log")):
            return False
        return lines(self.fetch.get(name)) > lines(self.fetch.run_folder / name)

    def _is_good(self, name: str, pinned: Sequence[str]) -> bool:
        """Whether it is a checkpoint to be kept, and verifies."""
        if name not in pinned or (self.fetch.run_folder / name).exists():
            return False
        try:
            read_arrays(self.fetch.get(name))
        except CorruptFile as error:
            log.warning("%s: %s is passed over. %s", self._label, name, error)
            return False
        return True


def _survey(
    run_id: str, places: Sequence[Destination], seconds: float
) -> list[tuple[Destination, list[str]]]:
    """Ask all destinations at one time what they hold of the run."""
    calls = [(p, Call(lambda beat, p=p: p.names(run_id))) for p in places]
    found = []
    for place, call in calls:
        try:
            found.append((place, call.result(seconds)))
        except Exception as error:  # each kind of store has errors of its own
            log.warning(
                "The destination %s is passed over: %s. What it holds stays as it is "
                "until this run is as far.",
                *(place.label, place.explain(error)),
            )
    return found
