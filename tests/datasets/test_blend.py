"""Fixed shares of any sources, each as it comes alone, and nothing by chance."""

from collections import Counter

from dist_invention.datasets import Batches, Blend, Field, Mixture, NotForTraining
from dist_invention.datasets import Stream as StreamOf
import numpy as np
import pytest

FIELDS = (Field("x", (), "m"), Field("y", (2,), "J", "an answer"))


def endless(name="fresh", block=1, start=1000, fields=FIELDS):
    """A stream whose x are all over `start`, with the relation of the splits."""
    drawn = []

    def generate(generator, n):
        drawn.append(n)
        x = (start * (1 + generator.random(n))).astype(np.float32)
        return {"x": x, "y": np.stack([10 * x, -x], axis=1)}

    stream = StreamOf(name, generate, fields, ("x",), ("y",), 8, block=block)
    return stream, drawn


@pytest.fixture
def blend(make_split):
    """Half a split of ten, a quarter of a stream, a quarter of a mixture."""
    parts = (make_split(4, "a", start=100), make_split(6, "b", start=200))
    sources = {
        "split": make_split(10),
        "fresh": endless(block=3)[0],
        "mixed": Mixture("both", parts, {"a": 1, "b": 1}),
    }
    return Blend("all", sources, {"split": 2, "fresh": 1, "mixed": 1}, 24)


def same(batch, other):
    return all(
        np.array_equal(batch[part][name], other[part][name])
        for part in (0, 1)
        for name in batch[part]
    ) and np.array_equal(batch[2], other[2])


def test_a_batch_is_a_pure_function_of_its_place(blend):
    batches = Batches(blend, 5, seed=0, stage="joint")
    expected = batches.batch(3, 2)
    for epoch in (0, 3, 5):
        for index in (4, 0, 2):
            batches.batch(epoch, index)
    assert same(batches.batch(3, 2), expected)
    assert same(Batches(blend, 5, seed=0, stage="joint").batch(3, 2), expected)
    for seed, stage, place in [
        (1, "joint", (3, 2)),
        (0, "b", (3, 2)),
        (0, "j", (3, 1)),
    ]:
        assert not same(Batches(blend, 5, seed, stage).batch(*place), expected)


def test_a_batch_cannot_spoil_the_next_of_its_place(blend):
    batches = Batches(blend, 5, seed=0, stage="joint")
    first = batches.batch(0, 1)
    kept = first[0]["x"].copy()
    first[0]["x"] += 1
    assert np.array_equal(batches.batch(0, 1)[0]["x"], kept)


def test_each_epoch_holds_the_exact_shares(blend):
    assert blend.counts == {"split": 12, "fresh": 6, "mixed": 6}
    assert blend.realised() == {"split": 0.5, "fresh": 0.25, "mixed": 0.25}
    batches = Batches(blend, 5, seed=0, stage="joint")
    assert batches.realised_mixture(7) == blend.realised()
    for epoch in range(3):
        x = seen(batches, epoch)
        assert (np.sum(x < 100), np.sum(x >= 1000)) == (12, 6)


def seen(batches, epoch):
    rows = [inputs["x"][weights == 1] for inputs, _, weights in batches.epoch(epoch)]
    return np.concatenate(rows)


def test_the_rows_of_a_split_come_in_whole_passes(blend):
    batches = Batches(blend, 5, seed=0, stage="joint")
    x = np.concatenate([seen(batches, epoch) for epoch in range(5)])  # 60 draws of ten
    counts = Counter(x[x < 100].tolist())
    assert sorted(counts) == list(range(10))
    assert set(counts.values()) == {6}


def test_an_epoch_mixes_its_parts_inside_batches(blend):
    batches = Batches(blend, 12, seed=0, stage="joint")
    for inputs, targets, _ in batches.epoch(0):
        x = inputs["x"]
        assert 0 < np.sum(x < 100) < 12
        assert np.array_equal(targets["y"][:, 0], 10 * x)


def test_fresh_examples_never_repeat_and_are_made_in_blocks():
    stream, drawn = endless(block=2)
    blend = Blend("all", {"fresh": stream}, {"fresh": 1.0}, 30)
    batches = Batches(blend, 4, seed=0, stage="joint")
    x = np.concatenate([seen(batches, epoch) for epoch in range(2)])
    assert len(np.unique(x)) == 60
    assert drawn == [8, 8, 8, 6] * 2


def test_the_tail_is_padded_with_examples_of_weight_zero(blend):
    batches = Batches(blend, 5, seed=0, stage="joint")
    assert batches.steps_per_epoch == 5
    assert [batch[2].sum() for batch in batches.epoch(0)] == [5, 5, 5, 5, 4]
    assert {batch[0]["x"].shape for batch in batches.epoch(0)} == {(5,)}


def test_what_does_not_fit_is_refused(make_split):
    split = make_split()
    other = endless(fields=(Field("x", (), "km"), FIELDS[1]))[0]
    with pytest.raises(ValueError, match=r"one positive weight.*\['a'\].*Name every"):
        Blend("b", {"a": split}, {"a": 0.0}, 8)
    with pytest.raises(ValueError, match=r"one positive weight"):
        Blend("b", {}, {}, 8)
    with pytest.raises(ValueError, match=r"same inputs and targets.*Give them one"):
        Blend("b", {"a": split, "b": other}, {"a": 1, "b": 1}, 8)


def test_one_dtype_is_needed_in_all_parts(make_split):
    split = make_split()
    wide = make_split(arrays={name: a.astype("f8") for name, a in split.arrays.items()})
    blend = Blend("b", {"a": split, "b": wide}, {"a": 1, "b": 1}, 8)
    with pytest.raises(ValueError, match=r"one dtype.*float64 in `b`, float32 before"):
        Batches(blend, 8, 0, "joint").batch(0, 0)


def test_only_what_is_for_training_may_be_blended(make_split):
    parts = {"a": make_split(), "b": make_split(name="held", role="select")}
    blend = Blend("b", parts, {"a": 1, "b": 1}, 8)
    assert blend.role == "mixed"
    with pytest.raises(NotForTraining, match=r"`b` of role 'mixed'"):
        Batches(blend, 4, 0, "joint")


def test_its_identity_names_parts_shares_and_hashes(blend):
    sheet = blend.identity()["datasheet"]
    assert sheet["shares"]["split"] == 0.5
    assert sheet["parts"]["split"]["sha256"] == blend.parts["split"].sha256
    assert blend.identity()["units"] == {"x": "m", "y": "J"}


def test_a_part_that_is_too_small_for_an_epoch_is_seen_in_the_shares(make_split):
    parts = {"a": make_split(), "b": make_split(start=100)}
    blend = Blend("b", parts, {"a": 1, "b": 0.01}, 8)
    assert blend.counts == {"a": 8, "b": 0}
    assert seen(Batches(blend, 8, 0, "joint"), 0).max() < 100
