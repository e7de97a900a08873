"""Contacts that share balls, solved together by sequential impulses."""

import numpy as np

from dist_invention.domains.physics.contacts import PairContacts, WallContacts

ITERATIONS = 10
TOLERANCE = 1e-7
"""Change of a displacement a sub-step, in m, below which a scene is settled."""


class Memory:
    """The impulses of the last sub-step, from which the next one starts.

    A resting pile then needs one look instead of ten iterations.

    Args:
        walls: Number of coordinates of all balls.
        pairs: Number of possible pairs in all scenes.

    Example:
        >>> Memory(walls=4, pairs=1).push.tolist()
        [0.0, 0.0, 0.0, 0.0]
    """

    def __init__(self, walls: int, pairs: int):
        self.push, self.rub = np.zeros(walls), np.zeros(walls)
        self.impulse = np.zeros(pairs, complex)
        self._used = (np.zeros(0, int), np.zeros(0, int))

    def forget(self, walls=(), pairs=()):
        """Drop what was kept, and note which contacts come now.

        Args:
            walls: Indices of the wall contacts of this sub-step.
            pairs: Indices of the pairs of this sub-step.
        """
        old_walls, old_pairs = self._used
        self.push[old_walls] = self.rub[old_walls] = self.impulse[old_pairs] = 0.0
        self._used = np.asarray(walls, int), np.asarray(pairs, int)


class Cluster:
    """Contacts of scenes in which some ball has two contacts or more.

    Impulses are accumulated and clamped as in Chipmunk. Walls are one vectorised
    step; pairs are three, one for each way to match four slots, so that no ball
    occurs twice in a step.

    Args:
        walls: Wall contacts of these scenes.
        pairs: Pair contacts of these scenes.
        bodies: The chunk: flat `scene`, `slot`, `lightness`, `restitution`,
            `friction`, and its `memory`.

    Example:
        A ball held between the floor and another ball; see its test.
    """

    def __init__(self, walls: WallContacts, pairs: PairContacts, bodies):
        low, high = bodies.slot[pairs.a], bodies.slot[pairs.b]
        number = bodies.scene[pairs.a] * 6 + high * (high - 1) // 2 + low
        self.parts = [_Walls(walls, bodies)]
        for matching in (1, 2, 3):
            chosen = np.flatnonzero(low ^ high == matching)
            if len(chosen):
                part = _Pairs(pairs.take(chosen), number[chosen], bodies)
                self.parts.append(part)
        bodies.memory.forget(walls.index, number)

    def solve(self, speed: np.ndarray, flags: np.ndarray):
        """Change the velocities in place until every scene is settled.

        Args:
            speed: Velocities after gravity, complex and flat.
            flags: Scratch booleans, one a scene, all False, and left so.
        """
        parts = self.parts
        for part in parts:
            part.start(speed)
        for _ in range(ITERATIONS):
            moving = np.concatenate([part.step(speed) for part in parts])
            if not len(moving):
                return
            if 2 * len(moving) < sum(len(part.scene) for part in parts):
                flags[moving] = True
                for part in parts:
                    part.reduce(flags)
                flags[moving] = False
                parts = [part for part in parts if len(part.scene)]


class _Part:
    """Contacts that are solved in one step."""

    def reduce(self, flags):
        """Drop the contacts of settled scenes."""
        keep = flags[self.scene].nonzero()[0]
        if len(keep) < len(self.scene):
            for name, values in vars(self).items():
                if isinstance(values, np.ndarray):
                    setattr(self, name, values[keep])


class _Walls(_Part):
    """The wall contacts of a cluster: real arithmetic on single coordinates."""

    def __init__(self, walls, bodies):
        self.memory = bodies.memory
        self.index, self.across, self.side = walls.index, walls.index ^ 1, walls.side
        self.scene = bodies.scene[walls.ball]
        self.bounce = bodies.restitution[walls.ball] * walls.approach
        self.friction = bodies.friction[walls.ball]
        self.push = self.memory.push[self.index]
        self.rub = self.memory.rub[self.index]

    def start(self, speed):
        flat = speed.view(float)
        flat[self.index] -= self.push * self.side
        flat[self.across] += self.rub

    def step(self, speed):
        flat = speed.view(float)
        now = flat[self.index] * self.side
        push = np.maximum(self.push + self.bounce + now, 0.0)
        step = push - self.push
        flat[self.index] = (now - step) * self.side
        self.push = self.memory.push[self.index] = push
        most = self.friction * push
        along = flat[self.across]
        rub = np.minimum(np.maximum(self.rub - along, -most), most)
        slide = rub - self.rub
        flat[self.across] = along + slide
        self.rub = self.memory.rub[self.index] = rub
        return self.scene[(np.abs(step) + np.abs(slide)) > TOLERANCE]


class _Pairs(_Part):
    """The pair contacts of one matching: complex arithmetic on whole vectors."""

    def __init__(self, pairs, number, bodies):
        a, b = pairs.a, pairs.b
        self.memory, self.number = bodies.memory, number
        self.a, self.b, self.normal = a, b, pairs.normal
        self.turned = pairs.normal.conj()
        self.scene = bodies.scene[a]
        self.light_a, self.light_b = bodies.lightness[a], bodies.lightness[b]
        self.mass = 1.0 / (self.light_a + self.light_b)
        self.bounce = bodies.restitution[a] * pairs.approach
        self.friction = bodies.friction[a]
        self.impulse = self.memory.impulse[number]

    def start(self, speed):
        move = self.impulse * self.normal
        speed[self.a] -= move * self.light_a
        speed[self.b] += move * self.light_b

    def step(self, speed):
        there_a, there_b = speed[self.a], speed[self.b]
        wanted = (there_b - there_a) * self.turned
        wanted = self.impulse + (self.bounce - wanted) * self.mass
        push = np.maximum(wanted.real, 0.0)
        most = self.friction * push
        impulse = np.empty(len(push), complex)
        impulse.real = push
        impulse.imag = np.minimum(np.maximum(wanted.imag, -most), most)
        step = impulse - self.impulse
        self.impulse = self.memory.impulse[self.number] = impulse
        move = step * self.normal
        speed[self.a] = there_a - move * self.light_a
        speed[self.b] = there_b + move * self.light_b
        size = np.abs(step.real) + np.abs(step.imag)
        return self.scene[size * self.light_a > TOLERANCE]
