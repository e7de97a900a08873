"""Where balls touch walls or each other, and how a lone contact answers.

Plane vectors are complex numbers: x + iy. Speeds are displacements a sub-step, so
that no time step appears here. The rules are those of Chipmunk's solver (friction
bounded by the normal impulse, slow push out of overlaps); balls do not rotate.
"""

import numpy as np

SLOP = 1e-3
"""Overlap in m that is left alone, so that resting contacts persist."""
ONE, NOTHING = np.ones(()), np.zeros(())


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
        self.index, self.ball = index, index >> 1
        there = offset.take(index)
        self.side = np.copysign(ONE, there)
        self.depth = np.abs(there, out=there)
        self.depth -= limit.take(index)
        self.approach = speed.take(index)
        self.approach *= self.side

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
        now = speed.take(self.index)
        now *= self.side
        impulse = restitution.take(self.ball)
        impulse *= self.approach
        impulse += now
        np.maximum(impulse, NOTHING, out=impulse)
        now -= impulse
        now *= self.side
        speed[self.index] = now
        across = self.index ^ 1
        along = speed.take(across)
        impulse *= friction.take(self.ball)
        rub = np.minimum(along, impulse)
        np.negative(impulse, out=impulse)
        along -= np.maximum(rub, impulse, out=rub)
        speed[across] = along

    def push_apart(self, share, slop):
        """Return moves that remove a share of each overlap.

        Args:
            share: Share of an overlap to remove.
            slop: Overlap in m that stays.

        Returns:
            Flat indices into the coordinates, each at most once, and what to add.
        """
        deep = (self.depth > slop).nonzero()[0]
        amount = self.depth.take(deep)
        amount -= slop
        amount *= -share
        amount *= self.side.take(deep)
        return self.index.take(deep), amount


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
        self.depth = reach - distance
        if not distance.all():
            apart = np.where(distance == 0, 1.0, apart)
            distance[distance == 0] = 1.0
        self.normal = apart / distance
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
        """Return moves that remove a share of each overlap.

        Args:
            share: Share of an overlap to remove.
            slop: Overlap in m that stays.
            lightness: One over mass of every ball, flat.

        Returns:
            Flat indices of balls and the vectors to add to them, a ball once for
            each of its pairs.
        """
        deep = (self.depth > slop).nonzero()[0]
        balls = np.concatenate([self.a[deep], self.b[deep]])
        light = lightness[balls].reshape(2, -1)
        amount = share * (self.depth[deep] - slop) / (light[0] + light[1])
        moves = amount * self.normal[deep] * light
        np.negative(moves[0], out=moves[0])
        return balls, moves.ravel()


def _chosen(contacts, keep):
    """Return contacts of the same class, those at some indices only."""
    chosen = object.__new__(type(contacts))
    for name, values in vars(contacts).items():
        setattr(chosen, name, values[keep])
    return chosen
