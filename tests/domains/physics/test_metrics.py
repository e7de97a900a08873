"""Metrics on analytic cases: perfect, off by one scale, empty slots, NaN."""

from dist_invention.domains.physics import data, metrics
import numpy as np
import pytest


@pytest.fixture(scope="module")
def split():
    return data.make_splits(2, scenes_train=160, horizon_test=60)["test_near"]


def truth(split):
    return {name: split.arrays[name].copy() for name in ("position", "velocity")}


def scores(split, outputs):
    scales = metrics.Scales(position=2.0, velocity=1.5, energy=10.0)
    return {
        metric.name: metric.value(metric.measure(split, outputs))
        for metric in metrics.physics_metrics(scales, 60)
    }


def test_the_truth_scores_zero(split):
    found = scores(split, truth(split))
    assert found["position_nrmse"] == found["velocity_nrmse_1s"] == 0.0
    assert found["energy_nrmse"] < 1e-5
    assert "position_nrmse_2s" not in found


def test_an_error_of_one_scale_scores_one_whatever_the_number_of_balls(split):
    outputs = truth(split)
    outputs["position"] = (
        outputs["position"] + 2.0 * split.arrays["present"][:, None, :, None]
    )
    found = scores(split, outputs)
    assert found["position_nrmse"] == pytest.approx(1.0, abs=1e-5)
    assert found["position_nrmse_half_second"] == pytest.approx(1.0, abs=1e-5)


def test_what_is_predicted_in_empty_slots_does_not_count(split):
    outputs = truth(split)
    outputs["velocity"] = outputs["velocity"] + 9 * (
        1 - split.arrays["present"][:, None, :, None]
    )
    assert scores(split, outputs)["velocity_nrmse"] == 0.0


def test_frames_after_the_first_contact_do_not_count_before_it(split):
    outputs = truth(split)
    first = split.arrays["first_contact"]
    after = np.arange(60)[None] >= first[:, None]
    outputs["position"] = outputs["position"] + after[..., None, None]
    found = scores(split, outputs)
    assert found["position_nrmse_before_contact"] == 0.0
    assert found["position_nrmse"] > 0.0


def test_windows_that_start_in_contact_do_not_apply(split):
    error = metrics.SquaredError("position", 1.0, until_contact=True)
    found = error(split.target_arrays(), truth(split), split)
    assert np.array_equal(np.isnan(found), split.arrays["first_contact"] == 0)


def test_a_faster_ball_has_the_energy_of_its_speed(split):
    outputs = truth(split)
    outputs["velocity"] = 2.0 * outputs["velocity"]
    mass = split.arrays["mass"][:, None]
    kinetic = (0.5 * mass * (split.arrays["velocity"] ** 2).sum(-1)).sum(-1)
    change = metrics.energy_change(outputs, split)
    expected = split.arrays["energy_change"] + 3.0 * kinetic
    assert np.allclose(change, expected, atol=1e-3)


def test_scales_are_the_spread_of_present_balls():
    train = data.make_splits(2, scenes_train=160)["train"]
    scales = metrics.train_scales(train)
    there = np.broadcast_to(train.arrays["present"][:, None] > 0, (160, 30, 4))
    spread = train.arrays["position"][there].std(axis=0).mean()
    assert scales.position == pytest.approx(spread, rel=1e-3)


def test_errors_over_time_and_valid_seconds_see_a_late_error(split):
    outputs = truth(split)
    outputs["position"][:, 30:] += 5.0
    curve = metrics.error_over_time(outputs, split, 1.0)
    assert not curve[:30].any()
    assert (curve[30:] > 4).all()
    assert np.allclose(metrics.valid_seconds(outputs, split, 1.0), 0.5)


def test_diary_accuracy_is_the_formula_of_the_record():
    assert metrics.diary_accuracy(np.zeros(4), np.full(4, 1.65)) == pytest.approx(0.835)
    assert metrics.diary_accuracy(np.zeros(4), np.full(4, 50.0)) == 0.0


def test_scales_are_taken_from_training_alone(split):
    with pytest.raises(ValueError, match="`test_near` of role 'test'"):
        metrics.train_scales(split)
