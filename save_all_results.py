"""Gather every run of this machine into one verified archive, and copy it away.

    python save_all_results.py --runs-dir runs --to /storage/results --to s3://bucket/x

Every run is found (the registry, and the folders given), re-hashed against its
manifest, put into one zip that is read back, and the zip is copied to each destination
and read back there. What is missing or damaged is listed by file, and the rest is saved
all the same. Exit code 0: all is whole and everywhere. 1: something is not. 2: a flag
is wrong.
"""

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
import difflib
from pathlib import Path
import sys
from typing import NoReturn

from dist_invention.storage import (
    Bundle,
    Destination,
    FoundRun,
    Inspection,
    find_runs,
    inspect,
    registry,
    write_bundle,
)

DEFAULT_RUNS_DIR = "runs"
DEFAULT_TO = "results-bundle"


class Flags(argparse.ArgumentParser):
    """Flags whose errors are three sentences and exit code 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave."""
        known = ", ".join(sorted(self._option_string_actions))
        self.exit(
            2,
            f"Expected flags among: {known}. "
            f"Received: {message}. See --help for what each does.\n",
        )

    def parse(self, arguments: Sequence[str] | None) -> argparse.Namespace:
        """Return the flags; refuse an unknown one with the nearest name."""
        flags, unknown = self.parse_known_args(arguments)
        if unknown:
            near = difflib.get_close_matches(unknown[0], self._option_string_actions, 1)
            hint = f", did you mean {near[0]}?" if near else ""
            self.error(f"unknown {unknown[0]}{hint}")
        return flags


def read_flags(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the flags, with their defaults filled in."""
    flags = Flags(
        description=__doc__,
        allow_abbrev=False,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    flags.add_argument(
        "--runs-dir",
        action="append",
        metavar="FOLDER",
        help=f"searched for runs to any depth; repeat it; default: {DEFAULT_RUNS_DIR}",
    )
    flags.add_argument(
        "--to",
        action="append",
        metavar="PLACE",
        help=f"a folder or URL for the zip; repeat it; default: {DEFAULT_TO}",
    )
    flags.add_argument(
        "--no-registry",
        action="store_true",
        help="search the folders only, not the registry of runs",
    )
    flags.add_argument(
        "--forget-gone",
        action="store_true",
        help="take runs that were deleted off the registry",
    )
    chosen = flags.parse(arguments)
    for folder in chosen.runs_dir or ():
        if not Path(folder).is_dir():
            flags.error(f"--runs-dir {folder}, which is not a folder")
    chosen.runs_dir = chosen.runs_dir or [DEFAULT_RUNS_DIR]
    chosen.to = chosen.to or [DEFAULT_TO]
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Save everything that can be saved; return 0 only if that was everything."""
    flags = read_flags(arguments)
    found = find_runs(flags.runs_dir, use_registry=not flags.no_registry)
    if flags.forget_gone:
        found = forget_gone(found)
    runs = [inspect(run) for run in found]
    if not any(run.files for run in runs):
        print(
            f"Expected at least one run in {', '.join(flags.runs_dir)}"
            f"{'' if flags.no_registry else ' or in the registry'}. "
            "Received: none with a file in it. Name its folder with --runs-dir."
        )
        return 1
    bundle, places_whole = save(runs, flags.to)  # before a reader can close the pipe
    print_runs(runs)
    whole = all(run.is_whole for run in runs) and not bundle.problems
    print_summary(runs, bundle, whole and places_whole)
    return 0 if whole and places_whole else 1


def forget_gone(found: list[FoundRun]) -> list[FoundRun]:
    """Take deleted runs off the registry, say so, and return the others."""
    gone = [run for run in found if run.is_gone]
    registry.forget(run.path for run in gone)
    for run in gone:
        print(f"forgotten: {run.path}")
    return [run for run in found if not run.is_gone]


def save(runs: Sequence[Inspection], places: Sequence[str]) -> tuple[Bundle, bool]:
    """Write the zip once, copy it to every place, and say where it is verified.

    Raises:
        SystemExit: With code 1, if no folder at all takes the zip.
    """
    name = f"results-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%fZ')}.zip"
    folders = {place: local_folder(place) for place in places}
    bundle = write_first(runs, [f for f in folders.values() if f], name)
    all_whole = True
    print()
    for place, folder in folders.items():
        try:
            if folder is None or (folder / name).resolve() != bundle.path.resolve():
                Destination(place).put(bundle.path, name)
            verdict = "verified"
        except Exception as error:  # each kind of store has errors of its own
            verdict = f"FAILED: {type(error).__name__}: {error}"
            all_whole = False
        print(f"{Destination(place).label}: {verdict}")
    if bundle.path.parent not in folders.values():
        print(f"{bundle.path.parent}: verified (kept here, since it is local)")
    return bundle, all_whole


def local_folder(place: str) -> Path | None:
    """Return the folder of a place, or `None` where it is not one or not known."""
    try:
        return Destination(place).folder
    except Exception:  # save() meets the same error again and prints it
        return None


def write_first(
    runs: Sequence[Inspection], folders: Sequence[Path], name: str
) -> Bundle:
    """Write the zip into the first folder that takes it."""
    for folder in dict.fromkeys([*folders, Path(DEFAULT_TO)]):
        try:
            return write_bundle(runs, folder / name)
        except (ValueError, OSError) as error:
            print(f"{folder} did not take the zip: {error}")
    print(
        "Expected one folder that takes the zip. Received: none. "
        "Free some room, or name another folder with --to."
    )
    raise SystemExit(1)


def print_runs(runs: Sequence[Inspection]) -> None:
    """Print one line a run, and one a problem."""
    width = max([len(run.path.name) for run in runs] + [3])
    print(f"{'run':{width}}  {'status':10}  {'files':>5}  {'MB':>8}  verdict")
    for run in runs:
        verdict = "whole" if run.is_whole else f"problems: {len(run.problems)}"
        size = f"{run.size / 1e6:.2f}"
        print(
            f"{run.path.name:{width}}  {run.status:10}  {len(run.files):5}  "
            f"{size:>8}  {verdict}"
        )
    for run in runs:
        for problem in run.problems:
            print(f"  {run.path}: {problem}")


def print_summary(runs: Sequence[Inspection], bundle: Bundle, is_whole: bool) -> None:
    """Print what was saved, and whether that is everything."""
    for problem in bundle.problems:
        print(f"  not in the zip: {problem}")
    saved = sum(bool(run.files) for run in runs)
    print(f"\n{bundle.files} files of {saved} runs: {bundle.path}")
    print(f"SHA-256 {bundle.sha256}")
    if is_whole:
        print("Everything is whole and verified at every destination.")
    else:
        print("NOT everything is saved or whole: see the lines above.")


if __name__ == "__main__":
    sys.exit(main())
