"""What one destination holds, what it is owed, and what it is owed next."""

from collections.abc import Iterable
from dataclasses import dataclass
import hashlib
from pathlib import Path, PurePosixPath

from dist_invention.storage.checkpoints import NAME
from dist_invention.storage.copies.stores import Source
from dist_invention.storage.manifest import MANIFEST

LIVE = (".jsonl", ".log")  # they grow while they are copied
IN_MEMORY_BYTES = 8 << 20  # so that what is hashed is what is sent
MOST_KEPT = 2  # checkpoints that a destination has before it gives one up


@dataclass(frozen=True)
class Item:
    """One local file, and its name in the run.

    Args:
        name: Relative to the run, `/` between parts.
        path: Where it lies.
        root: The run's folder.

    Example:
        >>> Item("run.json", Path("runs/a/run.json"), Path("runs/a")).is_checkpoint
        False
    """

    name: str
    path: Path
    root: Path

    @property
    def is_checkpoint(self) -> bool:
        """Say whether it is named as checkpoints are."""
        return is_checkpoint(self.name)


@dataclass(frozen=True)
class Errand:
    """What to do next at a destination.

    Args:
        kind: `"newest"` (a group), `"must"` (one file), `"remove"` or `"sweep"`.
        items: Files to copy, in order.
        name: What to remove.

    Example:
        >>> Errand("sweep").items
        ()
    """

    kind: str
    items: tuple[Item, ...] = ()
    name: str = ""


class Ledger:
    """What a destination holds and is owed. It is not locked; its owner is.

    Example:
        >>> ledger = Ledger()
        >>> ledger.owe([Item("a.json", Path("a.json"), Path("."))])
        >>> ledger.take().items[0].name
        'a.json'
    """

    def __init__(self) -> None:
        self.held: dict[str, str] = {}  # name -> mark of what arrived there
        self._must: dict[str, Item] = {}
        self._newest: tuple[Item, ...] = ()
        self._gone: dict[str, None] = {}  # to be removed, in order
        self._sweep = False
        self._newest_had_its_turn = False
        self._most_kept = MOST_KEPT

    @property
    def waiting(self) -> int:
        """Number of files that have not arrived."""
        return len(self._must) + len(self._newest)

    @property
    def is_settled(self) -> bool:
        """Say whether there is nothing to do now."""
        return not (self.waiting or self._sweep or self._removable())

    def owe(self, items: Iterable[Item]) -> None:
        """Ask for files that must arrive."""
        for item in items:
            self._must[item.name] = item
            self._gone.pop(item.name, None)

    def owe_newest(self, items: Iterable[Item]) -> None:
        """Ask for a group in place of the one that still waits."""
        self._newest = tuple(items)
        for item in self._newest:
            self._gone.pop(item.name, None)

    def owe_sweep(self) -> None:
        """Ask for what a killed process left half copied to be removed."""
        self._sweep = True

    def forget(self, names: Iterable[str]) -> None:
        """Ask for copies to be removed, and no longer for their arrival."""
        for name in names:
            self._must.pop(name, None)
            self._gone[name] = None
        self._newest = tuple(i for i in self._newest if i.name not in self._gone)

    def doubt(self, names: Iterable[str]) -> None:
        """Do not believe that these arrived, so that they are copied when asked."""
        for name in names:
            self.held.pop(name, None)

    def doubt_journals(self) -> None:
        """Doubt all but checkpoints, so that the next group is sent in full."""
        self.held = {n: mark for n, mark in self.held.items() if is_checkpoint(n)}

    def make_room(self) -> None:
        """Give up old checkpoints sooner: where it is full, no newer one would fit."""
        self._most_kept = 1

    def take(self) -> Errand | None:
        """Return what comes next, and strike it off; group and files take turns."""
        if self._sweep:
            self._sweep = False
            return Errand("sweep")
        if (name := self._removable()) is not None:
            del self._gone[name]
            self.held.pop(name, None)
            return Errand("remove", name=name)
        if self._newest and not (self._must and self._newest_had_its_turn):
            items, self._newest = self._newest, ()
            self._newest_had_its_turn = True
            return Errand("newest", items)
        if self._must:
            name = min(self._must, key=is_checkpoint)  # its journal goes before it
            self._newest_had_its_turn = False
            return Errand("must", (self._must.pop(name),))
        return None

    def give_back(self, errand: Errand) -> None:
        """Ask again for what did not arrive, unless it was replaced or forgotten."""
        items = tuple(item for item in errand.items if item.name not in self._gone)
        if errand.kind == "newest":
            self._newest = self._newest or items
        elif errand.kind == "must":
            for item in items:
                self._must.setdefault(item.name, item)

    def _removable(self) -> str | None:
        """Return a copy that may go: the last checkpoints stay until newer arrive."""
        stay = [n for n in self.held if is_checkpoint(n) and n not in self._gone]
        for name in self._gone:
            if len(stay) >= self._most_kept or not is_checkpoint(name):
                return name
        return None


def is_checkpoint(name: str) -> bool:
    """Say whether a file is named as checkpoints are."""
    return NAME.fullmatch(PurePosixPath(name).name) is not None


def snapshot(item: Item) -> tuple[Source, str] | None:
    """Return what to send of a file, and a mark that changes when it does.

    Of a file that still grows these are the whole lines, read once.

    Returns:
        `None` where the file is gone, as a pruned checkpoint is.

    Raises:
        OSError: If the file cannot be read.
    """
    try:
        about = item.path.stat()
        is_live = item.path.suffix in LIVE and not (item.root / MANIFEST).exists()
        if about.st_size > IN_MEMORY_BYTES and not is_live:
            return item.path, f"{about.st_ino}-{about.st_size}-{about.st_mtime_ns}"
        content = item.path.read_bytes()
    except FileNotFoundError:
        return None
    if is_live:
        content = content[: content.rfind(b"\n") + 1]
    return content, hashlib.sha256(content).hexdigest()
