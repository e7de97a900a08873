"""The sub-step: move, find contacts, accelerate, answer contacts, fall asleep."""

from dist_invention.domains.physics.cluster import Cluster
from dist_invention.domains.physics.contacts import SLOP, PairContacts, WallContacts
from dist_invention.domains.physics.layout import CENTRE, Layout
from dist_invention.domains.physics.mechanisms import MECHANISMS, Bodies
from dist_invention.domains.physics.scenes import SLOTS, Scenes
import numpy as np

KEPT_OVERLAP = 0.9**60
"""Share of an overlap that is left after one second of pushing apart."""
SAFETY = 2.0
"""Pairs are watched if they could meet in a frame at this many times their speed."""
STILL = 1e-9
"""A scene sleeps if nothing in it moves by more than this many m in a frame."""

TOUCH = np.int8(1)


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
        restless = np.zeros(self.sizes[0], bool)
        fast = np.abs(self.uf) > 2 * STILL  # spares most scenes the exact look
        restless[self.scene[(fast[::2] | fast[1::2]).nonzero()[0]]] = True
        calm = (~restless[self.scene]).nonzero()[0]
        moved = np.abs(self.q[calm] - before[calm]) + np.abs(self.u[calm])
        awake = (moved > STILL) | ~self.touched[calm]
        awake &= self.present[calm]
        restless[self.scene[calm[awake]]] = True
        if not restless.all():
            self.drop(~restless)

    def advance(self):
        """Move to the next frame."""
        self.touched[:] = False
        self._watch()
        for _ in range(self.substeps):
            self.qf += self.uf
            (coordinates, lifts), (balls, moves) = self.pending
            self.qf[coordinates] += lifts
            if len(balls):
                np.add.at(self.q, balls, moves)
            walls, pairs = self._find()
            self._accelerate()
            self._answer(walls, pairs)

    def _watch(self):
        """List the pairs that could meet before the next frame."""
        reach = np.sqrt(self._fastest()) + self.substeps * self.pull
        reach *= 2 * SAFETY * self.substeps
        apart, most = self._gaps
        x = self.qf[::2].copy()
        for below, above, block in self.couples:
            size = block.stop - block.start
            np.subtract(x[above], x[below], out=apart[block])
            np.add(self.every_reach[block], reach[:size], out=most[block])
        np.abs(apart, out=apart)
        beside = (apart < most).nonzero()[0]
        block = self.pair_ends.searchsorted(beside, "right")
        a, b = (beside + starts.take(block) for starts in self.pair_starts)
        most = most[beside]
        near = _squares(self.q[b] - self.q[a]) < most * most
        if not self.full:
            near &= self.present[a] & self.present[b]
        near = near.nonzero()[0]
        self.watched = a[near], b[near]
        self.reach = self.every_reach[beside[near]]
        self.within = self.reach**2

    def _fastest(self):
        """Return the square of the greatest speed in each scene."""
        squares = _squares(self.u[:-1])
        fastest = squares[self.blocks[0]]
        for size, block in zip(self.sizes[1:], self.blocks[1:], strict=True):
            np.maximum(fastest[:size], squares[block], out=fastest[:size])
        return fastest

    def _find(self):
        """Return the wall and pair contacts of this sub-step."""
        np.abs(self.qf, out=self._floats)
        np.greater(self._floats, self.limit, out=self._marks)
        index = self._marks.nonzero()[0]
        walls = WallContacts(index, self.qf, self.uf, self.limit)
        a, b = self.watched
        apart = self.q[b] - self.q[a]
        hit = (_squares(apart) < self.within).nonzero()[0]
        pairs = PairContacts(a[hit], b[hit], apart[hit], self.reach[hit], self.u)
        self.touched |= self._walled != 0
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
        self.pending = (
            walls.push_apart(self.push_share, SLOP),
            pairs.push_apart(self.push_share, SLOP, self.lightness),
        )
        shared, crowded = self._crowded(walls, pairs)
        speed = self.u[crowded]
        walls.bounce(self.uf, self.restitution, self.friction)
        if not len(crowded):
            self.memory.forget()
        else:
            self.u[crowded] = speed  # as if not bounced; the cluster answers them
            self._crowd[crowded] = True
            within = self._crowd[walls.ball].nonzero()[0]
            self._crowd[crowded] = False
            hard = walls.take(within), pairs.take(shared.nonzero()[0])
            Cluster(*hard, self).solve(self.u, self._flag)
            pairs = pairs.take((~shared).nonzero()[0])
        if len(pairs):
            pairs.bounce(self.u, self.restitution, self.friction, self.lightness)

    def _crowded(self, walls, pairs):
        """Return which pairs share a ball with another contact, and the balls that do.

        Those are the balls in a corner and those of the shared pairs.
        """
        ball, load = walls.ball, self._load
        corner = ball[1:][(ball[1:] == ball[:-1]).nonzero()[0]]
        balls = np.concatenate([pairs.a, pairs.b])
        load[balls] = self._walled[balls] != 0
        np.add.at(load, balls, TOUCH)
        crowd = (load[balls] > 1).reshape(2, -1)
        shared = crowd[0] | crowd[1]
        return shared, np.concatenate([corner, pairs.a[shared], pairs.b[shared]])


def _squares(plane):
    """Return the squared lengths of plane vectors."""
    flat = plane.view(float)
    flat = flat * flat
    return flat[::2] + flat[1::2]
