"""Whether `fit` draws the batches of an epoch in the same order after a resume."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
import logging
from typing import Any

import keras
from keras.src.trainers.data_adapters import (  # no public names
    ArrayDataAdapter,
    GeneratorDataAdapter,
    PyDatasetAdapter,
    TFDatasetAdapter,
)
from keras.src.utils.rng_utils import get_random_seed

HOOKS = ("on_epoch_begin", "on_epoch_end")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DataOrder:
    """What is known about the order of the batches.

    Args:
        obstacle: Why a resumed epoch draws other batches; `None` where it draws the
            same ones.
        about: What has to stay the same while an epoch is resumed inside.
        steps_at_once: Steps that `fit` takes without calling anybody.

    Example:
        >>> DataOrder(None, {"batches": 12}, steps_at_once=1).may_stop_inside
        True
    """

    obstacle: str | None
    about: Mapping[str, Any]
    steps_at_once: int = 1

    @property
    def may_stop_inside(self) -> bool:
        """Whether an epoch may be left in its midst and resumed exactly."""
        return self.obstacle is None and self.steps_at_once == 1

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)

    def warn(self) -> None:
        """Say what is not exact."""
        if self.obstacle is not None:
            log.warning(
                "SafeCheckpoint saves at epoch ends only, and the data come in another "
                "order after a resume: %s.",
                self.obstacle,
            )
        elif not self.may_stop_inside:
            log.warning(
                "SafeCheckpoint saves at epoch ends only: with steps_per_execution "
                "above 1 fit hides the steps between."
            )


def order_of(epochs: Any, steps_at_once: int) -> DataOrder:
    """Return what is known about the order of the batches of a `fit`.

    Measured on Keras 3.15.1 by drawing four epochs, and the last two in a new process
    whose random state was put back.

    Args:
        epochs: The epoch iterator of the `fit`; `None` where nobody knows it.
        steps_at_once: The model's `steps_per_execution`.
    """
    obstacle, about = _known(epochs)
    return DataOrder(obstacle, about, steps_at_once)


def _known(epochs: Any) -> tuple[str | None, dict[str, Any]]:
    if epochs is None:
        return "the loop is not that of model.fit", {}
    adapter = epochs.data_adapter
    batches = adapter.num_batches
    about = {"kind": type(adapter).__name__, "batches": batches}
    if isinstance(adapter, GeneratorDataAdapter):
        return "a generator cannot be started anew", about
    if batches is None:
        return "the number of batches in an epoch is not known", about
    if epochs.steps_per_epoch not in (None, batches):
        return "steps_per_epoch is not all of the data, so epochs overlap", about
    if isinstance(adapter, ArrayDataAdapter):
        return _in_arrays(adapter), {**about, **_about_arrays(adapter)}
    if isinstance(adapter, PyDatasetAdapter):
        return _in_py_dataset(adapter), {**about, "shuffle": bool(adapter.shuffle)}
    if isinstance(adapter, TFDatasetAdapter):
        nodes = list(_nodes(adapter._dataset))
        about["seeds"] = [seed for node in nodes for seed in _seeds(node)]
        return next(filter(None, map(_in_node, nodes)), None), about
    return f"{type(adapter).__name__} was never measured", about


def _about_arrays(adapter: Any) -> dict[str, Any]:
    return {
        "shuffle": adapter._shuffle,
        "examples": adapter._num_samples,
        "batch_size": adapter.batch_size,
    }


def _in_arrays(adapter: Any) -> str | None:
    """On TensorFlow the order follows from the seed alone, on JAX from NumPy's state.

    With a seed TensorFlow gives every epoch the same order.
    """
    drawn_by_tensorflow = keras.backend.backend() == "tensorflow"
    if adapter._shuffle and drawn_by_tensorflow and get_random_seed() is None:
        return "arrays are shuffled, and keras.utils.set_random_seed was not called"
    return None


def _in_py_dataset(adapter: Any) -> str | None:
    """Batches by number, shuffled by Python's generator, whose state is saved."""
    data = adapter.py_dataset
    for hook in HOOKS:
        if getattr(type(data), hook) is not getattr(keras.utils.PyDataset, hook):
            return f"{type(data).__name__}.{hook} may change the order of the data"
    if adapter.enqueuer is not None and keras.backend.backend() == "jax":
        return "on JAX, Keras gives a PyDataset with workers one batch twice"
    return None


def _nodes(dataset: Any) -> Iterator[Any]:
    """Yield a tf.data data set and all that it is made from."""
    waiting = [dataset]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node._inputs())


def _seeds(node: Any) -> list[int]:
    return [
        int(getattr(node, name)) for name in ("_seed", "_seed2") if _has(node, name)
    ]


def _has(node: Any, name: str) -> bool:
    return getattr(node, name, None) is not None


def _in_node(node: Any) -> str | None:
    """Return why one step of a tf.data pipeline gives other elements next time."""
    if getattr(node, "_reshuffle_each_iteration", False):
        return "Dataset.shuffle draws anew in each epoch (reshuffle_each_iteration)"
    seeds = _seeds(node)
    if seeds and not any(seeds):
        return "Dataset.shuffle has no seed"
    fixed = node.options().deterministic is not False
    if not fixed or str(getattr(node, "_deterministic", "")) == "false":
        return "a part of the Dataset is not deterministic"
    for name, part in vars(node).items():
        if name.endswith("_func") and hasattr(part, "function"):
            operations = part.function.graph.get_operations()
            stateful = [op.type for op in operations if op.op_def.is_stateful]
            if stateful:
                return f"a function of the Dataset has a state: {stateful[0]}"
    return None
