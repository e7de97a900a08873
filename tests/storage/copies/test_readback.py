"""A run is read back file by file, what is wrong is named, and nobody waits long."""

import hashlib
import time

from dist_invention.storage.copies.destinations import Destination
from dist_invention.storage.copies.readback import ReadBack
from dist_invention.storage.encoding import to_json
from dist_invention.storage.manifest import MANIFEST
import pytest

SOON = 20.0
FILES = {name: name.encode() for name in ("a.json", "b.json", "c.json", "d.json")}


@pytest.fixture
def sealed(faulty):
    """A place, and the manifest of the run that it holds."""
    place = faulty()
    manifest = {
        "schema": 1,
        "files": [
            {
                "name": name,
                "size": len(content),
                "sha256": hashlib.sha256(content).hexdigest(),
            }
            for name, content in FILES.items()
        ],
    }
    there = Destination(place.url)
    for name, content in FILES.items():
        there.put(content, f"run/{name}")
    there.put(to_json(manifest).encode(), f"run/{MANIFEST}")
    return place, manifest


def read(place, manifest, silence=SOON):
    reading = ReadBack("run", Destination(place.url), manifest)
    problems = reading.result(silence)
    return {problem.file: problem.what for problem in problems}, reading


def test_a_whole_run_has_no_problems(sealed):
    found, reading = read(*sealed)
    assert (found, reading.whole) == ({}, 5)


def test_each_file_that_is_wrong_is_named(sealed):
    place, manifest = sealed
    there = Destination(place.url)
    there.put(b"changed", "run/a.json")
    there.remove("run/b.json")
    there.put(b"{}", f"run/{MANIFEST}")
    found, reading = read(place, manifest)
    assert found == {"a.json": "changed", "b.json": "missing", MANIFEST: "changed"}
    assert reading.whole == 2


def test_one_that_fails_is_not_asked_for_every_file(sealed):
    place, manifest = sealed
    place.calls.clear()
    place.fail(10**9, OSError("no route to host"))
    found, _ = read(place, manifest)
    assert found == dict.fromkeys([*FILES, MANIFEST], "unreadable")
    assert len(place.calls) == 2


def test_one_that_hangs_in_the_middle_keeps_nobody_waiting(sealed):
    place, manifest = sealed

    def before(operation, path):
        if path.endswith("b.json"):
            place.hang()

    place.before = before
    begin = time.monotonic()
    found, reading = read(place, manifest, silence=0.1)
    assert time.monotonic() - begin < 5
    rest = ["b.json", "c.json", "d.json", MANIFEST]
    assert found == dict.fromkeys(rest, "unreadable")
    assert reading.whole == 1
