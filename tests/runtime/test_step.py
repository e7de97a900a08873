from dist_invention.runtime.state import StateMismatch
from dist_invention.runtime.step import (
    build_step,
    counts_by_weight,
    refuse_new_weights,
    rows_per_part,
)
import numpy as np
import pytest


def test_the_step_is_that_of_the_backend(build_learner):
    from dist_invention.runtime.tensorflow_step import TensorFlowStep

    step = build_step(build_learner())
    assert isinstance(step, TensorFlowStep)
    assert step.traces == 0


def test_less_than_one_part_is_refused(build_learner):
    with pytest.raises(ValueError, match=r"at least one part.*micro_batches=0.*Use 1"):
        build_step(build_learner(), micro_batches=0)


def test_parts_of_a_batch_are_equal():
    batch = ({"x": np.zeros((8, 3))}, {}, None)
    assert rows_per_part(batch, 4) == 2
    with pytest.raises(ValueError, match=r"divide the batch.*3 for 8 examples.*Choose"):
        rows_per_part(batch, 3)


def test_only_a_model_that_averages_by_weight_counts_by_weight(
    build_learner, build_noisy, batches
):
    assert counts_by_weight(build_learner(), batches[0])
    assert not counts_by_weight(build_learner(), (*batches[0][:2], None))
    assert not counts_by_weight(build_noisy(), batches[0])


def test_a_weight_that_is_born_in_a_step_is_named(keras):
    old = keras.Variable(np.zeros(2), name="old")
    new = keras.Variable(np.zeros(2), name="late")
    refuse_new_weights([old], [old])
    with pytest.raises(
        StateMismatch, match=r"2 trainable weights .* new are \['late'\]"
    ):
        refuse_new_weights([old], [old, new])
