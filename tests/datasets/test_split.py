import json
import subprocess
import sys

from dist_invention.datasets import Field
import numpy as np
import pytest


def test_a_split_knows_its_length_inputs_and_targets(make_split):
    split = make_split(4)
    assert len(split) == 4
    assert list(split.input_arrays()) == ["x"]
    assert split.target_arrays()["y"].shape == (4, 2)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"role": "valid"}, "role of split `train`.*role='valid'.*Choose"),
        ({"n": 0}, "at least one example.*0 examples.*leave the split out"),
        ({"arrays": {}}, r"one field per array.*\['x', 'y'\] for arrays \[\].*Declare"),
        ({"inputs": ("z",)}, r"inputs and targets.*Received: \['z'\].*Correct"),
        ({"targets": ("y", "z")}, r"inputs and targets.*Received: \['z'\].*Correct"),
        ({"groups": np.zeros(3)}, "`groups`.*one row per key, 10.*3 rows.*Build"),
        ({"strata": {"s": np.zeros(3)}}, "`s`.*one row per key.*3 rows.*Build"),
    ],
)
def test_a_split_that_does_not_hold_together_is_refused(changes, message, make_split):
    with pytest.raises(ValueError, match=rf"Expected.*{message}"):
        make_split(**changes)


def replaced(split, **arrays):
    return {**split.arrays, **arrays}


def test_arrays_must_be_those_declared(make_split):
    split = make_split()
    long = replaced(split, x=np.zeros(11, np.float32))
    with pytest.raises(ValueError, match=r"`x`.*one row per key, 10.*11 rows"):
        make_split(arrays=long)
    wide = replaced(split, y=np.zeros((10, 3), np.float32))
    with pytest.raises(ValueError, match=r"`y`.*\(2,\).*Received: \(3,\).*Correct"):
        make_split(arrays=wide)
    with pytest.raises(ValueError, match=r"one field per array"):
        make_split(fields=(*split.fields, Field("x", (), "s")))
    objects = replaced(split, x=np.array(["a"] * 10, dtype=object))
    with pytest.raises(ValueError, match=r"`x`.*Python objects.*dtype"):
        make_split(arrays=objects)


def test_the_hash_sees_values_names_types_keys_and_role(make_split):
    split = make_split()
    changed = split.arrays["x"].copy()
    changed[3] += 1e-6
    renamed = {"x2": split.arrays["x"], "y": split.arrays["y"]}
    variants = [
        split,
        make_split(role="select"),
        make_split(keys=np.array([f"other {i}" for i in range(10)])),
        make_split(arrays=replaced(split, x=changed)),
        make_split(arrays=replaced(split, x=split.arrays["x"].astype(np.float64))),
        make_split(
            arrays=renamed,
            fields=(Field("x2", (), "m"), split.fields[1]),
            inputs=("x2",),
        ),
    ]
    assert len({variant.sha256 for variant in variants}) == len(variants)


def test_the_hash_is_of_content_alone(make_split):
    split = make_split()
    same = make_split(name="another", tier="far", datasheet={"made": "by hand"})
    turned = dict(reversed(split.arrays.items()))
    scattered = replaced(split, y=np.asfortranarray(split.arrays["y"]))
    assert same.sha256 == split.sha256
    assert make_split(arrays=turned).sha256 == split.sha256
    assert make_split(arrays=scattered).sha256 == split.sha256


def test_another_process_finds_the_same_hash():
    code = (
        "import numpy as np;"
        "from dist_invention.datasets.split import Field, Split;"
        "print(Split('train', 'train', {'x': np.arange(3.0)}, (Field('x', (), 'm'),),"
        "('x',), (), np.array(['a', 'b', 'c']), np.arange(3)).sha256)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == (
        "a2a447c07b3bec3e8c05fb30125b78497477a0a41cb37dd700270de11ee08c0e"
    )


@pytest.mark.parametrize(
    "indices", [np.array([3, 1]), np.arange(10) == 4], ids=["positions", "mask"]
)
def test_taking_examples_takes_every_column(indices, make_split):
    split = make_split(tier="near", datasheet={"a": 1})
    part = split.take(indices, name="part")
    assert part.name == "part"
    assert (part.role, part.tier, part.datasheet) == ("train", "near", {"a": 1})
    assert np.array_equal(part.arrays["y"], split.arrays["y"][indices])
    assert np.array_equal(part.keys, split.keys[indices])
    assert np.array_equal(part.groups, split.groups[indices])
    assert np.array_equal(part.strata["half"], split.strata["half"][indices])
    assert split.take(indices).name == "train"


def test_taking_nothing_is_refused(make_split):
    with pytest.raises(ValueError, match=r"at least one example"):
        make_split().take(np.zeros(10, bool))


def test_the_identity_is_plain_json_with_finite_ranges(make_split):
    split = make_split(3)
    gaps = replaced(split, x=np.array([np.nan, 2, 5], np.float32))
    never = np.full((3, 2), np.inf, np.float32)
    identity = make_split(3, arrays={**gaps, "y": never}, tier="in").identity()
    assert json.loads(json.dumps(identity, allow_nan=False)) == identity
    assert identity["ranges"] == {"x": [2.0, 5.0]}
    assert split.identity()["ranges"]["y"] == [-2.0, 20.0]
    assert (identity["n"], identity["role"], identity["tier"]) == (3, "train", "in")
    assert identity["units"] == {"x": "m", "y": "J"}


def test_origins_and_parameters_are_checked(make_split):
    with pytest.raises(ValueError, match=r"`seed`.*one row per key, 10.*3 rows.*Build"):
        make_split(origins={"seed": np.zeros(3)})
    with pytest.raises(ValueError, match=r"`seed`.*3 rows"):
        make_split(origins={"seed": np.zeros(3)}, strata={"seed": np.zeros(10)})
    with pytest.raises(ValueError, match=r"parameters.*\['x', 'y'\].*\['law'\].*Corr"):
        make_split(parameters=("law",))
    texts = make_split(1).arrays | {"y": np.array([["a", "b"]])}
    with pytest.raises(ValueError, match=r"numeric arrays \['x'\]. Received: \['y'\]"):
        make_split(1, arrays=texts, parameters=("y",))


def test_origins_and_parameters_change_no_hash_and_stand_in_the_identity(make_split):
    split = make_split(origins={"seed": np.arange(10) // 5}, parameters=("x",))
    plain = make_split()
    assert split.sha256 == plain.sha256
    added = {"origins": {"seed": 2}, "parameters": ["x"]}
    assert split.identity() == {**plain.identity(), **added}
    assert "origins" not in plain.identity()
    part = split.take(np.array([7, 1]))
    assert part.origins["seed"].tolist() == [1, 0]
    assert part.parameters == ("x",)
