from dist_invention.domains.physics.trust import Trust
import keras
from keras import ops
import numpy as np


def test_trust_lies_between_zero_and_one():
    features = np.random.default_rng(0).normal(size=(50, 3)).astype("float32")
    trust = ops.convert_to_numpy(Trust(2)(features))
    assert trust.shape == (50, 2)
    assert (trust > 0).all()
    assert (trust < 1).all()
    assert trust.std() > 0


def test_trust_comes_back_from_its_settings():
    layer = keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(Trust(2, hidden=5, seed=3))
    )
    assert (layer.outputs, layer.hidden, layer.seed) == (2, 5, 3)


def test_equal_seeds_give_equal_weights():
    features = np.ones((1, 3), "float32")
    first, second = Trust(seed=4), Trust(seed=4)
    same = ops.convert_to_numpy(first(features) - second(features))
    other = ops.convert_to_numpy(first(features) - Trust(seed=5)(features))
    assert not same.any()
    assert other.any()
