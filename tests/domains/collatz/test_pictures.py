"""A run's pictures: every question has one, drawn from what was predicted."""

from dist_invention.domains.collatz.closed_forms import closed_forms
from dist_invention.domains.collatz.data import trajectories
from dist_invention.domains.collatz.layout import judged
from dist_invention.domains.collatz.pictures import collatz_figures
from dist_invention.domains.collatz.rules import trajectory
import pytest


@pytest.fixture(scope="module")
def found():
    path = trajectory(871)[:-1]
    splits = {
        "test_trajectories": trajectories(3),
        "test_hard": judged("test_hard", "test", path, ["871"] * len(path), 3),
    }
    ln_n = next(form for form in closed_forms(3) if form.name == "ln n")
    outputs = {name: ln_n.predict(split) for name, split in splits.items()}
    return collatz_figures(splits, outputs, 3)


def test_each_question_has_its_picture(found):
    assert sorted(found) == [
        "directions",
        "hardness",
        "paths",
        "valuations_test_hard",
        "valuations_test_trajectories",
    ]


def test_paths_say_how_many_of_their_steps_are_violated(found):
    titles = [panel["title"] for panel in found["paths"]["panels"]]
    assert titles[1] == "seed 27: 24 of 41 steps violated"  # ln n fails at each growth
    assert len(titles) == 5


def test_ln_n_fails_at_growth_and_at_nothing_else(found):
    line = found["valuations_test_hard"]["panels"][0]["series"][0]
    assert (line["label"], line["y"]) == ("this model", [1.0, 0.0, 0.0, 0.0])


def test_peak_stands_beside_the_model_at_every_lookahead(found):
    growth, decay = found["directions"]["panels"]
    peak = growth["series"][1]
    assert peak["x"] == [0, 5, 10, 15, 20, 25, 30]
    assert peak["y"][0] == 1.0
    assert decay["series"][1]["y"][0] == 0.0
    assert peak["y"][-1] < 0.05
