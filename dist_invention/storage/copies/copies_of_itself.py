"""Copies that would be lost together with the run are refused."""

from collections.abc import Sequence
from pathlib import Path

from dist_invention.storage.copies.calls import Call, DidNotAnswer
from dist_invention.storage.copies.destinations import (
    Destination,
    DestinationNotUsable,
    as_destinations,
)

SILENCE_SECONDS = 30.0


def refuse_copies_of_itself(
    places: Sequence[str | Path | Destination], runs_dir: Path | str
) -> None:
    """Refuse a destination that is the folder of runs, or lies inside it.

    Raises:
        DestinationNotUsable: Since such a copy is lost together with the run.
    """
    home = Path(runs_dir).resolve()
    for known in as_destinations(places):
        folder = _resolved(known.folder)
        if folder and (folder == home or home in folder.parents):
            raise DestinationNotUsable(
                f"Expected a destination outside the folder of runs {home}. "
                f"Received: {known.label}. Name another folder, best on another disk."
            )


def _resolved(folder: Path | None) -> Path | None:
    """Follow links; a mount that hangs has no runs in it."""
    if folder is None:
        return None
    try:
        return Call(lambda beat: folder.resolve()).result(SILENCE_SECONDS)
    except DidNotAnswer:
        return None
