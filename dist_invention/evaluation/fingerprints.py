"""The content of examples, as hashes to compare and as rows to measure distances in."""

import hashlib

from dist_invention.datasets.split import Split
import numpy as np


def _is_numeric(array: np.ndarray) -> bool:
    """Return whether distances between values mean something."""
    return np.issubdtype(array.dtype, np.number) or array.dtype == bool


def _canonical_bytes(array: np.ndarray) -> np.ndarray:
    """Return rows of bytes that do not depend on dtype, layout or the sign of zero."""
    if np.issubdtype(array.dtype, np.floating):
        rounded = array.astype(np.float32) + np.float32(0.0)  # -0.0 becomes 0.0
        flat = np.where(np.isnan(rounded), np.float32("nan"), rounded)
    elif _is_numeric(array):
        flat = array.astype(np.int64)
    else:
        text = [repr(row.tolist()).encode() for row in array]
        flat = np.array([hashlib.sha256(row).digest() for row in text], dtype="S32")
        return flat.view(np.uint8).reshape(len(array), 32)
    flat = np.ascontiguousarray(flat.reshape(len(array), -1))
    return flat.view(np.uint8).reshape(len(array), -1)


def content_hashes(split: Split) -> list[str]:
    """Return a hash of the inputs of each example, whatever its key says.

    Floating values are rounded to float32 first, so that a copy which went through a
    file of lower precision is still found. No coarser grid is used: on a grid, equal
    values can fall on two sides of a border.

    Args:
        split: Examples with at least one input.

    Returns:
        One hexadecimal hash an example; empty if the split declares no inputs.
    """
    names = sorted(split.inputs)
    if not names:
        return []
    rows = [_canonical_bytes(np.asarray(split.arrays[name])) for name in names]
    table = np.ascontiguousarray(np.concatenate(rows, axis=1))
    head = "\n".join(names).encode()
    return [
        hashlib.blake2b(head + row.tobytes(), digest_size=16).hexdigest()
        for row in table
    ]


def numeric_inputs(split: Split) -> np.ndarray:
    """Return the numeric inputs of each example as one flat row.

    Args:
        split: Examples, inputs of any shape.

    Returns:
        Shape (n, features), float64, in the order of the names; zero features if no
        input is numeric.
    """
    arrays = [np.asarray(split.arrays[name]) for name in sorted(split.inputs)]
    rows = [
        array.reshape(len(split), -1).astype(np.float64)
        for array in arrays
        if _is_numeric(array)
    ]
    return np.concatenate(rows, axis=1) if rows else np.zeros((len(split), 0))
