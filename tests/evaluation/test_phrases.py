"""Values and phrases that training never shows are found, counted and named."""

import gzip
from pathlib import Path
import time

from dist_invention.datasets.split import Field
from dist_invention.evaluation import phrases
from dist_invention.evaluation.phrases import unseen_symbols
from dist_invention.evaluation.rows import Rows
import numpy as np
import pytest

SCAN = Path(__file__).resolve().parents[3] / "shared" / "data" / "scan"


def generator(seed=0):
    return np.random.Generator(np.random.Philox(key=[seed, 0]))


def rows_of(array, groups=None):
    array = np.asarray(array)
    groups = np.arange(len(array)) if groups is None else groups
    return Rows({"t": array}, {}, {"t": Field("t", array.shape[1:], "1")}, groups)


def unseen(known, asked, *groups):
    sides = [
        rows_of(side, groups[k] if groups else None)
        for k, side in enumerate((known, asked))
    ]
    return unseen_symbols(*sides, generator())


def test_an_unseen_phrase_of_seen_words_is_named_with_its_rows():
    known = ["walk left", "walk right twice", "run left twice", "run right"] * 30
    asked = ["walk left twice"] * 30 + ["walk left"] * 10
    found = unseen(known, asked)
    assert found.values.value == 0.0
    assert found.phrases.value == 0.75
    assert "`t: walk left twice` (30 rows)" in found.phrases.detail
    assert "1 phrases never seen in 120 rows" in found.phrases.detail
    assert found.phrases.p_value < 1e-9


def test_a_longer_phrase_is_not_named_beside_the_shorter_one_inside_it():
    found = unseen(["a b c d"] * 40, ["a c b d"] * 40)
    assert "`t: a c`" in found.phrases.detail
    assert "`t: a c b`" not in found.phrases.detail


def test_an_unseen_category_and_an_unseen_integer_are_values():
    found = unseen(["red", "blue"] * 50, ["red"] * 30 + ["green"] * 20)
    assert found.values.value == 0.4
    assert "`t: green` (20 rows)" in found.values.detail
    assert "no phrases" in found.phrases.detail
    found = unseen(np.arange(100) % 4, np.arange(50) % 5)
    assert found.values.value == 0.2


def test_fresh_rows_raise_no_alarm_and_share_the_rate_inside_training():
    alarms, shares = [], []
    words = np.array([f"w{i}" for i in range(60)])
    for seed in range(60):
        rng = generator(seed)
        rank = rng.zipf(1.5, size=(400, 6)).clip(max=60) - 1
        text = np.array([" ".join(words[row]) for row in rank])
        found = unseen(text[:300], text[300:])
        alarms += [found.values.p_value <= 0.05, found.phrases.p_value <= 0.05]
        shares.append(found.phrases.value - found.phrases.null_rate)
    assert np.mean(alarms) <= 0.05
    assert abs(np.mean(shares)) < 0.03


def test_rows_of_one_template_count_once():
    known, asked = ["a b"] * 100, ["a b"] * 60 + ["b a"] * 40
    assert unseen(known, asked).phrases.p_value < 1e-6
    groups = np.arange(100), np.minimum(np.arange(100), 60)
    assert unseen(known, asked, *groups).phrases.p_value > 0.05


def test_ids_that_never_repeat_are_no_surprise():
    found = unseen(np.arange(200), np.arange(1000, 1060))
    assert found.values.value == found.values.null_rate == 1.0
    assert found.values.p_value > 0.05


def test_lengths_of_sequences_are_handed_on():
    found = unseen(["a b", "a"], ["a b b a"])
    known, asked = found.lengths["t"]
    assert (known.tolist(), asked.tolist()) == ([2, 1], [4])


def test_numbers_and_frames_have_no_values_to_see():
    found = unseen(np.zeros((5, 3)), np.zeros((5, 3)))
    assert found.values.value.reason == "no values among the inputs"


def test_very_long_data_is_cut_to_whole_groups_and_says_so(monkeypatch):
    monkeypatch.setattr(phrases, "PLACES", {1: 2000, phrases.HIGHEST: 1000})
    tokens = generator().integers(1, 9, size=(400, 10))
    found = unseen(tokens, tokens, np.arange(400) // 4, np.arange(400) // 4)
    assert "in 200 rows of training" in found.values.detail
    assert "in 100 rows of training" in found.phrases.detail
    assert found.lengths == {}


def scan_commands(name):
    text = gzip.decompress((SCAN / f"{name}.txt.gz").read_bytes()).decode()
    lines = [line.split(" OUT: ")[0] for line in text.splitlines()]
    return np.array([line.removeprefix("IN: ") for line in lines])


@pytest.mark.skipif(not SCAN.exists(), reason="the public SCAN files are absent")
def test_the_hole_in_the_length_split_of_scan_is_found():
    known, asked = scan_commands("length_train"), scan_commands("length_test")
    start = time.perf_counter()
    found = unseen(known, asked)
    assert time.perf_counter() - start < 5.0
    holes = [
        f"{verb} around {side} thrice"
        for verb in ("walk", "look", "run", "jump")
        for side in ("left", "right")
    ]
    with_hole = np.mean([any(hole in text for hole in holes) for text in asked])
    assert with_hole == pytest.approx(0.802, abs=0.0005)
    assert found.values.value == 0.0
    assert found.phrases.value == pytest.approx(with_hole, abs=1e-9)
    assert "around left thrice" in found.phrases.detail
    assert found.phrases.p_value < 1e-12
