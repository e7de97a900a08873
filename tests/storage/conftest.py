"""What tests share: a registry of their own, and destinations that fail to order."""

from collections.abc import Callable
import threading
import uuid

import fsspec
from fsspec.implementations.memory import MemoryFileSystem
import pytest


@pytest.fixture(autouse=True)
def registry_home(tmp_path_factory, monkeypatch):
    home = tmp_path_factory.mktemp("home") / "registry"
    monkeypatch.setenv("DIST_INVENTION_HOME", str(home))
    return home


class Place:
    """One destination in memory, and what is wrong with it.

    Attributes:
        url: Its address.
        before: Called with an operation (`"put"`, `"read"`, `"info"`, `"find"` or
            `"remove"`) and a path before it is done; it may raise, or hang.
        keeps: What is stored of the bytes that are sent.
        size: What it says of a file's size, from the true size.
        calls: Operations and paths so far.
    """

    def __init__(self):
        self.name = uuid.uuid4().hex
        self.url = f"faulty://{self.name}/copies"
        self.before: Callable[[str, str], None] = lambda operation, path: None
        self.keeps: Callable[[bytes], bytes] = lambda content: content
        self.size: Callable[[int], int] = lambda size: size
        self.calls: list[tuple[str, str]] = []
        self.released = threading.Event()

    def hang(self, operation="", path=""):
        """Come back when the test is over."""
        self.released.wait(60)

    def fail(self, times, error):
        """Raise an error so many times, then work."""
        left = iter(range(times))

        def before(operation, path):
            if next(left, None) is not None:
                raise error

        self.before = before


class FaultyFileSystem(MemoryFileSystem):
    """fsspec's file system in memory, with the faults of its places."""

    protocol = "faulty"
    store = {}
    pseudo_dirs = [""]
    places: dict[str, Place] = {}

    @classmethod
    def _strip_protocol(cls, path):
        return super()._strip_protocol(path.replace("faulty://", "memory://"))

    def _place(self, operation, path):
        place = self.places[path.strip("/").split("/")[0]]
        place.calls.append((operation, path.split("/copies/")[-1]))
        place.before(operation, path)
        return place

    def pipe_file(self, path, value, **options):
        value = self._place("put", path).keeps(value)
        super().pipe_file(path, value)

    def put_file(self, lpath, rpath, **options):
        with open(lpath, "rb") as stream:
            self.pipe_file(rpath, stream.read())

    def open(self, path, mode="rb", **options):
        if mode == "rb":
            self._place("read", path)
        return super().open(path, mode, **options)

    def info(self, path, **options):
        found = super().info(path, **options)
        return {**found, "size": self._place("info", path).size(found["size"])}

    def find(self, path, **options):
        self._place("find", path)
        start = self._strip_protocol(path) + "/"
        return sorted(name for name in self.store if name.startswith(start))

    def rm_file(self, path):
        self._place("remove", path)
        super().rm_file(path)


@pytest.fixture
def faulty():
    """Make destinations in memory that fail to order."""
    fsspec.register_implementation("faulty", FaultyFileSystem, clobber=True)
    made = []

    def make():
        made.append(Place())
        FaultyFileSystem.places[made[-1].name] = made[-1]
        return made[-1]

    yield make
    for place in made:
        place.released.set()
