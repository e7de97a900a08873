"""A score cannot be made without its baselines."""

import json

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.score import Reference, Score
import pytest

ZEROS = Reference("zeros", "trivial", 4.0)
COPY = Reference("copy last", "trivial", 2.0)
LINE = Reference("line", "classical", 1.0)
TRUTH = Reference("true law", "ceiling", 0.01)
HEAD = ("test_far", "far", "all", "rmse", "m", "lower")


@pytest.mark.parametrize("baselines", [(), (LINE,), (TRUTH,)])
def test_a_score_without_a_trivial_baseline_is_refused(baselines):
    with pytest.raises(
        ValueError, match=r"at least one trivial baseline.*Received.*Ad"
    ):
        Score(*HEAD, 0.5, 300, 300, baselines)


def test_a_baseline_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="each of a kind"):
        Score(*HEAD, 0.5, 300, 300, (ZEROS, Reference("x", "magic", 1.0)))


def test_a_score_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="finite value"):
        Score(*HEAD, float("nan"), 300, 300, (ZEROS,))


def test_a_ceiling_is_shown_but_never_the_reference():
    score = Score(*HEAD, 0.5, 300, 300, (ZEROS, TRUTH, COPY, LINE))
    assert score.best_baseline is LINE
    assert score.best_trivial is COPY
    assert (score.skill, score.skill_trivial) == (0.5, 0.75)
    assert {"name": "true law", "kind": "ceiling", "value": 0.01} in score.as_json()[
        "baselines"
    ]


def test_the_best_baseline_of_a_share_is_the_highest():
    few, many = Reference("a", "trivial", 0.2), Reference("b", "trivial", 0.6)
    score = Score("far", "far", "all", "exact", "1", "higher", 0.8, 9, 9, (few, many))
    assert score.best_baseline is many
    assert score.skill == pytest.approx(0.5)


def test_the_row_has_the_fields_of_the_contract_and_is_json():
    score = Score(*HEAD, 0.5, 300, 60, (ZEROS, LINE), (0.4, 0.6), "m", (0.4, 0.6), True)
    row = json.loads(json.dumps(score.as_json(), allow_nan=False))
    assert row["best_trivial"] == {"name": "zeros", "value": 4.0}
    assert row["best_baseline"] == {"name": "line", "value": 1.0}
    assert row["interval"] == row["skill_interval"] == [0.4, 0.6]
    assert (row["status"], row["value"], row["n"], row["n_groups"]) == (
        "measured",
        0.5,
        300,
        60,
    )
    assert row["beats_best"] is True


def test_what_was_not_measured_is_null_with_a_reason_and_n():
    score = Score(*HEAD, NotMeasured("3 examples"), 3, 3, ())
    row = score.as_json()
    assert (row["status"], row["reason"], row["n"]) == ("not measured", "3 examples", 3)
    assert row["value"] is row["skill"] is row["skill_trivial"] is None
    assert row["best_trivial"] is row["best_baseline"] is row["beats_best"] is None


def test_a_baseline_without_error_leaves_the_skill_null():
    score = Score(*HEAD, 0.5, 300, 60, (Reference("perfect", "trivial", 0.0),))
    assert score.as_json()["skill"] is None
    assert score.as_json()["value"] == 0.5
