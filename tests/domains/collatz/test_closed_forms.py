"""Formulas reproduce their known counts of the 429 steps; nothing is fitted."""

from dataclasses import replace

from dist_invention.domains.collatz.closed_forms import (
    LookBehind,
    NoSuchLookahead,
    OfHeight,
    closed_forms,
    most_ahead,
    valuations,
)
from dist_invention.domains.collatz.data import judged, trajectories
from dist_invention.domains.collatz.look_behind import floor_behind
from dist_invention.domains.collatz.metrics import path_table, violations
from dist_invention.domains.collatz.population import population
from dist_invention.domains.collatz.windows import windows
import numpy as np
import pytest


def counts(lookahead, names=None):
    split = trajectories(lookahead)
    found = {}
    for baseline in closed_forms(lookahead):
        if names is None or baseline.name in names:
            value = baseline.predict(split)["value"]
            assert value.shape == (429, 2)
            assert value.dtype == np.float32
            rows = path_table(value, split.strata["seed"], split.keys)
            found[baseline.name] = rows
    return found


def per_path(rows):
    return [row.violations for row in rows[:-1]]


def test_without_lookahead_every_growth_step_violates_the_logarithm():
    found = counts(0)
    assert per_path(found["ln n"]) == [14, 24, 37, 69, 111]
    assert found["ln n"][-1].unique_violations == 205
    assert found["PEAK"][-1].violations == 255
    assert found["constant"][-1].violations == 429


@pytest.mark.parametrize(
    ("lookahead", "peak", "unique", "total", "fixed", "ln2"),
    [
        (10, [2, 9, 8, 18, 27], 53, 176, (251, 209), (216, 186)),
        (20, [0, 5, 4, 11, 13], 31, 117, (254, 208), (185, 174)),
        (30, [0, 1, 3, 0, 8], 12, 71, (244, 196), (154, 153)),
    ],
)
def test_counts_with_lookahead(lookahead, peak, unique, total, fixed, ln2):
    found = counts(lookahead)
    assert per_path(found["PEAK"]) == peak
    assert found["PEAK"][-1].unique_violations == unique
    assert found["window sum"][-1].violations == total
    for name, expected in (("anchor, 0.35 drift", fixed), ("anchor, ln 2 drift", ln2)):
        assert (
            found[name][-1].violations,
            found[name][-1].unique_violations,
        ) == expected
    assert found["ln n"][-1].violations == 255


def test_peak_has_no_violation_from_a_lookahead_of_46_on():
    assert counts(45, ["PEAK"])["PEAK"][-1].violations > 0
    assert counts(46, ["PEAK"])["PEAK"][-1].violations == 0


def test_long_lookahead():
    found = counts(100, ["PEAK", "window sum", "anchor, ln 2 drift"])
    assert {name: rows[-1].violations for name, rows in found.items()} == {
        "PEAK": 0,
        "window sum": 6,
        "anchor, ln 2 drift": 51,
    }


def test_shares_of_the_first_rows_of_the_population():
    values = [row.n for row in population(5000)]
    split = judged("test_population", "test", values, values, lookahead=10)
    passed = {
        baseline.name: 1 - violations(baseline.predict(split)["value"]).mean()
        for baseline in closed_forms(10)
    }
    assert passed["PEAK"] == pytest.approx(0.9436, abs=0.01)
    assert passed["window sum"] == pytest.approx(0.835, abs=0.015)
    assert passed["look-behind floor"] == pytest.approx(0.9905, abs=0.005)


def test_look_behind_formulas_use_the_deeper_residue_and_the_size_if_there_are():
    deep, rule = trajectories(0), LookBehind(floor_behind, 0)
    names = ("height", "residue", "tau", "growth", "weight")
    plain = replace(
        deep,
        arrays={name: deep.arrays[name] for name in names},
        fields=tuple(item for item in deep.fields if item.name in names),
    )
    failed = [int(violations(rule(split)["value"]).sum()) for split in (deep, plain)]
    assert failed[0] < failed[1] < 64


def test_the_floor_looks_ahead_by_the_same_maximum():
    deep = trajectories(10)
    floor = LookBehind(floor_behind, 10)(deep)["value"]
    peak = OfHeight(most_ahead, 10)(deep)["value"]
    assert violations(floor).sum() < violations(peak).sum() / 2


def test_peak_fails_exactly_where_the_newly_visible_value_is_a_record():
    values = [row.n for row in population(2000)]
    height = windows(values, 11).height
    failed = violations(most_ahead(height, bonus=0.0))
    is_record = height[:, -1] >= height[:, :-1].max(axis=1)
    # Without a bonus, what stays the same is a tie: the peak lies behind n.
    is_tie = height[:, 1:].max(axis=1) == height[:, :-1].max(axis=1)
    assert np.array_equal(failed, is_record | is_tie)
    with_bonus = violations(most_ahead(height))
    assert (with_bonus != is_record).mean() < 0.002


def test_valuations_are_read_off_heights():
    found = windows([27, 703, 2**100 + 1, 5], 60)
    assert np.array_equal(valuations(found.height), found.valuation)


def test_formulas_read_inputs_only():
    split = trajectories(10)
    blank = {
        name: np.zeros_like(array) if name in split.targets else array
        for name, array in split.arrays.items()
    }
    blind = replace(split, arrays=blank)
    for baseline in closed_forms(10):
        seen, unseen = baseline.predict(split), baseline.predict(blind)
        assert np.array_equal(seen["value"], unseen["value"]), baseline.name


def test_windows_of_another_lookahead_are_refused():
    with pytest.raises(NoSuchLookahead, match="Received: 12 values"):
        closed_forms(20)[0].predict(trajectories(10))
