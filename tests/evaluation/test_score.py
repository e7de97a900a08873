"""A score cannot be made without its baselines."""

import json

from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.reference import Reference, Worst
from dist_invention.evaluation.score import Score
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
        Score(*HEAD, 0.5, 300, 300, 300, baselines)


def test_a_baseline_of_an_unknown_kind_is_refused():
    with pytest.raises(ValueError, match="each of a kind"):
        Score(*HEAD, 0.5, 300, 300, 300, (ZEROS, Reference("x", "magic", 1.0)))


def test_a_score_that_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="finite value"):
        Score(*HEAD, float("nan"), 300, 300, 300, (ZEROS,))


def test_a_ceiling_is_shown_but_never_the_reference():
    score = Score(*HEAD, 0.5, 300, 300, 300, (ZEROS, TRUTH, COPY, LINE))
    assert score.best_baseline is LINE
    assert score.best_trivial is COPY
    assert (score.skill, score.skill_trivial) == (0.5, 0.75)
    assert {"name": "true law", "kind": "ceiling", "value": 0.01} in score.as_json()[
        "baselines"
    ]


def test_the_best_baseline_of_a_share_is_the_highest():
    few, many = Reference("a", "trivial", 0.2), Reference("b", "trivial", 0.6)
    score = Score(
        "far", "far", "all", "exact", "1", "higher", 0.8, 9, 9, 9, (few, many)
    )
    assert score.best_baseline is many
    assert score.skill == pytest.approx(0.5)


def test_the_row_has_the_fields_of_the_contract_and_is_json():
    score = Score(
        *HEAD, 0.5, 300, 300, 60, (ZEROS, LINE), (0.4, 0.6), "m", (0.4, 0.6), True
    )
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
    score = Score(*HEAD, NotMeasured("3 examples"), 3, 3, 3, ())
    row = score.as_json()
    assert (row["status"], row["reason"], row["n"]) == ("not measured", "3 examples", 3)
    assert row["value"] is row["skill"] is row["skill_trivial"] is None
    assert row["best_trivial"] is row["best_baseline"] is row["beats_best"] is None


def test_a_baseline_without_error_leaves_the_skill_null():
    score = Score(*HEAD, 0.5, 300, 300, 60, (Reference("perfect", "trivial", 0.0),))
    assert score.as_json()["skill"] is None
    assert score.as_json()["value"] == 0.5


def share(value, trivial, better="higher", **more):
    head = ("far", "far", "all", "exact", "1", better)
    references = tuple(Reference(n, "trivial", v) for n, v in trivial.items())
    return Score(*head, value, 300, 300, 300, references, kind="share", **more)


def test_a_metric_that_a_constant_nearly_passes_has_little_headroom():
    score = share(0.855, {"constant": 0.84, "copy": 0.1})
    row = score.as_json()
    assert row["headroom"] == pytest.approx(0.16)
    [warning] = row["warnings"]
    assert "little headroom" in warning
    assert "`constant` learns nothing and reaches 0.84, which leaves 16.0%" in warning
    wrong = share(0.05, {"constant": 0.1}, better="lower")
    assert wrong.headroom == pytest.approx(0.1)
    assert "leaves 10.0%" in wrong.warnings[0]


def test_the_way_of_an_amount_ends_at_its_ceiling():
    score = Score(*HEAD, 2.0, 300, 300, 300, (COPY, Reference("law", "ceiling", 1.8)))
    assert score.headroom == pytest.approx(0.1)
    assert "`copy last` learns nothing and reaches 2" in score.warnings[0]
    assert Score(*HEAD, 2.0, 300, 300, 300, (COPY, TRUTH)).warnings == []


def test_a_metric_with_room_and_an_amount_have_no_warning():
    assert share(0.9, {"constant": 0.3}).warnings == []
    amount = Score(*HEAD, 0.5, 300, 300, 300, (ZEROS,))
    assert amount.as_json()["headroom"] is None
    assert amount.warnings == []


def test_the_row_says_what_was_judged_of_what_there_is():
    row = share(0.5, {"constant": 0.1}, denominator="tokens", counted=911).as_json()
    assert row["denominator"] == {"of": "tokens", "count": 911}
    row = Score(*HEAD, 0.5, 32, 400, 32, (ZEROS,)).as_json()
    assert (row["n"], row["of"], row["kind"]) == (32, 400, "amount")
    assert row["denominator"] == {"of": "examples", "count": 32}


def test_more_judged_than_there_are_is_refused():
    with pytest.raises(ValueError, match=r"no more examples.*n=400 of 32.*Count what"):
        Score(*HEAD, 0.5, 400, 32, 32, (ZEROS,))


def test_the_worst_stratum_stands_in_the_row():
    worst = Worst("contact=yes", 2.5, 40)
    row = Score(*HEAD, 0.5, 300, 300, 300, (ZEROS,), worst=worst).as_json()
    assert row["worst"] == {"stratum": "contact=yes", "value": 2.5, "n": 40}
    assert Score(*HEAD, 0.5, 300, 300, 300, (ZEROS,)).as_json()["worst"] is None
