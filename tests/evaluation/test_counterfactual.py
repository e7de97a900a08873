"""A model is asked for a changed world: following, ignoring and spoiling differ."""

from dataclasses import replace
import json

from dist_invention.evaluation.counterfactual import NotFromTheWorld, judge
from dist_invention.evaluation.evaluate import PredictionNotFinite
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np
import pytest

RMS_X = float(np.sqrt(np.mean(np.linspace(1.0, 2.0, 30) ** 2)))


def ask(lines, predict, **changes):
    [outcome] = judge([lines.case(**changes)], predict, seed=0)
    return outcome


def test_a_model_that_listens_follows_and_keeps_the_rest(lines):
    found = ask(lines, lines.listens)
    assert found.verdict == "follows"
    values = {name: item.value for name, item in found.measures.items()}
    expected = {"effect": 0, "skill": 1, "response": 1, "moved": 0}
    assert values == pytest.approx({**expected, "preservation": 0, "before": 0})
    assert found.sentence.endswith("the rest stayed.")


def test_half_an_effect_is_half_the_skill_and_half_the_response(lines):
    found = ask(lines, lines.half)
    assert found.measures["effect"].value == pytest.approx(1.5 * RMS_X)
    assert found.measures["skill"].value == pytest.approx(0.5)
    assert found.measures["response"].value == pytest.approx(0.5)
    assert found.ignoring == pytest.approx(
        {"this model, not told": 3 * RMS_X, "truth of the old rules": 3 * RMS_X}
    )
    assert found.ceiling == 0.0
    assert found.verdict == "follows"


def test_a_model_that_answers_the_same_is_deaf_however_good_it_is(lines):
    found = ask(lines, lines.deaf)
    assert found.verdict == "deaf"
    assert found.measures["skill"].value == pytest.approx(0.0)
    assert found.measures["response"].value == pytest.approx(0.0)
    assert found.measures["preservation"].value == 0.0, "it is right about the rest"


def test_a_model_that_does_the_opposite_had_better_ignored_it(lines):
    found = ask(lines, lines.contrary)
    assert found.verdict == "worse than ignoring"
    assert found.measures["skill"].value == pytest.approx(-1.0)
    assert found.measures["response"].value == pytest.approx(-1.0)


def test_a_request_that_spoils_the_rest_is_said_to(lines):
    found = ask(lines, lines.clumsy)
    assert found.verdict == "follows"
    assert found.measures["preservation"].value == pytest.approx(1.5)
    assert found.measures["before"].value == 0.0
    assert found.measures["moved"].value == pytest.approx(1.5)
    assert found.sentence.endswith("1.5 m told, 0 m not told: the rest got worse.")


def test_skill_is_against_the_better_of_two_that_ignore(lines):
    """A model with an offset ignores worse than the truth of the old rules does."""
    off = lines.answering(lambda slope: slope - 1.0)
    found = ask(lines, off)
    assert found.ignoring["this model, not told"] == pytest.approx(4 * RMS_X)
    assert found.measures["skill"].value == pytest.approx(1 - 1 / 3)


def test_two_groups_are_no_evidence(lines):
    found = ask(lines, lines.listens, groups=np.arange(30) % 2)
    assert found.verdict == "no evidence"
    assert found.measures["effect"].interval is None
    assert "2 groups, 3 needed" in found.measures["effect"].method


def test_a_model_that_cannot_be_told_is_not_asked(lines):
    def refuse(split):
        raise AssertionError("it must not be asked")

    found = ask(lines, refuse, unheard="it infers the slope")
    assert found.verdict == "not measured"
    assert found.measures["effect"] == NotMeasured("it infers the slope")
    assert found.ignoring == {}
    assert "Not measured: it infers the slope." in found.sentence


def test_a_world_without_ground_truth_gives_no_number(lines):
    class Silent(lines.World):
        def generate(self, rules, inputs):
            return NotMeasured("nobody can simulate this world")

    found = ask(lines, lines.listens, world=Silent(np.full(30, 2.0)))
    assert found.as_json()["effect"] == {
        "status": "not measured",
        "reason": "nobody can simulate this world",
    }


def test_targets_that_the_world_does_not_generate_are_refused(lines):
    case = lines.case()
    y = case.edited.arrays["y"].copy()
    y[7, 0] += 0.1
    edited = replace(case.edited, arrays={**case.edited.arrays, "y": y})
    with pytest.raises(NotFromTheWorld, match=r"`y` of `after`.*1 of 30 rows"):
        judge([replace(case, edited=edited)], lines.listens, seed=0)


def test_an_answer_without_the_part_or_with_nan_is_refused(lines):
    with pytest.raises(ValueError, match=r"answer \['y'\].*\['z'\], without \['y'\]"):
        judge([lines.case()], lambda split: {"z": np.zeros(30)}, seed=0)
    with pytest.raises(PredictionNotFinite, match="`before`"):
        judge([lines.case()], lambda split: {"y": np.full((30, 2), np.nan)}, seed=0)


def test_each_case_is_asked_untold_and_told_and_is_plain_json(lines):
    asked = []

    def predict(split):
        asked.append(split.name)
        return lines.half(split)

    outcomes = judge(
        [lines.case(), lines.case(groups=np.arange(30) // 3)], predict, seed=0
    )
    assert asked == ["before", "after"] * 2
    rows = [outcome.as_json() for outcome in outcomes]
    assert json.loads(json.dumps(rows, allow_nan=False)) == rows
    assert rows[0]["request"] == "let every slope be 3 higher"
    assert (rows[0]["original"], rows[0]["edited"]) == ("before", "after")
    case = lines.case()
    assert rows[0]["sha256"] == [case.original.sha256, case.edited.sha256]
    assert (rows[0]["tier"], rows[0]["unit"], rows[0]["n"]) == ("far", "m", 30)
    assert (rows[0]["n_groups"], rows[1]["n_groups"]) == (30, 10)
    low, high = rows[0]["effect"]["interval"]
    assert low < rows[0]["effect"]["value"] < high
    assert rows[0]["ceiling"]["value"] == 0.0


def test_nothing_asked_is_nothing_judged(lines):
    assert judge([], lines.listens, seed=0) == []
