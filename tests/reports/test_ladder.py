"""Tests of where each split stands on the ladder."""

from dist_invention.reports.ladder import farthest, places, rungs_of


def test_rungs_stand_by_distance_and_the_unknown_last(results):
    rungs = rungs_of(results, "position_error_1s")
    assert [rung.name for rung in rungs] == ["In range", "Near", "Far", "Named regimes"]
    assert [rung.distance for rung in rungs] == [0.0, 0.22, 0.89, None]
    assert rungs[2].verdict == "OUTSIDE SUPPORT"
    assert farthest(rungs) == 0.89


def test_places_grow_with_distance_and_the_unknown_stands_beside(results):
    rungs = rungs_of(results, "position_error_1s")
    axis, found = places(rungs)
    assert found == sorted(found)
    assert 0 < found[0] < found[-1] < 1
    for rung, place in zip(rungs[:3], found, strict=False):
        assert abs(axis.fraction(rung.distance) - place) < 1e-9
    assert found[3] > axis.fraction(0.89) + 0.02


def test_splits_at_one_distance_stand_side_by_side(results):
    for row in results["audit"]["support"]:
        row["distance"] = 0.0
    _, found = places(rungs_of(results, "position_error_1s"))
    assert len({round(place, 3) for place in found}) == 4
    assert farthest(rungs_of(results, "position_error_1s")) == 1.0


def test_without_an_audit_of_support_no_distance_is_known(old_results):
    rungs = rungs_of(old_results, "position_error_1s")
    assert {rung.distance for rung in rungs} == {None}
    assert len(rungs) == 4
