"""Prove what a remote place holds, by reading it back file by file."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from dist_invention.storage import attempts, manifest
from dist_invention.storage.archives.archive import inspect
from dist_invention.storage.archives.member_names import why_unsafe
from dist_invention.storage.archives.result_kinds import is_bundle
from dist_invention.storage.archives.scratch import scratch_folder
from dist_invention.storage.archives.verdict import Verdict, nothing_at, of_run
from dist_invention.storage.archives.verify_bundle import looks_like_bundle, verify_zip
from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.problems import Problem
from dist_invention.storage.run import RESULTS


def verify_remote(url: str) -> Iterator[Verdict]:
    """Verify the zip at a URL, or every bundle and mirrored run below it.

    Sealed runs are hashed where they lie. Zips and unfinished runs are fetched into
    the folder of temporary files first, one at a time.
    """
    place = Destination(url)
    try:
        if url.endswith(".zip"):
            parent, _, name = url.rpartition("/")
            yield from _fetched_zip(Destination(parent), name)
            return
        names = place.names()
    except Exception as error:  # each kind of store has errors of its own
        yield nothing_at(place.label, place.explain(error), "unreadable")
        return
    roots = _roots(names)
    seen = False
    for root in roots:
        seen = True
        yield _run(place, root, names)
    for name in names:
        if name.endswith(".zip") and not _is_below(name, roots):
            for verdict in _fetched_zip(place, name, is_named=False):
                seen = True
                yield verdict
    if not seen:
        yield nothing_at(place.label, "no bundle and no run")


def _roots(names: Sequence[str]) -> list[str]:
    """Return the folders that are runs, without those inside another run."""
    files: dict[str, set[str]] = {}
    for name in names:
        folder, _, file = name.rpartition("/")
        files.setdefault(folder, set()).add(file)
    roots: list[str] = []
    for folder in sorted(files):
        sealed = {manifest.MANIFEST, RESULTS} <= files[folder]
        if (attempts.RUN in files[folder] or sealed) and not _is_below(folder, roots):
            roots.append(folder)
    return roots


def _is_below(name: str, roots: Sequence[str]) -> bool:
    return any(root == "" or name.startswith(f"{root}/") for root in roots)


def _run(place: Destination, root: str, names: Sequence[str]) -> Verdict:
    start = f"{root}/" if root else ""
    own = [name.removeprefix(start) for name in names if name.startswith(start)]
    label = f"{place.label.rstrip('/')}/{root}".rstrip("/")
    try:
        if manifest.MANIFEST in own:
            return _sealed(place, start, own, label)
        return _unsealed(place, start, own, label)
    except Exception as error:  # each kind of store has errors of its own
        problem = Problem(".", "unreadable", place.explain(error))
        return Verdict(label, "unfinished", 0, (problem,))


def _sealed(place: Destination, start: str, own: Sequence[str], label: str) -> Verdict:
    """Hash a mirrored run where it lies, and compare it with its manifest."""
    with scratch_folder() as work:
        place.get(start + manifest.MANIFEST, work / manifest.MANIFEST)
        content = manifest.read(work)
    found: dict[str, tuple[int | None, str]] = {}
    problems = []
    for name in own:
        if name == manifest.MANIFEST:
            continue
        try:
            found[name] = None, place.sha256(start + name)
        except FileNotFoundError:
            continue  # it is missing if the manifest lists it
        except Exception as error:  # each kind of store has errors of its own
            problems.append(Problem(name, "unreadable", place.explain(error)))
    status = "finished" if RESULTS in own else "damaged"
    wrong = manifest.compare(content, found, problems)
    return Verdict(label, status, len(found) + 1, tuple(wrong))


def _unsealed(
    place: Destination, start: str, own: Sequence[str], label: str
) -> Verdict:
    """Fetch a mirrored run and look at it as if it had been made here."""
    problems = []
    with scratch_folder() as work:
        folder = work / "run"
        for name in own:
            reason = why_unsafe(name)
            if reason:
                problems.append(Problem(name, "refused", reason))
                continue
            try:
                place.get(start + name, folder / name)
            except Exception as error:  # each kind of store has errors of its own
                problems.append(Problem(name, "unreadable", place.explain(error)))
        seen = of_run(inspect(folder), label)
    return Verdict(label, seen.status, seen.files, (*seen.problems, *problems))


def _fetched_zip(
    place: Destination, name: str, is_named: bool = True
) -> Iterator[Verdict]:
    """Fetch a zip and verify it; one that nobody named may be no bundle at all."""
    label = f"{place.label.rstrip('/')}/{name}"
    with scratch_folder() as work:
        local = work / Path(name).name
        try:
            place.get(name, local)
        except FileNotFoundError:
            yield nothing_at(label, "there is no such file")
            return
        except Exception as error:  # each kind of store has errors of its own
            yield nothing_at(label, place.explain(error), "unreadable")
            return
        if is_named or is_bundle(local.name) or looks_like_bundle(local):
            yield from verify_zip(local, label)
