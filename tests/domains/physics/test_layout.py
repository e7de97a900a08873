"""Scenes lie flat in memory, and leaving some out disturbs no other."""

from dist_invention.domains.physics.laws import sample_laws
from dist_invention.domains.physics.layout import Layout, slots_in_use
from dist_invention.domains.physics.scenes import spawn
import numpy as np


def scenes():
    generator = np.random.Generator(np.random.Philox(key=[4, 0]))
    counts = np.array([4, 3, 3, 2, 1, 1])
    return spawn(generator, counts, sample_laws(generator, 6, "train"))[0]


def test_balls_lie_slot_by_slot_without_gaps():
    layout = Layout(scenes(), substeps=4)
    assert layout.sizes == [6, 4, 3, 1]
    assert layout.slot.tolist() == [0] * 6 + [1] * 4 + [2] * 3 + [3]
    assert layout.scene.tolist() == [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 0, 1, 2, 0]


def test_position_and_velocity_come_back_as_they_went_in():
    given = scenes()
    layout = Layout(given, substeps=4)
    where = (layout.scene, layout.slot)
    assert np.allclose(layout.position().real, given.position[where][:, 0])
    assert np.allclose(layout.velocity().imag, given.velocity[where][:, 1])


def test_dropping_scenes_keeps_the_rest_in_order():
    given = scenes()
    layout = Layout(given, substeps=4)
    layout.pending = (
        (np.array([12, 19]), np.array([1.0, 2.0])),
        (np.array([6, 9]), np.array([1j, 2j])),
    )
    layout.drop(np.array([True, False, False, False, True, False]))
    assert layout.sizes == [4, 3, 2, 0]
    kept = given.take(np.array([1, 2, 3, 5]))
    where = (layout.scene, layout.slot)
    assert np.allclose(layout.position().real, kept.position[where][:, 0])
    (coordinates, lifts), (balls, moves) = layout.pending
    assert coordinates.tolist() == [13]
    assert lifts.tolist() == [2.0]
    assert balls.tolist() == [6]
    assert moves.tolist() == [2j]


def test_every_pair_of_slots_in_use_is_listed_once():
    layout = Layout(scenes(), substeps=4)
    found = set()
    for (below, above, block), end in zip(
        layout.couples, layout.pair_ends, strict=True
    ):
        assert block.stop == end
        assert np.array_equal(layout.scene[below], layout.scene[above])
        sums = layout.radius[below] + layout.radius[above]
        assert np.array_equal(layout.every_reach[block], sums)
        for low, high in zip(layout.number[below], layout.number[above], strict=True):
            found.add((int(low), int(high)))
    assert len(found) == 6 + 3 + 3 + 1


def test_slots_in_use_reach_up_to_the_last_ball():
    given = scenes()
    given.present[5] = [0.0, 0.0, 1.0, 0.0]
    assert slots_in_use(given).tolist() == [4, 3, 3, 2, 1, 3]
