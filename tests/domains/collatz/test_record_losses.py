from dist_invention.curriculum import Constant, Learner
from dist_invention.domains.collatz.pool import Pool
from dist_invention.domains.collatz.record import record_network
from dist_invention.domains.collatz.record_losses import (
    AnchorDecay,
    Bounded,
    Ranking,
    anchor_error,
    record_terms,
    record_weights,
)
from dist_invention.domains.collatz.sampler import record_stream
import keras
from keras import ops
import numpy as np
import pytest

ROWS = (0, 1, 4, 8)
VALUE = np.array([[2.0, 1.0, 1.98, 2.5], [1.0, 1.0, 0.0, 1.0]], np.float32)
TARGETS = {
    "importance": np.array([20.0, 2.0], np.float32),
    "anchor": np.array([1.0, 3.0], np.float32),
    "drift": np.array([-2.0, 1.0], np.float32),
}


def outputs(weight=0.35):
    scalar = ops.full((2,), weight)
    return {"value": ops.convert_to_tensor(VALUE), "drift_weight": scalar}


def cost(term, weight=0.35):
    return ops.convert_to_numpy(term({}, TARGETS, outputs(weight)))


def test_the_first_ranking_counts_by_importance():
    assert cost(Ranking()) == pytest.approx([0.0, 2 * 0.05])


def test_later_rankings_do_not():
    terms = record_terms(ROWS)
    assert cost(terms["ranking_4"]) == pytest.approx([0.03, 0.0])
    assert cost(terms["ranking_8"]) == pytest.approx([0.55, 0.05])


def test_a_bounded_penalty_never_exceeds_the_importance():
    found = cost(Bounded(step=8, tau=1e-3))
    assert found == pytest.approx([20.0, 2.0])
    small = cost(Bounded(step=8, tau=0.5, weighted=False))
    assert small == pytest.approx(1 - np.exp([-1.1, -0.1]))
    assert cost(record_terms(ROWS, tau=0.5)["ranking_8"]) == pytest.approx(small)


def test_the_anchor_is_a_squared_distance_and_follows_an_adaptive_drift():
    assert cost(anchor_error) == pytest.approx([1.0, 4.0])
    assert cost(anchor_error, weight=0.85) == pytest.approx([4.0, 2.5**2])


def test_a_step_without_a_column_is_refused():
    with pytest.raises(ValueError, match=r"step 4\. Received: rows=\(0, 1\)"):
        Ranking(step=4, rows=(0, 1))
    with pytest.raises(ValueError, match="tau=0"):
        Bounded(tau=0)
    with pytest.raises(ValueError, match=r"\[2\]"):
        record_weights((0, 1, 2))


def test_the_anchor_decays_as_over_the_record_s_epochs():
    def at_epoch(epoch):
        power = min(1.0, (epoch - 1000) / 5000)
        return 1.0 if epoch < 1000 else 0.001**power

    decay = AnchorDecay()
    for epoch in (0, 999, 1000, 2500, 5999, 6000, 50_000, 100_000):
        assert decay.at(epoch / 100_000) == pytest.approx(at_epoch(epoch))


def test_a_decay_that_never_ends_or_begins_is_refused():
    with pytest.raises(ValueError, match=r"floor=0\.0"):
        AnchorDecay(floor=0.0)


def test_the_weights_are_the_record_s():
    weights = record_weights(ROWS)
    anchor = weights.pop("anchor")
    assert isinstance(anchor, AnchorDecay)
    assert weights == {
        "ranking": Constant(1.0),
        "ranking_4": Constant(0.5),
        "ranking_8": Constant(0.2),
    }
    assert record_terms(ROWS).keys() == record_weights(ROWS).keys()


@pytest.mark.parametrize("adaptive", [False, True])
def test_every_weight_of_the_network_learns(adaptive):
    stream = record_stream("record", Pool(reach=8), 5, ROWS)
    batch = stream.draw(np.random.default_rng(0), 64)
    learner = Learner(record_network(5, (16, 16), adaptive, seed=1), record_terms(ROWS))
    learner.compile(keras.optimizers.SGD(0.1), jit_compile=False)
    learner.set_weights_of_terms(dict.fromkeys(learner.terms, 1.0))
    before = [np.array(weight) for weight in learner.trainable_weights]
    inputs = {name: batch[name] for name in stream.inputs}
    targets = {name: batch[name] for name in stream.targets}
    logs = learner.train_on_batch(inputs, targets, return_dict=True)
    assert np.isfinite(logs["loss"])
    assert len(before) == 6 + adaptive
    for old, weight in zip(before, learner.trainable_weights, strict=True):
        assert not np.array_equal(old, np.array(weight)), weight.path
