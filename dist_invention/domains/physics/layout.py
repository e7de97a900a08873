"""How scenes lie in memory while they are simulated: flat, without empty slots.

Scenes are sorted by their number of slots in use. Slot 0 of every scene comes first,
then slot 1 of the scenes that have one, and so on. Positions are kept from the centre
of the box and velocities as displacements a sub-step; a plane vector is a complex
number, and the same memory is also seen as coordinates x, y, x, y.
"""

import numpy as np

from dist_invention.domains.physics.cluster import Memory
from dist_invention.domains.physics.scenes import HEIGHT, SLOTS, WIDTH, Scenes

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
        self.pending: list[tuple[np.ndarray, np.ndarray]] = []
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
        self._marks = np.empty(len(self.qf), bool)
        self._load = np.zeros(len(self.q), np.int8)
        self._crowd = np.zeros(len(self.q), bool)
        self._flag = np.zeros(self.sizes[0], bool)

    def drop(self, gone: np.ndarray):
        """Leave scenes out from now on; the rest does not notice.

        Args:
            gone: Which of the scenes to leave out, shape (scenes,).
        """
        stay = ~gone
        balls = stay[self.scene]
        coordinates = np.repeat(balls, 2)
        speed = self.u[:-1][balls]
        for names, chosen in ((BALLS, balls), (COORDINATES, coordinates)):
            for name in names:
                setattr(self, name, getattr(self, name)[chosen])
        self.scene = (np.cumsum(stay) - 1)[self.scene]
        self.sizes = [int(stay[:size].sum()) for size in self.sizes]
        self.pull = self.pull[stay]
        moved = np.cumsum(balls) - 1
        kept = [(index, move, balls[index]) for index, move in self.pending]
        self.pending = [(moved[index[k]], move[k]) for index, move, k in kept]
        self.memory.keep(coordinates, stay)
        self._derive(speed)

    def position(self) -> np.ndarray:
        """Return the centres of all balls in m, complex and flat."""
        return (self.q + CENTRE) * self.present

    def velocity(self) -> np.ndarray:
        """Return the velocities of all balls in m/s, complex and flat."""
        return self.u[:-1] * (1.0 / self.step_seconds)


def slots_in_use(scenes: Scenes) -> np.ndarray:
    """Return how many slots each scene uses, up to its last ball, shape (n,)."""
    last = SLOTS - np.argmax(scenes.present[:, ::-1] > 0, axis=1)
    return np.where(scenes.present.any(axis=1), last, 1)


def _plane(points):
    """Return points of shape (..., 2) as complex numbers of shape (...)."""
    return points[..., 0] + 1j * points[..., 1]
