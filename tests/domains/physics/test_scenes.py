"""Scenes are drawn without overlaps, and what was rejected is said."""

from dist_invention.domains.physics import scenes as module
from dist_invention.domains.physics.laws import sample_laws
import numpy as np
import pytest


def spawn(n, num_balls=(1, 4), seed=3):
    generator = np.random.Generator(np.random.Philox(key=[seed, 0]))
    counts = module.ball_counts(generator, n, num_balls)
    return module.spawn(generator, counts, sample_laws(generator, n, "train"))


def test_balls_do_not_overlap_and_every_count_is_equally_frequent():
    scenes, report = spawn(800)
    assert not module.overlaps(scenes.position, scenes.radius, scenes.present).any()
    assert [report[f"{k} balls"]["kept"] for k in (1, 2, 3, 4)] == [200] * 4
    assert report["1 balls"]["rejected"] == 0
    assert report["4 balls"]["rejected"] > report["2 balls"]["rejected"] > 0


def test_births_keep_the_ranges_of_the_record_and_empty_slots_hold_zeros():
    scenes, _ = spawn(400)
    there = scenes.present > 0
    x, y = scenes.position[there].T
    assert 0.5 <= x.min() < x.max() <= 7.5
    assert 1.0 <= y.min() < y.max() <= 5.5
    assert np.abs(scenes.velocity).max() <= 2.0
    for name, (low, high) in {"radius": (0.1, 0.3), "mass": (0.5, 2.0)}.items():
        values = getattr(scenes, name)[there]
        assert low <= values.min() < values.max() <= high
    for name in ("position", "velocity", "radius", "mass"):
        assert not getattr(scenes, name)[~there].any()


def test_a_stratum_that_cannot_be_filled_is_an_error(monkeypatch):
    monkeypatch.setattr(module, "RADIUS", (3.0, 3.1))
    with pytest.raises(ValueError, match="Expected every stratum of scenes to fill"):
        spawn(8, (4, 4))


def test_impossible_ball_counts_are_refused():
    with pytest.raises(ValueError, match=r"Received: num_balls=\(0, 5\)"):
        spawn(8, (0, 5))


def test_wrong_shapes_are_refused_by_name():
    scenes, _ = spawn(4)
    with pytest.raises(ValueError, match="Expected `radius` of the scenes"):
        module.Scenes(
            scenes.position,
            scenes.velocity,
            scenes.radius[:, :2],
            scenes.mass,
            scenes.present,
            scenes.law,
        )


def test_joined_scenes_come_apart_again():
    scenes, _ = spawn(10)
    again = module.join([scenes.take(slice(0, 4)), scenes.take(slice(4, 10))])
    assert np.array_equal(again.position, scenes.position)
    assert np.array_equal(again.law, scenes.law)
