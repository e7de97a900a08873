"""Gravity and friction changed on request: what if the law were another from now on?

The first instance of the contract in `evaluation.counterfactual`. Ten frames are seen
under one law; then one parameter of it changes. A model that reads the law is told by
its input `law`; one that infers the law from those frames cannot be told.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from dist_invention.datasets.split import Split
from dist_invention.domains.physics import laws
from dist_invention.domains.physics.data import wrap_split
from dist_invention.domains.physics.ladder import continue_under, counterfactual_pairs
from dist_invention.evaluation.requested_change import Case, Part
import numpy as np

REQUESTS = (
    ("gravity", "in"),
    ("gravity", "far"),
    ("friction", "in"),
    ("friction", "far"),
)
WHERE = {
    "in": "within the range of training",
    "near": "just outside the range of training",
    "far": "far outside the range of training",
}
KEPT = ("seed", "edited", "band", "rejects", "too fast after the edit")  # of datasheets
POSITION_TOLERANCE = 1e-3  # m
VELOCITY_TOLERANCE = 1e-2  # m/s


@dataclass(frozen=True)
class LawRequest:
    """What is asked: another value of one parameter of the law, a scene each.

    Args:
        parameter: Name of the parameter, one of `laws.PARAMETERS`.
        values: The new values, shape (n,).
        band: Where they lie: a key of WHERE.

    Example:
        >>> str(LawRequest("gravity", np.array([-20.0, -15.0]), "far"))
        'let gravity be -20 to -15 m/s2, far outside the range of training'
    """

    parameter: str
    values: np.ndarray
    band: str

    def __str__(self) -> str:
        low, high = float(np.min(self.values)), float(np.max(self.values))
        unit = laws.UNITS[self.parameter]
        values = f"{low:.3g} to {high:.3g}{'' if unit == '1' else f' {unit}'}"
        return f"let {self.parameter} be {values}, {WHERE[self.band]}"


@dataclass(frozen=True)
class LawWorld:
    """Balls in a box whose law may be changed after the context.

    Args:
        rules: The law of each scene, shape (n, 4), in the order of `laws.PARAMETERS`.
        request: Which parameter becomes what.
        horizon: Frames that follow the context.

    Example:
        >>> law = laws.Law().to_array()[None]
        >>> world = LawWorld(law, LawRequest("gravity", np.array([-1.6]), "far"), 30)
        >>> world.apply(world.rules, world.request).tolist()
        [[-1.6, 0.4, 0.8, 0.95]]
    """

    rules: np.ndarray
    request: LawRequest
    horizon: int

    def apply(self, rules: np.ndarray, request: LawRequest) -> np.ndarray:
        """Return the laws with the parameter changed, shape (n, 4).

        Args:
            rules: Laws, shape (n, 4).
            request: What becomes of one parameter.
        """
        changed = np.array(rules, float)
        changed[:, laws.PARAMETERS.index(request.parameter)] = request.values
        return changed

    def generate(
        self, rules: np.ndarray, inputs: Mapping[str, np.ndarray]
    ) -> dict[str, np.ndarray]:
        """Simulate on from the last context frame under the laws.

        Args:
            rules: Laws, shape (n, 4).
            inputs: Inputs of the examples; their own laws are not read.

        Returns:
            All arrays of the examples: the contexts as they are, the futures new.
        """
        arrays = {**inputs, "law": np.asarray(rules, np.float32)}
        return continue_under(arrays, np.asarray(rules, float), self.horizon)[0]


def law_changes(
    seed: int,
    n: int = 128,
    num_balls: tuple[int, int] = (1, 4),
    horizon: int = 120,
    heard: Collection[str] = laws.PARAMETERS,
) -> list[Case]:
    """Return the requests of this world: gravity, then friction, in range and far.

    Args:
        seed: Any integer of at least 0.
        n: Scenes a request. Pairs in which the request changes nothing, such as a
            friction that no contact feels, are left out; the datasheet counts them.
        num_balls: Least and greatest number of balls.
        horizon: Frames to predict.
        heard: Parameters that the model reads from its inputs.

    Returns:
        One case a request. The same scenes are asked about each time.

    Raises:
        ValueError: If a request changes nothing in any pair.
    """
    return [
        law_change(seed, n, parameter, band, num_balls, horizon, heard)
        for parameter, band in REQUESTS
    ]


def law_change(
    seed: int,
    n: int,
    parameter: str,
    band: str,
    num_balls: tuple[int, int] = (1, 4),
    horizon: int = 120,
    heard: Collection[str] = laws.PARAMETERS,
) -> Case:
    """Return one request: another value of one parameter, from a band of laws.

    Args:
        seed: Any integer of at least 0.
        n: Scenes before those without effect are left out.
        parameter: Name of the parameter that changes.
        band: Where its new value lies: `"in"`, `"near"` or `"far"`.
        num_balls: Least and greatest number of balls.
        horizon: Frames to predict.
        heard: Parameters that the model reads from its inputs.

    Raises:
        ValueError: If the request changes nothing in any pair.
    """
    pair = counterfactual_pairs(seed, n, band, parameter, num_balls, horizon)
    rules, changed = (split.arrays["law"].astype(float) for split in pair)
    world = LawWorld(
        rules, LawRequest(parameter, changed[:, _column(parameter)], band), horizon
    )
    inputs = pair[0].input_arrays()
    futures = [
        continue_under({**inputs, "law": law.astype(np.float32)}, law, horizon)
        for law in (rules, world.apply(rules, world.request))
    ]
    tame = ~(futures[0][1] | futures[1][1])
    sheet = {name: pair[1].datasheet[name] for name in KEPT}
    sheet["too fast when simulated again"] = int((~tame).sum())
    arrays = [found for found, _ in futures]
    names = [f"{when}_{parameter}_{band}" for when in ("before", "after")]
    return _case(world, (arrays, names, pair[1].tier), tame, sheet, parameter in heard)


def motion_parts() -> tuple[Part, ...]:
    """Return what is compared: positions to a millimetre, velocities to a cm/s."""
    return (
        Part("position", "m", POSITION_TOLERANCE, counts=_balls),
        Part("velocity", "m/s", VELOCITY_TOLERANCE, counts=_balls),
    )


def _case(world, halves, tame, sheet, is_heard) -> Case:
    """Return the case of the pairs that are tame and feel the request."""
    parts, parameter = motion_parts(), world.request.parameter
    before, after = _wrapped(halves, tame, sheet)
    felt = np.any([part.changed(before, after).any(axis=1) for part in parts], axis=0)
    if not felt.any():
        raise ValueError(
            f"Expected a change of {parameter} to change the motion in at least one "
            f"scene. Received: none of {len(felt)}. Ask for more scenes, or for more "
            "frames."
        )
    keep = np.flatnonzero(tame)[felt]
    sheet = {**sheet, "without effect, left out": int((~felt).sum())}
    original, edited = _wrapped(halves, keep, sheet)
    request = replace(world.request, values=world.request.values[keep])
    kept = replace(world, rules=world.rules[keep], request=request)
    reason = f"the model has no input that says the {parameter}: it cannot be told"
    return Case(kept, original, edited, parts, unheard="" if is_heard else reason)


def _wrapped(halves, rows, sheet) -> list[Split]:
    """Return some rows of both halves of the pairs as splits."""
    arrays, names, tier = halves
    return [
        wrap_split(name, "test", level, {k: v[rows] for k, v in half.items()}, sheet)
        for half, name, level in zip(arrays, names, ("in", tier), strict=True)
    ]


def _balls(split: Split) -> np.ndarray:
    """Return where there is a ball, shape (n, 1, 4, 1)."""
    return split.arrays["present"][:, None, :, None] > 0


def _column(parameter: str) -> int:
    return laws.PARAMETERS.index(parameter)
