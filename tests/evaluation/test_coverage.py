"""Rows outside the training box are counted exactly, by number and by group."""

from dist_invention.datasets.split import Field
from dist_invention.evaluation.coverage import box_coverage
import numpy as np
import pytest


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def coverage(known, asked, known_groups=None, asked_groups=None, unit="m"):
    groups = tuple(
        np.arange(len(side)) if given is None else given
        for side, given in ((known, known_groups), (asked, asked_groups))
    )
    field = Field("x", known.shape[1:], unit)
    return box_coverage(
        "range coverage", {"x": known}, {"x": asked}, {"x": field}, groups
    )


def test_a_known_exceedance_comes_out_in_widths_of_the_range():
    known = np.linspace(1.0, 3.0, 101)  # a width of 2
    found = coverage(known, np.array([2.0, 4.0, 3.5, 0.0, 3.0]))
    assert found.widths.tolist() == [0.0, 0.5, 0.25, 0.5, 0.0]
    assert found.check.value == 0.6
    assert found.leading == (("x", "m", 0.6, 0.5),)


def test_the_worst_number_is_named_by_field_place_and_unit():
    rng = generator()
    known, asked = rng.uniform(size=(500, 4, 2)), rng.uniform(size=(100, 4, 2))
    asked *= 0.9
    asked += 0.05
    asked[:40, 2, 1] += 1.0
    found = coverage(known, asked, unit="m/s")
    assert "worst: x[2, 1] (m/s), 40.0% of rows" in found.check.detail
    assert found.check.p_value < 1e-9
    assert found.check.reveals == "outside"


def test_fresh_rows_leave_the_box_as_training_rows_leave_the_rest():
    rng = generator(1)
    alarms = []
    for _ in range(100):
        found = coverage(rng.normal(size=(300, 20)), rng.normal(size=(100, 20)))
        assert found.check.value == pytest.approx(found.check.null_rate, abs=0.15)
        alarms.append(found.check.p_value <= 0.05)
    assert np.mean(alarms) <= 0.05


def test_rows_of_one_group_count_once():
    rng = generator(2)
    known = rng.uniform(size=(100, 1))
    asked = rng.uniform(0.1, 0.9, size=(400, 1))
    asked[:100] = 2.0
    alone = coverage(known, asked, asked_groups=np.arange(400))
    together = coverage(known, asked, asked_groups=np.maximum(np.arange(400) - 99, 0))
    assert alone.check.p_value < 1e-9
    assert together.check.p_value > 0.05, "one group in 301 lies outside"
    assert together.check.value == alone.check.value == 0.25


def test_padding_with_zeros_does_not_widen_the_box():
    known = generator(3).uniform(1.0, 2.0, size=(200, 1))
    known[::3] = 0.0  # an empty slot
    found = coverage(known, np.array([[0.0], [1.5], [0.5], [0.9]]))
    assert found.check.value == 0.5
    assert np.flatnonzero(found.widths).tolist() == [2, 3]


def test_zeros_on_a_grid_or_at_the_border_of_a_range_are_values():
    asked = np.array([[0.25], [0.0], [1.0]])
    grid = np.tile([0.0, 0.5, 1.0], 40)[:, None]
    border = np.append(0.0, generator(7).uniform(size=200))[:, None]
    for known in (grid, border):
        found = coverage(known, asked, known_groups=np.arange(len(known)))
        assert found.widths[:2].tolist() == [0.0, 0.0]


def test_a_number_that_is_constant_in_training_has_no_width():
    found = coverage(np.full((50, 1), 3.0), np.array([[3.0], [4.0], [3.0 + 1e-9]]))
    assert found.check.value == pytest.approx(1 / 3)
    assert found.widths.tolist() == [0.0, 0.0, 0.0]


def test_gaps_count_as_outside_only_where_training_has_none():
    known, asked = generator(4).uniform(size=(2, 60, 2))
    known[:9, 0] = np.nan
    asked[:6] = np.nan
    asked[6, 1] = np.inf
    found = coverage(known, asked)
    outside = (asked[:, 1] > np.nanmax(known[:, 1])) | ~np.isfinite(asked[:, 1])
    assert found.check.value >= outside.mean() > 0.1
    assert np.isfinite(found.widths).all()


def test_rounding_to_single_precision_is_no_exceedance():
    known = generator(5).uniform(3.0, 12.0, size=(100, 3))
    found = coverage(known.astype(np.float32), known)
    assert found.check.value == 0.0


def test_text_and_sequences_have_no_box():
    text = np.array(["a", "b"])
    assert "no numbers" in coverage(text, text).check.detail
    tokens = np.zeros((3, 5), int)
    assert coverage(tokens, tokens).widths.size == 0
    one = coverage(np.zeros(3), np.zeros(3), known_groups=np.zeros(3, int))
    assert "one group" in one.check.detail
