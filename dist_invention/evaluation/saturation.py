"""Say when outputs stick: to their bounds, or to one answer for many inputs."""

from collections import Counter
from collections.abc import Mapping

from dist_invention.evaluation.health import Finding
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np

STUCK = 0.5
CLOSE = 1e-3  # of the way between named bounds: there a sigmoid's slope is 1e-3
Bounds = tuple[float, float]


def saturation(
    values: Mapping[str, np.ndarray],
    targets: Mapping[str, np.ndarray] | None = None,
    bounds: Mapping[str, Bounds] | None = None,
    limit: float = STUCK,
) -> list[Finding]:
    """Return the share of values that lie at their bounds, above that of the targets.

    A saturated unit has no gradient. Targets may lie at a bound too, such as the zeros
    of an empty slot, so what they have is taken off.

    Args:
        values: Outputs or activations by name, each of shape (n, ...).
        targets: Targets by name; those with the name of a value are counted likewise.
        bounds: Lowest and highest possible value by name, as (0, 1) for a sigmoid,
            which it comes close to without reaching them. A value without bounds has
            its own least and greatest ones, and must be equal to them.
        limit: Share above which a value is saturated.

    Returns:
        One finding a name.

    Raises:
        ValueError: If there is nothing to look at, or a value is not finite.

    Example:
        >>> [found] = saturation({"gate": np.array([[0.0, 1.0, 1.0, 0.4]])},
        ...                      bounds={"gate": (0.0, 1.0)})
        >>> found.value, found.verdict
        (0.75, 'saturated')
    """
    if not values:
        raise ValueError(
            "Expected at least one array to look at. Received: none. "
            "Give the outputs or the activations by name."
        )
    findings = []
    for name, array in values.items():
        ends = (bounds or {}).get(name)
        own = _at_bounds(name, array, ends)
        target = (targets or {}).get(name)
        normal = 0.0 if target is None else _at_bounds(name, target, ends)
        if np.asarray(array).size < 3:
            reason = "fewer than three values"
            unknown = NotMeasured(reason)
            found = Finding(
                f"saturation: {name}", unknown, limit, "not measured", reason
            )
        else:
            share = max(0.0, own - normal)
            verdict = "saturated" if share > limit else "ok"
            detail = f"{own:.1%} of the values lie at their bounds"
            if target is not None:
                detail += f", {normal:.1%} of the targets do"
            found = Finding(f"saturation: {name}", share, limit, verdict, detail)
        findings.append(found)
    return findings


def identical_outputs(
    outputs: Mapping[str, np.ndarray],
    targets: Mapping[str, np.ndarray],
    limit: float = STUCK,
) -> list[Finding]:
    """Return the share of examples with the very answer of another one.

    A net that has fallen onto a few answers still varies over inputs, so it passes the
    test for collapse; but it repeats itself to the last bit. Examples whose targets are
    those of another one are left out.

    Args:
        outputs: Predictions by name, each of shape (n, ...).
        targets: Targets by name; those with an output of the same name are compared.
        limit: Share above which a model repeats itself.

    Returns:
        One finding an output that is also a target.
    """
    findings = []
    for name in (name for name in outputs if name in targets):
        title = f"identical outputs: {name}"
        alone = ~_repeated(targets[name])
        if alone.sum() < 2:
            reason = "the targets repeat themselves too"
            found = Finding(title, NotMeasured(reason), limit, "not measured", reason)
        else:
            share = float(_repeated(outputs[name])[alone].mean())
            verdict = "repeats itself" if share > limit else "ok"
            detail = (
                f"{share:.1%} of {int(alone.sum())} examples with a target of their "
                "own got the very answer of another example"
            )
            found = Finding(title, share, limit, verdict, detail)
        findings.append(found)
    return findings


def _at_bounds(name: str, array: np.ndarray, ends: Bounds | None) -> float:
    """Return the share of values at their bounds; a constant lies at neither."""
    values = np.asarray(array, dtype=np.float64)
    if not np.all(np.isfinite(values)) or not values.size:
        raise ValueError(
            f"Expected finite values of `{name}`. Received: none, or NaN or infinity "
            "among them. Repair them before looking for saturation."
        )
    low, high = ends or (values.min(), values.max())
    if low == high:
        return 0.0
    margin = CLOSE * (high - low) if ends else 0.0
    return float(((values <= low + margin) | (values >= high - margin)).mean())


def _repeated(array: np.ndarray) -> np.ndarray:
    """Return which rows are equal to another row, shape (n,)."""
    rows = np.asarray(array, np.float64).reshape(len(array), -1) + 0.0  # -0.0 is 0.0
    bits = [row.tobytes() for row in rows]
    count = Counter(bits)
    return np.array([count[row] > 1 for row in bits], dtype=bool)
