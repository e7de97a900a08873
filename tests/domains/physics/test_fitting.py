"""Free context frames give the law away; frames with contacts are not trusted."""

from dist_invention.domains.physics import fitting, windows
from dist_invention.domains.physics.laws import Law
from dist_invention.domains.physics.scenes import single_ball
import numpy as np
import pytest

FALLBACK = np.array([-7.0, 0.4, 0.6, 0.9])


def context(law, position, velocity=(1.0, 0.5)):
    return windows.cut_windows(single_ball(law, position, velocity), 5)[0]


@pytest.mark.parametrize("gravity", [-12.0, -3.0, -20.0])
@pytest.mark.parametrize("damping", [0.75, 0.98])
def test_gravity_and_damping_are_found_in_free_flight(gravity, damping):
    arrays = context(Law(gravity=gravity, damping=damping), (4.0, 4.0))
    law = fitting.fit_laws(arrays, FALLBACK)[0]
    assert law[0] == pytest.approx(gravity, rel=1e-3)
    assert law[3] == pytest.approx(damping, abs=1e-3)
    assert law[1:3].tolist() == [0.4, 0.6]


def test_the_fallback_is_used_where_nothing_flies_freely():
    arrays = context(Law(), (4.0, 0.2), (0.0, 0.0))
    assert not fitting.free_steps(arrays).any()
    assert np.array_equal(fitting.fit_laws(arrays, FALLBACK)[0], FALLBACK)


def test_the_acceleration_of_free_flight_is_gravity():
    arrays = context(Law(gravity=-5.0, damping=1.0), (4.0, 4.0))
    assert np.allclose(fitting.fit_acceleration(arrays), [[0.0, -5.0]], atol=1e-4)


def test_a_bounce_in_the_context_is_left_out_of_the_fit():
    arrays = context(Law(gravity=-5.0, damping=1.0), (4.0, 0.4), (0.0, -2.0))
    free = fitting.free_steps(arrays)[0, :, 0]
    assert free.any()
    assert not free.all()
    assert np.allclose(fitting.fit_acceleration(arrays), [[0.0, -5.0]], atol=1e-3)


def test_a_bounce_in_mid_frame_is_left_out_however_fast_the_ball_is():
    for height in np.linspace(0.3, 1.2, 40):  # some of them meet the floor in mid-frame
        arrays = context(Law(gravity=-9.0, damping=0.9), (4.0, height), (0.0, -9.0))
        law = fitting.fit_laws(arrays, FALLBACK)[0]
        known = np.array([-9.0, 0.9])
        is_fallback = np.array_equal(law, FALLBACK)
        assert is_fallback or np.allclose(law[[0, 3]], known, rtol=1e-2)
