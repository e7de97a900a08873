"""The encoder: what it says, and what it refuses by name."""

from dataclasses import dataclass
from enum import Enum
import json
from pathlib import PurePosixPath

from dist_invention.storage.encoding import canonical_sha256, to_json, to_plain
import ml_dtypes
import numpy as np
import pytest


@dataclass(frozen=True)
class Score:
    name: str
    interval: tuple[float, float]


class Verdict(Enum):
    CLEAN = "clean"


def test_numpy_dataclasses_paths_and_tuples_become_plain_json():
    value = {
        "score": Score("mae", (0.5, 1.5)),
        "where": PurePosixPath("runs/a"),
        "n": np.int64(3),
        "ok": np.bool_(True),
        "half": np.float32(0.5),
        "board": np.arange(4).reshape(2, 2),
        "zero_dim": np.array(7),
        "text": np.array(["a", "b"]),
        "brain": ml_dtypes.bfloat16(1.5),
        "verdict": Verdict.CLEAN,
        1: None,
    }
    assert json.loads(to_json(value)) == {
        "score": {"name": "mae", "interval": [0.5, 1.5]},
        "where": "runs/a",
        "n": 3,
        "ok": True,
        "half": 0.5,
        "board": [[0, 1], [2, 3]],
        "zero_dim": 7,
        "text": ["a", "b"],
        "brain": 1.5,
        "verdict": "clean",
        "1": None,
    }


@pytest.mark.parametrize("bad", [float("nan"), np.float32("inf"), -np.inf])
def test_a_number_json_lacks_is_refused_with_its_place(bad):
    value = {"scores": [{"value": 1.0}, {"value": bad}]}
    with pytest.raises(ValueError, match=r"`scores\[1\]\.value`"):
        to_json(value)


def test_nan_inside_an_array_is_refused_with_its_index():
    with pytest.raises(ValueError, match=r"`x\[1\]\[0\]`"):
        to_json({"x": np.array([[1.0], [np.nan]])})


@pytest.mark.parametrize("bad", [{1, 2}, b"bytes", object(), 1j, np.datetime64("now")])
def test_a_value_without_a_json_form_is_refused_with_its_place(bad):
    with pytest.raises(TypeError, match=r"`config\.seeds`"):
        to_json({"config": {"seeds": bad}})


def test_keys_that_would_merge_are_refused():
    with pytest.raises(ValueError, match="two keys that both become '1'"):
        to_json({1: "a", "1": "b"})


def test_a_key_that_is_no_text_is_refused():
    with pytest.raises(TypeError, match=r"\(0, 1\)"):
        to_json({"pairs": {(0, 1): 2}})


def test_keys_keep_their_order_unless_sorting_is_asked():
    assert to_json({"b": 1, "a": 2}) == '{"b": 1, "a": 2}'
    assert to_json({"b": 1, "a": 2}, sort_keys=True) == '{"a": 2, "b": 1}'


def test_text_that_no_encoding_holds_still_becomes_json():
    assert to_json("\udcff").encode() == b'"\\udcff"'


def test_hash_ignores_the_order_of_keys_and_sees_every_value():
    assert canonical_sha256({"a": 1, "b": (2,)}) == canonical_sha256({"b": [2], "a": 1})
    assert canonical_sha256({"a": 1}) != canonical_sha256({"a": 2})
    assert canonical_sha256({"a": 1}) != canonical_sha256({"a": 1.0})


def test_plain_numbers_are_not_numpy_subclasses():
    assert type(to_plain(np.float64(1.5))) is float
