"""How scenes lie in memory while they are simulated: flat, without empty slots.

Scenes are sorted by their number of slots in use. Slot 0 of every scene comes first,
then slot 1 of the scenes that have one, and so on. Positions are kept from the centre
of the box and velocities as displacements a sub-step; a plane vector is a complex
number, and the same memory is also seen as coordinates x, y, x, y.
"""

from dist_invention.domains.physics.impulses import NOBODY, Memory
from dist_invention.domains.physics.scenes import HEIGHT, SLOTS, WIDTH, Scenes
import numpy as np

FRAME_SECONDS = 1.0 / 60.0
CENTRE = complex(WIDTH / 2, HEIGHT / 2)
BALLS = ("number", "slot", "scene", "present", "radius", "mass", "friction")
BALLS += ("restitution", "touched", "q")
COORDINATES = ("limit", "keep", "fall")


class Layout:
    """The arrays of scenes that are advanced together.

    Args:
        scenes: The scenes at time zero, those with more slots in use first.
        substeps: Steps a frame.

    Example:
        >>> from dist_invention.domains.physics.laws import Law
        >>> from dist_invention.domains.physics.scenes import single_ball
        >>> Layout(single_ball(Law(), (4.0, 3.0)), substeps=4).sizes
        [1, 0, 0, 0]
    """

    def __init__(self, scenes: Scenes, substeps: int):
        self.substeps, self.step_seconds = substeps, FRAME_SECONDS / substeps
        used = slots_in_use(scenes)
        self.sizes = [int((used > slot).sum()) for slot in range(SLOTS)]
        self.slot = np.repeat(np.arange(SLOTS), self.sizes)
        self.scene = np.concatenate([np.arange(size) for size in self.sizes])
        self.number = np.arange(len(self.slot))
        where = (self.scene, self.slot)
        self.present = scenes.present[where] > 0
        self.radius = scenes.radius[where]
        self.mass = np.where(self.present, scenes.mass[where], 1.0)
        self.touched = np.zeros(len(self.slot), bool)
        self.q = _plane(scenes.position[where]) - CENTRE
        self.q[~self.present] = 0.0
        speed = _plane(scenes.velocity[where]) * self.present * self.step_seconds
        half = np.array([WIDTH / 2, HEIGHT / 2]) - self.radius[:, None]
        self.limit = np.where(self.present[:, None], half, np.inf).ravel()
        self._set_law(scenes, scenes.law[self.scene])
        self.parameters = scenes.parameters
        self.pending = (NOBODY, np.zeros(0)), (NOBODY, np.zeros(0, complex))
        self.memory = Memory(2 * len(self.slot), 6 * len(scenes))
        self._derive(speed)

    def _set_law(self, scenes, law):
        """Lay out the law of each ball, shape (balls, 4)."""
        self.friction, self.restitution = law[:, 1] ** 2, law[:, 2] ** 2
        self.keep = np.repeat(law[:, 3] ** self.step_seconds, 2)
        self.fall = np.zeros(2 * len(law))
        self.fall[1::2] = law[:, 0] * self.present * self.step_seconds**2
        self.pull = np.abs(scenes.law[:, 0]) * self.step_seconds**2

    def _derive(self, speed):
        """Set what follows from the arrays of balls: views, blocks, scratch."""
        ends = np.cumsum(self.sizes)
        self.blocks = [
            slice(end - size, end) for end, size in zip(ends, self.sizes, strict=True)
        ]
        self.lightness = np.append(self.present / self.mass, 0.0)  # the last: walls
        self.u = np.append(speed, 0.0)
        self.qf, self.uf = self.q.view(float), self.u[:-1].view(float)
        self._floats = np.empty(len(self.qf))
        self._marks = np.zeros(len(self.qf), bool)
        self._walled = self._marks.view(np.int16)  # per ball, 0 without a wall
        self.full = bool(self.present.all())
        self._load = np.zeros(len(self.q), np.int8)
        self._crowd = np.zeros(len(self.q), bool)
        self._flag = np.zeros(self.sizes[0], bool)
        self._list_pairs()

    def _list_pairs(self):
        """Lay out all pairs of slots, block by block: which balls, and their reach."""
        self.couples: list[tuple[slice, slice, slice]] = []
        end = 0
        for high in range(1, SLOTS):
            size, above = self.sizes[high], self.blocks[high]
            for low in range(high if size else 0):
                start = self.blocks[low].start
                self.couples.append(
                    (slice(start, start + size), above, slice(end, end + size))
                )
                end += size
        self.pair_ends = np.array([block.stop for _, _, block in self.couples], int)
        self.pair_starts = (
            np.array(
                [
                    (below.start - block.start, above.start - block.start)
                    for below, above, block in self.couples
                ],
                int,
            )
            .reshape(-1, 2)
            .T
        )
        self._gaps, self.every_reach = np.empty((2, end)), np.empty(end)
        for below, above, block in self.couples:
            np.add(self.radius[below], self.radius[above], out=self.every_reach[block])

    def drop(self, gone: np.ndarray):
        """Leave scenes out from now on; the rest does not notice.

        Args:
            gone: Which of the scenes to leave out, shape (scenes,).
        """
        stay = ~gone
        balls = stay[self.scene].nonzero()[0]
        coordinates = np.repeat(2 * balls, 2)
        coordinates[1::2] += 1
        speed = self.u[balls]
        for names, chosen in ((BALLS, balls), (COORDINATES, coordinates)):
            for name in names:
                setattr(self, name, getattr(self, name).take(chosen))
        self.scene = (np.cumsum(stay) - 1).take(self.scene)
        self.sizes = [np.count_nonzero(stay[:size]) for size in self.sizes]
        self.pull = self.pull[stay]
        by_wall, by_pair = self.pending
        self.pending = _kept(by_wall, coordinates), _kept(by_pair, balls)
        self.memory.keep(coordinates, stay)
        self._derive(speed)

    def position(self) -> np.ndarray:
        """Return the centres of all balls in m, complex and flat."""
        centres = self.q + CENTRE
        return centres if self.full else centres * self.present

    def velocity(self) -> np.ndarray:
        """Return the velocities of all balls in m/s, complex and flat."""
        flat = self.uf * (1.0 / self.step_seconds)
        return flat.view(complex)


def slots_in_use(scenes: Scenes) -> np.ndarray:
    """Return how many slots each scene uses, up to its last ball, shape (n,)."""
    last = SLOTS - np.argmax(scenes.present[:, ::-1] > 0, axis=1)
    return np.where(scenes.present.any(axis=1), last, 1)


def _kept(entries, chosen):
    """Return entries (indices, values) of what is chosen, under its new indices."""
    indices, values = entries
    place = np.full(max(chosen.max(initial=0), indices.max(initial=0)) + 1, -1)
    place[chosen] = np.arange(len(chosen))
    place = place[indices]
    here = (place >= 0).nonzero()[0]
    return place[here], values[here]


def _plane(points):
    """Return points of shape (..., 2) as complex numbers of shape (...)."""
    return points[..., 0] + 1j * points[..., 1]
