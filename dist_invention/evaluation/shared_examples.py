"""What two splits may never have in common: keys, contents, groups, origins."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from dist_invention.datasets.split import Split
from dist_invention.evaluation.audit_report import Check
from dist_invention.evaluation.fingerprints import (
    common_shapes,
    content_hashes,
    target_hashes,
    target_sizes,
)
import numpy as np


@dataclass(frozen=True)
class Contents:
    """The content of every example of a set of splits, as hashes.

    Args:
        inputs: By split, a hash of the inputs of each example; empty without inputs.
        targets: By split, a hash of the targets of each example, cut to the shapes
            that all splits have; empty without targets.
        target_sizes: By split, how many numbers or letters the targets of each example
            hold, zeros left out.
    """

    inputs: dict[str, list[str]]
    targets: dict[str, list[str]]
    target_sizes: dict[str, np.ndarray]


def contents_of(splits: Sequence[Split]) -> Contents:
    """Return the content of every example.

    Args:
        splits: At least one split.
    """
    names = sorted({name for split in splits for name in split.targets})
    shapes = common_shapes(splits, names)
    return Contents(
        {split.name: content_hashes(split) for split in splits},
        {split.name: target_hashes(split, shapes) for split in splits},
        {split.name: target_sizes(split, shapes) for split in splits},
    )


def shared_examples(splits: Sequence[Split], contents: Contents) -> list[Check]:
    """Ask every two splits for examples, groups and origins that stand in both.

    Two train splits may share. Groups and origins are asked of splits of different
    roles.

    Args:
        splits: The splits, each with a name of its own.
        contents: As `contents_of` returns it.
    """
    return [
        check for a, b in combinations(splits, 2) for check in _pair(a, b, contents)
    ]


def _pair(a: Split, b: Split, contents: Contents) -> list[Check]:
    keys = texts(a.keys) & texts(b.keys)
    found = [("same key", keys), *_same_content(a, b, contents, keys)]
    if a.role != b.role:
        found.append(("same group", texts(a.groups) & texts(b.groups)))
        for name in sorted(set(a.origins) & set(b.origins)):
            shared = texts(a.origins[name]) & texts(b.origins[name])
            found.append((f"same {name}", shared))
    may_share = a.role == b.role == "train"
    return [
        Check(
            name,
            (a.name, b.name),
            len(shared),
            f"such as `{min(shared)}`" if shared else "none",
            "leak" if shared and not may_share else "ok",
        )
        for name, shared in found
    ]


def _same_content(
    a: Split, b: Split, contents: Contents, keys: set[str]
) -> list[tuple[str, set[str]]]:
    """Return equal inputs under two keys, and equal inputs with equal targets."""
    first, second = contents.inputs[a.name], contents.inputs[b.name]
    if not (first and second):
        return []
    known = dict(zip(first, map(str, a.keys), strict=True))
    copies = {
        f"{known[found]} = {key}"
        for found, key in zip(second, map(str, b.keys), strict=True)
        if found in known and key not in keys
    }
    checks = [("same inputs under another key", copies)]
    left, right = contents.targets[a.name], contents.targets[b.name]
    if left and right:
        pairs = set(zip(first, left, strict=True))
        rows = zip(second, right, map(str, b.keys), strict=True)
        same = {f"{known[x]} = {key}" for x, y, key in rows if (x, y) in pairs}
        checks.append(("same inputs with same targets", same))
    return checks


def overlap(splits: Sequence[Split]) -> tuple[tuple[int, ...], ...]:
    """Return the overlap matrix: shared keys, and repeats on the diagonal.

    Args:
        splits: The splits, in the order of rows and columns.
    """
    keys = [texts(split.keys) for split in splits]
    return tuple(
        tuple(
            len(splits[i]) - len(keys[i]) if i == j else len(keys[i] & keys[j])
            for j in range(len(splits))
        )
        for i in range(len(splits))
    )


def texts(column: np.ndarray) -> set[str]:
    """Return the different values of a column, as text."""
    return set(map(str, np.asarray(column).tolist()))
