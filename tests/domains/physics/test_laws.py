"""Laws fall into the band they are asked from."""

from dist_invention.domains.physics import laws
import numpy as np
import pytest


def generator():
    return np.random.Generator(np.random.Philox(key=[1, 2]))


def test_training_laws_lie_in_the_training_box():
    drawn = laws.sample_laws(generator(), 500, "train")
    assert laws.inside(drawn, laws.TRAIN).all()


def test_near_laws_lie_in_the_near_box_but_outside_the_training_box():
    drawn = laws.sample_laws(generator(), 500, "near")
    assert laws.inside(drawn, laws.NEAR).all()
    assert not laws.inside(drawn, laws.TRAIN).all(axis=1).any()


def test_far_laws_leave_the_training_box_in_every_parameter():
    drawn = laws.sample_laws(generator(), 500, "far")
    assert not laws.inside(drawn, laws.TRAIN).any()
    within = [laws.inside(drawn, laws.FAR[:, side]) for side in (0, 1)]
    assert (within[0] | within[1]).all()
    assert within[0].any(axis=0).all()
    assert within[1].any(axis=0).all()


def test_frontier_laws_stay_in_the_training_box_but_touch_its_outer_fifth():
    drawn = laws.sample_laws(generator(), 500, "frontier")
    assert laws.inside(drawn, laws.TRAIN).all()
    assert laws.in_frontier(drawn).any(axis=1).all()
    share = laws.in_frontier(laws.sample_laws(generator(), 20000, "train")).mean()
    assert share == pytest.approx(0.2, abs=0.01)


def test_regimes_come_in_turn_with_the_values_of_the_record():
    drawn = laws.sample_laws(generator(), 16, "regimes")
    assert drawn[0].tolist() == [-1.62, 0.7, 0.8, 1.0]
    assert np.array_equal(drawn[:8], drawn[8:])


def test_grid_lies_strictly_inside_the_training_box():
    grid = laws.grid_laws(3)
    assert grid.shape == (81, 4)
    assert (grid > laws.TRAIN[:, 0]).all()
    assert (grid < laws.TRAIN[:, 1]).all()


@pytest.mark.parametrize("band", ["near", "far"])
@pytest.mark.parametrize("k", range(4))
def test_a_rung_moves_one_parameter_alone(band, k):
    drawn = laws.ladder_laws(generator(), 300, band, laws.PARAMETERS[k])
    assert np.array_equal(
        laws.inside(drawn, laws.TRAIN).mean(axis=0), np.arange(4) != k
    )


def test_the_joint_rung_moves_all_and_the_inner_rung_none():
    joint = laws.ladder_laws(generator(), 300, "near", "joint")
    assert not laws.inside(joint, laws.TRAIN).any()
    inner = laws.ladder_laws(generator(), 300, "in", "joint")
    assert laws.inside(inner, laws.TRAIN).all()


def test_unknown_bands_and_impossible_laws_are_refused():
    with pytest.raises(ValueError, match="Received: band='space'"):
        laws.sample_laws(generator(), 3, "space")
    with pytest.raises(ValueError, match="parameter='colour'"):
        laws.ladder_laws(generator(), 3, "near", "colour")
    with pytest.raises(ValueError, match=r"damping=1\.5"):
        laws.Law(damping=1.5)
