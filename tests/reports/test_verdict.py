"""Tests of the one sentence that a run comes down to."""

from dist_invention.reports.verdict import (
    beaten,
    headline,
    headline_score,
    is_leak,
    leak_allowed_because,
    scores_of_tests,
    support_of,
)
import pytest


def score(tier="far", **changes):
    return {
        "split": f"test_{tier}",
        "tier": tier,
        "stratum": "all",
        "metric": "position_error",
        "unit": "m",
        "better": "lower",
        "value": 0.2,
        "baselines": [{"name": "constant_velocity", "kind": "trivial", "value": 0.4}],
        "best_baseline": {"name": "constant_velocity", "value": 0.4},
        "beats_best": True,
        **changes,
    }


def said(*scores, **results):
    return headline({"scores": list(scores), **results})


def test_a_win_is_said_with_value_and_ratio():
    line = said(score())
    assert line.tone == "good"
    assert line.sentence == (
        "Far outside the training range, the model's position error is 0.200 m, "
        "0.500 times that of the best baseline (constant velocity)."
    )


@pytest.mark.parametrize(
    ("answer", "tone", "end"),
    [
        (False, "bad", ": the model does not yet beat it."),
        (None, "even", ": too close to call."),
    ],
)
def test_a_loss_and_a_tie_are_said_plainly(answer, tone, end):
    line = said(score(beats_best=answer))
    assert line.tone == tone
    assert line.sentence.endswith("(constant velocity)" + end)


def test_a_metric_where_higher_is_better_is_compared_without_a_ratio():
    line = said(score(better="higher", value=0.9, unit="1"))
    assert "is 0.900, against 0.400 for the best baseline" in line.sentence


def test_the_farthest_test_is_the_headline_and_select_splits_are_not():
    data = [
        {"name": "select_far", "role": "select"},
        {"name": "test_in", "role": "test"},
    ]
    scores = [score("far", split="select_far"), score("in")]
    found = headline_score({"scores": scores, "data": data})
    assert found is not None
    assert found["split"] == "test_in"


def test_strata_are_not_the_headline():
    part = score(stratum="contact=free")
    assert scores_of_tests({"scores": [part, score("in")]}) == [score("in")]


def test_wins_are_counted_over_the_tests_of_one_metric():
    others = [score("in"), score("near", beats_best=None), score("in", metric="other")]
    assert beaten({"scores": [score(), *others]}) == (2, 3)


def test_a_leak_outweighs_any_score():
    line = said(score(), audit={"verdict": "LEAK"})
    assert line.tone == "bad"
    assert line.sentence.startswith("The audit found a leak")
    allowed = said(score(), audit={"verdict": "allowed leak"})
    assert allowed.sentence.endswith("The audit found a leak that was allowed.")
    assert not is_leak({"audit": {"verdict": "allowed leak"}})


def test_without_results_the_sentence_names_what_is_missing():
    line = headline({}, missing=("results.json",))
    assert "results.json is missing" in line.sentence
    assert line.score is None


def test_scores_without_baselines_give_no_headline():
    line = said(score(baselines=[], best_baseline=None))
    assert line.sentence == "No score stands beside a baseline, so none is shown."


def test_a_name_that_promises_more_than_was_found_is_not_repeated():
    audit = {"support": [{"split": "test_far", "verdict": "SAME"}]}
    sentence = said(score(), audit=audit).sentence
    assert sentence.startswith("On test far, named far but found SAME, the model's")
    audit["support"][0]["verdict"] = "OUTSIDE SUPPORT"
    assert said(score(), audit=audit).sentence.startswith("Far outside the training")


def test_an_allowed_leak_has_a_reason_or_says_that_it_has_none():
    leak = {"verdict": "allowed leak", "allowed_because": None}
    assert leak_allowed_because({"audit": leak}) == "no reason was recorded"
    assert leak_allowed_because({"audit": {"verdict": "clean"}}) == ""
    assert support_of({}, "test_far") == ""
