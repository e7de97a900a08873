"""A tiny split, stages on it and a learner with two terms."""

from dist_invention.datasets import Field, Split
import numpy as np
import pytest


@pytest.fixture(scope="session")
def make_split():
    """Return a builder of splits: y is the sum of x."""

    def make(n=12, seed=0, name="train", role="train"):
        x = np.random.default_rng(seed).normal(size=(n, 3)).astype(np.float32)
        return Split(
            name,
            role,
            arrays={"x": x, "y": x.sum(axis=1, keepdims=True)},
            fields=(Field("x", (3,), "m"), Field("y", (1,), "m")),
            inputs=("x",),
            targets=("y",),
            keys=np.arange(n).astype(str),
            groups=np.arange(n),
        )

    return make


@pytest.fixture(scope="session")
def make_stage(make_split):
    """Return a builder of stages; every option has a default."""
    from dist_invention.curriculum import Constant, Stage

    split = make_split()

    def make(name="first", **changes):
        content = {
            "data": split,
            "epochs": 2,
            "learning_rate": Constant(0.01),
            "weights": {"error": Constant(1.0)},
        }
        return Stage(name, **{**content, **changes})

    return make


@pytest.fixture
def make_learner():
    """Return a builder of compiled learners with the terms `error` and `size`."""
    from dist_invention.curriculum import Learner
    import keras

    def error(inputs, targets, outputs):
        return keras.ops.mean(keras.ops.square(outputs - targets["y"]), axis=-1)

    def size(inputs, targets, outputs):
        return keras.ops.mean(keras.ops.square(outputs), axis=-1)

    def make(**terms):
        keras.utils.set_random_seed(0)
        inputs = {"x": keras.Input((3,), name="x")}
        outputs = keras.layers.Dense(1)(inputs["x"])
        learner = Learner(
            keras.Model(inputs, outputs), terms or {"error": error, "size": size}
        )
        learner.compile(keras.optimizers.SGD(0.01))
        return learner

    return make
