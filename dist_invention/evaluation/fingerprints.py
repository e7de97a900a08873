"""The content of examples, as hashes to compare and as rows to measure distances in."""

from collections.abc import Collection, Mapping, Sequence
import hashlib

from dist_invention.datasets.split import Split
import numpy as np

Shapes = Mapping[str, tuple[int, ...]]


def is_numeric(array: np.ndarray) -> bool:
    """Return whether distances between values mean something."""
    return np.issubdtype(array.dtype, np.number) or array.dtype == bool


def is_tokens(array: np.ndarray) -> bool:
    """Return whether each example is a text or a row of whole numbers.

    Args:
        array: Shape (n, ...); texts of any shape, or integers of shape (n, length).
    """
    is_row = np.issubdtype(array.dtype, np.integer) and array.ndim == 2
    return array.dtype.kind in "US" or (is_row and array.shape[1] > 1)


def texts(array: np.ndarray) -> list[str]:
    """Return the text of each example, with one blank between words.

    Args:
        array: Texts of shape (n, ...), or bytes in UTF-8. Empty ones at the end of an
            example are padding.
    """
    if array.dtype.kind == "S":
        array = np.char.decode(array, "utf-8", "backslashreplace")
    rows = array.reshape(len(array), -1).tolist()
    lines = ([" ".join(str(text).split()) for text in row] for row in rows)
    return ["\n".join(line).rstrip("\n") for line in lines]


def _canonical_bytes(array: np.ndarray) -> list[bytes]:
    """Return bytes that do not depend on dtype, layout, padding or the sign of zero."""
    if np.issubdtype(array.dtype, np.floating):
        rounded = array.astype(np.float32) + np.float32(0.0)  # -0.0 becomes 0.0
        flat = np.where(np.isnan(rounded), np.float32("nan"), rounded)
    elif is_numeric(array):
        flat = array.astype(np.int64)
    else:
        return [text.encode() for text in texts(array)]
    flat = np.ascontiguousarray(flat.reshape(len(array), -1))
    rows = [row.tobytes() for row in flat]
    return [row.rstrip(b"\0") for row in rows] if is_tokens(array) else rows


def _hashes(split: Split, names: Sequence[str], shapes: Shapes) -> list[str]:
    """Return a hash of some arrays of each example, cut to these shapes."""
    if not names:
        return []
    digests = [
        hashlib.blake2b("\n".join(sorted(names)).encode(), digest_size=16)
        for _ in range(len(split))
    ]
    for name in sorted(names):
        array = _cut(np.asarray(split.arrays[name]), shapes.get(name))
        for digest, row in zip(digests, _canonical_bytes(array), strict=True):
            digest.update(len(row).to_bytes(8, "little") + row)
    return [digest.hexdigest() for digest in digests]


def _cut(array: np.ndarray, shape: tuple[int, ...] | None) -> np.ndarray:
    """Return the first entries of each example along every axis."""
    return array if shape is None else array[:, *(slice(0, size) for size in shape)]


def content_hashes(split: Split) -> list[str]:
    """Return a hash of the inputs of each example, whatever its key says.

    Floating values are rounded to float32 first, so that a copy which went through a
    file of lower precision is still found. No coarser grid is used: on a grid, equal
    values can fall on two sides of a border. Zeros that pad a row of tokens do not
    count.

    Args:
        split: Examples with at least one input.

    Returns:
        One hexadecimal hash an example; empty if the split declares no inputs.
    """
    return _hashes(split, split.inputs, {})


def target_hashes(split: Split, shapes: Shapes | None = None) -> list[str]:
    """Return a hash of the targets of each example, as `content_hashes` of inputs.

    Args:
        split: Examples with at least one target.
        shapes: Example shape to cut a target to, by name, so that a future of 120
            frames is compared with one of 30 on the frames that both have.

    Returns:
        One hexadecimal hash an example; empty if the split declares no targets.
    """
    return _hashes(split, split.targets, shapes or {})


def target_sizes(split: Split, shapes: Shapes | None = None) -> np.ndarray:
    """Return how many numbers or letters the targets hold, zeros and padding left out.

    Args:
        split: Examples.
        shapes: Example shape to cut a target to, by name.

    Returns:
        Shape (n,), of whole numbers.
    """
    sizes = np.zeros(len(split), np.int64)
    for name in split.targets:
        array = _cut(np.asarray(split.arrays[name]), (shapes or {}).get(name))
        if is_numeric(array):
            sizes += np.count_nonzero(array.reshape(len(split), -1), axis=1)
        else:
            sizes += np.array([len(text) for text in texts(array)])
    return sizes


def other_input_hashes(split: Split, without: Collection[str]) -> list[str]:
    """Return a hash of the inputs but these of each example, equal if none is left.

    Args:
        split: Examples.
        without: Names of inputs that do not count.
    """
    rest = [name for name in split.inputs if name not in without]
    return _hashes(split, rest, {}) if rest else [""] * len(split)


def common_shapes(splits: Sequence[Split], names: Sequence[str]) -> Shapes:
    """Return the largest example shape that every split has, by name of the array.

    Names that some split lacks, or has with another number of axes, are left out.

    Args:
        splits: At least one split.
        names: Names of arrays.
    """
    shapes = {}
    for name in names:
        known = [s.arrays[name].shape[1:] for s in splits if name in s.arrays]
        if len(known) == len(splits) and len(set(map(len, known))) == 1:
            shapes[name] = tuple(map(min, zip(*known, strict=True)))
    return shapes


def numeric_inputs(split: Split, without: Collection[str] = ()) -> np.ndarray:
    """Return the numeric inputs of each example as one flat row.

    Args:
        split: Examples, inputs of any shape.
        without: Names of inputs to leave out.

    Returns:
        Shape (n, features), float64, in the order of the names; zero features if no
        input is numeric.
    """
    arrays = [
        np.asarray(split.arrays[name])
        for name in sorted(set(split.inputs) - set(without))
    ]
    rows = [
        array.reshape(len(split), -1).astype(np.float64)
        for array in arrays
        if is_numeric(array)
    ]
    return np.concatenate(rows, axis=1) if rows else np.zeros((len(split), 0))
