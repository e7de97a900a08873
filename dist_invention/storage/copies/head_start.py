"""What a destination holds of an earlier attempt that is newer than this one."""

from collections.abc import Iterable

from dist_invention.storage.attempts import RUN
from dist_invention.storage.copies.ledger import LIVE, Item, is_checkpoint
from dist_invention.storage.manifest import MANIFEST


class HeadStart:
    """Protect the newer copies of an earlier attempt until this one has passed them.

    A run begins again from an older state where its folder is gone and a destination
    did not answer. When it answers later, its journals must not be replaced by shorter
    ones: its checkpoints would be worth nothing without them.

    Attributes:
        newest: Name of the newest checkpoint that is still ahead, or an empty text.
        is_known: Whether anybody has looked yet.

    Example:
        >>> from pathlib import Path
        >>> head_start = HeadStart()
        >>> head_start.look(["checkpoints/g000000009.npz"])
        >>> root = Path("runs/a")
        >>> head_start.protects(Item("metrics.jsonl", root / "metrics.jsonl", root))
        True
    """

    def __init__(self) -> None:
        self.newest = ""
        self.is_known = False
        self._found: list[str] = []

    def look(self, names: Iterable[str]) -> None:
        """Take note of the files that are there before the first copy."""
        self._found = [name for name in names if is_checkpoint(name)]
        self.newest = max(self._found, key=_age, default="")
        self.is_known = True

    def give_up(self) -> None:
        """Protect nothing any more."""
        self.newest = ""

    def meet(self, items: Iterable[Item]) -> list[str]:
        """Compare with what is to be copied next.

        Returns:
            Copies that a killed attempt could not remove any more: older than the
            first checkpoint that is as new as all that is there, and gone here.
        """
        for item in items:
            if item.is_checkpoint and _age(item.name) >= _age(self.newest):
                old = [n for n in self._found if _age(n) < _age(item.name)]
                self.newest, self._found = "", []
                return [name for name in old if not (item.root / name).exists()]
        return []

    def protects(self, item: Item) -> bool:
        """Say whether a copy of a file must wait, since it would replace a newer one.

        A sealed run is newer than all that is not sealed.
        """
        if not self.newest or (item.root / MANIFEST).exists():
            return False
        return item.path.suffix in LIVE or item.name == RUN or item.is_checkpoint


def _age(name: str) -> tuple[int, str]:
    """Order checkpoints by step, also where a step has ten digits."""
    return len(name), name
