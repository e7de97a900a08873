"""Outputs that stick to their bounds or to a few answers are found, others are not."""

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.saturation import identical_outputs, saturation
import numpy as np
import pytest


def noise(shape=(50, 4), seed=1):
    return np.random.Generator(np.random.Philox(key=[seed, 0])).normal(size=shape)


def gate(slope):
    return 1.0 / (1.0 + np.exp(-np.clip(slope * noise(), -700, 700)))


def test_a_gate_that_is_always_open_or_shut_is_saturated():
    hard, soft = gate(1e4), gate(1.0)
    [stuck], [free] = (
        saturation({"gate": g}, bounds={"gate": (0, 1)}) for g in (hard, soft)
    )
    assert stuck.verdict == "saturated"
    assert stuck.value > 0.99
    assert (free.value, free.verdict) == (0.0, "ok")
    assert not stuck.healthy


def test_bounds_that_nobody_names_are_the_least_and_the_greatest():
    [found] = saturation({"y": np.clip(noise(), -0.1, 0.1)})
    assert found.verdict == "saturated"
    [found] = saturation({"y": noise()})
    assert found.value == pytest.approx(2 / 200)


def test_what_targets_do_too_is_not_held_against_outputs():
    """An empty slot is zero in outputs and targets alike."""
    empty = np.abs(noise()) * (np.arange(4) < 1)
    [found] = saturation({"y": empty}, {"y": empty + 0.0})
    assert (found.value, found.verdict) == (0.0, "ok")
    [found] = saturation({"y": empty}, {"y": np.abs(noise())})
    assert found.verdict == "saturated"


def test_two_values_are_too_few_to_have_bounds():
    [found] = saturation({"y": np.zeros((2, 1))})
    assert isinstance(found.value, NotMeasured)


def test_saturation_refuses_nothing_and_nan():
    with pytest.raises(ValueError, match="at least one array"):
        saturation({})
    with pytest.raises(ValueError, match="finite values of `y`"):
        saturation({"y": np.full((4, 2), np.nan)})


def test_a_net_that_fell_onto_two_answers_repeats_itself():
    targets = {"y": noise()}
    two = np.where(targets["y"][:, :1] > 0, 1.0, -1.0) * np.ones((50, 4))
    [found] = identical_outputs({"y": two}, targets)
    assert (found.value, found.verdict) == (1.0, "repeats itself")
    [found] = identical_outputs({"y": 0.5 * targets["y"]}, targets)
    assert (found.value, found.verdict) == (0.0, "ok")


def test_targets_that_repeat_themselves_are_left_out():
    targets = {"y": np.repeat(noise((10, 4)), 5, axis=0)}
    [found] = identical_outputs({"y": targets["y"]}, targets)
    assert isinstance(found.value, NotMeasured)
    targets["y"][:20] = noise((20, 4), seed=2)
    [found] = identical_outputs({"y": np.round(targets["y"] * 0)}, targets)
    assert found.value == 1.0
    assert "20 examples with a target of their own" in found.detail


def test_outputs_without_a_target_are_passed_over():
    assert identical_outputs({"law": noise()}, {"y": noise()}) == []
