"""The splits keep their promises: roles, sizes, ranges, and the same bytes again."""

import subprocess
import sys

from dist_invention.domains.physics import data, laws, windows
from dist_invention.evaluation.isolation import find_leaks
import numpy as np
import pytest

SHAPE = {"scenes_train": 280, "horizon_train": 8, "horizon_test": 30}
HASHES = (
    "from dist_invention.domains.physics.data import make_splits\n"
    f"print(*[s.sha256 for s in make_splits(3, **{SHAPE}).values()])"
)


@pytest.fixture(scope="module")
def splits():
    return data.make_splits(3, **SHAPE)


def test_shares_roles_and_tiers_are_those_of_the_record(splits):
    assert {name: len(split) for name, split in splits.items()} == {
        "train": 280,
        "select_in": 40,
        "select_near": 20,
        "test_in": 20,
        "test_near": 20,
        "test_far": 20,
        "test_regimes": 20,
    }
    assert {s.role for s in splits.values()} == {"train", "select", "test"}
    assert splits["test_far"].tier == "far"
    assert splits["select_near"].role == "select"


def test_no_example_stands_on_two_sides(splits):
    keys = np.concatenate([split.keys for split in splits.values()])
    assert len(set(keys)) == len(keys)
    laws = [set(split.groups) for split in splits.values()]
    assert len(set.union(*laws)) == sum(map(len, laws)), "no law on two sides"
    assert len(set(splits["test_regimes"].groups)) <= 8


def test_the_audit_finds_no_leak(splits):
    report = find_leaks(list(splits.values()))
    assert report.verdict == "clean"
    outputs = [c for c in report.checks if c.name == "same outputs"]
    assert len(outputs) == 6


def test_laws_lie_where_the_split_says(splits):
    law = {name: split.arrays["law"].astype(float) for name, split in splits.items()}
    box = laws.TRAIN + np.array([-1e-5, 1e-5])
    for name in ("train", "select_in", "test_in"):
        assert laws.inside(law[name], box).all()
    for name in ("select_near", "test_near"):
        assert not laws.inside(law[name], laws.TRAIN).all(axis=1).any()
    assert not laws.inside(law["test_far"], laws.TRAIN).any()
    assert set(splits["test_regimes"].strata["regime"]) == set(laws.REGIMES)


def test_every_split_carries_its_horizon_units_and_datasheet(splits):
    assert splits["train"].arrays["position"].shape[1] == 8
    assert splits["test_far"].arrays["position"].shape[1] == 30
    sheet = splits["test_far"].datasheet
    assert sheet["generator"] == data.VERSION
    assert sheet["seed"] == 3
    assert sum(e["kept"] for e in sheet["rejects"].values()) == 20
    assert sum(sheet["counts"]["contact"].values()) == 20
    units = splits["train"].identity()["units"]
    assert units["position"] == "m"
    assert units["energy_change"] == "J"
    assert splits["test_far"].parameters == ("law",)


def test_every_ball_count_is_a_stratum_of_equal_size(splits):
    counts = np.unique(splits["train"].strata["balls"], return_counts=True)[1]
    assert counts.tolist() == [70] * 4


def test_another_process_makes_the_same_bytes(splits):
    found = subprocess.run(
        [sys.executable, "-c", HASHES], capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == [split.sha256 for split in splits.values()]


def test_another_seed_makes_other_scenes(splits):
    other = data.make_splits(4, **SHAPE)
    assert not np.isin(other["train"].keys, splits["train"].keys).any()


def test_train_does_not_change_with_the_horizon_of_the_tests(splits):
    other = data.make_splits(3, **{**SHAPE, "horizon_test": 12})
    assert np.array_equal(
        other["train"].arrays["position"], splits["train"].arrays["position"]
    )


def test_random_worlds_come_from_their_band_and_their_generator():
    def draw():
        generator = np.random.Generator(np.random.Philox(key=[9, 1]))
        return data.random_worlds(generator, 16, "frontier", horizon=6)

    first, second = draw(), draw()
    assert laws.in_frontier(first["law"].astype(float)).any(axis=1).all()
    assert set(first) == {field.name for field in windows.window_fields(6)}
    for name, values in first.items():
        assert np.array_equal(values, second[name])


def test_the_stream_stays_clear_of_selection_and_test(splits):
    held = [split for split in splits.values() if split.role != "train"]
    excluded = data.excluder(held)
    assert excluded(splits["test_far"].arrays).all()
    assert not excluded(splits["train"].arrays).any()
    moved = {**splits["test_in"].arrays}
    moved["context_position"] = moved["context_position"] + np.float32(0.1)
    assert excluded(moved).all(), "the exact law of a test must not be trained on"


def test_thin_strata_and_long_horizons_are_refused():
    with pytest.raises(ValueError, match="at least 2 scenes for every ball count"):
        data.make_splits(0, scenes_train=40)
    with pytest.raises(ValueError, match="'test': 500"):
        data.make_splits(0, horizon_test=500)
