"""Predictors of what is most frequent in training: trivial rivals for tokens."""

from dist_invention.datasets.split import Split
from dist_invention.evaluation.baselines import Baseline
from dist_invention.evaluation.sequences import Places
from dist_invention.evaluation.trivial import (
    always,
    constant,
    copy_input,
    fitted_on_train,
)
import numpy as np

WHOLES = ("value", "place", "answer")


def majority(
    train: Split,
    field: str,
    *,
    of: str = "value",
    pad: int | None = None,
    mask: str | None = None,
    name: str = "",
) -> Baseline:
    """Return the predictor of what is most frequent in training.

    Without `pad` and `mask` padding counts like any token, and where it is the most
    frequent one this is the predictor of PAD. With one of them only judged places
    count, so that it is a fair rival where padding is not judged.

    Args:
        train: The training split.
        field: Name of the target: tokens or classes, shape (n, ...).
        of: `"value"` for the most frequent token or class of all, `"place"` for that of
            each place, `"answer"` for the most frequent whole answer.
        pad: The token that fills up.
        mask: In its place, an array of the split, above 0 where a place is judged.
        name: Name in tables; `majority <of>` if left out.

    Raises:
        ValueError: If the split is not for training, no place is judged, or `of` is
            unknown; or later a split has another shape.

    Example:
        >>> from dist_invention.datasets.split import Field
        >>> train = Split("train", "train", {"y": np.array([[3, 0], [3, 0], [4, 5]])},
        ...               (Field("y", (2,), "1"),), (), ("y",),
        ...               np.array(["a", "b", "c"]), np.arange(3))
        >>> majority(train, "y", of="place", pad=0).predict(train)["y"].tolist()
        [[3, 5], [3, 5], [3, 5]]
    """
    fitted_on_train(train)
    if of not in WHOLES:
        raise ValueError(
            f"Expected a majority of one of {WHOLES}. "
            f"Received: of={of!r}. Say what is counted."
        )
    tokens = np.asarray(train.arrays[field])
    judged = np.ones((len(tokens), tokens[0].size), dtype=bool)
    if pad is not None or mask is not None:
        judged = Places(field, pad, mask).judged(tokens, train.arrays)
    if not judged.any():
        raise ValueError(
            f"Expected places of `{field}` that are judged. Received: none in split "
            f"`{train.name}`. Correct the pad token or the mask."
        )
    flat = tokens.reshape(judged.shape)
    if of == "answer":
        rows, counts = np.unique(flat[judged.any(axis=1)], axis=0, return_counts=True)
        found = rows[counts.argmax()].reshape(tokens.shape[1:])
        return always({field: found}, name or "majority answer")
    common = _most_frequent(flat[judged])
    if of == "value":
        return constant({field: common}, name or "majority value")
    each = [
        _most_frequent(column[known]) if known.any() else common
        for column, known in zip(flat.T, judged.T, strict=True)
    ]
    found = np.asarray(each).reshape(tokens.shape[1:])
    return always({field: found}, name or "majority place")


def token_baselines(
    train: Split, field: str, *, pad: int, source: str | None = None
) -> list[Baseline]:
    """Return every trivial rival of a model that answers in tokens.

    PAD alone; the most frequent token, token of each place and whole answer of
    training; and, if there is a source, the input itself.

    Args:
        train: The training split.
        field: Name of the target: tokens, shape (n, length).
        pad: The token that fills up.
        source: Name of the input that is copied, shape (n, length).

    Raises:
        ValueError: If the split is not for training, or holds nothing but PAD.

    Example:
        >>> from dist_invention.datasets.split import Field
        >>> train = Split("train", "train", {"y": np.array([[3, 0]])},
        ...               (Field("y", (2,), "1"),), (), ("y",), np.array(["a"]),
        ...               np.arange(1))
        >>> [baseline.name for baseline in token_baselines(train, "y", pad=0)]
        ['PAD', 'majority value', 'majority place', 'majority answer']
    """
    found = [constant({field: pad}, "PAD")]
    found += [majority(train, field, of=whole, pad=pad) for whole in WHOLES]
    if source is not None:
        found.append(copy_input(source, field, pad=pad))
    return found


def token_frequencies(
    train: Split,
    field: str,
    logits: str,
    vocabulary: int,
    *,
    pad: int | None = None,
    mask: str | None = None,
) -> Baseline:
    """Return the unigram: how frequent each token is in training, one added to each.

    It is the trivial predictor beside a perplexity.

    Args:
        train: The training split.
        field: Name of the target, tokens of shape (n, ...).
        logits: Name of the output, log shares of shape (n, ..., vocabulary).
        vocabulary: Number of tokens.
        pad: The token that fills up, not counted.
        mask: In its place, an array of the split, above 0 where a place is judged.

    Raises:
        ValueError: If the split is not for training, a token lies outside of the
            vocabulary, or not one of `pad` and `mask` is given.

    Example:
        >>> from dist_invention.datasets.split import Field
        >>> train = Split("train", "train", {"y": np.array([[1, 1, 0]])},
        ...               (Field("y", (3,), "1"),), (), ("y",), np.array(["a"]),
        ...               np.arange(1))
        >>> found = token_frequencies(train, "y", "logits", 2, pad=0).predict(train)
        >>> np.exp(found["logits"][0, 0]).round(2).tolist()
        [0.25, 0.75]
    """
    fitted_on_train(train)
    tokens = np.asarray(train.arrays[field])
    judged = Places(field, pad, mask).judged(tokens, train.arrays)
    seen = tokens.reshape(judged.shape)[judged].astype(int)
    if seen.size and (seen.min() < 0 or seen.max() >= vocabulary):
        raise ValueError(
            f"Expected tokens of `{field}` from 0 to {vocabulary - 1}. "
            f"Received: {seen.min()} to {seen.max()}. Give the whole vocabulary."
        )
    counts = np.bincount(seen, minlength=vocabulary) + 1.0
    log_share = np.log(counts / counts.sum())

    def predict(split: Split) -> dict[str, np.ndarray]:
        shape = (*split.arrays[field].shape, vocabulary)
        return {logits: np.broadcast_to(log_share, shape)}

    return Baseline("token frequencies", predict, "trivial")


def _most_frequent(values: np.ndarray):
    found, counts = np.unique(values, return_counts=True)
    return found[counts.argmax()]
