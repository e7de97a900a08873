"""Values and phrases of a split that training never shows, and which they are."""

from dataclasses import dataclass, field

from dist_invention.evaluation.exceedance import chance_beyond
from dist_invention.evaluation.rows import (
    Rows,
    is_sequence,
    is_symbolic,
    shared_fields,
)
from dist_invention.evaluation.support_report import SupportCheck, not_checked
from dist_invention.evaluation.symbols import Symbols, encode
import numpy as np

HIGHEST = 4
"""Longest phrase looked for, in symbols."""
NAMED = 3
PLACES = {1: 5_000_000, HIGHEST: 600_000}
"""Symbols of one side looked at, by longest phrase; of more, whole groups are drawn."""


@dataclass
class _Tally:
    """What is counted over fields and orders for one check."""

    reference: Rows
    query: Rows
    alone: np.ndarray = field(init=False)
    unseen: np.ndarray = field(init=False)
    named: list[tuple[int, str]] = field(default_factory=list)
    different: int = 0
    most: int = 0
    pooled: list[np.ndarray] = field(default_factory=list)
    lengths: dict[str, tuple[np.ndarray, np.ndarray]] = field(default_factory=dict)

    def __post_init__(self):
        self.alone = np.zeros(len(self.reference), bool)
        self.unseen = np.zeros(len(self.query), bool)

    def check(self, name: str, of: str) -> SupportCheck:
        """Return the answer over everything counted."""
        if not self.pooled:
            return not_checked(name, "share", f"no {of} among the inputs")
        share, null = float(self.unseen.mean()), float(self.alone.mean())
        found = sorted(self.named, key=lambda item: (-item[0], item[1]))
        told = ", ".join(f"`{text}` ({rows} rows)" for rows, text in found[:NAMED])
        detail = (
            f"{self.different} {of} never seen in {len(self.reference)} rows of "
            f"training{': ' + told if told else ''}; {null:.2%} of training rows "
            "would hold one if their group were left out"
        )
        return SupportCheck(
            name,
            share,
            "share",
            detail,
            null,
            self._chance(),
            "outside",
            leading=f"`{found[0][1]}`" if found else "",
        )

    def _chance(self) -> float:
        """Return the chance of an unseen one in so many groups: a union bound.

        One that `c` groups of the pool hold is unseen in training if all of them fall
        into the split, by the rule of `chance_beyond`. Only those that enough groups
        hold can surprise, so only their chances are added.
        """
        if self.most == 0:
            return 1.0
        held, times = np.unique(np.concatenate(self.pooled), return_counts=True)
        enough = (held >= self.most) & (held <= self.query.num_groups)
        tested, trained = self.query.num_groups, self.reference.num_groups
        chance = chance_beyond(held[enough], tested, trained)
        return min(1.0, float(np.sum(chance * times[enough])))


@dataclass(frozen=True)
class Unseen:
    """What a split shows that training does not.

    Args:
        values: Share of rows with a value, word or token never seen in training.
        phrases: Share of rows with a phrase of up to HIGHEST symbols never seen.
        lengths: Symbols in each row of both sides, by name of a field of sequences;
            empty if the data were too long to be read whole.

    Example:
        >>> def rows(*texts):
        ...     told = {"t": np.array(texts)}
        ...     return Rows(told, {}, {}, np.arange(len(texts)))
        >>> rng = np.random.default_rng(0)
        >>> found = unseen_symbols(rows("turn left", "go right"), rows("go left"), rng)
        >>> found.values.value, found.phrases.leading
        (0.0, '`t: go left`')
    """

    values: SupportCheck
    phrases: SupportCheck
    lengths: dict[str, tuple[np.ndarray, np.ndarray]]


def unseen_symbols(reference: Rows, query: Rows, rng: np.random.Generator) -> Unseen:
    """Search a split for values and phrases that training does not have.

    Every array of integers or booleans and every text counts. The p-value is that of
    the unseen phrase in most groups, corrected for the phrases that could have been
    it; `null_rate` is the share of training rows with a phrase that no other training
    group has.

    Args:
        reference: Training.
        query: The split.
        rng: Source of randomness, for data too long to be read whole.
    """
    fields = list(_symbolic(reference, query))
    values = _tally(reference, query, fields, 1, rng)
    phrases = _tally(reference, query, list(values.lengths), HIGHEST, rng)
    whole = values.reference is reference and values.query is query
    return Unseen(
        values.check("unseen values", "values"),
        phrases.check("unseen phrases", "phrases"),
        values.lengths if whole else {},
    )


