"""Tables over seeds: every figure beside its rivals, and misses called misses."""

from dist_invention.domains.collatz import track_table
from dist_invention.domains.collatz.data import trajectories
from dist_invention.domains.collatz.track_table import (
    HARD_RATE,
    MODEL,
    ORDER,
    PASS,
    RIVALS,
    UNIQUE,
    VIOLATIONS,
    WORST,
    RunsOfOtherData,
    Track,
    as_text,
    measured,
    on_paths,
    track_rows,
)
import numpy as np
import pytest

TRACK = Track(
    "--lookahead 10", {VIOLATIONS: 64}, {VIOLATIONS: 20, HARD_RATE: 4.4}, {PASS: 99}
)


def results(value=0.1, rival=0.5):
    """Return scores of a run, all of one value."""
    rows = [{"name": name, "value": rival} for name in ("constant", *RIVALS)]
    return {
        "scores": [
            {
                "split": split,
                "stratum": stratum,
                "metric": metric,
                "value": value,
                "n": 429,
                "baselines": rows,
            }
            for split, stratum, metric, _ in track_table.MEASURES.values()
        ]
    }


def run(value=0.1, rival=0.5):
    """Return what a run measured, with what only V tells."""
    both = {MODEL: 7.0, **dict.fromkeys(RIVALS, 9.0)}
    return {**measured(results(value, rival)), UNIQUE: both, WORST: both}


def test_violations_are_counted_and_rates_are_percent():
    found = measured(results(value=19 / 429, rival=64 / 429))
    assert found[VIOLATIONS] == {MODEL: 19, **dict.fromkeys(RIVALS, 64)}
    assert found[HARD_RATE][MODEL] == pytest.approx(100 * 19 / 429)


def test_a_missing_score_is_an_error_and_no_number():
    lacking = results()
    lacking["scores"] = lacking["scores"][:-1]
    with pytest.raises(KeyError):
        measured(lacking)


@pytest.mark.parametrize(("lookahead", "peak"), [(0, (255, 205)), (20, (33, 31))])
def test_the_formula_has_its_known_counts_on_the_paths(lookahead, peak):
    split = trajectories(lookahead)
    found = on_paths(np.zeros((429, 2)), split, lookahead)
    assert (found[VIOLATIONS]["PEAK"], found[UNIQUE]["PEAK"]) == peak
    assert (found[VIOLATIONS][MODEL], found[UNIQUE][MODEL]) == (429, 340)
    assert found[WORST][MODEL] == 0
    assert found[WORST]["PEAK"] < 0


def test_rows_hold_the_mean_the_interval_and_each_seed():
    rows = track_rows(TRACK, [run(k / 429) for k in (10, 20, 30)])
    assert [row["measure"] for row in rows] == list(ORDER)
    first = rows[0]
    assert (first["mean"], first["seeds"]) == (20, [10, 20, 30])
    low, high = first["interval"]
    assert low == pytest.approx(20 - 24.84, abs=0.01)
    assert high == pytest.approx(20 + 24.84, abs=0.01)
    assert first["record"] == 64


def test_a_mean_at_the_limit_is_no_success():
    rows = {row["measure"]: row for row in track_rows(TRACK, [run(20 / 429)])}
    assert rows[VIOLATIONS]["met"] is False
    assert rows[PASS]["met"] is False
    assert rows[HARD_RATE]["met"] is False
    assert rows[WORST]["met"] is None
    assert Track("", least={PASS: 99}).is_met(PASS, 99.0) is True
    assert Track("", below={PASS: 99}).is_met(PASS, 98.9) is True


def test_two_seeds_have_no_interval():
    assert track_rows(TRACK, [run(), run()])[0]["interval"] is None


def test_runs_on_other_rows_are_refused():
    with pytest.raises(RunsOfOtherData, match="differs between seeds"):
        track_rows(TRACK, [run(rival=0.5), run(rival=0.6)])


def test_the_text_marks_a_miss_and_lines_up():
    runs = [run(k / 429) for k in (10, 20, 30)]
    text = as_text("L10", TRACK, track_rows(TRACK, runs))
    lines = text.split("\n")
    assert lines[0] == "L10: --lookahead 10"
    assert lines[2].split()[:4] == ["violations,", "of", "429", "20.0"]
    assert "< 20  MISSED  10 20 30" in lines[2]
    assert "PEAK" in lines[1]
    ends = {line.index("PEAK") + 4 for line in lines[1:2]}
    assert lines[2][: ends.pop()].endswith(" 214")  # half of 429, rounded to even
    assert len(lines) == 2 + len(ORDER)
