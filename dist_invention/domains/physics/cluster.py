"""Contacts that share balls, solved together by sequential impulses."""

from dist_invention.domains.physics.contacts import NOTHING, PairContacts, WallContacts
import numpy as np

ITERATIONS = 10
TOLERANCE = 1e-7
"""Change of a displacement a sub-step, in m, below which a scene is settled."""

LOOKS = (1, 2, 4, 7)
"""Iterations after which settled scenes are left alone. The choice depends on each
scene alone, so that a scene moves the same in any company. For the same reason no
product of complex numbers is formed in place: NumPy rounds that differently when it
has one element."""


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
        >>> from dist_invention.domains.physics.impulses import Memory
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
        number = scene * 6 + (high * (high - 1) >> 1) + low
        self.walls = _Walls(walls, bodies)
        self.parts: list[_Walls | _Pairs] = [self.walls]
        if len(scene):
            turns = _turns(scene)
            order = np.concatenate(turns)
            every = _Pairs(pairs.take(order), scene[order], number[order], bodies)
            ends = np.cumsum([len(turn) for turn in turns]).tolist()
            cuts = [slice(a, b) for a, b in zip([0, *ends], ends, strict=False)]
            self.parts += [every.cut(cut) for cut in cuts]
        bodies.memory.forget(walls.index, number)

    def solve(self, speed: np.ndarray, flags: np.ndarray):
        """Change the velocities in place until every scene is settled.

        Args:
            speed: Velocities after gravity, complex and flat.
            flags: Scratch booleans, one a scene, all False, and left so.
        """
        parts, flat = self.parts, speed.view(float)
        for part in parts:
            part.start(speed, flat)
        for iteration in range(1, ITERATIONS + 1):
            for part in parts:
                part.step(speed, flat)
            if iteration in LOOKS:
                scenes = np.concatenate([part.moving() for part in parts])
                if not len(scenes):
                    break
                parts = _still_open(parts, scenes, flags)
        else:
            self.walls.press(flat)
        for part in parts:
            part.remember()


def _still_open(parts, scenes, flags):
    """Return the parts that have contacts in some scenes, reduced to those scenes."""
    flags[scenes] = True
    for part in parts:
        part.reduce(flags)
    flags[scenes] = False
    return [part for part in parts if len(part.scene)]


def _turns(scene):
    """Return indices: the first pair of every scene, then the second, and so on."""
    order = scene.argsort(kind="stable")
    ranked = scene[order]
    fresh = np.empty(len(scene), bool)
    fresh[:1] = True
    np.not_equal(ranked[1:], ranked[:-1], out=fresh[1:])
    first = fresh.nonzero()[0]
    count = np.diff(first, append=len(scene))
    return [order[first[count > k] + k] for k in range(count.max())]


class _Part:
    """Contacts of different scenes or balls, answered in one vectorised step."""

    names: tuple[str, ...] = ()

    def cut(self, where):
        """Return the contacts of a slice."""
        chosen = object.__new__(type(self))
        chosen.memory = self.memory
        for name in self.names:
            setattr(chosen, name, getattr(self, name)[..., where])
        return chosen

    def reduce(self, flags):
        """Drop the contacts of settled scenes."""
        keep = flags[self.scene].nonzero()[0]
        if len(keep) < len(self.scene):
            self.remember()
            for name in self.names:
                setattr(self, name, getattr(self, name).take(keep, -1))


class _Walls(_Part):
    """The wall contacts of a cluster: real arithmetic on single coordinates.

    In a corner, the friction of one wall and the bounce off the other may never
    agree; the bounce then has the last word.
    """

    names = ("scene", "index", "across", "side", "bounce", "friction", "push", "rub")

    def __init__(self, walls, bodies):
        ball, self.memory = walls.ball, bodies.memory
        self.index, self.side = walls.index, walls.side
        self.across, self.scene = self.index ^ 1, bodies.scene[ball]
        self.bounce = bodies.restitution[ball] * walls.approach
        self.friction = bodies.friction[ball]
        self.push = self.memory.push[self.index]
        self.rub = self.memory.rub[self.index]

    def start(self, speed, flat):
        """Give the balls the remembered impulses."""
        flat[self.index] -= self.push * self.side
        flat[self.across] += self.rub

    def step(self, speed, flat):
        """Correct the normal impulses, then the friction."""
        self.press(flat)
        most = self.friction * self.push
        along = flat[self.across]
        new = self.rub - along
        np.maximum(new, -most, out=new)
        np.minimum(new, most, out=new)
        self.slid = new - self.rub
        along += self.slid
        flat[self.across] = along
        self.rub = new

    def press(self, flat):
        """Correct the normal impulses alone."""
        now = flat[self.index]
        now *= self.side
        new = self.push + self.bounce
        new += now
        np.maximum(new, NOTHING, out=new)
        self.pressed = new - self.push
        now -= self.pressed
        now *= self.side
        flat[self.index] = now
        self.push = new

    def moving(self):
        """Return the scenes in which the last step changed something."""
        changed = np.abs(self.pressed)
        changed += np.abs(self.slid)
        return self.scene[changed > TOLERANCE]

    def remember(self):
        """Keep the impulses for the next sub-step."""
        self.memory.push[self.index] = self.push
        self.memory.rub[self.index] = self.rub


class _Pairs(_Part):
    """One pair contact a scene: complex arithmetic on whole vectors."""

    names = ("scene", "number", "where", "friction", "least", "kicks", "turned")
    names += ("bounce", "impulse")

    def __init__(self, pairs, scene, number, bodies):
        a, self.memory = pairs.a, bodies.memory
        self.scene, self.number = scene, number
        self.where = np.stack([a, pairs.b])
        light = bodies.lightness[self.where]
        mass = 1.0 / (light[0] + light[1])
        self.friction, self.least = bodies.friction[a], TOLERANCE * mass
        self.kicks = light * pairs.normal
        np.negative(self.kicks[0], out=self.kicks[0])
        self.turned = mass * pairs.normal.conj()
        self.bounce = bodies.restitution[a] * pairs.approach * mass + 0j
        self.impulse = self.memory.impulse[number]

    def start(self, speed, flat):
        """Give the balls the remembered impulses."""
        speed[self.where] += self.impulse * self.kicks

    def step(self, speed, flat):
        """Correct normal impulse and friction together."""
        there = speed[self.where]
        wanted = self.impulse + self.bounce
        wanted -= (there[1] - there[0]) * self.turned
        push, rub = wanted.real, wanted.imag
        np.maximum(push, NOTHING, out=push)
        most = self.friction * push
        np.maximum(rub, -most, out=rub)
        np.minimum(rub, most, out=rub)
        self.change = wanted - self.impulse
        there += self.change * self.kicks
        speed[self.where] = there
        self.impulse = wanted

    def moving(self):
        """Return the scenes in which the last step changed something."""
        return self.scene[np.abs(self.change) > self.least]

    def remember(self):
        """Keep the impulses for the next sub-step."""
        self.memory.impulse[self.number] = self.impulse
