"""Contacts that share balls, solved together by sequential impulses."""

import numpy as np

from dist_invention.domains.physics.contacts import PairContacts, WallContacts

ITERATIONS = 10
TOLERANCE = 1e-7
"""Change of a displacement a sub-step, in m, below which a scene is settled."""

LOOKS = (1, 2, 4, 7)
"""Iterations after which settled scenes are left alone. The choice depends on each
scene alone, so that a scene moves the same in any company."""
NOBODY = np.zeros(0, int)


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

    def keep(self, walls: np.ndarray, scenes: np.ndarray):
        """Keep the entries of some coordinates and scenes only.

        Args:
            walls: Booleans, one a coordinate.
            scenes: Booleans, one a scene.
        """
        self.push, self.rub = self.push[walls], self.rub[walls]
        self.impulse = self.impulse.reshape(-1, 6)[scenes].ravel()
        touched = (self.push != 0) | (self.rub != 0)
        self._used = touched.nonzero()[0], self.impulse.nonzero()[0]


class Cluster:
    """Contacts of scenes in which some ball has two contacts or more.

    Impulses are accumulated and clamped as in Chipmunk. All walls are one vectorised
    step, then the first pair of every scene, then the second, and so on, so that no
    ball occurs twice in a step.

    Args:
        walls: Wall contacts of these scenes.
        pairs: Pair contacts of these scenes.
        bodies: The chunk: flat `scene`, `slot`, `lightness`, `restitution`,
            `friction`, and its `memory`.

    Example:
        >>> from types import SimpleNamespace
        >>> one, nothing = np.ones(1), np.zeros(0, int)
        >>> bodies = SimpleNamespace(memory=Memory(2, 6), scene=nothing, slot=nothing,
        ...                          lightness=one, restitution=one, friction=one)
        >>> walls = WallContacts(nothing, one, one, one)
        >>> pairs = PairContacts(nothing, nothing, nothing + 0j, nothing, one + 0j)
        >>> len(Cluster(walls, pairs, bodies).parts)
        1
    """

    def __init__(self, walls: WallContacts, pairs: PairContacts, bodies):
        low, high = bodies.slot[pairs.a], bodies.slot[pairs.b]
        scene = bodies.scene[pairs.a]
        number = scene * 6 + high * (high - 1) // 2 + low
        turn = _turns(scene)
        self.walls = _Walls(walls, bodies)
        self.parts: list[_Walls | _Pairs] = [self.walls]
        for k in range(turn.max(initial=-1) + 1):
            chosen = (turn == k).nonzero()[0]
            self.parts.append(_Pairs(pairs.take(chosen), number[chosen], bodies))
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
        for iteration in range(1, ITERATIONS + 1):
            look = iteration in LOOKS
            moving = [part.step(speed, look) for part in parts]
            if look:
                scenes = np.concatenate(moving)
                if not len(scenes):
                    return
                flags[scenes] = True
                for part in parts:
                    part.reduce(flags)
                flags[scenes] = False
                parts = [part for part in parts if len(part.scene)]
        self.walls.press(speed)


def _turns(scene):
    """Return how many pairs of the same scene come before each pair."""
    order = np.argsort(scene, kind="stable")
    ranked = scene[order]
    turn = np.empty(len(scene), int)
    turn[order] = np.arange(len(scene)) - np.searchsorted(ranked, ranked)
    return turn


class _Walls:
    """The wall contacts of a cluster: real arithmetic on single coordinates.

    In a corner, the friction of one wall and the bounce off the other may never
    agree; the bounce then has the last word.
    """

    def __init__(self, walls, bodies):
        ball, self.memory = walls.ball, bodies.memory
        index, self.scene = walls.index, bodies.scene[ball]
        self.where = np.stack([index, index ^ 1])
        self.values = np.stack(
            [
                walls.side,
                bodies.restitution[ball] * walls.approach,
                bodies.friction[ball],
                self.memory.push[index],
                self.memory.rub[index],
            ]
        )

    def start(self, speed):
        flat, (index, across) = speed.view(float), self.where
        side, _, _, push, rub = self.values
        flat[index] -= push * side
        flat[across] += rub

    def step(self, speed, look):
        flat, (index, across) = speed.view(float), self.where
        _, _, friction, push, rub = self.values
        step = self.press(speed)
        most = friction * push
        along = flat[across]
        new = np.minimum(np.maximum(rub - along, -most), most)
        slide = new - rub
        flat[across] = along + slide
        rub[:] = self.memory.rub[index] = new
        if look:
            return self.scene[np.abs(step) + np.abs(slide) > TOLERANCE]
        return NOBODY

    def press(self, speed):
        """Apply the normal impulses alone; return how much each changed."""
        flat, index = speed.view(float), self.where[0]
        side, bounce, _, push, _ = self.values
        now = flat[index] * side
        new = np.maximum(push + bounce + now, 0.0)
        step = new - push
        flat[index] = (now - step) * side
        push[:] = self.memory.push[index] = new
        return step

    def reduce(self, flags):
        """Drop the contacts of settled scenes."""
        keep = flags[self.scene].nonzero()[0]
        if len(keep) < len(self.scene):
            self.scene = self.scene[keep]
            self.where = self.where.take(keep, axis=1)
            self.values = self.values.take(keep, axis=1)


class _Pairs:
    """One pair contact a scene: complex arithmetic on whole vectors."""

    def __init__(self, pairs, number, bodies):
        a, b, self.memory = pairs.a, pairs.b, bodies.memory
        light_a, light_b = bodies.lightness[a], bodies.lightness[b]
        mass = 1.0 / (light_a + light_b)
        self.scene = bodies.scene[a]
        self.where = np.stack([a, b, number])
        self.values = np.stack([bodies.friction[a], TOLERANCE * mass])
        self.vectors = np.stack(
            [
                -light_a * pairs.normal,
                light_b * pairs.normal,
                mass * pairs.normal.conj(),
                bodies.restitution[a] * pairs.approach * mass + 0j,
                self.memory.impulse[number],
            ]
        )

    def start(self, speed):
        a, b, _ = self.where
        kick_a, kick_b, _, _, impulse = self.vectors
        speed[a] += impulse * kick_a
        speed[b] += impulse * kick_b

    def step(self, speed, look):
        a, b, number = self.where
        friction, least = self.values
        kick_a, kick_b, turned, bounce, impulse = self.vectors
        there_a, there_b = speed[a], speed[b]
        wanted = impulse + bounce - (there_b - there_a) * turned
        push = np.maximum(wanted.real, 0.0)
        most = friction * push
        rub = np.minimum(np.maximum(wanted.imag, -most), most)
        wanted.real, wanted.imag = push, rub
        step = wanted - impulse
        impulse[:] = self.memory.impulse[number] = wanted
        speed[a] = there_a + step * kick_a
        speed[b] = there_b + step * kick_b
        return self.scene[np.abs(step) > least] if look else NOBODY

    def reduce(self, flags):
        """Drop the contacts of settled scenes."""
        keep = flags[self.scene].nonzero()[0]
        if len(keep) < len(self.scene):
            self.scene = self.scene[keep]
            self.where = self.where.take(keep, axis=1)
            self.values = self.values.take(keep, axis=1)
            self.vectors = self.vectors.take(keep, axis=1)
