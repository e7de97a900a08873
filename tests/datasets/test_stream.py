import json

from dist_invention.datasets import Batches, Field, Stream
from dist_invention.datasets.stream import NothingLeftToDraw
from dist_invention.runtime.seeds import stream as random_stream
import numpy as np
import pytest


def uniform(generator, n):
    x = generator.uniform(size=n)
    return {"x": x, "y": np.stack([x, -x], axis=1)}


def make(generate=uniform, **changes):
    content = {
        "fields": (Field("x", (), "m"), Field("y", (2,), "J")),
        "inputs": ("x",),
        "targets": ("y",),
        "examples_per_epoch": 64,
    }
    return Stream("noise", generate, **{**content, **changes})


def test_drawing_is_a_pure_function_of_the_generator():
    stream = make(excluded=lambda arrays: arrays["x"] > 0.9)
    first = stream.draw(random_stream(0, "a"), 50)
    stream.draw(random_stream(0, "b"), 50)
    second = stream.draw(random_stream(0, "a"), 50)
    assert np.array_equal(first["x"], second["x"])
    assert np.array_equal(first["y"][:, 0], first["x"])


def test_what_is_excluded_never_appears():
    stream = make(excluded=lambda arrays: arrays["x"] > 0.2)
    x = stream.draw(random_stream(0), 500)["x"]
    assert len(x) == 500
    assert x.max() <= 0.2
    batches = Batches(stream, 16, seed=0, stage="01-easy")
    assert all(inputs["x"].max() <= 0.2 for inputs, _, _ in batches.epoch(0))


def test_an_impossible_exclusion_is_refused():
    stream = make(excluded=lambda arrays: np.ones(len(arrays["x"]), bool))
    with pytest.raises(
        NothingLeftToDraw, match=r"`noise` to draw 5.*Received: 0 in 20 rounds.*Widen"
    ):
        stream.draw(random_stream(0), 5)


def test_a_generator_that_gives_too_few_is_asked_again():
    short = make(lambda generator, n: uniform(generator, n // 2))
    assert len(short.draw(random_stream(0), 10)["x"]) == 10


def test_the_block_is_part_of_the_definition_of_a_stream():
    single, double = (
        Batches(make(block=block), 16, seed=0, stage="01-easy") for block in (1, 2)
    )
    forward = [double.batch(0, index)[0]["x"] for index in range(4)]
    backward = [double.batch(0, index)[0]["x"] for index in (3, 2, 1, 0)][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(forward, backward, strict=True))
    assert len({batch.tobytes() for batch in forward}) == 4
    assert not np.array_equal(single.batch(0, 1)[0]["x"], forward[1])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"examples_per_epoch": 0}, "at least one example an epoch.*=0.*Raise"),
        ({"block": 0}, "at least one batch in one go.*block=0.*Raise"),
        ({"inputs": ("z",)}, r"inputs and targets.*\['z'\].*Correct"),
    ],
)
def test_a_stream_that_cannot_work_is_refused(changes, message):
    with pytest.raises(ValueError, match=rf"Expected.*{message}"):
        make(**changes)


@pytest.mark.parametrize("change", ["missing", "undeclared", "shape"])
def test_generated_arrays_must_be_those_declared(change):
    def wrong(generator, n):
        arrays = uniform(generator, n)
        if change == "missing":
            del arrays["y"]
        elif change == "undeclared":
            arrays["z"] = arrays["x"]
        else:
            arrays["y"] = arrays["y"][:, :1]
        return arrays

    with pytest.raises(ValueError, match=r"`noise`.*example shapes.*Received.*Correct"):
        make(wrong).draw(random_stream(0), 4)


def test_the_identity_is_plain_json():
    identity = make(datasheet={"made": "by chance"}).identity()
    assert json.loads(json.dumps(identity)) == identity
    assert identity["n"] is None
    assert identity["units"] == {"x": "m", "y": "J"}
    assert len(make()) == identity["examples_per_epoch"] == 64
