"""Rows that run away or are barred are drawn again, and counted."""

from dist_invention.domains.physics import draws
from dist_invention.domains.physics.laws import sample_laws
import numpy as np
import pytest


def draw(n=20, band="train", seed=7, low=1):
    generator = np.random.Generator(np.random.Philox(key=[seed, 0]))
    return draws.Draw(generator, n, lambda g, k: sample_laws(g, k, band), (low, 4))


def test_every_row_gets_a_window_and_the_report_adds_up():
    asked = draw(40)
    arrays = draws.draw_windows([asked], 10)[0]
    assert len(arrays["law"]) == 40
    assert (arrays["present"].sum(axis=1) == asked.counts).all()
    assert sum(entry["kept"] for entry in asked.report.values()) == 40


def test_what_one_split_draws_does_not_depend_on_the_others():
    alone = draws.draw_windows([draw(12, seed=1)], 10)[0]
    both = draws.draw_windows([draw(30, "far", seed=2), draw(12, seed=1)], 10)[1]
    for name, values in alone.items():
        assert np.array_equal(values, both[name])


def test_barred_rows_are_drawn_again_and_counted():
    asked, calls = draw(20), []

    def excluded(arrays):
        calls.append(len(arrays["law"]))
        return (np.arange(len(arrays["law"])) < 5) & (len(calls) == 1)

    arrays = draws.draw_windows([asked], 10, excluded)[0]
    assert calls == [20, 5]
    assert sum(entry["excluded"] for entry in asked.report.values()) == 5
    assert np.abs(arrays["law"]).min(axis=1).all()


def test_rows_that_run_away_are_drawn_again(monkeypatch):
    seen = []
    real = draws.cut_windows

    def cut(scenes, horizon, start):
        arrays, wild = real(scenes, horizon, start)
        seen.append(len(scenes))
        return arrays, wild | ((np.arange(len(scenes)) == 0) & (len(seen) == 1))

    monkeypatch.setattr(draws, "cut_windows", cut)
    asked = draw(8)
    draws.draw_windows([asked], 10)
    assert seen == [8, 1]
    assert sum(entry["too fast"] for entry in asked.report.values()) == 1


def test_a_draw_that_never_ends_is_an_error_with_its_report(monkeypatch):
    monkeypatch.setattr(draws, "MAX_ROUNDS", 2)
    with pytest.raises(ValueError, match="within 2 rounds"):
        draws.draw_windows([draw(4)], 5, lambda arrays: arrays["law"][:, 0] < 0)
