"""One change at a time: rungs, edits, and mechanisms beside their controls."""

from dist_invention.domains.physics import ladder, laws
import numpy as np


def test_each_rung_leaves_the_range_in_its_parameter_only():
    rungs = ladder.make_ladder(0, 12, horizon=10)
    assert len(rungs) == 11
    law = rungs["ladder_friction_far"].arrays["law"].astype(float)
    box = laws.TRAIN + np.array([-1e-5, 1e-5])
    assert laws.inside(law, box).all(axis=0).tolist() == [True, False, True, True]
    assert rungs["ladder_in"].tier == "in"
    assert {split.role for split in rungs.values()} == {"test"}


def test_an_edit_changes_the_future_and_not_the_context():
    original, edited = ladder.counterfactual_pairs(0, 24, horizon=40)
    assert np.array_equal(
        original.arrays["context_position"], edited.arrays["context_position"]
    )
    change = edited.arrays["law"] - original.arrays["law"]
    assert (change[:, 0] != 0).all()
    assert not change[:, 1:].any()
    gap = np.abs(edited.arrays["position"] - original.arrays["position"])
    assert (gap.max(axis=(1, 2, 3)) > 1e-3).mean() > 0.5
    assert not np.isin(edited.keys, original.keys).any()


def test_an_edit_to_the_same_law_changes_almost_nothing():
    original, _ = ladder.counterfactual_pairs(0, 24, horizon=20)
    again, wild = ladder.continue_under(original.arrays, original.arrays["law"], 20)
    gap = np.abs(again["position"] - original.arrays["position"]).max(axis=(1, 2, 3))
    assert not wild.any()
    assert np.median(gap) < 1e-5


def test_every_mechanism_stands_beside_a_control_of_the_same_scenes():
    splits = ladder.make_mechanisms(0, 8, horizon=20)
    assert len(splits) == 10
    for name in ("rotating_frame", "springs", "height_dependent_gravity"):
        shifted, control = splits[f"mechanism_{name}"], splits[f"control_{name}"]
        assert len(shifted) == len(control)
        first = [s.arrays["context_position"][:, 0] for s in (shifted, control)]
        assert np.array_equal(*first)
        assert (shifted.arrays["position"] != control.arrays["position"]).any()
        assert shifted.datasheet["mechanism"] == name
