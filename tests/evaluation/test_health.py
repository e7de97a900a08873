"""Monitors find a model that stopped listening, and only that."""

from dist_invention.evaluation.health import (
    Finding,
    collapse,
    gradient_shares,
    loss_shares,
    repeated_loss,
)
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np
import pytest


def targets():
    rng = np.random.Generator(np.random.Philox(key=[1, 0]))
    return {"position": rng.normal(size=(50, 10, 2)), "contact": np.zeros((50, 10))}


def test_a_constant_prediction_has_collapsed_whatever_the_constant():
    mean = np.broadcast_to(targets()["position"].mean(axis=0), (50, 10, 2))
    (found,) = collapse({"position": mean}, targets())
    assert found.verdict == "collapsed"
    assert found.value == pytest.approx(0.0, abs=1e-12)
    assert not found.healthy


def test_a_prediction_just_over_one_per_cent_of_the_variance_has_not():
    true = targets()["position"]
    (over,) = collapse({"position": 0.11 * true}, targets())
    (under,) = collapse({"position": 0.09 * true}, targets())
    assert (over.verdict, under.verdict) == ("ok", "collapsed")
    assert over.value == pytest.approx(0.11**2)


def test_a_prediction_that_varies_over_time_but_not_over_inputs_has_collapsed():
    wave = np.broadcast_to(np.linspace(-5.0, 5.0, 10)[:, None], (50, 10, 2))
    assert collapse({"position": wave}, targets())[0].verdict == "collapsed"


def test_targets_that_do_not_vary_give_no_number():
    (found,) = collapse({"contact": np.zeros((50, 10))}, targets())
    assert isinstance(found.value, NotMeasured)
    assert found.as_json()["value"] is None
    assert found.healthy


def test_collapse_refuses_nan_and_outputs_without_a_target():
    with pytest.raises(ValueError, match="finite values of `position`"):
        collapse({"position": np.full((50, 10, 2), np.nan)}, targets())
    with pytest.raises(ValueError, match=r"at least one output.*\['law'\]"):
        collapse({"law": np.zeros((50, 4))}, targets())


def test_a_term_that_swamps_the_others_is_named_and_so_is_the_one_it_swamps():
    found = {f.name: f for f in loss_shares({"physics": 1381.0, "data": 0.09})}
    assert found["loss share: physics"].verdict == "dominates"
    assert found["loss share: data"].verdict == "vanishes"
    assert found["loss share: physics"].value > 0.99


def test_shares_add_up_to_one_and_balanced_terms_are_fine():
    found = loss_shares({"a": 1.0, "b": 2.0, "c": -1.0})
    assert [f.value for f in found] == [0.25, 0.5, 0.25]
    assert all(f.healthy for f in found)


def test_a_term_turned_off_is_off_and_the_only_other_one_does_not_dominate():
    data, physics = loss_shares({"data": 0.5, "physics": 0.0})
    assert (data.verdict, physics.verdict) == ("ok", "off")


def test_shares_refuse_no_terms_and_terms_that_are_not_finite():
    with pytest.raises(ValueError, match="at least one loss term"):
        loss_shares({})
    with pytest.raises(ValueError, match="nan"):
        loss_shares({"a": float("nan"), "b": 1.0})


def test_a_loss_that_repeats_to_six_digits_is_an_alarm():
    found = repeated_loss([1.0, *[0.6931471 + 1e-8 * i for i in range(5)], 0.5])
    assert (found.value, found.verdict) == (5.0, "repeats")


def test_a_loss_that_creeps_in_the_sixth_digit_is_not():
    assert repeated_loss([0.693147 - 1e-6 * i for i in range(20)]).verdict == "ok"


def test_equal_losses_apart_from_each_other_are_not_a_run():
    assert repeated_loss([1.0, 2.0] * 10).value == 1.0


def test_repeated_loss_refuses_nothing_and_nan():
    with pytest.raises(ValueError, match="at least one loss"):
        repeated_loss([])
    with pytest.raises(ValueError, match="all of them finite"):
        repeated_loss([1.0, float("nan")])


def test_a_finding_is_plain_json():
    assert Finding("x", 0.5, 0.01, "ok", "fine").as_json() == {
        "name": "x",
        "value": 0.5,
        "limit": 0.01,
        "verdict": "ok",
        "detail": "fine",
    }


def test_gradients_are_compared_with_the_largest():
    found = {f.name: f for f in gradient_shares({"data": 2.0, "physics": 1e-5})}
    assert found["gradient share: data"].value == 1.0
    assert found["gradient share: physics"].verdict == "vanishes"
    assert found["gradient share: data"].healthy


def test_a_term_without_weight_is_off_and_none_at_all_moves_nothing():
    off = gradient_shares({"data": 1.0, "physics": 0.0})[1]
    assert (off.verdict, off.healthy) == ("off", True)
    assert [f.verdict for f in gradient_shares({"a": 0.0, "b": 0.0})] == [
        "vanishes"
    ] * 2


def test_gradient_norms_are_finite_and_not_negative():
    for norms in ({}, {"a": float("inf")}, {"a": -1.0}):
        with pytest.raises(ValueError, match="at least one gradient norm"):
            gradient_shares(norms)


def test_a_missing_label_is_left_out_of_the_variance():
    known = np.array([[1.0, 5.0], [2.0, 7.0], [4.0, np.nan]])
    [found] = collapse({"y": np.nan_to_num(known)}, {"y": known})
    assert found.value == pytest.approx(1.0)
    [nothing] = collapse({"y": known[:, :1]}, {"y": np.full((3, 1), np.nan)})
    assert nothing.verdict == "not measured"
