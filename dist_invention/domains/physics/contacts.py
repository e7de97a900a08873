"""Where balls touch walls or each other, and how a lone contact answers.

Plane vectors are complex numbers: x + iy. Speeds are displacements a sub-step, so
that no time step appears here. The rules are those of Chipmunk's solver (friction
bounded by the normal impulse, slow push out of overlaps); balls do not rotate.
"""

import numpy as np

SLOP = 1e-3
"""Overlap in m that is left alone, so that resting contacts persist."""


class WallContacts:
    """Balls that overlap a wall at this sub-step.

    Each entry is one coordinate of one ball, so a ball in a corner counts twice.

    Args:
        index: Flat indices into the coordinates, shape (k,); even for x, odd for y.
        offset: Flat coordinates from the centre of the box, in m.
        speed: Flat velocities before gravity acts, as displacements a sub-step.
        limit: Flat distances from the centre at which a ball touches.

    Example:
        >>> q, u = np.array([3.9, 0.0]), np.array([0.1, 0.0])
        >>> WallContacts(np.array([0]), q, u, np.array([3.8, 2.8])).depth.round(3)
        array([0.1])
    """

    def __init__(self, index, offset, speed, limit):
        self.index = index
        there = offset[index]
        self.side = np.copysign(1.0, there)
        self.depth = np.abs(there) - limit[index]
        self.approach = speed[index] * self.side
        self.ball = index >> 1

    def __len__(self) -> int:
        return len(self.index)

    def take(self, keep) -> "WallContacts":
        """Return these contacts only."""
        return _chosen(self, keep)

    def bounce(self, speed, restitution, friction):
        """Answer each contact exactly, as the only one of its ball, in place.

        Args:
            speed: Flat velocities after gravity, changed in place.
            restitution: Coefficient of every ball's contacts, flat.
            friction: Coefficient of every ball's contacts, flat.
        """
        now = speed[self.index] * self.side
        impulse = restitution[self.ball]
        impulse *= self.approach
        impulse += now
        np.maximum(impulse, 0.0, out=impulse)
        now -= impulse
        now *= self.side
        speed[self.index] = now
        across = self.index ^ 1
        along = speed[across]
        impulse *= friction[self.ball]
        np.minimum(np.abs(along), impulse, out=impulse)
        speed[across] = along - np.copysign(impulse, along)

    def push_apart(self, share, slop):
        """Return moves that remove a share of each overlap: balls and vectors."""
        deep = np.flatnonzero(self.depth > slop)
        if not len(deep):
            return []
        amount = -share * (self.depth[deep] - slop) * self.side[deep]
        return [(self.ball[deep], amount * np.where(self.index[deep] & 1, 1j, 1.0))]


class PairContacts:
    """Pairs of balls that overlap at this sub-step.

    Args:
        a: Flat indices of the first balls, shape (k,).
        b: Flat indices of the second balls.
        apart: Vectors from first to second, complex, shape (k,).
        reach: Sums of the radii in m.
        speed: Velocities of all balls before gravity acts, complex and flat.

    Example:
        >>> u = np.array([1 + 0j, 0j])
        >>> pair = PairContacts(np.array([0]), np.array([1]), np.array([0.3 + 0j]),
        ...                     np.array([0.4]), u)
        >>> pair.approach.tolist()
        [1.0]
    """

    def __init__(self, a, b, apart, reach, speed):
        self.a, self.b = a, b
        distance = np.abs(apart)
        self.normal = apart / np.where(distance > 0, distance, 1.0)
        self.normal[distance == 0] = 1.0
        self.depth = reach - distance
        self.approach = ((speed[a] - speed[b]) * self.normal.conj()).real

    def __len__(self) -> int:
        return len(self.a)

    def take(self, keep) -> "PairContacts":
        """Return these contacts only."""
        return _chosen(self, keep)

    def bounce(self, speed, restitution, friction, lightness):
        """Answer each contact exactly, as the only one of its balls, in place.

        Args:
            speed: Velocities after gravity, complex and flat, changed in place.
            restitution: Coefficient of every ball's contacts, flat.
            friction: Coefficient of every ball's contacts, flat.
            lightness: One over mass of every ball, flat.
        """
        a, b = self.a, self.b
        light_a, light_b = lightness[a], lightness[b]
        relative = (speed[b] - speed[a]) * self.normal.conj()
        mass = 1.0 / (light_a + light_b)
        push = (restitution[a] * self.approach - relative.real) * mass
        push = np.maximum(push, 0.0)
        most = friction[a] * push
        rub = np.minimum(np.maximum(-relative.imag * mass, -most), most)
        impulse = (push + 1j * rub) * self.normal
        speed[a] -= impulse * light_a
        speed[b] += impulse * light_b

    def push_apart(self, share, slop, lightness):
        """Return moves that remove a share of each overlap: balls and vectors."""
        deep = np.flatnonzero(self.depth > slop)
        if not len(deep):
            return []
        a, b = self.a[deep], self.b[deep]
        light_a, light_b = lightness[a], lightness[b]
        amount = share * (self.depth[deep] - slop) / (light_a + light_b)
        move = amount * self.normal[deep]
        return [(a, -move * light_a), (b, move * light_b)]


def _chosen(contacts, keep):
    """Return contacts of the same class, those at some indices only."""
    chosen = object.__new__(type(contacts))
    for name, values in vars(contacts).items():
        setattr(chosen, name, values[keep])
    return chosen
