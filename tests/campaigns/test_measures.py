"""Numbers are read where the run put them, or not at all."""

from dist_invention.campaigns import NotDecided
from dist_invention.campaigns.measures import role_of, score_on_select, score_on_test
import pytest

DATA = [
    {"name": "train", "role": "train"},
    {"name": "near", "role": "select"},
    {"name": "mid", "role": "select"},
    {"name": "far", "role": "test"},
]
EPOCHS = [
    (10, {"val_loss": 0.5, "mid_loss": 0.6}),
    (20, {"val_loss": 0.4, "mid_loss": 0.7}),
]


def test_a_split_has_a_role_or_is_unknown(finished):
    run = finished("a", {"data": DATA})
    assert role_of(run, "mid") == "select"
    with pytest.raises(NotDecided, match="Received: fra, which run-a does not have"):
        role_of(run, "fra")


def test_the_first_select_split_is_logged_as_keras_does_it(finished):
    run = finished("a", {"data": DATA}, epochs=EPOCHS)
    assert score_on_select(run, "loss", "near") == 0.4
    assert score_on_select(run, "loss", "mid") == 0.7


def test_the_value_is_that_of_the_checkpoint_that_was_kept(finished):
    results = {"data": DATA, "selection": {"rule": "best", "step": 10}}
    run = finished("a", results, epochs=EPOCHS)
    assert score_on_select(run, "loss", "near") == 0.5


def test_nothing_logged_is_nothing_measured(finished):
    run = finished("a", {"data": DATA})
    with pytest.raises(NotDecided, match="Received: none in run-a"):
        score_on_select(run, "loss", "near")


def test_a_test_score_is_that_of_the_whole_split(finished):
    row = {"split": "far", "metric": "mse"}
    scores = [
        {**row, "stratum": "contact=free", "value": 0.1},
        {**row, "stratum": "all", "value": 0.3},
        {**row, "metric": "r2", "stratum": "all", "value": {"status": "not measured"}},
    ]
    run = finished("a", {"data": DATA, "scores": scores})
    assert score_on_test(run, "mse", "far") == 0.3
    for metric in ("r2", "mae"):
        with pytest.raises(NotDecided, match=f"a measured {metric} on far"):
            score_on_test(run, metric, "far")
