"""How right sequences of tokens are, where padding never counts as an answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from dist_invention.datasets.split import Split
from dist_invention.evaluation.metrics import Metric
import numpy as np
from scipy import special

Arrays = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Places:
    """Which places of a sequence are judged: those of a mask, or all that are not PAD.

    Args:
        field: Name of the target, tokens of shape (n, ...).
        pad: The token that fills up, never an answer.
        mask: Name of an array of the split with the shape of the target, above 0 where
            a place is judged.

    Raises:
        ValueError: If neither `pad` nor `mask` is given, or both are.

    Example:
        >>> Places("actions", pad=0).judged(np.array([[3, 1, 0]]), {}).tolist()
        [[True, True, False]]
    """

    field: str
    pad: int | None = None
    mask: str | None = None

    def __post_init__(self):
        if (self.pad is None) is (self.mask is None):
            raise ValueError(
                f"Expected a pad token or a mask for `{self.field}`, so that padding "
                f"is not counted as correct. Received: pad={self.pad}, "
                f"mask={self.mask!r}. Give one of them."
            )

    def judged(self, tokens: np.ndarray, arrays: Arrays) -> np.ndarray:
        """Return where answers are judged, shape (n, places).

        Args:
            tokens: True tokens, shape (n, ...).
            arrays: The arrays of the split, which hold the mask.

        Raises:
            ValueError: If the mask has another shape.
        """
        found = tokens != self.pad
        if self.mask is not None:
            found = np.asarray(arrays[self.mask]) > 0
        if found.shape != tokens.shape:
            raise ValueError(
                f"Expected mask `{self.mask}` to have the shape of `{self.field}`, "
                f"{tokens.shape}. Received: {found.shape}. Mask each place."
            )
        return found.reshape(len(tokens), -1)

    def count(self, targets: Arrays, split: Split) -> np.ndarray:
        """Return how many places of each example are judged, shape (n,)."""
        return self.judged(np.asarray(targets[self.field]), split.arrays).sum(axis=1)


def _mean_over(judged: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Return the mean of values over judged places, shape (n,); NaN without any."""
    number = judged.sum(axis=1)
    total = np.where(judged, values, 0.0).sum(axis=1)
    return np.where(number > 0, total / np.maximum(number, 1), np.nan)


@dataclass(frozen=True)
class _Correct:
    """Share of the judged places that are right, an example."""

    places: Places

    def __call__(self, targets: Arrays, outputs: Arrays, split: Split) -> np.ndarray:
        true = np.asarray(targets[self.places.field])
        right = np.asarray(outputs[self.places.field]) == true
        judged = self.places.judged(true, split.arrays)
        return _mean_over(judged, right.reshape(len(true), -1))


@dataclass(frozen=True)
class _Exact:
    """Whether all of an answer is right, an example."""

    places: Places
    end: int | None

    def __call__(self, targets: Arrays, outputs: Arrays, split: Split) -> np.ndarray:
        true = np.asarray(targets[self.places.field])
        judged = self.places.judged(true, split.arrays)
        right = (np.asarray(outputs[self.places.field]) == true).reshape(judged.shape)
        if self.end is not None:
            ends = (true.reshape(judged.shape) == self.end) & judged
            if not np.all(ends.any(axis=1) | ~judged.any(axis=1)):
                raise ValueError(
                    f"Expected the end token {self.end} in every `{self.places.field}` "
                    f"of split `{split.name}`. Received: "
                    f"{int((~ends.any(axis=1)).sum())} examples without it. "
                    "Add it to the targets, or leave `end` out."
                )
        elsewhere = ~judged
        if self.end is None and self.places.pad is not None:
            elsewhere = np.zeros_like(judged)  # what goes on after the end is wrong
        exact = np.all(right | elsewhere, axis=1)
        return np.where(judged.any(axis=1), exact, np.nan)


@dataclass(frozen=True)
class _Nats:
    """Mean negative log-likelihood of the judged places, an example, in nats."""

    places: Places
    logits: str

    def __call__(self, targets: Arrays, outputs: Arrays, split: Split) -> np.ndarray:
        true = np.asarray(targets[self.places.field])
        judged = self.places.judged(true, split.arrays)
        scores = np.asarray(outputs[self.logits])
        if scores.shape[:-1] != true.shape:
            raise ValueError(
                f"Expected logits `{self.logits}` of shape {(*true.shape, 'tokens')} "
                f"on split `{split.name}`. Received: {scores.shape}. "
                "Give one number a place and token of the vocabulary."
            )
        known = np.where(judged.reshape(true.shape), true, 0).astype(int)
        log_share = special.log_softmax(scores.astype(np.float64), axis=-1)
        chosen = np.take_along_axis(log_share, known[..., None], axis=-1)
        return _mean_over(judged, -chosen.reshape(judged.shape))


def masked_accuracy(
    field: str, *, pad: int | None = None, mask: str | None = None, name: str = ""
) -> Metric:
    """Return the share of tokens that are right; the denominator is judged tokens.

    Args:
        field: Name of the target and of the output, tokens of shape (n, ...).
        pad: The token that fills up; places where the target has it are not judged.
        mask: In its place, an array of the split, above 0 where a place is judged.
        name: Name in tables; `<field>_accuracy` if left out.

    Raises:
        ValueError: If neither `pad` nor `mask` is given, or both are.

    Example:
        >>> masked_accuracy("actions", pad=0).denominator
        'tokens'
    """
    places = Places(field, pad, mask)
    title = name or f"{field}_accuracy"
    return Metric(
        title,
        "1",
        "higher",
        _Correct(places),
        kind="share",
        denominator="tokens",
        count=places.count,
    )


def exact_match(
    field: str,
    *,
    pad: int | None = None,
    mask: str | None = None,
    end: int | None = None,
    name: str = "",
) -> Metric:
    """Return the share of answers that are right in every judged place.

    Outputs must come from free-running decoding; with greedy decoding that is the same
    as the arg max at every place given the true prefix, if all of them are right.

    Args:
        field: Name of the target and of the output, tokens of shape (n, ...).
        pad: The token that fills up. An example of nothing else does not apply. Without
            `end`, an answer that goes on where the target has PAD is wrong.
        mask: In its place, an array of the split, above 0 where a place is judged.
        end: The token that ends each target; what follows it is then not looked at.
        name: Name in tables; `<field>_exact` if left out.

    Raises:
        ValueError: If neither `pad` nor `mask` is given, or both are.

    Example:
        >>> exact_match("actions", pad=0).kind
        'share'
    """
    title = name or f"{field}_exact"
    exact = _Exact(Places(field, pad, mask), end)
    return Metric(title, "1", "higher", exact, kind="share")


def perplexity(
    field: str,
    logits: str,
    *,
    pad: int | None = None,
    mask: str | None = None,
    name: str = "",
) -> Metric:
    """Return the perplexity: the exponential of nats a token, over all judged tokens.

    Args:
        field: Name of the target, tokens of shape (n, ...).
        logits: Name of the output, shape (n, ..., vocabulary); it need not sum to 1.
        pad: The token that fills up; places where the target has it are not judged.
        mask: In its place, an array of the split, above 0 where a place is judged.
        name: Name in tables; `<field>_perplexity` if left out.

    Raises:
        ValueError: If neither `pad` nor `mask` is given, or both are.

    Example:
        >>> perplexity("words", "logits", pad=0).reduce
        'exp_mean'
    """
    places = Places(field, pad, mask)
    return Metric(
        name or f"{field}_perplexity",
        "1",
        "lower",
        _Nats(places, logits),
        reduce="exp_mean",
        denominator="tokens",
        count=places.count,
    )
