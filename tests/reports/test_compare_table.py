"""Tests of runs side by side as text."""

import re

from dist_invention.reports import comparison_table
from dist_invention.reports.compare_table import shown_value
import pytest


@pytest.fixture
def folders(campaign_folder):
    return sorted(campaign_folder.glob("*-s0/*"))


def test_each_metric_has_a_block_with_runs_and_the_best_baseline(folders):
    text = comparison_table(folders)
    assert text.count("is better)") == 3
    lines = text.splitlines()
    assert re.fullmatch(r" +test_in +test_near +test_far +test_regimes", lines[1])
    heads = [line.strip().split("  ")[0] for line in lines[2:6]]
    assert heads == [
        "curriculum, seed 0",
        "joint, seed 0",
        "random, seed 0",
        "best baseline",
    ]
    assert "constant acceleration" in lines[5]


def test_the_foot_says_what_intervals_do_not_hold(folders):
    assert "the spread between seeds is not in them" in comparison_table(folders)


def test_a_value_without_a_baseline_is_withheld():
    assert shown_value({}) == "not measured"
    best = {"name": "zeros", "value": 1.0}
    score = {"value": 0.5, "baselines": [best], "best_baseline": best}
    assert shown_value(score) == "0.500"
    assert shown_value({**score, "interval": [0.4, 0.6]}) == "0.500 [0.400, 0.600]"
    assert shown_value({**score, "baselines": []}) == "withheld: no baseline"
