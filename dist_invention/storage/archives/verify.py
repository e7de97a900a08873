"""Prove what a place holds: bundles, runs, or the mirror of runs, here or elsewhere."""

from collections.abc import Iterator
from pathlib import Path

from dist_invention.storage.archives.archive import inspect, is_run
from dist_invention.storage.archives.result_kinds import is_bundle
from dist_invention.storage.archives.search import Place, Search
from dist_invention.storage.archives.unpacking import MANIFEST
from dist_invention.storage.archives.verdict import Verdict, nothing_at, of_run
from dist_invention.storage.archives.verify_bundle import (
    looks_like_bundle,
    looks_unpacked,
    verify_unpacked,
    verify_zip,
)
from dist_invention.storage.archives.verify_remote import verify_remote
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.problems import Problem


def verify_place(place: str | Path) -> Iterator[Verdict]:
    """Re-hash everything at a place against the manifests found there.

    Nothing at the place is written, unpacked or unpickled.

    Args:
        place: A bundle, a folder or URL of bundles, a run, a folder of runs, an
            unpacked bundle, or a destination that holds mirrored runs.

    Yields:
        One verdict a bundle and a run; one that nothing is there, where nothing is.
    """
    destination = Destination(str(place))
    try:
        folder = destination.folder
    except Exception as error:  # each kind of store has errors of its own
        reason = destination.explain(error)
        yield nothing_at(destination.label, reason, "unreadable")
        return
    if folder is None:
        yield from verify_remote(str(place))
    elif folder.is_file():
        yield from verify_zip(folder, str(folder))
    elif not folder.is_dir():
        yield nothing_at(str(folder), "there is no such file or folder")
    else:
        yield from _folder(folder)


def _folder(folder: Path) -> Iterator[Verdict]:
    problems: list[Problem] = []
    has_something = False
    for here in Search(folder, problems):
        for verdict in _here(here):
            has_something = True
            yield verdict
    unread = tuple(problem for problem in problems if not problem.is_harmless)
    if unread:
        yield Verdict(str(folder), "not all read", 0, unread)
    elif not has_something:
        yield nothing_at(str(folder), "no bundle and no run")


def _here(place: Place) -> Iterator[Verdict]:
    """Yield a verdict on each bundle and run that lies directly in a folder."""
    path = place.path
    if is_run(place):
        place.stop()  # a run holds no other run
        yield of_run(inspect(path), str(path))
        return
    if MANIFEST in place.files and looks_unpacked(path):
        place.stop()
        yield from verify_unpacked(path)
        return
    for name in sorted(place.files):
        is_zip = name.lower().endswith(".zip") and (path / name).is_file()
        if is_zip and (is_bundle(name) or looks_like_bundle(path / name)):
            yield from verify_zip(path / name, str(path / name))