def _symbolic(reference: Rows, query: Rows) -> dict:
    """Return pairs of arrays whose values can be seen or unseen, by name."""
    pairs = shared_fields(reference.inputs, query.inputs)
    return {k: v for k, v in pairs.items() if is_symbolic(v[0]) and is_symbolic(v[1])}


def _tally(
    reference: Rows,
    query: Rows,
    names: list[str],
    highest: int,
    rng: np.random.Generator,
) -> _Tally:
    """Count phrases of some fields in as many groups as the budget allows."""
    tally = _Tally(
        _bounded(reference, names, PLACES[highest], rng),
        _bounded(query, names, PLACES[highest], rng),
    )
    for name in names:
        known, asked = tally.reference.inputs[name], tally.query.inputs[name]
        coded = encode(known, asked)
        lengths = coded.lengths()
        if is_sequence(known) and lengths.max(initial=0) > 1:
            tally.lengths[name] = lengths[: len(known)], lengths[len(known) :]
        _count(name, coded, tally, highest)
    return tally


def _bounded(
    rows: Rows, names: list[str], places: int, rng: np.random.Generator
) -> Rows:
    """Return whole groups of rows with about so many symbols at most."""
    symbols = sum(_num_symbols(rows.inputs[name]) for name in names)
    return rows.whole_groups(max(1, places * len(rows) // max(symbols, 1)), rng)


def _num_symbols(array: np.ndarray) -> int:
    """Return about how many symbols an array holds."""
    if array.dtype.kind not in "US" or array.ndim > 1:
        return array.size
    space = " " if array.dtype.kind == "U" else b" "
    return int(np.char.count(array, space).sum()) + len(array)


def _count(name: str, coded: Symbols, tally: _Tally, highest: int) -> None:
    """Add one field to a tally."""
    trained = tally.reference.num_groups
    group = np.concatenate([tally.reference.groups, tally.query.groups + trained])
    group = group[coded.row]
    before = np.zeros(len(coded.codes), bool)
    for order, codes in coded.phrases(highest):
        here = np.flatnonzero(codes >= 0)
        if len(here) == 0:
            return
        held = _groups_of(codes[here], group[here], trained)
        new, alone = np.zeros((2, len(codes)), bool)
        new[here] = (held[0] == 0)[codes[here]]
        alone[here] = (held[0] == 1)[codes[here]]
        first = new & ~before & ~np.append(before[1:], False)
        different, told = _named(name, coded, codes, order, first)
        _mark(tally, coded.row, new, alone)
        tally.most = max(tally.most, int(held[1][held[0] == 0].max(initial=0)))
        tally.pooled.append(held.sum(axis=0))
        tally.different += different
        tally.named += told
        before = new


def _groups_of(codes: np.ndarray, group: np.ndarray, trained: int) -> np.ndarray:
    """Return how many groups of training and of the split hold each code, (2, k)."""
    width, size = int(group.max()) + 1, int(codes.max()) + 1
    pairs = np.unique(codes * width + group)
    code, asked = pairs // width, pairs % width >= trained
    return np.stack(
        [np.bincount(code[side], minlength=size) for side in (~asked, asked)]
    )


def _named(
    name: str, coded: Symbols, codes: np.ndarray, order: int, first: np.ndarray
) -> tuple[int, list[tuple[int, str]]]:
    """Return how many phrases begin at marked places, and the commonest with rows."""
    places = np.flatnonzero(first)
    if len(places) == 0:
        return 0, []
    rows = np.unique(codes[places] * coded.num_rows + coded.row[places])
    found, count = np.unique(rows // coded.num_rows, return_counts=True)
    chosen = np.lexsort([found, -count])[:NAMED]
    told = []
    for code, rows in zip(found[chosen], count[chosen], strict=True):
        place = int(places[np.argmax(codes[places] == code)])
        told.append((int(rows), f"{name}: {coded.text(place, order)}"))
    return len(found), told


def _mark(tally: _Tally, row: np.ndarray, new: np.ndarray, alone: np.ndarray) -> None:
    """Mark the rows that hold an unseen phrase, and those of training that would."""
    known = len(tally.reference)
    tally.alone[row[alone & (row < known)]] = True
    tally.unseen[row[new & (row >= known)] - known] = True
