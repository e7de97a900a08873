"""Formulas with nothing to learn: every score of a model stands beside them.

All read the same windows as the models: heights y_i = log2 T^i(n) - log2 n, and
residues where they look behind.
"""

from collections.abc import Callable, Mapping

from dist_invention.datasets.split import Split
from dist_invention.domains.collatz.look_behind import floor_behind, peak_behind
from dist_invention.domains.collatz.rules import LOG2_3
from dist_invention.domains.collatz.windows import TRITS
from dist_invention.evaluation.baselines import Baseline
import numpy as np

BONUS = 1e-4  # bits a step ahead: breaks ties between equal maxima
ANCHOR = 0.35  # units of ln n a bit of drift, as in the record
DEEP_TRITS = 37
"""Trits of the array `deep_residue`, int64: all that the arithmetic has room for."""

Outputs = Mapping[str, np.ndarray]


class NoSuchLookahead(ValueError):
    """Windows are not as long as the lookahead of the formulas asks for."""


def closed_forms(lookahead: int) -> list[Baseline]:
    """Return every formula for judged windows of one lookahead.

    Those named "look-behind" read the residue: `deep_residue` (37 trits) where the
    split holds it, else `residue` (19 trits), and `size` where the split holds it.
    At a lookahead of 0, ln n, the window sum, the anchors and PEAK are one formula.

    Args:
        lookahead: Steps of the map that V sees, L; windows hold L + 2 values.

    Raises:
        NoSuchLookahead: When it predicts, if a window holds another number of values.

    Example:
        >>> [baseline.name for baseline in closed_forms(0)]
        ['constant', 'ln n', 'PEAK', 'look-behind peak', 'look-behind floor']
    """
    table: list[tuple[str, Callable[[np.ndarray], np.ndarray], str]] = [
        ("constant", constant, "trivial"),
        ("ln n", logarithm, "trivial"),
    ]
    if lookahead:
        table += [
            ("anchor, 0.35 drift", anchor, "classical"),
            ("anchor, ln 2 drift", last_seen, "classical"),
            ("window sum", window_sum, "classical"),
        ]
    table.append(("PEAK", most_ahead, "classical"))
    forms = [
        Baseline(name, OfHeight(formula, lookahead), kind)
        for name, formula, kind in table
    ]
    for name, behind in (("peak", peak_behind), ("floor", floor_behind)):
        rule = LookBehind(behind, lookahead)
        forms.append(Baseline(f"look-behind {name}", rule, "classical"))
    return forms


class OfHeight:
    """Predict V(n) and V(T(n)) from heights alone.

    Args:
        formula: Function from heights (n, L + 2) in bits to values (n, 2).
        lookahead: L.

    Example:
        >>> OfHeight(window_sum, 10).lookahead
        10
    """

    def __init__(self, formula: Callable[[np.ndarray], np.ndarray], lookahead: int):
        self.formula, self.lookahead = formula, lookahead

    def __call__(self, split: Split) -> Outputs:
        """Return `value`, float32 of shape (n, 2)."""
        height = _heights(split, self.lookahead)
        return {"value": self.formula(height).astype(np.float32)}


class LookBehind:
    """Predict log2 n plus a rule of the virtual past, and the most of it ahead.

    Args:
        rule: `peak_behind` or `floor_behind`.
        lookahead: L; at 0, T is never iterated.

    Example:
        >>> LookBehind(floor_behind, 0).lookahead
        0
    """

    def __init__(self, rule: Callable[..., np.ndarray], lookahead: int):
        self.rule, self.lookahead = rule, lookahead

    def __call__(self, split: Split) -> Outputs:
        """Return `value`, float32 of shape (n, 2)."""
        height = _heights(split, self.lookahead)
        arrays, size = split.arrays, None
        if "size" in arrays:
            size = np.asarray(arrays["size"], np.float64)[:, None] + height
        is_deep = "deep_residue" in arrays
        residue = arrays["deep_residue" if is_deep else "residue"]
        behind = self.rule(residue, DEEP_TRITS if is_deep else TRITS, size)
        return {"value": most_ahead(height + behind).astype(np.float32)}


def constant(height: np.ndarray) -> np.ndarray:
    """V = 0: every step is a tie, and so a violation, (n, 2)."""
    return np.zeros((len(height), 2))


def logarithm(height: np.ndarray) -> np.ndarray:
    """V = log2 n: violated at each growth step, (n, 2)."""
    return height[:, :2].astype(np.float64)


def anchor(height: np.ndarray) -> np.ndarray:
    """V = ln n + 0.35 drift, the record's anchor, in units of ln n, (n, 2).

    The drift is L log2 3 less the sum of the valuations in sight, in bits: the record
    adds it to ln n as it is.
    """
    return np.log(2.0) * height[:, :2] + ANCHOR * _drift(height)


def last_seen(height: np.ndarray) -> np.ndarray:
    """V = ln n + ln 2 drift, in bits: nearly log2 of the last value seen, (n, 2)."""
    return height[:, :2] + _drift(height)


def window_sum(height: np.ndarray) -> np.ndarray:
    """V = the sum of log2 of what is seen: fails where T^(L+1)(n) >= n, (n, 2)."""
    rising = np.cumsum(height, axis=1, dtype=np.float64)
    return np.stack([rising[:, -2], rising[:, -1] - height[:, 0]], axis=1)


def most_ahead(value: np.ndarray, bonus: float = BONUS) -> np.ndarray:
    """V = the greatest value in sight and a small bonus for each step ahead, (n, 2).

    Of heights it is the formula called PEAK: it fails only where the value that comes
    into sight is a record of the window. Of any other V it is the lift that makes V
    look ahead without training.

    Args:
        value: Heights, or any V along the window, in bits, shape (n, L + 2).
        bonus: Bits a step ahead.

    Example:
        >>> most_ahead(np.array([[0.0, 2.0, 1.0], [0.0, 2.0, 3.0]]), bonus=0.0).tolist()
        [[2.0, 2.0], [2.0, 3.0]]
    """
    ahead = bonus * np.arange(value.shape[1] - 1)
    return np.stack(
        [(value[:, i : i + len(ahead)] + ahead).max(axis=1) for i in (0, 1)], axis=1
    )


def valuations(height: np.ndarray) -> np.ndarray:
    """Return the valuations of the steps between heights, int64 of shape (n, W - 1).

    A step adds log2(3 + 1/n) - k bits, and log2(1 + 1/(3n)) is below one half.

    Args:
        height: Heights in bits, shape (n, W).

    Example:
        >>> valuations(np.log2(np.array([[27, 41, 31, 47], [5, 1, 1, 1]]))).tolist()
        [[1, 2, 1], [4, 2, 2]]
    """
    rise = np.diff(np.asarray(height, np.float64), axis=1)
    return np.rint(LOG2_3 - rise).astype(np.int64)


def _drift(height):
    """Return L log2 3 less the L valuations seen from n and from T(n), (n, 2)."""
    seen = valuations(height)
    sums = np.stack([seen[:, :-1].sum(axis=1), seen[:, 1:].sum(axis=1)], axis=1)
    return (seen.shape[1] - 1) * LOG2_3 - sums


def _heights(split: Split, lookahead: int) -> np.ndarray:
    """Return the heights of a split as float64, (n, lookahead + 2)."""
    height = np.asarray(split.arrays["height"], np.float64)
    if height.shape[1] != lookahead + 2:
        raise NoSuchLookahead(
            f"Expected windows of {lookahead + 2} values in split `{split.name}`. "
            f"Received: {height.shape[1]} values. "
            f"Ask for closed_forms({height.shape[1] - 2})."
        )
    return height
