"""Effect, preservation and ignoring of whole answers, and what is not there."""

from dataclasses import dataclass, replace

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.counterfactual import judge
from dist_invention.evaluation.counterfactual_outcome import MEASURES, Outcome, silent
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.requested_change import Case, Part
import numpy as np
import pytest

WORDS = Part("words", "1", kind="symbol", whole=True)
FIELDS = (Field("said", (3,), "1"), Field("told", (), "1"), Field("words", (3,), "1"))


@dataclass(frozen=True)
class Grammar:
    """Each command becomes its own number plus 10; the request changes command 1."""

    rules: int = 11
    request: str = "let 1 mean 99"

    def apply(self, rules, request):
        return 99

    def generate(self, rules, inputs):
        said = inputs["said"]
        return {"words": np.where(said == 1, rules, said + 10)}


def commands(n=40):
    """Return a case: three in four examples hold command 1, the others do not."""
    said = np.random.Generator(np.random.Philox(key=[3, 0])).integers(2, 5, (n, 3))
    concerned = np.arange(n) % 4 > 0
    said[concerned, 1] = 1
    ids = np.array([str(i) for i in range(n)])

    def split(name, rule):
        told = np.full(n, rule)
        words = Grammar().generate(rule, {"said": said})["words"]
        arrays = {"said": said, "told": told, "words": words}
        inputs = ("said", "told")
        return Split(name, "test", arrays, FIELDS, inputs, ("words",), ids, ids)

    before, after = split("before", 11), split("after", 99)
    return Case(Grammar(), before, after, (WORDS,), concerned=concerned)


def follows(asked):
    said, told = asked.arrays["said"], asked.arrays["told"][:, None]
    return {"words": np.where(said == 1, told, said + 10)}


def test_a_whole_answer_is_wrong_where_any_word_is():
    def sloppy(asked):
        words = follows(asked)["words"]
        words[asked.arrays["said"][:, 1] == 1, 0] = 0
        return {"words": words}

    [good], [bad] = (judge([commands()], model, seed=0) for model in (follows, sloppy))
    assert (good.measures["effect"].value, bad.measures["effect"].value) == (0.0, 1.0)
    assert good.measures["effect"].n == 30
    assert good.measures["preservation"].n == 10
    assert bad.measures["preservation"].value == 0.0, "the others are as they were"
    assert good.verdict == "follows"
    assert set(good.ignoring.values()) == {1.0}


def test_shares_of_whole_answers_have_wilson_intervals():
    [found] = judge([commands()], follows, seed=0)
    low, high = found.measures["effect"].interval
    assert (low, round(high, 3)) == (0.0, 0.114)
    assert found.measures["effect"].method == "Wilson, n=30"


def test_the_response_of_symbols_is_the_share_answered_otherwise():
    def every_second(asked):
        words = follows(asked)["words"]
        words[::2] = np.where(words[::2] == 99, 11, words[::2])
        return {"words": words}

    [found] = judge([commands()], every_second, seed=0)
    heard = np.flatnonzero(np.arange(40) % 4 > 0) % 2 == 1
    assert found.measures["response"].value == pytest.approx(heard.mean())
    assert found.measures["effect"].value == pytest.approx(1 - heard.mean())


def test_without_a_rest_there_is_nothing_to_preserve(lines):
    first = replace(lines.part, counts=lambda split: np.array([True, False]))
    [found] = judge([lines.case(parts=(first,))], lines.half, seed=0)
    reason = NotMeasured("all of it changes: there is no rest")
    assert [found.measures[name] for name in MEASURES[3:]] == [reason] * 3
    assert found.sentence.endswith("There is no rest to preserve.")


def test_a_part_that_the_request_leaves_alone_is_not_measured(lines):
    second = Part("y", "m", 1e-6, counts=lambda split: np.array([False, True]))
    changed, still = judge([lines.case(parts=(lines.part, second))], lines.half, seed=0)
    assert changed.verdict == "follows"
    assert still.verdict == "not measured"
    assert "does not change" in still.measures["effect"].reason


def test_an_outcome_that_was_not_measured_says_why_at_each_place(lines):
    case = lines.case()
    row = silent(case, lines.part, NotMeasured("nobody asked")).as_json()
    assert all(row[name]["reason"] == "nobody asked" for name in MEASURES)
    assert (row["ceiling"], row["ignoring"]) == (None, [])
    assert isinstance(silent(case, lines.part, NotMeasured("x")), Outcome)
