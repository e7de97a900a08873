"""Classifiers find shifts that marginals hide, and raise few false alarms."""

from dist_invention.datasets.split import Field
from dist_invention.evaluation.coverage import box_coverage
from dist_invention.evaluation.rows import Rows
from dist_invention.evaluation.two_sample import _rank_test, classifier_tests
import numpy as np
import pytest
from scipy import stats


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def rows_of(x, groups=None):
    groups = np.arange(len(x)) if groups is None else groups
    return Rows({"x": x}, {}, {"x": Field("x", x.shape[1:], "m")}, groups)


def test_the_rank_test_is_that_of_scipy():
    rng = generator(3)
    score, label = rng.integers(0, 9, 80).astype(float), np.arange(80) % 2
    area, z = _rank_test(score, label)
    known = stats.mannwhitneyu(
        score[label == 1],
        score[label == 0],
        alternative="greater",
        method="asymptotic",
        use_continuity=False,
    )
    assert area == pytest.approx(known.statistic / 40**2)
    assert stats.norm.sf(z) == pytest.approx(known.pvalue, rel=1e-9)
    assert _rank_test(np.ones(8), np.arange(8) % 2) == (0.5, 0.0)


def test_a_rotated_correlation_is_seen_by_trees_and_not_by_ranges():
    rng = generator(1)
    x, y = rng.normal(size=(1000, 4)), rng.normal(size=(600, 4))
    x[:, 1] = 0.8 * x[:, 0] + 0.6 * x[:, 1]
    y[:, 1] = -0.8 * y[:, 0] + 0.6 * y[:, 1]
    linear, boosted = classifier_tests(rows_of(x), rows_of(y), rng)
    assert boosted.value > 0.7
    assert boosted.p_value < 1e-6
    assert linear.value == pytest.approx(0.5, abs=0.06)
    leading = boosted.detail.split("leans on ")[1]
    assert leading.startswith(("x[0] (m), x[1] (m)", "x[1] (m), x[0] (m)"))
    box = box_coverage(
        "range coverage",
        {"x": x},
        {"x": y},
        {"x": Field("x", (4,), "m")},
        (np.arange(1000), np.arange(600)),
    )
    assert box.check.p_value > 0.01


def test_a_shifted_mean_is_seen_by_both_and_named():
    rng = generator(2)
    x, y = rng.normal(size=(800, 6)), rng.normal(size=(300, 6))
    y[:, 3] += 1.0
    for check in classifier_tests(rows_of(x), rows_of(y), rng):
        assert check.p_value < 1e-6
        assert "leans on x[3] (m)" in check.detail
        assert check.reveals == "shift"


def test_rows_of_a_group_are_not_counted_as_independent():
    alarms = []
    for seed in range(12):
        rng = generator(100 + seed)
        place = rng.normal(size=(60, 3)).repeat(20, axis=0)
        x = place + 0.05 * rng.normal(size=place.shape)
        known, asked = np.split(x, 2)
        groups = np.arange(600) // 20
        found = classifier_tests(rows_of(known, groups), rows_of(asked, groups), rng)
        alarms += [check.p_value <= 0.05 for check in found]
    assert np.mean(alarms) <= 0.15, "counting rows, nearly all of them would be alarms"


def test_few_groups_and_constant_inputs_are_not_measured():
    x = generator(5).normal(size=(100, 2))
    for check in classifier_tests(rows_of(x), rows_of(x[:19]), generator()):
        assert "19 groups on one side" in check.value.reason
    ones = np.ones((50, 2))
    for check in classifier_tests(rows_of(ones), rows_of(ones), generator()):
        assert check.value.reason == "no input varies"
