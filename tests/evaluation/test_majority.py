"""The most frequent answers, with padding counted only where it is judged."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.majority import (
    majority,
    token_baselines,
    token_frequencies,
)
from dist_invention.evaluation.sequences import perplexity
import numpy as np
import pytest

TOKENS = [[1, 2, 0, 0], [1, 3, 0, 0], [2, 3, 0, 0], [1, 3, 3, 3], [1, 2, 0, 0]]


def split_of(tokens=TOKENS, role="train", **more):
    arrays = {"y": np.asarray(tokens)} | {k: np.asarray(v) for k, v in more.items()}
    fields = tuple(Field(name, a.shape[1:], "1") for name, a in arrays.items())
    keys = np.arange(len(tokens)).astype(str)
    return Split(role, role, arrays, fields, (), ("y",), keys, keys)


def predicted(split, **options):
    baseline = majority(split, "y", **options)
    test = split_of(np.full((2, *split.arrays["y"].shape[1:]), 5), role="test")
    return baseline.predict(test)["y"].tolist()


def test_padding_is_the_majority_unless_it_is_no_answer():
    assert predicted(split_of()) == [[0, 0, 0, 0]] * 2
    assert predicted(split_of(), pad=0) == [[3, 3, 3, 3]] * 2


def test_the_majority_of_each_place_falls_back_where_nothing_is_judged():
    assert predicted(split_of(), of="place", pad=0) == [[1, 3, 3, 3]] * 2
    only_first = split_of(judged=[[1, 0, 0, 0]] * 5)
    assert predicted(only_first, of="place", mask="judged") == [[1, 1, 1, 1]] * 2


def test_the_majority_answer_is_the_most_frequent_row():
    assert predicted(split_of(), of="answer", pad=0) == [[1, 2, 0, 0]] * 2


def test_classes_have_a_majority_too():
    assert predicted(split_of([4, 4, 2])) == [4, 4]
    assert majority(split_of([4, 4, 2]), "y").name == "majority value"


def test_what_cannot_be_counted_is_refused():
    with pytest.raises(ValueError, match=r"of=\('value'|Received: of='mean'"):
        majority(split_of(), "y", of="mean")
    with pytest.raises(ValueError, match=r"that are judged.*none in split `train`"):
        majority(split_of([[0, 0]]), "y", pad=0)
    with pytest.raises(ValueError, match="role 'train'"):
        majority(split_of(role="test"), "y")


def test_all_rivals_of_an_answer_in_tokens_come_at_once():
    train = split_of(x=[[1, 2], [1, 3], [2, 3], [1, 3], [1, 2]])
    found = token_baselines(train, "y", pad=0, source="x")
    assert [baseline.name for baseline in found] == [
        "PAD",
        *(f"majority {whole}" for whole in ("value", "place", "answer")),
        "copy x",
    ]
    assert {baseline.kind for baseline in found} == {"trivial"}
    assert found[0].predict(train)["y"].max() == 0
    assert found[-1].predict(train)["y"][0].tolist() == [1, 2, 0, 0]


def test_token_frequencies_have_the_perplexity_of_their_entropy():
    train = split_of([[1, 1, 1, 2]] * 400)
    baseline = token_frequencies(train, "y", "logits", 3, pad=0)
    metric = perplexity("y", "logits", pad=0)
    found = metric.value(
        metric.measure(train, baseline.predict(train)), metric.counts(train)
    )
    entropy = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25))
    assert found == pytest.approx(np.exp(entropy), rel=1e-3)
    with pytest.raises(ValueError, match=r"from 0 to 1. Received: 1 to 2.*whole vocab"):
        token_frequencies(train, "y", "logits", 2, pad=0)
