"""The sub-step: move, find contacts, accelerate, answer contacts, fall asleep."""

import numpy as np

from dist_invention.domains.physics.cluster import Cluster
from dist_invention.domains.physics.contacts import SLOP, PairContacts, WallContacts
from dist_invention.domains.physics.layout import CENTRE, Layout
from dist_invention.domains.physics.mechanisms import MECHANISMS, Bodies
from dist_invention.domains.physics.scenes import SLOTS, Scenes

KEPT_OVERLAP = 0.9**60
"""Share of an overlap that is left after one second of pushing apart."""
SAFETY = 2.0
"""Pairs are watched if they could meet in a frame at this many times their speed."""
STILL = 1e-9
"""A scene sleeps if nothing in it moves by more than this many m in a frame."""


class Chunk(Layout):
    """Scenes advanced together, in the order of Chipmunk's step.

    Args:
        scenes: The scenes at time zero, those with more slots in use first.
        substeps: Steps a frame.

    Example:
        >>> from dist_invention.domains.physics.laws import Law
        >>> from dist_invention.domains.physics.scenes import single_ball
        >>> chunk = Chunk(single_ball(Law(), (4.0, 3.0)), substeps=4)
        >>> chunk.advance()
        >>> bool(chunk.position()[0].imag < 3.0)
        True
    """

    def __init__(self, scenes: Scenes, substeps: int):
        super().__init__(scenes, substeps)
        self.push_share = 1.0 - KEPT_OVERLAP**self.step_seconds
        self.force = MECHANISMS[scenes.mechanism].force if scenes.mechanism else None
        self.time = 0.0

    def sleep(self, before: np.ndarray):
        """Drop the scenes in which every ball lies still on something.

        Args:
            before: Complex positions of the frame before, as in `q`.
        """
        if self.force is not None:
            return
        moved = np.abs(self.q - before) + np.abs(self.u[:-1])
        awake = (moved > STILL) | ~self.touched
        awake &= self.present
        restless = np.zeros(self.sizes[0], bool)
        restless[self.scene[awake]] = True
        if not restless.all():
            self.drop(~restless)

    def advance(self):
        """Move to the next frame."""
        self.touched[:] = False
        self._watch()
        for _ in range(self.substeps):
            self.qf += self.uf
            for balls, amounts in self.pending:
                np.add.at(self.q, balls, amounts)
            self.pending.clear()
            walls, pairs = self._find()
            self._accelerate()
            if len(walls) or len(pairs):
                self._answer(walls, pairs)

    def _watch(self):
        """List the pairs that could meet before the next frame."""
        squares = self.uf**2
        squares = squares[::2] + squares[1::2]
        fastest = squares[self.blocks[0]]
        for size, block in zip(self.sizes[1:], self.blocks[1:], strict=True):
            np.maximum(fastest[:size], squares[block], out=fastest[:size])
        reach = np.sqrt(fastest) + self.substeps * self.pull
        reach *= 2 * SAFETY * self.substeps
        first, second = [np.zeros(0, int)], [np.zeros(0, int)]
        for high in range(1, SLOTS):
            size, above = self.sizes[high], self.blocks[high]
            for low in range(high if size else 0):
                below = slice(self.blocks[low].start, self.blocks[low].start + size)
                apart = self.qf[2 * above.start : 2 * above.stop].copy()
                apart -= self.qf[2 * below.start : 2 * below.stop]
                apart *= apart
                most = self.radius[above] + self.radius[below] + reach[:size]
                near = np.flatnonzero(apart[::2] + apart[1::2] < most * most)
                first.append(near + below.start)
                second.append(near + above.start)
        a, b = np.concatenate(first), np.concatenate(second)
        if not self.present.all():
            both = self.present[a] & self.present[b]
            a, b = a[both], b[both]
        self.watched, self.reach = (a, b), self.radius[a] + self.radius[b]

    def _find(self):
        """Return the wall and pair contacts of this sub-step."""
        np.abs(self.qf, out=self._floats)
        np.greater(self._floats, self.limit, out=self._marks)
        index = np.flatnonzero(self._marks)
        walls = WallContacts(index, self.qf, self.uf, self.limit)
        a, b = self.watched
        apart = self.q[b] - self.q[a]
        hit = np.flatnonzero(apart.real**2 + apart.imag**2 < self.reach**2)
        pairs = PairContacts(a[hit], b[hit], apart[hit], self.reach[hit], self.u)
        self.touched[walls.ball] = True
        self.touched[pairs.a] = True
        self.touched[pairs.b] = True
        return walls, pairs

    def _accelerate(self):
        """Damping, gravity and the mechanism."""
        extra = None if self.force is None else self._mechanism(self.force)
        self.uf *= self.keep
        self.uf += self.fall
        if extra is not None:
            self.u[:-1] += extra
        self.time += self.step_seconds

    def _mechanism(self, force):
        """Return what the mechanism adds to the velocities of one sub-step."""
        shape, where = (SLOTS, self.sizes[0]), (self.slot, self.scene)
        values = (self.q + CENTRE, self.u[:-1] / self.step_seconds, self.mass,
                  self.present, self.fall[1::2] / self.step_seconds**2)  # fmt: skip
        grids = []
        for flat in values:
            grid = np.zeros(shape, flat.dtype)
            grid[where] = flat
            grids.append(grid)
        added = force(Bodies(*grids, time=self.time), self.parameters)
        return added[where] * self.present * self.step_seconds**2

    def _answer(self, walls, pairs):
        """Let every contact push: lone ones exactly, clusters by iteration."""
        self.pending += walls.push_apart(self.push_share, SLOP)
        self.pending += pairs.push_apart(self.push_share, SLOP, self.lightness)
        shared, crowded = self._crowded(walls, pairs)
        if len(crowded):
            self._crowd[crowded] = True
            within = self._crowd[walls.ball]
            self._crowd[crowded] = False
            hard = walls.take(within.nonzero()[0]), pairs.take(shared.nonzero()[0])
            Cluster(*hard, self).solve(self.u, self._flag)
            walls = walls.take((~within).nonzero()[0])
            pairs = pairs.take((~shared).nonzero()[0])
        else:
            self.memory.forget()
        walls.bounce(self.uf, self.restitution, self.friction)
        if len(pairs):
            pairs.bounce(self.u, self.restitution, self.friction, self.lightness)

    def _crowded(self, walls, pairs):
        """Return which pairs share a ball with another contact, and the balls that do.

        Those are the balls in a corner and those of the shared pairs.
        """
        ball, load = walls.ball, self._load
        corner = ball[1:][ball[1:] == ball[:-1]]
        if not len(pairs):
            return np.zeros(0, bool), corner
        load[ball] = 1
        np.add.at(load, pairs.a, 1)
        np.add.at(load, pairs.b, 1)
        shared = (load[pairs.a] > 1) | (load[pairs.b] > 1)
        load[ball] = load[pairs.a] = load[pairs.b] = 0
        return shared, np.concatenate([corner, pairs.a[shared], pairs.b[shared]])
