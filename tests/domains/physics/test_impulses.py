"""Impulses are remembered while a contact lasts, and forgotten with it."""

from dist_invention.domains.physics.impulses import Memory
import numpy as np


def test_memory_forgets_what_no_longer_touches():
    memory = Memory(walls=6, pairs=12)
    memory.forget(np.array([1, 3]), np.array([2]))
    memory.push[[1, 3]], memory.impulse[2] = 0.5, 1 + 1j
    memory.forget(np.array([3]), np.zeros(0, int))
    assert not memory.push.any()
    assert not memory.impulse.any()


def test_memory_of_the_scenes_that_stay_is_kept():
    memory = Memory(walls=4, pairs=12)
    memory.push[:] = [0.0, 1.0, 0.0, 2.0]
    memory.impulse[7] = 1j
    memory.keep(np.array([False, False, True, True]), np.array([False, True]))
    assert memory.push.tolist() == [0.0, 2.0]
    assert memory.impulse[1] == 1j
    memory.forget()
    assert not memory.push.any()
