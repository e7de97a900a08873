"""Harder questions than the splits: one parameter at a time, edits, new mechanisms."""

from dist_invention.datasets.split import Split
from dist_invention.domains.physics import laws, windows
from dist_invention.domains.physics.data import wrap_split
from dist_invention.domains.physics.draws import Draw, draw_windows
from dist_invention.domains.physics.mechanisms import (
    MECHANISMS,
    matched_control,
    with_mechanism,
)
from dist_invention.domains.physics.rules import FRAME_SECONDS, simulate
import numpy as np

LADDER_STREAM, PAIR_STREAM, MECHANISM_STREAM = 100, 200, 300


def make_ladder(
    seed: int, n: int, num_balls: tuple[int, int] = (1, 4), horizon: int = 120
) -> dict[str, Split]:
    """Return tests in which one law parameter leaves the training range, or all do.

    Args:
        seed: Any integer of at least 0.
        n: Scenes a rung.
        num_balls: Least and greatest number of balls.
        horizon: Frames to predict.

    Returns:
        `ladder_in`, and `ladder_<parameter>_<near or far>` for each parameter and
        for `joint`.
    """
    rungs = [("in", "joint", "ladder_in")]
    for parameter in (*laws.PARAMETERS, "joint"):
        for band in ("near", "far"):
            rungs.append((band, parameter, f"ladder_{parameter}_{band}"))
    draws = [
        Draw(_generator(seed, LADDER_STREAM + k), n, _rung(band, parameter), num_balls)
        for k, (band, parameter, _) in enumerate(rungs)
    ]
    found = draw_windows(draws, horizon)
    splits = {}
    for (band, parameter, name), draw, arrays in zip(rungs, draws, found, strict=True):
        sheet = {"seed": seed, "parameter": parameter, "rejects": draw.report}
        splits[name] = wrap_split(name, "test", band, arrays, sheet)
    return splits


def counterfactual_pairs(
    seed: int,
    n: int,
    band: str = "far",
    parameter: str = "gravity",
    num_balls: tuple[int, int] = (1, 4),
    horizon: int = 120,
) -> tuple[Split, Split]:
    """Return the same scenes under their own law and under an edited one.

    Both splits have the same contexts, seen under the original law; the futures start
    from the last context frame. So the second asks: what if one parameter changed now?

    Args:
        seed: Any integer of at least 0.
        n: Number of pairs.
        band: Where the edited value lies: `"in"`, `"near"` or `"far"`.
        parameter: Name of the edited parameter, or `"joint"`.
        num_balls: Least and greatest number of balls.
        horizon: Frames to predict.

    Returns:
        Splits `pair_original` and `pair_edited`, row by row; `law` holds the law of
        the future. Pairs whose edited future runs too fast are left out of both, and
        the datasheets count them.
    """
    generator = _generator(seed, PAIR_STREAM)
    draw = Draw(generator, n, _rung("in", "joint"), num_balls)
    original = draw_windows([draw], horizon)[0]
    new = laws.ladder_laws(generator, n, band, parameter)
    chosen = [parameter in (name, "joint") for name in laws.PARAMETERS]
    law = np.where(chosen, new, original["law"])
    edited, wild = continue_under(original, law, horizon)
    tame = ~wild
    if not tame.any():
        raise ValueError(
            "Expected at least one pair whose edited future stays under "
            f"{windows.SPEED_LIMIT} m/s. Received: none of {n}. Ask for more pairs."
        )
    sheet = {
        "seed": seed,
        "edited": parameter,
        "band": band,
        "rejects": draw.report,
        "too fast after the edit": int((~tame).sum()),
    }
    tier = {"in": "in", "near": "near"}.get(band, "far")
    return (
        wrap_split("pair_original", "test", "in", _rows(original, tame), sheet),
        wrap_split("pair_edited", "test", tier, _rows(edited, tame), sheet),
    )


def continue_under(
    arrays: dict[str, np.ndarray], law: np.ndarray, horizon: int
) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Return the same contexts with futures simulated under other laws.

    Args:
        arrays: Arrays of examples.
        law: New laws, shape (n, 4).
        horizon: Frames to predict.

    Returns:
        The arrays, and which futures ran too fast, shape (n,).
    """
    future, wild = windows.cut_future(windows.scenes_at(arrays, law=law), horizon)
    kept = ("context_position", "context_velocity", "radius", "mass", "present")
    return {**future, **{name: arrays[name] for name in kept}}, wild


def make_mechanisms(
    seed: int, n: int, num_balls: tuple[int, int] = (1, 4), horizon: int = 120
) -> dict[str, Split]:
    """Return, for each mechanism, a test of it and its matched control.

    The control has the same scenes and, without the mechanism, a gravity shifted so
    that the mean force is the same.

    Args:
        seed: Any integer of at least 0.
        n: Scenes a mechanism.
        num_balls: Least and greatest number of balls.
        horizon: Frames to predict.

    Returns:
        Splits `mechanism_<name>` and `control_<name>`. Scenes that run too fast under
        either are left out of both, and the datasheets count them.
    """
    splits = {}
    for k, name in enumerate(MECHANISMS):
        generator = _generator(seed, MECHANISM_STREAM + k)
        draw = Draw(generator, n, _rung("in", "joint"), num_balls, latest_start=0)
        plain, _ = draw.scenes(np.arange(n))
        shifted = with_mechanism(plain, name, generator)
        run = simulate(shifted, windows.CONTEXT + horizon)
        control = matched_control(shifted, run.position, run.velocity, FRAME_SECONDS)
        found = [windows.cut_windows(scenes, horizon) for scenes in (shifted, control)]
        tame = ~(found[0][1] | found[1][1])
        sheet = {"seed": seed, "mechanism": name, "too fast": int((~tame).sum())}
        for label, (arrays, _) in zip(("mechanism", "control"), found, strict=True):
            kept = _rows(arrays, tame)
            title = f"{label}_{name}"
            splits[title] = wrap_split(title, "test", label, kept, sheet)
    return splits


def _rung(band, parameter):
    """Return a sampler of laws on one rung."""
    return lambda generator, n: laws.ladder_laws(generator, n, band, parameter)


def _rows(arrays, keep):
    return {name: values[keep] for name, values in arrays.items()}


def _generator(seed, stream):
    return np.random.Generator(np.random.Philox(key=[seed, stream]))
