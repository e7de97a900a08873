"""A file system for fsspec that hangs, fails, lies or fills up, as its URL says.

`chaos://hang/some/folder` keeps its files in /some/folder, or would.
"""

import errno
from pathlib import Path
import time

from fsspec.implementations.local import LocalFileSystem
from fsspec.spec import AbstractFileSystem

HANG = 3600.0  # seconds
ROOM = 150_000  # bytes that fit into the one that fills up
CLAIMED = {}  # place -> size, as the one that lies tells it


class ChaosFileSystem(AbstractFileSystem):
    """Files in a local folder behind a store that cannot be trusted."""

    protocol = "chaos"

    def __init__(self, **options):
        super().__init__(**options)
        self.local = LocalFileSystem(auto_mkdir=True)

    @classmethod
    def _strip_protocol(cls, path):
        return str(path).removeprefix("chaos://").rstrip("/")

    def _split(self, path):
        kind, _, rest = self._strip_protocol(path).partition("/")
        if kind == "hang":
            time.sleep(HANG)
        if kind == "fail":
            raise OSError(errno.EREMOTEIO, "the store is down", path)
        return kind, f"/{rest}"

    def put_file(self, lpath, rpath, callback=None, mode="overwrite", **options):
        """Take a file, or part of it, or nothing."""
        self.pipe_file(rpath, Path(lpath).read_bytes())

    def pipe_file(self, path, value, mode="overwrite", **options):
        """Take bytes, or part of them, or none."""
        kind, place = self._split(path)
        if kind == "full" and self._used(place) + len(value) > ROOM:
            raise OSError(errno.ENOSPC, "the bucket is full", path)
        if kind == "lie":
            CLAIMED[place] = len(value)
            value = value[: len(value) // 2]
        self.local.pipe_file(place, value)

    def _used(self, place):
        bucket = next(p for p in Path(place).parents if p.name == "bad")
        return sum(file.stat().st_size for file in bucket.rglob("*") if file.is_file())

    def _open(self, path, mode="rb", **options):
        if mode != "rb":
            raise NotImplementedError("files come whole, through pipe_file")
        return self.local.open(self._split(path)[1], mode)

    def info(self, path, **options):
        """Tell size and type."""
        kind, place = self._split(path)
        found = self.local.info(place)
        size = CLAIMED.get(place, found["size"])
        return {**found, "size": size, "name": f"{kind}{place}"}

    def ls(self, path, detail=True, **options):
        """List a folder."""
        kind, place = self._split(path)
        rows = self.local.ls(place, detail=True)
        rows = [{**row, "name": f"{kind}{row['name']}"} for row in rows]
        return rows if detail else [row["name"] for row in rows]

    def rm_file(self, path):
        """Remove a file."""
        self.local.rm_file(self._split(path)[1])

    def mkdir(self, path, create_parents=True, **options):
        """Make a folder."""
        self.local.makedirs(self._split(path)[1], exist_ok=True)

    makedirs = mkdir
