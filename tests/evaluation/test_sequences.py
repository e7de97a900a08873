"""Sequences of tokens: padding is never an answer, and never counts as one."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.evaluate import evaluate
from dist_invention.evaluation.sequences import (
    Places,
    exact_match,
    masked_accuracy,
    perplexity,
)
from dist_invention.evaluation.trivial import constant
import numpy as np
import pytest

PAD, END = 0, 9
TRUE = np.array([[1, 2, 9, 0, 0, 0], [3, 9, 0, 0, 0, 0], [4, 5, 6, 7, 8, 9]])


def split_of(tokens=TRUE, mask=None):
    arrays = {"y": np.asarray(tokens)}
    arrays |= {} if mask is None else {"judged": np.asarray(mask)}
    fields = tuple(Field(name, array.shape[1:], "1") for name, array in arrays.items())
    keys = np.arange(len(arrays["y"])).astype(str)
    return Split("far", "test", arrays, fields, (), ("y",), keys, keys)


def measured(metric, outputs, split=None, name="y"):
    split = split or split_of()
    found = metric.measure(split, {name: np.asarray(outputs)})
    return found, metric.counts(split)


def test_a_model_that_writes_only_pad_has_no_token_and_no_answer_right():
    for metric in (masked_accuracy("y", pad=PAD), exact_match("y", pad=PAD, end=END)):
        found, counts = measured(metric, np.full_like(TRUE, PAD))
        assert metric.value(found, counts) == 0.0
    unmasked = np.mean(np.full_like(TRUE, PAD) == TRUE)
    assert unmasked == pytest.approx(7 / 18), "the share of PAD, were it counted"


@pytest.mark.parametrize("make", [masked_accuracy, exact_match])
def test_a_sequence_metric_without_pad_and_mask_does_not_exist(make):
    with pytest.raises(ValueError, match=r"pad token or a mask for `y`.*Give one of"):
        make("y")
    with pytest.raises(ValueError, match=r"pad=0, mask='judged'"):
        make("y", pad=0, mask="judged")
    with pytest.raises(ValueError, match=r"pad token or a mask"):
        perplexity("y", "logits")


def test_tokens_are_counted_over_tokens_not_over_sequences():
    answer = TRUE.copy()
    answer[2, :3] = 1
    metric = masked_accuracy("y", pad=PAD)
    found, counts = measured(metric, answer)
    assert found.tolist() == [1.0, 1.0, 0.5]
    assert counts.tolist() == [3, 2, 6]
    assert metric.value(found, counts) == pytest.approx(8 / 11)


def test_what_follows_the_end_of_an_answer_is_not_looked_at():
    answer = TRUE.copy()
    answer[0, 3:] = [4, 4, 4]
    exact = exact_match("y", pad=PAD, end=END)
    assert measured(exact, answer)[0].tolist() == [1.0, 1.0, 1.0]
    answer[1] = [3, 3, 9, 0, 0, 0]  # goes on where it should end
    assert measured(exact, answer)[0].tolist() == [1.0, 0.0, 1.0]


def test_without_an_end_an_answer_that_goes_on_is_wrong():
    answer = TRUE.copy()
    answer[0, 3] = 4
    found, _ = measured(exact_match("y", pad=PAD), answer)
    assert found.tolist() == [0.0, 1.0, 1.0]


def test_a_target_without_its_end_is_refused():
    endless = TRUE.copy()
    endless[1, 1] = 4
    with pytest.raises(ValueError, match=r"end token 9.*1 examples without it"):
        measured(exact_match("y", pad=PAD, end=END), TRUE, split_of(endless))


def test_a_mask_decides_alone_which_places_are_judged():
    mask = np.zeros(TRUE.shape)
    mask[:2, 0] = 1
    answer = np.full_like(TRUE, 1)
    for metric in (
        masked_accuracy("y", mask="judged"),
        exact_match("y", mask="judged"),
    ):
        found, _ = measured(metric, answer, split_of(mask=mask))
        assert found[:2].tolist() == [1.0, 0.0]
        assert np.isnan(found[2]), "nothing is judged there: it does not apply"


def test_a_mask_of_another_shape_is_refused():
    with pytest.raises(
        ValueError, match=r"`judged` to have the shape.*Mask each place"
    ):
        Places("y", mask="judged").judged(TRUE, {"judged": np.ones((3, 5))})


def test_perplexity_of_a_uniform_guess_is_the_size_of_the_vocabulary():
    metric = perplexity("y", "logits", pad=PAD)
    found, counts = measured(metric, np.full((*TRUE.shape, 10), 3.0), name="logits")
    assert metric.value(found, counts) == pytest.approx(10.0)
    assert counts.sum() == 11, "the denominator is tokens, without PAD"


def test_perplexity_divides_by_tokens_and_leaves_pad_out():
    logits = np.zeros((*TRUE.shape, 10))
    logits[0, np.arange(3), TRUE[0, :3]] = 50.0  # three tokens known for sure
    logits[0, 3:, 5] = 50.0  # nonsense where PAD is
    metric = perplexity("y", "logits", pad=PAD)
    found, counts = measured(metric, logits, name="logits")
    assert metric.value(found, counts) == pytest.approx(10 ** (8 / 11))
    with pytest.raises(
        ValueError, match=r"logits `logits` of shape \(3, 6, 'tokens'\)"
    ):
        metric.measure(split_of(), {"logits": np.zeros((3, 5, 10))})


def test_sequence_metrics_go_through_evaluate_beside_the_pad_predictor():
    split = split_of(np.tile(TRUE, (20, 1)))
    scores = evaluate(
        lambda given: {"y": given.arrays["y"]},
        [split],
        [masked_accuracy("y", pad=PAD), exact_match("y", pad=PAD, end=END)],
        [constant({"y": PAD}, "PAD")],
        seed=0,
    )
    rows = {score.metric: score.as_json() for score in scores}
    assert rows["y_accuracy"]["best_trivial"] == {"name": "PAD", "value": 0.0}
    assert rows["y_accuracy"]["denominator"] == {"of": "tokens", "count": 220}
    assert rows["y_exact"]["interval_method"] == "Wilson, n=60"
    assert all(row["value"] == 1.0 for row in rows.values())
