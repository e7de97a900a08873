"""The whole support audit on splits whose place is known."""

import gzip
import json
from pathlib import Path
import time

from dist_invention.datasets.split import Field, Split
from dist_invention.domains.physics.data import make_splits
from dist_invention.evaluation.support import support_audit
import numpy as np
import pytest

SCAN = Path(__file__).resolve().parents[3] / "shared" / "data" / "scan"


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def split_of(name, x, role="test", per_group=1):
    keys = np.array([f"{name}-{i}" for i in range(len(x))])
    groups = np.array([f"{name}-{i // per_group}" for i in range(len(x))])
    field = Field("x", x.shape[1:], "m")
    return Split(name, role, {"x": x}, (field,), ("x",), (), keys, groups)


@pytest.fixture(scope="module")
def report():
    rng = generator()
    train = rng.uniform(size=(800, 5))
    return support_audit(
        [
            split_of("train", train, "train"),
            split_of("fresh", rng.uniform(size=(200, 5))),
            split_of("shifted", rng.beta(3.0, 2.0, size=(200, 5))),
            split_of("outside", 0.8 + rng.uniform(size=(200, 5))),
            split_of("few", rng.uniform(size=(200, 5)), per_group=20),
            split_of("leaking", train[:100]),
        ],
        leaking={"leaking"},
    )


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("fresh", "SAME"),
        ("shifted", "SHIFTED INSIDE SUPPORT"),
        ("outside", "OUTSIDE SUPPORT"),
        ("few", "UNKNOWN"),
        ("leaking", "LEAK"),
    ],
)
def test_each_split_gets_the_verdict_it_was_made_for(report, name, verdict):
    (row,) = [row for row in report.splits if row.split == name]
    assert row.verdict == verdict, row.sentence
    assert row.sentence.startswith(verdict)


def test_each_check_is_calibrated_between_halves_of_training(report):
    found = {row.name: row for row in report.calibration}
    assert {"range coverage", "classifier, boosted", "nearest neighbours"} <= set(found)
    assert all(row.repeats == 6 and row.nominal == 0.05 for row in report.calibration)
    assert np.mean([row.false_positive_rate for row in report.calibration]) <= 0.1
    assert "0.4" in found["classifier, boosted"].detail


def test_the_report_is_plain_json_and_the_same_again(report):
    text = json.dumps(report.as_json(), allow_nan=False)
    assert json.loads(text)["support"][0]["split"] == "fresh"
    rng = generator(5)
    splits = [
        split_of("train", rng.normal(size=(100, 3)), "train"),
        split_of("fresh", rng.normal(size=(60, 3))),
    ]
    once, twice = (support_audit(splits, seed=3, repeats=1) for _ in range(2))
    assert once.as_json() == twice.as_json()


def test_text_alone_is_judged_by_its_phrases_and_has_no_distance():
    rng = generator(6)
    verbs, sides = np.array(["walk", "run", "look"]), np.array(["left", "right"])
    said = np.char.add(np.char.add(rng.choice(verbs, 400), " "), rng.choice(sides, 400))
    new = np.char.add(said[:100], " left")
    report = support_audit(
        [split_of("train", said[100:], "train"), split_of("new", new)], repeats=0
    )
    (row,) = report.splits
    assert row.verdict == "OUTSIDE SUPPORT"
    assert "phrase never seen" in row.sentence
    assert report.calibration == ()


def test_a_run_without_training_or_without_comparable_inputs_is_unknown():
    alone = split_of("alone", np.zeros((30, 2)))
    (row,) = support_audit([alone]).splits
    assert row.verdict == "UNKNOWN"
    other = split_of("train", generator().normal(size=(60, 3)), "train")
    (row,) = support_audit([other, alone], repeats=0).splits
    assert row.verdict == "UNKNOWN"
    assert "nothing could be measured" in row.sentence


def scan_commands(name):
    text = gzip.decompress((SCAN / f"{name}.txt.gz").read_bytes()).decode()
    lines = [line.split(" OUT: ")[0] for line in text.splitlines()]
    return np.array([line.removeprefix("IN: ") for line in lines])


@pytest.mark.skipif(not SCAN.exists(), reason="the public SCAN files are absent")
@pytest.mark.parametrize(
    ("name", "verdict", "said"),
    [
        ("simple", "SAME", "AUC 0.5"),
        ("length", "OUTSIDE SUPPORT", "80.2% with a phrase never seen"),
        ("addprim_jump", "OUTSIDE SUPPORT", "100.0% with a phrase never seen"),
    ],
)
def test_splits_of_scan_get_the_verdict_that_their_rule_gives(name, verdict, said):
    splits = [
        split_of(role, scan_commands(f"{name}_{role}"), role)
        for role in ("train", "test")
    ]
    (row,) = support_audit(splits, repeats=0).splits
    assert row.verdict == verdict
    assert said in row.sentence


@pytest.fixture(scope="module")
def physics():
    splits = make_splits(0, 1200, horizon_train=2, horizon_test=2)
    start = time.process_time()
    report = support_audit(list(splits.values()), repeats=1)
    return {row.split: row for row in report.splits}, time.process_time() - start


@pytest.mark.parametrize(
    "name", ["select_near", "test_near", "test_far", "test_regimes"]
)
def test_new_laws_of_physics_lie_outside_in_the_parameters(physics, name):
    row = physics[0][name]
    assert row.verdict == "OUTSIDE SUPPORT"
    assert row.distance > 0
    assert row.distance_unit == "widths of the training range of law"
    assert row.checks[0].value > 0.9


@pytest.mark.parametrize("name", ["select_in", "test_in"])
def test_known_laws_of_physics_do_not(physics, name):
    row = physics[0][name]
    assert row.verdict in ("SAME", "SHIFTED INSIDE SUPPORT"), row.sentence
    assert row.distance == 0.0


def test_the_ladder_of_physics_is_in_order_and_quick(physics):
    rows, seconds = physics
    assert rows["test_far"].distance > rows["test_near"].distance > 0
    assert seconds < 15
