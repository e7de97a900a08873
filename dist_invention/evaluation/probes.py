"""Ask a model twice, a little otherwise: does it hear the rule, and only what it may?

Each probe is a function of `predict`, which takes input arrays by name, each of shape
(n, ...), and returns output arrays of shape (n, ...). Outputs of the two times are
compared in units of their own spread, so that the tolerances have no unit.
"""

from collections.abc import Callable, Mapping, Sequence

from dist_invention.evaluation.health import Finding
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np

SAME = 1e-3  # of the spread of an output: what rounding may make of one answer
HEARD = 0.01  # share of examples that must answer otherwise under another rule
STRAYS = 0.01  # share of examples that may be moved by what must not matter

Arrays = Mapping[str, np.ndarray]
Predict = Callable[[Arrays], Arrays]


def rule_probe(
    predict: Predict,
    inputs: Arrays,
    rules: Sequence[str],
    tolerance: float = SAME,
    limit: float = HEARD,
) -> list[Finding]:
    """Give each example the rule of another one: its answer must change.

    The record's models were "conditioned" on rules that were never fed to them.

    Args:
        predict: The model.
        inputs: Input arrays of at least two examples.
        rules: Names of the inputs that describe the rule; they are exchanged together.
        tolerance: A change of an output up to this multiple of its spread is none.
        limit: Share of examples, among those that got another rule, that must change.

    Returns:
        One finding an output: `"deaf to the rule"` if too few examples changed.

    Raises:
        ValueError: If there is no rule, or one is no input.
    """
    _require_names("rules", rules, inputs)
    order = _others({name: inputs[name] for name in rules})
    other = {name: inputs[name][order] for name in rules}
    got = np.zeros(len(order), bool)
    for name in rules:
        got |= _differ(inputs[name], other[name])
    names = ", ".join(rules)
    before = predict(inputs)
    if not got.any():
        reason = f"all examples have the same {names}"
        return [_absent(f"rule heard: {key}", limit, reason) for key in before]
    after = predict({**inputs, **other})
    findings = []
    for key, moved in _moves(before, after, tolerance).items():
        share = float(moved[got].mean())
        verdict = "ok" if share > limit else "deaf to the rule"
        detail = f"{share:.1%} of {int(got.sum())} examples answer otherwise when "
        detail += f"{names} is that of another example"
        findings.append(Finding(f"rule heard: {key}", share, limit, verdict, detail))
    return findings


def permutation_probe(
    predict: Predict,
    inputs: Arrays,
    generator: np.random.Generator,
    tolerance: float = SAME,
    limit: float = STRAYS,
) -> list[Finding]:
    """Put each example among other batch mates: its answer must stay.

    The batch is shuffled once, and then each half of it is predicted beside a second
    copy of itself. The first finds what depends on the place in a batch, the
    second what depends on the company, such as a flag that any example can raise.

    Args:
        predict: The model; all examples should fit into one of its batches.
        inputs: Input arrays of at least two examples.
        generator: Source of the permutation.
        tolerance: A change of an output up to this multiple of its spread is none.
        limit: Share of examples that may change: rounding may differ with the place in
            a batch, and a chaotic rollout may make it visible in a few.

    Returns:
        One finding an output: `"depends on batch mates"` if too many changed.

    Raises:
        ValueError: If there are fewer than two examples.
    """
    n = _count(inputs)
    half = n // 2
    first, second = np.arange(half), np.arange(half, 2 * half)
    orders = [
        generator.permutation(n),
        np.resize(first, n),
        np.resize(second, n),
    ]
    before = predict(inputs)
    strays = {key: np.zeros(n, bool) for key in before}
    for order in orders:
        after = predict({name: array[order] for name, array in inputs.items()})
        alike = {key: array[order] for key, array in before.items()}
        for key, moved in _moves(alike, after, tolerance, before).items():
            np.logical_or.at(strays[key], order, moved)
    findings = []
    for key, moved in strays.items():
        share = float(moved.mean())
        verdict = "depends on batch mates" if share > limit else "ok"
        detail = f"{share:.1%} of {n} examples answer otherwise in another company"
        findings.append(Finding(f"batch mates: {key}", share, limit, verdict, detail))
    return findings


