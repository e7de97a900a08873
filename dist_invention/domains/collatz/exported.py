"""A trained table as a small file that NumPy alone can read and score.

The table is stored as whole multiples of STEP bits, two bytes each. What is read back
is what was stored, so that a score never depends on digits that no file holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dist_invention.domains.collatz.closed_forms import most_ahead
from dist_invention.domains.collatz.listed import judged_windows
from dist_invention.domains.collatz.metrics import violations
from dist_invention.domains.collatz.windows import LOW_BITS, TRITS, Windows
from dist_invention.storage import read_arrays, write_arrays
import numpy as np

SCHEMA = 1
STEP = 2.0**-10  # bits
LARGEST = np.iinfo(np.int16).max


class TableDoesNotFit(ValueError):
    """The numbers of a table cannot be stored, or are not as many as its classes."""


class NotATable(ValueError):
    """A model or a file holds no table over residue classes."""


class LookaheadTooShort(ValueError):
    """A table, or every table there is, was trained to see more of the path."""


@dataclass(frozen=True)
class ExportedTable:
    """V(n) = log2 n + f(class of n), its greatest value ahead, and where it is from.

    Args:
        trits: Digits to base three of a class.
        bits: Binary digits of a class; 0 for none.
        lookahead: Steps of the map that V saw in training.
        bonus: Bits for each step ahead.
        values: f in bits, float32 of shape (classes,), in the order of the layer
            `ResidueTable`.
        about: Where it is from, as plain JSON values.

    Raises:
        TableDoesNotFit: If there are more or fewer numbers than classes, or one is
            not finite.

    Example:
        >>> table = ExportedTable(1, 0, 0, 1e-3, np.array([0.0, 0.0, 2.0]))
        >>> [seen] = judged_windows([5, 7], lookahead=0)
        >>> table.value(seen, 0).round(2).tolist()
        [[2.0, -2.32], [0.0, 2.65]]
    """

    trits: int
    bits: int
    lookahead: int
    bonus: float
    values: np.ndarray
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self):
        object.__setattr__(self, "values", np.asarray(self.values, np.float32))
        in_reach = 0 <= self.trits <= TRITS and 0 <= self.bits <= LOW_BITS
        classes = 3**self.trits * 2 ** max(0, self.bits - 1) if in_reach else None
        if self.values.shape != (classes,) or not np.isfinite(self.values).all():
            raise TableDoesNotFit(
                f"Expected one finite number for each of the {classes} classes of "
                f"trits={self.trits} and bits={self.bits}. Received: values of shape "
                f"{self.values.shape}. Export the table with the digits it reads."
            )

    def rounded(self) -> "ExportedTable":
        """Return the table as a file holds it: whole multiples of STEP.

        Raises:
            TableDoesNotFit: If a number is beyond what two bytes can hold, 32 bits.

        Example:
            >>> ExportedTable(1, 0, 0, 0.0, np.full(3, 0.3)).rounded().values[0].item()
            0.2998046875
        """
        whole = np.rint(self.values.astype(np.float64) / STEP)
        if np.abs(whole).max() > LARGEST:
            raise TableDoesNotFit(
                f"Expected numbers within {LARGEST * STEP:.4f} bits of 0. Received: "
                f"{np.abs(self.values).max():.4f}. Train at a lower rate: no class "
                "needs so much."
            )
        return replace(self, values=(whole * STEP).astype(np.float32))

    def value(self, seen: Windows, lookahead: int) -> np.ndarray:
        """Return V(n) and V(T(n)) less log2 n, in bits, float64 of shape (n, 2).

        Args:
            seen: Windows of `lookahead` + 2 values each.
            lookahead: Steps that V sees: as many as in training, or more, since the
                greatest value of a longer window is as good a candidate.

        Raises:
            LookaheadTooShort: If it is less than in training.
            ValueError: If windows are of another length.
        """
        if lookahead < self.lookahead:
            raise LookaheadTooShort(
                f"Expected a lookahead of at least {self.lookahead}, that of the "
                f"training. Received: lookahead={lookahead}. Use a table that was "
                "trained with less."
            )
        if seen.height.shape[1] != lookahead + 2:
            raise ValueError(
                f"Expected windows of {lookahead + 2} values. Received: "
                f"{seen.height.shape[1]}. Make them with steps={lookahead + 1}."
            )
        index = seen.residue % 3**self.trits
        if self.bits:
            odd = seen.low % 2**self.bits // 2
            index = index * 2 ** (self.bits - 1) + odd
        return most_ahead(seen.height + self.values[index], self.bonus)


def from_model(model: Any, about: Mapping[str, Any] | None = None) -> ExportedTable:
    """Return the table of a trained `residue_model`, not yet rounded.

    Args:
        model: A Keras model with one `ResidueTable` and one `MostAhead`.
        about: Where it is from, as plain JSON values.

    Raises:
        NotATable: If the model is another one.
    """
    # Told by what they hold, so that this file needs no Keras.
    tables = [part for part in model.layers if hasattr(part, "table")]
    most = [part for part in model.layers if hasattr(part, "bonus")]
    if len(tables) != 1 or len(most) != 1:
        raise NotATable(
            "Expected a model with one ResidueTable and one MostAhead. Received: "
            f"layers {[type(part).__name__ for part in model.layers]}. "
            "Export a model made by residue_model."
        )
    table, ahead = tables[0], most[0]
    values = np.array(table.get_weights()[0])
    head = int(table.trits), int(table.bits), int(ahead.lookahead)
    return ExportedTable(*head, float(ahead.bonus), values, dict(about or {}))


def save(path: Path | str, table: ExportedTable) -> ExportedTable:
    """Write a table, rounded, and return it as it will be read.

    Args:
        path: The file to create or to replace, best named `.npz`.
        table: The table.

    Raises:
        TableDoesNotFit: If a number is too large to be stored.
        OSError: If the disk is full or fails; an old file then stays.

    Example:
        >>> import tempfile
        >>> name = Path(tempfile.mkdtemp()) / "table.npz"
        >>> kept = save(name, ExportedTable(1, 0, 10, 1e-3, np.array([0.0, 1.0, 0.3])))
        >>> np.array_equal(load(name).values, kept.values)
        True
    """
    kept = table.rounded()
    names = ("trits", "bits", "lookahead", "bonus")
    head = {name: getattr(kept, name) for name in names}
    head |= {"kind": "collatz table", "schema": SCHEMA, "step": STEP}
    whole = (kept.values / STEP).astype(np.int16)
    write_arrays(path, {"table": whole}, {**head, "about": dict(kept.about)})
    return kept


def load(path: Path | str) -> ExportedTable:
    """Read and verify a table.

    Raises:
        CorruptFile: If a byte is not what was written.
        NotATable: If the file holds something else.
        OSError: If it cannot be read.
    """
    arrays, manifest = read_arrays(path)
    head = manifest["about"]
    if head.get("kind") != "collatz table" or head.get("schema") != SCHEMA:
        raise NotATable(
            f"Expected a Collatz table of schema {SCHEMA} in {path}. Received: kind "
            f"{head.get('kind')!r}, schema {head.get('schema')!r}. "
            "Give a file that `save` wrote."
        )
    values = arrays["table"].astype(np.float32) * np.float32(head["step"])
    numbers = head["trits"], head["bits"], head["lookahead"], head["bonus"]
    return ExportedTable(*numbers, values, head["about"])


def load_for(
    lookahead: int, folder: Path | str, pattern: str = "*.npz"
) -> tuple[str, ExportedTable]:
    """Return name and content of the table that sees the most within a lookahead.

    Args:
        lookahead: Steps that V may see.
        folder: Where tables lie.
        pattern: Names to look at.

    Raises:
        LookaheadTooShort: If none was trained with so little.
        CorruptFile: If a byte is not what was written.
    """
    tables = {path.name: load(path) for path in sorted(Path(folder).glob(pattern))}
    fit = {name: t for name, t in tables.items() if t.lookahead <= lookahead}
    if not fit:
        raise LookaheadTooShort(
            f"Expected a table of lookahead {lookahead} or less in {folder}. Received: "
            f"{', '.join(tables) or f'no file {pattern}'}. Give another folder or a "
            "greater lookahead, or train a table."
        )
    return max(fit.items(), key=lambda item: item[1].lookahead)


def score(
    table: ExportedTable, values: Sequence[int], lookahead: int
) -> dict[str, int | float]:
    """Return at how many of some integers V does not fall; a tie counts.

    Args:
        table: V.
        values: Odd integers above 1, of any size and in any order; each counts.
        lookahead: Steps that V sees.

    Returns:
        `n`, `violations`, and `rate`, their ratio.

    Raises:
        CannotBeJudged: If there is none, or one is no odd integer above 1.
        LookaheadTooShort: If the table was trained with more.

    Example:
        >>> flat = ExportedTable(1, 0, 0, 0.0, np.zeros(3))
        >>> score(flat, [3, 5, 27], 0)["violations"]  # 3 and 27 grow
        2
    """
    failed = 0
    for seen in judged_windows(values, lookahead):
        failed += int(violations(table.value(seen, lookahead)).sum())
    return {"n": len(values), "violations": failed, "rate": failed / len(values)}
