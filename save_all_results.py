"""Gather every run of this machine into one verified archive, and copy it away.

    python save_all_results.py --runs-dir runs --to /storage/results --to s3://bucket/x
    python save_all_results.py --verify /storage/results

Every run is found (the registry, and the folders given), re-hashed against its
manifest, and put into one zip, runs that are still going as they are at this moment.
So is what other tools wrote below the folders given: weights, tables, logs. The zip is
unpacked and re-hashed, copied to each destination and read back there. What is missing
or damaged is listed by file, and the rest is saved all the same.

With --verify nothing is saved: a bundle, a run, or a folder or URL of either is read
and re-hashed, and what is missing, changed, extra or unreadable is listed.

Exit code 0: all is whole and everywhere. 1: something is not, or is still running.
2: a flag is wrong.
"""

import argparse
from collections.abc import Sequence
import difflib
import os
from pathlib import Path
import signal
import sys
from typing import NoReturn

from dist_invention.storage import (
    FoundRun,
    LeftOut,
    NoFolderTakesIt,
    Problem,
    Verdict,
    deliver,
    find_foreign,
    find_runs,
    holds_files,
    local_folder,
    registry,
    verify_place,
    without_password,
    write_anywhere,
)
from dist_invention.storage.archives.summary import (
    end_lines,
    inspection_lines,
    left_out_lines,
    verdict_lines,
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
    for name, word, meaning in (
        ("--runs-dir", "FOLDER", f"searched to any depth; default: {DEFAULT_RUNS_DIR}"),
        ("--to", "PLACE", f"a folder or URL for the zip; default: {DEFAULT_TO}"),
        ("--verify", "PLACE", "save nothing; prove what a bundle, run or place holds"),
    ):
        meaning = f"{meaning}; repeat it for more"
        flags.add_argument(name, action="append", metavar=word, help=meaning)
    for name, meaning in (
        ("--no-registry", "search the folders only, not the registry of runs"),
        ("--no-foreign", "save runs only, nothing that other tools wrote"),
        ("--forget-gone", "take runs that were deleted off the registry"),
    ):
        flags.add_argument(name, action="store_true", help=meaning)
    chosen = flags.parse(arguments)
    given = [name for name, value in vars(chosen).items() if value and name != "verify"]
    if chosen.verify and given:
        flags.error(
            f"--verify, which saves nothing, with --{given[0].replace('_', '-')}"
        )
    if chosen.no_registry and chosen.forget_gone:
        flags.error("--no-registry with --forget-gone, which is about the registry")
    for place in (*(chosen.to or ()), *(chosen.verify or ())):
        if not place.strip():
            flags.error("an empty place")
    for folder in chosen.runs_dir or ():
        if not Path(folder).is_dir():
            flags.error(f"--runs-dir {folder}, which is not a folder")
    chosen.runs_dir = chosen.runs_dir or [DEFAULT_RUNS_DIR]
    chosen.to = chosen.to or [DEFAULT_TO]
    return chosen


def main(arguments: Sequence[str] | None = None) -> int:
    """Save or verify everything; return 0 only if all of it is whole."""
    flags = read_flags(arguments)
    return verify(flags.verify) if flags.verify else save(flags)


def save(flags: argparse.Namespace) -> int:
    """Save everything that can be saved; return 0 only if that was everything."""
    unsearched: list[Problem] = []
    found = find_runs(flags.runs_dir, not flags.no_registry, unsearched)
    if flags.forget_gone:
        found = forget_gone(found)
    foreign, left_out = [], []
    if not flags.no_foreign:
        foreign, left_out = find_foreign(flags.runs_dir)
    if not foreign and not any(map(holds_files, found)):
        say(
            *left_out_lines(left_out, unsearched),
            f"Expected at least one run in {', '.join(flags.runs_dir)}"
            f"{'' if flags.no_registry else ' or in the registry'}. "
            "Received: none with a file in it. Name its folder with --runs-dir.",
        )
        return 1
    say(f"Reading {count(found, 'run')}, {count(foreign, 'folder')} of other tools ...")
    folders = [*filter(None, map(local_folder, flags.to)), Path(DEFAULT_TO)]
    try:
        bundle = write_anywhere(found, foreign, folders, say)
    except NoFolderTakesIt as error:
        say(error)
        return 1
    arrivals = list(deliver(bundle.path, flags.to))
    say(*inspection_lines([*bundle.runs, *bundle.foreign]))
    saved = {one.path for one in bundle.foreign}
    no_room = [unit.path for unit in foreign if unit.path not in saved]
    left_out += [LeftOut(path, "NOT saved: too little room", True) for path in no_room]
    say(*left_out_lines(left_out, unsearched))
    lost = sum(not p.is_harmless for p in unsearched) + sum(o.is_loss for o in left_out)
    lines, is_all = end_lines(bundle, arrivals, lost)
    say(*lines)
    return 0 if is_all else 1


def count(things: Sequence[object], word: str) -> str:
    """Return how many there are, in words."""
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def forget_gone(found: list[FoundRun]) -> list[FoundRun]:
    """Take deleted runs off the registry, say so, and return the others."""
    gone = [run for run in found if run.is_gone]
    try:
        registry.forget(run.path for run in gone)
    except OSError as error:
        say(f"The registry cannot be written, so nothing is forgotten: {error}")
        return found
    for run in gone:
        say(f"forgotten: {run.path}")
    return [run for run in found if not run.is_gone]


def verify(places: Sequence[str]) -> int:
    """Prove what places hold; return 0 only if all of it is whole."""
    verdicts: list[Verdict] = []
    for place in places:
        say(f"Reading {without_password(place)} ...")
        verdicts.extend(verify_place(place))
    say(*verdict_lines(verdicts))
    broken = sum(not verdict.is_whole for verdict in verdicts)
    if broken:
        say(f"\nNOT everything is whole: {broken} of {len(verdicts)} are not.")
        return 1
    say("\nEverything is whole: each file is what its manifest says.")
    return 0


def say(*lines: object) -> None:
    """Print lines; a reader that closed the pipe does not end the work."""
    try:
        for line in lines:
            print(line, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def stop(number: int, frame: object) -> NoReturn:
    """Leave on a signal, so that what is half written is removed on the way out."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for _signal in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(_signal, stop)
    sys.stdout.reconfigure(errors="backslashreplace")  # a terminal may know ASCII only
    sys.exit(main())
