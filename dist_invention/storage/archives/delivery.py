"""Write a bundle into the first folder that takes it, and copy it everywhere else."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from dist_invention.storage.archives.archive import FoundRun
from dist_invention.storage.archives.bundle import Bundle, size_of, write_bundle
from dist_invention.storage.archives.foreign import ForeignFolder
from dist_invention.storage.archives.unpacking import SPARE_BYTES
from dist_invention.storage.atomic import TooLittleRoom, free_bytes
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.hashing import CorruptFile


class NoFolderTakesIt(RuntimeError):
    """No folder at all holds the zip, so nothing is saved.

    Example:
        >>> issubclass(NoFolderTakesIt, RuntimeError)
        True
    """


@dataclass(frozen=True)
class Arrival:
    """Whether a place holds the zip, proved by reading it back.

    Args:
        label: The place, for people.
        failure: Why it does not, empty where it does.

    Example:
        >>> Arrival("/storage/results").is_verified
        True
    """

    label: str
    failure: str = ""

    @property
    def is_verified(self) -> bool:
        """Whether the zip was read back there."""
        return not self.failure


def write_anywhere(
    runs: Sequence[FoundRun],
    foreign: Sequence[ForeignFolder],
    folders: Sequence[Path],
    tell: Callable[[str], None],
) -> Bundle:
    """Write the zip into the first folder that takes it.

    Where the files of other tools are too much for every folder, those that fit are
    saved, the smallest first; the runs always come before them.

    Args:
        runs: As `find_runs` returns them.
        foreign: As `find_foreign` returns them.
        folders: Tried in order.
        tell: Told why a folder did not take it.

    Returns:
        The bundle; what it lacks of `foreign` found no room.

    Raises:
        NoFolderTakesIt: If none does.
    """
    name = f"results-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%fZ')}.zip"
    for choose in (_all, _fitting, _none) if foreign else (_all,):
        for folder in dict.fromkeys(folders):
            others = choose(foreign, runs, folder)
            try:
                return write_bundle(runs, folder / name, others)
            except (TooLittleRoom, CorruptFile, OSError) as error:
                tell(f"{folder} did not take the zip: {error}")
    raise NoFolderTakesIt(
        "Expected one folder that takes the zip. Received: none. "
        "Free some room, or name another folder with --to."
    )


def _all(
    foreign: Sequence[ForeignFolder], runs: Sequence[FoundRun], folder: Path
) -> Sequence[ForeignFolder]:
    return foreign


def _fitting(
    foreign: Sequence[ForeignFolder], runs: Sequence[FoundRun], folder: Path
) -> Sequence[ForeignFolder]:
    """Choose the folders that find room beside the runs, the smallest first."""
    room = free_bytes(folder) - size_of(runs, ()) - 2 * SPARE_BYTES
    chosen = []
    for unit in sorted(foreign, key=lambda unit: size_of((), (unit,))):
        room -= size_of((), (unit,))
        if room > 0:
            chosen.append(unit)
    return chosen


def _none(
    foreign: Sequence[ForeignFolder], runs: Sequence[FoundRun], folder: Path
) -> Sequence[ForeignFolder]:
    return ()


def deliver(bundle: Path, places: Sequence[str]) -> Iterator[Arrival]:
    """Copy a bundle to each place and read it back there; yield each as it is done.

    Args:
        bundle: The zip, proved already.
        places: Folders or URLs. In its own folder it is not copied again.
    """
    for place in dict.fromkeys(places):
        destination = Destination(place)
        folder = local_folder(place)
        try:
            if folder is None or (folder / bundle.name).resolve() != bundle.resolve():
                destination.put(bundle, bundle.name)
        except Exception as error:  # each kind of store has errors of its own
            yield Arrival(destination.label, destination.explain(error))
        else:
            yield Arrival(destination.label)


def local_folder(place: str) -> Path | None:
    """Return the folder that a place is, or `None` where it is none or unknown."""
    try:
        return Destination(place).folder
    except Exception:  # `deliver` meets the same error again and tells it
        return None
