"""The best weights are those that validation saw, and each checkpoint holds them."""

from types import SimpleNamespace

from dist_invention.curriculum import Place
from dist_invention.training.best_weights import BestWeights, carried, keepers
from dist_invention.training.selection import Selection
import keras
import numpy as np


def model_of(value):
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1, use_bias=False)])
    model.set_weights([np.full((1, 1), value)])
    return model


def keeper(better="lower"):
    saver = SimpleNamespace(record={}, carried={})
    rule = Selection.best("near", "squared", better)
    return BestWeights(rule, model_of(0.0), 1, saver), saver


def epoch(keeps, number, near, weight):
    """Let an epoch of ten steps end: two validations, the second that of the split."""
    keeps.on_epoch_begin(number)
    keeps.inner.set_weights([np.full((1, 1), weight)])
    keeps.on_test_end({"squared": -1.0})
    keeps.on_test_end({"squared": near})
    keeps.inner.set_weights([np.zeros((1, 1))])  # as a swap of averages does
    keeps.after_epoch(Place(0, number + 1, 0, 10 * (number + 1)), {})


def test_the_best_epoch_of_the_named_split_is_kept_with_its_step():
    keeps, saver = keeper()
    for number, near in enumerate([3.0, 1.0, 2.0]):
        epoch(keeps, number, near, weight=near)
    assert saver.record["selected"] == {
        "step": 20,
        "value": 1.0,
        "stage": 0,
        "epoch": 2,
    }
    [name] = saver.carried
    assert name == "selected/model/0000"
    assert saver.carried[name] == 1.0


def test_higher_may_be_better():
    keeps, saver = keeper("higher")
    for number, near in enumerate([3.0, 1.0]):
        epoch(keeps, number, near, weight=near)
    assert saver.record["selected"]["step"] == 10


def test_a_loss_that_is_not_finite_is_never_the_best():
    keeps, saver = keeper()
    epoch(keeps, 0, float("nan"), weight=1.0)
    assert saver.record == {}
    assert saver.carried == {}


def test_an_epoch_that_did_not_end_leaves_nothing():
    keeps, saver = keeper()
    keeps.on_epoch_begin(0)
    keeps.on_test_end({"squared": 1.0})
    keeps.on_test_end({"squared": 1.0})
    assert saver.record == {}, "a signal came before the epoch was over"
    keeps.on_epoch_begin(0)
    keeps.after_epoch(Place(0, 1, 0, 10), {})
    assert saver.record == {}


def test_what_a_checkpoint_carries_is_found_by_its_name():
    arrays = {"state/model/0000": np.ones(1), "selected/model/0000": np.zeros(1)}
    assert list(carried(arrays)) == ["selected/model/0000"]


def test_the_last_weights_need_nobody_who_keeps_any(tiny):
    experiment = SimpleNamespace(selection=Selection.last())
    assert keepers(experiment, model_of(0.0), {}, SimpleNamespace()) == []
    experiment = SimpleNamespace(selection=Selection.best("near"))
    splits = {
        name: SimpleNamespace(role=role)
        for name, role in (("easy", "train"), ("val", "select"), ("near", "select"))
    }
    [found] = keepers(experiment, model_of(0.0), splits, SimpleNamespace())
    assert found.position == 1
    assert found.get_state() == {}
    assert found.set_state({}) is None