def causality_probe(
    predict: Predict,
    inputs: Arrays,
    sequences: Sequence[str],
    tolerance: float = SAME,
    limit: float = STRAYS,
) -> list[Finding]:
    """Change the future of sequences: the answers about their past must stay.

    For a model whose answer at a time reads its inputs up to that time. At a quarter,
    half and three quarters of the time each example gets the future of another one.

    Args:
        predict: The model.
        inputs: Input arrays of at least two examples.
        sequences: Inputs with a time axis, shape (n, time, ...); they change together.
            Outputs of shape (n, time, ...) are compared, others are not.
        tolerance: A change of an output up to this multiple of its spread is none.
        limit: Share of examples that may change, by rounding.

    Returns:
        One finding an output with that time axis: `"sees the future"` if too many
        examples changed before the cut.

    Raises:
        ValueError: If there is no sequence, one is no input, they differ in length or
            are too short to be cut, or no output has their time axis.
    """
    _require_names("sequences", sequences, inputs)
    lengths = {name: np.shape(inputs[name])[1:2] for name in sequences}
    before = predict(inputs)
    length = next(iter(lengths.values()))
    kept = {key: a for key, a in before.items() if np.shape(a)[1:2] == length}
    if len(set(lengths.values())) > 1 or not length or length[0] < 2 or not kept:
        raise ValueError(
            "Expected sequences of one length of at least 2, and an output with that "
            f"time axis. Received: lengths {lengths} and outputs "
            f"{ {key: np.shape(array) for key, array in before.items()} }. "
            "Name the inputs that share the time axis of an output."
        )
    order = _others({name: inputs[name] for name in sequences})
    strays = {key: np.zeros(len(order), bool) for key in kept}
    for cut in sorted({max(1, length[0] * k // 4) for k in (1, 2, 3)}):
        changed = dict(inputs)
        for name in sequences:
            changed[name] = np.array(inputs[name])
            changed[name][:, cut:] = inputs[name][order][:, cut:]
        after = predict(changed)
        past = {key: array[:, :cut] for key, array in kept.items()}
        now = {key: after[key][:, :cut] for key in kept}
        for key, moved in _moves(past, now, tolerance, kept).items():
            strays[key] |= moved
    findings = []
    for key, moved in strays.items():
        share = float(moved.mean())
        verdict = "sees the future" if share > limit else "ok"
        detail = f"{share:.1%} of {len(moved)} examples answer otherwise about the past"
        detail += " when the future of " + ", ".join(sequences) + " is another"
        findings.append(Finding(f"causality: {key}", share, limit, verdict, detail))
    return findings


def _moves(
    before: Arrays, after: Arrays, tolerance: float, whole: Arrays | None = None
) -> dict[str, np.ndarray]:
    """Return which examples moved by more than the tolerance, by output, (n,)."""
    moved = {}
    for key, array in before.items():
        old = np.asarray(array, np.float64).reshape(len(array), -1)
        new = np.asarray(after[key], np.float64).reshape(len(array), -1)
        spread = float(np.std(np.asarray((whole or before)[key], np.float64)))
        moved[key] = (np.abs(new - old) > tolerance * spread).any(axis=1)
    return moved


def _others(arrays: Arrays) -> np.ndarray:
    """Return, for each example, the next one that differs in these arrays."""
    n = _count(arrays)
    order = np.roll(np.arange(n), -1)
    for step in range(1, n):
        same = np.ones(n, bool)
        for array in arrays.values():
            same &= ~_differ(array, array[order])
        if not same.any():
            break
        order = np.where(same, (np.arange(n) + step) % n, order)
    return order


def _differ(array: np.ndarray, other: np.ndarray) -> np.ndarray:
    n = len(array)
    return (np.asarray(array) != np.asarray(other)).reshape(n, -1).any(axis=1)


def _count(inputs: Arrays) -> int:
    n = min((len(array) for array in inputs.values()), default=0)
    if n < 2:
        raise ValueError(
            "Expected at least two examples, to exchange something between them. "
            f"Received: {n}. Probe with more examples."
        )
    return n


def _require_names(what: str, names: Sequence[str], inputs: Arrays) -> None:
    unknown = [name for name in names if name not in inputs]
    if not names or unknown:
        raise ValueError(
            f"Expected the {what} to be among the inputs {sorted(inputs)}. "
            f"Received: {list(names)}. Name inputs that the model is fed."
        )


def _absent(title: str, limit: float, reason: str) -> Finding:
    return Finding(title, NotMeasured(reason), limit, "not measured", reason)
