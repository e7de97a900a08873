"""Outputs, reordered tokens and noisy copies are leaks only beyond coincidence."""

from dist_invention.datasets.split import Field, Split
from dist_invention.evaluation.resemblance import resemblance
from dist_invention.evaluation.shared_examples import contents_of
import numpy as np
import pytest


def generator(seed):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def split_of(name, x, y=None, **changes):
    arrays = {"x": x} if y is None else {"x": x, "y": y}
    fields = tuple(Field(key, a.shape[1:], "1") for key, a in arrays.items())
    ids = np.array([f"{name}-{i}" for i in range(len(x))])
    role = "train" if name.startswith("train") else "test"
    content = {"keys": ids, "groups": ids, **changes}
    return Split(name, role, arrays, fields, ("x",), tuple(arrays)[1:], **content)


def checks_of(*splits):
    return {
        check.name: check
        for check in resemblance(splits, contents_of(splits))
        if "calibration" not in check.name
    }


def leaks_of(*splits):
    found = checks_of(*splits).items()
    return {name: check.count for name, check in found if check.verdict == "leak"}


def test_outputs_that_stand_in_training_are_a_leak_where_training_has_none():
    rng = generator(1)
    x, y = rng.normal(size=(1400, 5)), rng.normal(size=(1400, 30))
    honest = split_of("train", x[:1000], y[:1000]), split_of("test", x[1000:], y[1000:])
    assert leaks_of(*honest) == {}
    y[1000:1020] = y[:20]
    leaked = split_of("test", x[1000:], y[1000:])
    assert leaks_of(honest[0], leaked) == {"same outputs": 20}
    detail = checks_of(honest[0], leaked)["same outputs"].detail
    assert detail.endswith("such as `test-0`, `test-1`, `test-2`")


@pytest.mark.parametrize("kinds", [4, 800])
def test_outputs_that_are_often_equal_are_no_leak(kinds):
    rng = generator(kinds)
    x, y = rng.normal(size=(1400, 5)), rng.integers(0, kinds, 1400)
    checks = checks_of(
        split_of("train", x[:1000], y[:1000]), split_of("test", x[1000:], y[1000:])
    )
    assert checks["same outputs"].verdict == "ok"
    assert checks["same outputs"].null_rate is not None


def test_sentences_of_training_in_another_order_are_a_leak():
    rng = generator(2)
    x = rng.integers(1, 3000, (1400, 12))
    assert leaks_of(split_of("train", x[:1000]), split_of("test", x[1000:])) == {}
    x[1000:1012] = rng.permuted(x[:12], axis=1)
    leaked = leaks_of(split_of("train", x[:1000]), split_of("test", x[1000:]))
    assert leaked == {"same tokens in another order": 12}


def test_texts_with_a_word_changed_are_a_leak():
    rng = generator(3)
    words = np.char.mod("w%d", rng.integers(0, 2000, (1400, 15)))
    words[1000:1015] = words[:15]
    words[1000:1015, 7] = "other"
    x = np.array([" ".join(row) for row in words])
    leaked = leaks_of(split_of("train", x[:1000]), split_of("test", x[1000:]))
    assert set(leaked) == {"same text but for a few words"}
    assert leaked["same text but for a few words"] >= 14


@pytest.mark.parametrize("dim", [3, 60])
def test_rows_of_training_with_noise_are_a_leak_and_a_dense_test_is_none(dim):
    rng = generator(dim)
    x = rng.normal(size=(1400, dim))
    x[1000:] *= 0.1
    honest = checks_of(split_of("train", x[:1000]), split_of("test", x[1000:]))
    assert honest["same inputs but for noise"].verdict == "ok"
    assert honest["near duplicates"].verdict in ("ok", "warning")
    x[1000:1010] = x[:10] + 1e-5
    leaked = leaks_of(split_of("train", x[:1000]), split_of("test", x[1000:]))
    assert leaked == {"same inputs but for noise": 10}
    detail = checks_of(split_of("train", x[:1000]), split_of("test", x[1000:]))
    assert "`test-0`, `test-1`" in detail["same inputs but for noise"].detail


def test_short_texts_may_have_the_words_of_others_as_training_has():
    rng = generator(4)
    short = rng.integers(1, 20, (1000, 4))
    train = np.zeros((1500, 10), int)
    train[:500, :4] = short[:500]
    train[500:] = rng.integers(1, 5000, (1000, 10))
    test = np.pad(short[500:], ((0, 0), (0, 6)))
    known = {row.tobytes() for row in train}
    test = test[[row.tobytes() not in known for row in test]]
    check = checks_of(split_of("train", train), split_of("test", test))
    assert check["same tokens in another order"].verdict != "leak"


def test_every_question_has_its_calibration_beside_it():
    rng = generator(5)
    splits = [
        split_of(name, rng.normal(size=(300, 4)), rng.normal(size=300))
        for name in ("train a", "train b", "test")
    ]
    names = [(c.name, c.splits) for c in resemblance(splits, contents_of(splits))]
    for train in ("train a", "train b"):
        for name in ("same outputs", "same inputs but for noise", "near duplicates"):
            assert (name, (train, "test")) in names
            assert (f"{name}, calibration", (train, train)) in names
    assert len(set(names)) == len(names)


def test_too_few_groups_and_tests_alone_are_not_searched():
    x = generator(6).normal(size=(100, 4))
    few = split_of("train", x[:50], groups=np.repeat(["a", "b"], 25))
    splits = [few, split_of("test", x[50:])]
    (check,) = resemblance(splits, contents_of(splits))
    assert "not searched: 2 training groups" in check.detail
    alone = [split_of("test", x[50:])]
    assert resemblance(alone, contents_of(alone)) == []
