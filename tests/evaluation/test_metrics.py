"""Metrics on cases that can be worked out, and what a metric refuses."""

from dataclasses import FrozenInstanceError

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.metrics import Metric, unit_checked
import numpy as np
import pytest


def squared(targets, outputs, split):
    return (targets["x"] - outputs["x"]) ** 2


def correct(targets, outputs, split):
    return (targets["x"] == outputs["x"]).astype(float)


def split_of(values):
    x = np.asarray(values, dtype=np.float32)
    keys = np.array([f"k{i}" for i in range(len(x))])
    field = Field("x", x.shape[1:], "m")
    return Split("far", "test", {"x": x}, (field,), (), ("x",), keys, np.arange(len(x)))


def test_the_root_of_the_mean_square_is_that_of_the_textbook():
    split = split_of([0.0, 0.0, 0.0, 0.0])
    rmse = Metric("rmse", "m", "lower", squared, "root_mean")
    found = rmse.measure(split, {"x": np.array([1.0, -1.0, 3.0, -1.0])})
    np.testing.assert_array_equal(found, [1.0, 1.0, 9.0, 1.0])
    assert rmse.value(found) == pytest.approx(np.sqrt(3.0))
    assert Metric("mse", "m2", "lower", squared).value(found) == 3.0


def test_lower_is_better_for_an_error_and_higher_for_a_share():
    split = split_of([1.0, 2.0, 3.0, 4.0])
    right, wrong = {"x": split.arrays["x"]}, {"x": split.arrays["x"] + 1.0}
    error = Metric("rmse", "m", "lower", squared, "root_mean")
    share = Metric("exact", "1", "higher", correct)
    assert error.value(error.measure(split, right)) == 0.0
    assert error.value(error.measure(split, wrong)) == 1.0
    assert share.value(share.measure(split, right)) == 1.0
    assert share.value(share.measure(split, wrong)) == 0.0


def test_an_example_to_which_it_does_not_apply_is_left_out_not_counted_as_zero():
    assert Metric("e", "m", "lower", squared).value(np.array([2.0, np.nan, 4.0])) == 3.0


def test_a_metric_that_applies_nowhere_has_no_value():
    with pytest.raises(ValueError, match=r"at least one example.*2 examples.*NotMeas"):
        Metric("e", "m", "lower", squared).value(np.array([np.nan, np.nan]))


@pytest.mark.parametrize(
    "returned", [np.zeros((3, 2)), np.zeros(2), np.array([0.0, -1.0, 2.0]), [0, np.inf]]
)
def test_wrong_shapes_and_impossible_contributions_are_refused(returned):
    metric = Metric("e", "m", "lower", lambda *_: returned)
    with pytest.raises(ValueError, match=r"metric `e`.*`far`.*Received"):
        metric.measure(split_of([1.0, 2.0, 3.0]), {"x": np.zeros(3)})


def test_a_missing_output_is_named():
    with pytest.raises(ValueError, match=r"outputs \['y'\], without 'x'"):
        Metric("e", "m", "lower", squared).measure(split_of([1.0]), {"y": np.zeros(1)})


@pytest.mark.parametrize("unit", ["m", "m/s", "m/s2", "kg m2/s2", "J", "1", "nat"])
def test_units_of_the_project_pass(unit):
    assert unit_checked(unit) == unit


@pytest.mark.parametrize(
    ("unit", "cure"), [("px", "'m'"), ("cm/s", "'m'"), ("%", "'1'"), ("m/ms2", "'s'")]
)
def test_pixels_and_scaled_units_are_refused_with_the_si_unit(unit, cure):
    with pytest.raises(ValueError, match=f"Expected SI units.*{cure}"):
        Metric("e", unit, "lower", squared)


def test_a_metric_without_name_unit_direction_or_reduction_is_refused():
    with pytest.raises(ValueError, match=r"to have a name"):
        Metric(" ", "m", "lower", squared)
    with pytest.raises(ValueError, match=r"Expected a unit.*unit=''"):
        Metric("e", "", "lower", squared)
    with pytest.raises(ValueError, match=r"better='down'.*Say which way is good"):
        Metric("e", "m", "down", squared)
    with pytest.raises(ValueError, match=r"reduce='sum'"):
        Metric("e", "m", "lower", squared, "sum")
    with pytest.raises(TypeError, match=r"to be a function.*Received: str"):
        Metric("e", "m", "lower", "squared")


def test_a_metric_is_frozen():
    metric = Metric("e", "m", "lower", squared)
    with pytest.raises(FrozenInstanceError):
        metric.better = "higher"


def test_contributions_that_are_no_numbers_are_refused_by_the_metric_s_name():
    metric = Metric("words", "1", "lower", lambda t, o, split: ["a"] * len(split))
    with pytest.raises(ValueError, match=r"metric `words`.*Received: .*'a'.* Return"):
        metric.measure(split_of([1.0, 2.0]), {"x": np.zeros(2)})


def test_a_share_is_a_plain_mean_of_numbers_from_zero_to_one():
    share = Metric("exact", "1", "higher", correct, kind="share")
    assert share.measure(split_of([1.0]), {"x": np.ones(1)}).tolist() == [1.0]
    for bad in ({"unit": "m"}, {"reduce": "root_mean"}, {"kind": "percent"}):
        options = {"unit": "1", "reduce": "mean", "kind": "share"} | bad
        with pytest.raises(ValueError, match=r"a share with unit '1'.*Say what it co"):
            Metric("e", better="higher", per_example=correct, **options)
    twos = Metric(
        "e", "1", "higher", lambda t, o, s: np.full(len(s), 2.0), kind="share"
    )
    with pytest.raises(ValueError, match=r"at most 1.*up to 2\.0.*call it an amount"):
        twos.measure(split_of([1.0]), {"x": np.ones(1)})


def tokens(numbers):
    def count(targets, split):
        return numbers

    return Metric("e", "1", "lower", squared, denominator="tokens", count=count)


def test_a_mean_over_tokens_divides_by_tokens():
    metric, split = tokens(np.array([1, 3])), split_of([0.0, 0.0])
    counts = metric.counts(split)
    assert metric.value(np.array([4.0, 8.0]), counts) == 7.0
    assert metric.value(np.array([4.0, np.nan]), counts) == 4.0
    assert Metric("e", "1", "lower", squared).counts(split) is None
    log = Metric("p", "1", "lower", squared, "exp_mean")
    assert log.value(np.log([2.0, 8.0])) == pytest.approx(4.0)


@pytest.mark.parametrize("numbers", [np.ones(3), np.array([1.0, -1.0]), [1, np.nan]])
def test_counts_that_cannot_be_are_refused(numbers):
    with pytest.raises(ValueError, match=r"count tokens of each.*Correct its `count`"):
        tokens(numbers).counts(split_of([0.0, 0.0]))


def test_a_denominator_without_its_count_is_refused():
    with pytest.raises(ValueError, match=r"what its mean divides by.*Give both"):
        Metric("e", "1", "lower", squared, denominator="tokens")
    with pytest.raises(ValueError, match=r"what its mean divides by"):
        Metric("e", "1", "lower", squared, count=lambda targets, split: np.ones(1))
