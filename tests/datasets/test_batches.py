import threading

from dist_invention.datasets import Batches, Field, Mixture, NotForTraining, Stream
import numpy as np
import pytest


def stream(block=1, examples=10):
    return Stream(
        "noise",
        lambda generator, n: {"x": generator.normal(size=n)},
        (Field("x", (), "1"),),
        ("x",),
        (),
        examples,
        block=block,
    )


@pytest.fixture(params=["split", "stream", "blocks", "mixture"])
def source(request, make_split):
    """Ten examples an epoch of each kind of source."""
    if request.param == "split":
        return make_split(10)
    if request.param == "mixture":
        parts = (make_split(4, "a"), make_split(6, "b", start=4))
        return Mixture("both", parts, {"a": 0.5, "b": 0.5})
    return stream(block=1 if request.param == "stream" else 2)


def same(batch, other):
    return all(
        np.array_equal(batch[part][name], other[part][name])
        for part in (0, 1)
        for name in batch[part]
    ) and np.array_equal(batch[2], other[2])


def test_a_batch_is_a_pure_function_of_its_place(source):
    batches = Batches(source, 4, seed=0, stage="01-easy")
    expected = batches.batch(3, 2)
    for epoch in (0, 3, 5):
        for index in (2, 0, 1):
            batches.batch(epoch, index)
    assert same(batches.batch(3, 2), expected)
    assert same(Batches(source, 4, seed=0, stage="01-easy").batch(3, 2), expected)


def test_a_batch_cannot_spoil_the_next_of_its_place(source):
    batches = Batches(source, 4, seed=0, stage="01-easy")
    first = batches.batch(0, 1)
    kept = first[0]["x"].copy()
    first[0]["x"] += 1
    assert np.array_equal(batches.batch(0, 1)[0]["x"], kept)


def test_all_batches_have_one_shape_and_dtype(source):
    batches = Batches(source, 4, seed=0, stage="01-easy")
    layouts = {
        (inputs["x"].shape, inputs["x"].dtype.name, weights.shape, weights.dtype.name)
        for inputs, _, weights in batches.epoch(0)
    }
    assert len(layouts) == 1
    assert layouts.pop()[2:] == ((4,), "float32")


def test_every_example_comes_exactly_once_an_epoch(make_split):
    batches = Batches(make_split(10), 4, seed=0, stage="01-easy")
    assert batches.steps_per_epoch == 3
    for epoch in range(3):
        seen = [
            value
            for inputs, _, weights in batches.epoch(epoch)
            for value in inputs["x"][weights == 1]
        ]
        assert sorted(seen) == list(range(10))


def test_inputs_and_targets_stay_together(make_split):
    for inputs, targets, _ in Batches(make_split(10), 4, 0, "01-easy").epoch(0):
        assert np.array_equal(targets["y"][:, 0], 10 * inputs["x"])


def test_the_tail_is_padded_with_examples_of_weight_zero(make_split):
    batches = Batches(make_split(10), 4, seed=0, stage="01-easy")
    weights = [weights.tolist() for _, _, weights in batches.epoch(0)]
    assert weights == [[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 0, 0]]
    inputs, _, _ = batches.batch(0, 2)
    assert set(inputs["x"][2:]) <= set(inputs["x"][:2])


def test_the_tail_of_a_stream_is_padded_too():
    batches = Batches(stream(examples=10), 4, seed=0, stage="01-easy")
    assert [batch[2].sum() for batch in batches.epoch(0)] == [4, 4, 2]


def test_epochs_seeds_and_stages_have_orders_of_their_own(make_split):
    split = make_split(10)
    places = [(0, "01-easy", 0), (0, "01-easy", 1), (1, "01-easy", 0), (0, "02-b", 0)]
    orders = {
        tuple(Batches(split, 10, seed, stage).batch(epoch, 0)[0]["x"])
        for seed, stage, epoch in places
    }
    assert len(orders) == len(places)


def test_an_epoch_can_begin_anywhere(source):
    batches = Batches(source, 4, seed=0, stage="01-easy")
    whole, rest = list(batches.epoch(1)), list(batches.epoch(1, start=1))
    assert len(rest) == 2
    assert all(same(a, b) for a, b in zip(whole[1:], rest, strict=True))


def test_two_threads_get_the_batches_they_ask_for(make_split):
    split = make_split(10)
    batches = Batches(split, 4, seed=0, stage="01-easy")
    expected = [Batches(split, 4, 0, "01-easy").batch(epoch, 0) for epoch in (0, 1)]
    wrong = []

    def read(epoch):
        for _ in range(200):
            if not same(batches.batch(epoch, 0), expected[epoch]):
                wrong.append(epoch)

    threads = [threading.Thread(target=read, args=(epoch,)) for epoch in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


@pytest.mark.parametrize("index", [-1, 3])
def test_a_batch_outside_the_epoch_is_refused(index, source):
    batches = Batches(source, 4, seed=0, stage="01-easy")
    with pytest.raises(IndexError, match=rf"0 and 2.*index={index}.*next epoch"):
        batches.batch(0, index)


@pytest.mark.parametrize("size", [0, 11])
def test_a_batch_size_that_does_not_fit_is_refused(size, source):
    with pytest.raises(ValueError, match=rf"10 examples.*batch_size={size}.*Lower"):
        Batches(source, size, seed=0, stage="01-easy")


@pytest.mark.parametrize("role", ["select", "test"])
def test_selection_and_test_splits_are_never_trained_on(role, make_split):
    split = make_split(name="held_out", role=role)
    with pytest.raises(NotForTraining, match=rf"`held_out` of role '{role}'"):
        Batches(split, 2, seed=0, stage="01-easy")
    mixture = Mixture("mix", (split, make_split()), {"held_out": 1.0, "train": 1.0})
    with pytest.raises(NotForTraining, match=r"`mix` of role 'mixed'"):
        Batches(mixture, 2, seed=0, stage="01-easy")


def test_the_realised_mixture_is_that_of_the_batches(make_split):
    parts = (make_split(4, "a"), make_split(6, "b", start=4))
    mixture = Mixture("both", parts, {"a": 0.3, "b": 0.7}, examples_per_epoch=400)
    batches = Batches(mixture, 40, seed=0, stage="01-easy")
    x = np.concatenate([inputs["x"] for inputs, _, _ in batches.epoch(2)])
    shares = batches.realised_mixture(2)
    assert shares == pytest.approx({"a": np.mean(x < 4), "b": np.mean(x >= 4)})
    assert batches.realised_mixture(3) != shares
    assert Batches(parts[0], 2, 0, "01-easy").realised_mixture(0) == {}
