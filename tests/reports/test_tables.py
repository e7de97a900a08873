"""Tests of the score tables."""

import re

from dist_invention.reports.run_data import UnsealedRunError
from dist_invention.reports.tables import all_baselines, score_rows, score_table
import pytest


def score(**changes):
    return {
        "split": "test_in",
        "tier": "in",
        "stratum": "all",
        "metric": "position_error",
        "unit": "m",
        "better": "lower",
        "value": 0.25,
        "n": 40,
        "n_groups": 8,
        "interval": [0.2, 0.3],
        "interval_method": "95 % bootstrap",
        "baselines": [
            {"name": "copy_last", "kind": "trivial", "value": 1.0},
            {"name": "constant_acceleration", "kind": "classical", "value": 0.5},
        ],
        "best_trivial": {"name": "copy_last", "value": 1.0},
        "best_baseline": {"name": "constant_acceleration", "value": 0.5},
        "skill_trivial": 0.75,
        "skill": 0.5,
        "skill_interval": [0.4, 0.6],
        "beats_best": True,
        **changes,
    }


def small(*scores):
    return {"run_id": "r", "status": "finished", "scores": list(scores)}


TABLE = """\
position error (m, lower is better)
  split     value  interval        best trivial    best baseline               \
 skill  verdict
  test_in   0.250  [0.200, 0.300]  1.00 copy last  0.500 constant acceleration \
 0.500  beats constant acceleration
  test_far   2.00  not measured    1.00 copy last  0.500 constant acceleration \
 -3.00  does not yet beat constant acceleration

Intervals: 95 % bootstrap; one seed, over groups of examples.
Skill: 1 - error / error of the best baseline; 0 is level, 1 is perfect.
"""


def test_the_terminal_table_is_exactly_this():
    far = score(split="test_far", tier="far", value=2.0, skill=-3.0)
    far |= {"beats_best": False, "interval": None}
    assert score_table(small(far, score())) == TABLE


def test_a_metric_with_little_headroom_is_named_below_the_table():
    text = score_table(small(score(warnings=["The metric has little headroom."])))
    last = "Position error on test in. The metric has little headroom."
    assert text.splitlines()[-1] == last


def test_strata_are_shown_below_their_split_when_asked():
    free = score(stratum="contact=free", value=0.1)
    assert "contact: free" not in score_table(small(score(), free))
    lines = score_table(small(score(), free), strata=True).splitlines()
    assert lines[2].startswith("  test_in")
    assert lines[3].startswith("    contact: free  0.100")


def test_each_metric_has_one_block_with_one_row_a_split(results):
    text = score_table(results)
    assert text.count("is better)") == 3
    assert len(re.findall("^  test_", text, flags=re.M)) == 3 * 4


def test_a_value_without_baselines_is_withheld():
    alone = score(baselines=[], best_baseline=None, best_trivial=None, skill=None)
    text = score_table(small(alone))
    assert "0.250" not in text
    assert "withheld: no baseline" in text
    assert "0.250" not in score_rows([alone])


def test_a_score_that_was_not_measured_gives_its_reason():
    absent = score(value=None, status="not measured", reason="3 of 30 examples")
    absent |= {"baselines": [], "best_baseline": None, "best_trivial": None}
    text = score_table(small(score(), absent))
    assert text.count("not measured: 3 of 30 examples") == 1
    assert "withheld" not in text


def test_results_of_an_unfinished_run_are_refused():
    with pytest.raises(UnsealedRunError, match="it is 'failed'"):
        score_table({**small(score()), "status": "failed"})


def test_html_rows_hold_value_interval_baselines_skill_and_verdict(outline):
    page = outline(
        score_rows([score(), score(stratum="contact=free", beats_best=None)])
    )
    assert page.faults == []
    assert page.text == (
        "Metric Value Verdict Best baseline Skill Best trivial Examples "
        "Position error m, lower is better 0.250 [0.200, 0.300] "
        "beats constant acceleration 0.500 constant acceleration "
        "0.500 [0.400, 0.600] 1.00 copy last 40 in 8 groups "
        "contact: free 0.250 [0.200, 0.300] "
        "too close to call against constant acceleration 0.500 "
        "constant acceleration 0.500 [0.400, 0.600] 1.00 copy last 40 in 8 groups"
    )


def test_every_baseline_is_listed_with_its_kind(outline):
    page = outline(all_baselines([score()]))
    assert page.faults == []
    assert "copy last trivial constant acceleration classical" in page.text
    assert page.text.endswith("0.250 1.00 0.500")


def test_worst_group_and_denominator_stand_beside_the_mean(outline):
    worst = {"stratum": "contact=contact", "value": 0.4, "n": 12}
    free = score(stratum="contact=free", value=0.1, of=20, worst=None)
    page = outline(score_rows([score(of=50, worst=worst), free]))
    assert page.faults == []
    assert "Worst group Examples" in page.text
    assert "0.400 contact: contact, n 12 40 of 50 in 8 groups" in page.text
    assert "\u2013 40 of 20 in 8 groups" in page.text


def test_a_mean_over_something_else_than_examples_says_over_what(outline):
    row = score(of=50, denominator={"of": "positions", "count": 1200})
    text = outline(score_rows([row])).text
    assert "40 of 50 over 1,200 positions, in 8 groups" in text
