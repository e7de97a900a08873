"""Predictors that learn nothing, ready to stand beside any metric."""

from collections.abc import Mapping

from dist_invention.datasets.split import Split
from dist_invention.evaluation.baselines import Baseline
import numpy as np


def constant(values: Mapping[str, float], name: str = "constant") -> Baseline:
    """Return the predictor of one number everywhere.

    Args:
        values: What to predict, by name of the target.
        name: Name in tables, as in `"zeros"`.

    Raises:
        ValueError: If there is nothing to predict.

    Example:
        >>> constant({"x": 0.0}, "zeros").kind
        'trivial'
    """
    if not values:
        raise ValueError(
            "Expected at least one target to predict. "
            "Received: none. Name it with its number."
        )

    def predict(split: Split) -> dict[str, np.ndarray]:
        return {
            key: np.full(split.arrays[key].shape, value)
            for key, value in values.items()
        }

    return Baseline(name, predict, "trivial")


def train_mean(train: Split, *fields: str, name: str = "train mean") -> Baseline:
    """Return the predictor of the mean over the training examples, place by place.

    Args:
        train: The training split.
        *fields: Names of the targets; all of them if left out.
        name: Name in tables.

    Raises:
        ValueError: If the split is not for training, or later a split has another
            shape.

    Example:
        >>> from dist_invention.datasets.split import Field
        >>> train = Split("train", "train", {"x": np.array([1.0, 4.0])},
        ...               (Field("x", (), "m"),), (), ("x",), np.array(["a", "b"]),
        ...               np.arange(2))
        >>> train_mean(train).predict(train)
        {'x': array([2.5, 2.5])}
    """
    fitted_on_train(train)
    return always(
        {
            key: np.asarray(train.arrays[key], dtype=np.float64).mean(axis=0)
            for key in fields or train.targets
        },
        name,
    )


def copy_input(
    source: str, target: str, *, pad: int | None = None, name: str = ""
) -> Baseline:
    """Return the predictor that answers with its input.

    Args:
        source: Name of the array that is copied, shape (n, ...).
        target: Name of the target.
        pad: If given, sequences of shape (n, length) are cut, or filled up with it, to
            the length of the target; else the shapes must be equal.
        name: Name in tables; `copy <source>` if left out.

    Raises:
        ValueError: Later, if the shapes differ and `pad` is left out.

    Example:
        >>> copy_input("question", "answer", pad=0).name
        'copy question'
    """

    def predict(split: Split) -> dict[str, np.ndarray]:
        given, shape = split.arrays[source], split.arrays[target].shape
        if pad is not None and given.ndim == len(shape) == 2:
            copied = np.full(shape, pad, dtype=given.dtype)
            length = min(given.shape[1], shape[1])
            copied[:, :length] = given[:, :length]
            return {target: copied}
        return {target: _shaped(given, shape, source, split)}

    return Baseline(name or f"copy {source}", predict, "trivial")


def fitted_on_train(train: Split) -> None:
    """Refuse to fit a baseline on anything but the training split.

    Args:
        train: What it would be fitted on.

    Raises:
        ValueError: If the split has another role.
    """
    if train.role != "train":
        raise ValueError(
            "Expected a split of role 'train' to fit a baseline on. Received: "
            f"`{train.name}` of role {train.role!r}. A baseline knows no test either."
        )


def always(answers: Mapping[str, np.ndarray], name: str) -> Baseline:
    """Return the predictor of one answer for every example.

    Args:
        answers: The answer to one example, by name of the target.
        name: Name in tables.

    Example:
        >>> always({"x": np.zeros(3)}, "zeros").name
        'zeros'
    """

    def predict(split: Split) -> dict[str, np.ndarray]:
        found = {}
        for key, answer in answers.items():
            every = np.broadcast_to(answer, (len(split), *np.shape(answer)))
            found[key] = _shaped(every, split.arrays[key].shape, name, split)
        return found

    return Baseline(name, predict, "trivial")


def _shaped(
    array: np.ndarray, shape: tuple[int, ...], name: str, split: Split
) -> np.ndarray:
    if array.shape != shape:
        raise ValueError(
            f"Expected `{name}` to have the shape of the target on split "
            f"`{split.name}`, {shape}. Received: {array.shape}. "
            "Write a baseline of your own for this world."
        )
    return array
