"""Gravity and friction on request: the true law follows, a fixed one is deaf."""

from dist_invention.domains.physics import counterfactual, laws
from dist_invention.domains.physics.baselines import SimulatorWith, simulate_true_law
from dist_invention.evaluation.counterfactual import judge
import numpy as np
import pytest

HORIZON = 40


@pytest.fixture(scope="module")
def cases():
    """The four requests over one set of scenes."""
    return counterfactual.law_changes(0, n=24, horizon=HORIZON)


def by_name(cases):
    return {case.edited.name: case for case in cases}


def test_each_request_says_what_becomes_of_which_parameter(cases):
    asked = [str(case.world.request) for case in cases]
    assert [text.split(" be ")[0] for text in asked] == [
        *["let gravity"] * 2,
        *["let friction"] * 2,
    ]
    assert asked[0].endswith(" m/s2, within the range of training")
    assert asked[3].endswith(", far outside the range of training")
    assert [case.edited.tier for case in cases] == ["in", "far", "in", "far"]


def test_only_the_parameter_changes_and_the_contexts_stay(cases):
    for case in cases:
        before, after = case.original.arrays, case.edited.arrays
        column = laws.PARAMETERS.index(case.world.request.parameter)
        other = np.arange(4) != column
        assert (before["law"][:, column] != after["law"][:, column]).all()
        assert np.array_equal(before["law"][:, other], after["law"][:, other])
        for name in ("context_position", "context_velocity", "mass"):
            assert np.array_equal(before[name], after[name])


def test_pairs_without_effect_are_left_out_and_counted(cases):
    """A friction that no contact feels is no request, nor is gravity to balls at rest.

    Of the demo's 128 scenes 36 do not feel another gravity, 82 no other friction.
    """
    sheet = by_name(cases)["after_friction_far"].edited.datasheet
    left_out = sheet["without effect, left out"]
    assert left_out > 0
    kept = len(by_name(cases)["after_friction_far"].edited)
    assert sum(sheet["counts"]["balls"].values()) == kept
    gone = sheet["too fast when simulated again"] + sheet["too fast after the edit"]
    assert kept + left_out + gone == 24


def test_the_simulator_that_is_told_follows_without_error(cases):
    for outcome in judge(cases, simulate_true_law, seed=0):
        assert outcome.verdict == "follows", outcome.sentence
        assert outcome.measures["effect"].value == pytest.approx(0.0, abs=1e-4)
        assert outcome.measures["preservation"].value == pytest.approx(0.0, abs=1e-4)
        assert outcome.measures["response"].value == pytest.approx(1.0, abs=1e-3)
        assert min(outcome.ignoring.values()) > 10 * counterfactual.POSITION_TOLERANCE


def test_the_simulator_with_one_law_for_all_is_deaf(cases):
    fixed = SimulatorWith(laws.TRAIN.mean(axis=1))
    found = judge(cases[:1], fixed, seed=0)
    assert [outcome.verdict for outcome in found] == ["deaf", "deaf"]
    assert [outcome.part for outcome in found] == ["position", "velocity"]
    assert [outcome.unit for outcome in found] == ["m", "m/s"]


def test_empty_slots_neither_change_nor_stay(cases):
    case = cases[0]
    counted = case.parts[0].counted(case.original).reshape(-1, HORIZON, 4, 2)
    present = case.original.arrays["present"] > 0
    assert (counted == present[:, None, :, None]).all()
    assert not present.all()


def test_a_model_that_infers_the_law_cannot_be_told():
    [gravity, friction] = [
        counterfactual.law_change(0, 12, name, "far", horizon=20, heard=("gravity",))
        for name in ("gravity", "friction")
    ]
    assert gravity.unheard == ""
    [position, _] = judge([friction], lambda split: pytest.fail("asked"), seed=0)
    assert position.verdict == "not measured"
    assert "no input that says the friction" in position.sentence


def test_a_request_that_no_scene_feels_is_refused():
    with pytest.raises(ValueError, match=r"change of friction.*none of \d+\. Ask for"):
        counterfactual.law_change(0, 2, "friction", "in", horizon=1)
