"""One chunk of scenes in flight: the arrays and the sub-step.

Positions are kept from the centre of the box and velocities as displacements a
sub-step, both complex and flat, so that a sub-step without contacts is five passes
over memory. Scenes are sorted by their number of slots: slot 0 of every scene comes
first, then slot 1 of the scenes that have one, and so on, without gaps.
"""

import numpy as np

from dist_invention.domains.physics.cluster import Cluster, Memory
from dist_invention.domains.physics.contacts import SLOP, PairContacts, WallContacts
from dist_invention.domains.physics.mechanisms import MECHANISMS, Bodies
from dist_invention.domains.physics.scenes import HEIGHT, SLOTS, WIDTH, Scenes

FRAME_SECONDS = 1.0 / 60.0
CENTRE = complex(WIDTH / 2, HEIGHT / 2)
KEPT_OVERLAP = 0.9**60
"""Share of an overlap that is left after one second of pushing apart."""
SAFETY = 2.0
"""Pairs are watched if they could meet in a frame at this many times their speed."""


class Chunk:
    """Scenes advanced together.

    Args:
        scenes: The scenes at time zero, those with more slots in use first.
        substeps: Steps a frame.

    Example:
        >>> from dist_invention.domains.physics.laws import Law
        >>> from dist_invention.domains.physics.scenes import single_ball
        >>> chunk = Chunk(single_ball(Law(), (4.0, 3.0)), substeps=4)
        >>> chunk.advance()
        >>> bool(chunk.position(0)[0].imag < 3.0)
        True
    """

    def __init__(self, scenes: Scenes, substeps: int):
        self.substeps, self.step_seconds = substeps, FRAME_SECONDS / substeps
        self.push_share = 1.0 - KEPT_OVERLAP**self.step_seconds
        used = slots_in_use(scenes)
        self.sizes = [int((used > slot).sum()) for slot in range(SLOTS)]
        ends = np.cumsum(self.sizes)
        self.blocks = [
            slice(end - size, end) for end, size in zip(ends, self.sizes, strict=True)
        ]
        self.total = int(ends[-1])
        self.slot = np.repeat(np.arange(SLOTS), self.sizes)
        self.scene = np.concatenate([np.arange(size) for size in self.sizes])
        self._place(scenes)
        self._set_law(scenes)
        self.force = MECHANISMS[scenes.mechanism].force if scenes.mechanism else None
        self.parameters, self.time = scenes.parameters, 0.0
        self.touched = np.zeros(self.total, bool)
        self.pending: list[tuple[np.ndarray, np.ndarray]] = []
        self.memory = Memory(2 * self.total, 6 * len(scenes))
        self._floats = np.empty(2 * self.total)
        self._marks = np.empty(2 * self.total, bool)
        self._load = np.zeros(self.total, np.int8)
        self._flag = np.zeros(len(scenes), bool)

    def _place(self, scenes):
        """Lay out bodies: slots first, scenes last."""
        where = (self.scene, self.slot)
        self.present = scenes.present[where] > 0
        self.radius = scenes.radius[where]
        self.mass = np.where(self.present, scenes.mass[where], 1.0)
        self.lightness = np.append(self.present / self.mass, 0.0)  # the last: walls
        self.q = _plane(scenes.position[where]) - CENTRE
        self.q[~self.present] = 0.0
        self.u = np.append(_plane(scenes.velocity[where]) * self.step_seconds, 0.0)
        self.qf, self.uf = self.q.view(float), self.u[:-1].view(float)
        half = np.array([WIDTH / 2, HEIGHT / 2]) - self.radius[:, None]
        self.limit = np.where(self.present[:, None], half, np.inf).ravel()

    def _set_law(self, scenes):
        """Lay out the law of each ball."""
        law = scenes.law[self.scene]  # (total, 4)
        self.friction, self.restitution = law[:, 1] ** 2, law[:, 2] ** 2
        self.keep = np.repeat(law[:, 3] ** self.step_seconds, 2)
        self.fall = np.zeros(2 * self.total)
        self.fall[1::2] = law[:, 0] * self.present * self.step_seconds**2
        self.pull = np.abs(scenes.law[:, 0]) * self.step_seconds**2

    def position(self, slot: int) -> np.ndarray:
        """Return centres in m, complex, of the scenes that use a slot."""
        block = self.blocks[slot]
        return (self.q[block] + CENTRE) * self.present[block]

    def velocity(self, slot: int) -> np.ndarray:
        """Return velocities in m/s, complex, of the scenes that use a slot."""
        return self.u[self.blocks[slot]] * (1.0 / self.step_seconds)

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
        extra = self._mechanism() if self.force is not None else None
        self.uf *= self.keep
        self.uf += self.fall
        if extra is not None:
            self.u[:-1] += extra
        self.time += self.step_seconds

    def _mechanism(self):
        """Return what the mechanism adds to the velocities of one sub-step."""
        shape, where = (SLOTS, len(self._flag)), (self.slot, self.scene)
        names = ("q", "u", "mass", "present", "fall")
        values = (self.q + CENTRE, self.u[:-1] / self.step_seconds, self.mass,
                  self.present, self.fall[1::2] / self.step_seconds**2)  # fmt: skip
        grids = []
        for _, flat in zip(names, values, strict=True):
            grid = np.zeros(shape, flat.dtype)
            grid[where] = flat
            grids.append(grid)
        force = self.force(Bodies(*grids, time=self.time), self.parameters)
        return force[where] * self.present * self.step_seconds**2

    def _answer(self, walls, pairs):
        """Let every contact push: lone ones exactly, clusters by iteration."""
        self.pending += walls.push_apart(self.push_share, SLOP)
        self.pending += pairs.push_apart(self.push_share, SLOP, self.lightness)
        crowded = self._crowded(walls, pairs)
        if crowded is not None:
            hard_walls = self._flag[self.scene[walls.ball]]
            hard_pairs = self._flag[self.scene[pairs.a]]
            self._flag[crowded] = False
            cluster = Cluster(walls.take(hard_walls), pairs.take(hard_pairs), self)
            cluster.solve(self.u, self._flag)
            walls, pairs = walls.take(~hard_walls), pairs.take(~hard_pairs)
        else:
            self.memory.forget()
        walls.bounce(self.uf, self.restitution, self.friction)
        if len(pairs):
            pairs.bounce(self.u, self.restitution, self.friction, self.lightness)

    def _crowded(self, walls, pairs):
        """Flag and return the scenes in which a ball has two contacts, or None."""
        ball, load = walls.ball, self._load
        twice = ball[1:][ball[1:] == ball[:-1]]
        if len(pairs):
            load[ball] = 1
            np.add.at(load, pairs.a, 1)
            np.add.at(load, pairs.b, 1)
            shared = (load[pairs.a] > 1) | (load[pairs.b] > 1)
            twice = np.concatenate([twice, pairs.a[shared]])
            load[ball] = load[pairs.a] = load[pairs.b] = 0
        if not len(twice):
            return None
        scenes = self.scene[twice]
        self._flag[scenes] = True
        return scenes


def slots_in_use(scenes: Scenes) -> np.ndarray:
    """Return how many slots each scene uses, up to its last ball, shape (n,)."""
    last = SLOTS - np.argmax(scenes.present[:, ::-1] > 0, axis=1)
    return np.where(scenes.present.any(axis=1), last, 1)


def _plane(points):
    """Return points of shape (..., 2) as complex numbers of shape (...)."""
    return points[..., 0] + 1j * points[..., 1]
