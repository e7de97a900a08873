"""Prove, before training, that no example stands on both sides of a split."""

from collections.abc import Sequence
from itertools import combinations
import logging

from dist_invention.datasets.split import Split
from dist_invention.evaluation.audit_report import AuditReport, Check, LeakFound
from dist_invention.evaluation.fingerprints import content_hashes
from dist_invention.evaluation.near_duplicates import near_duplicates
from dist_invention.evaluation.not_measured import NotMeasured
import numpy as np

logger = logging.getLogger(__name__)

MINIMUM = 20


def audit(splits: Sequence[Split], allow_leak: str | None = None) -> AuditReport:
    """Compare every two splits before training; refuse what they share.

    A leak is an example with the same key or the same inputs in two splits (two train
    splits may share), or a group (a trajectory) in two splits of different roles.
    Near duplicates of training, thin splits and repeated keys are warnings: they are
    recorded and logged.

    Args:
        splits: Every split of the run.
        allow_leak: Reason to go on in spite of a leak; it is recorded and changes the
            verdict to `"allowed leak"`.

    Returns:
        The report; its verdict is `"clean"` or `"allowed leak"`.

    Raises:
        LeakFound: If there is a leak and no reason to allow it.
        ValueError: If there is no split, a name stands twice, or the reason is empty.
    """
    _check_asked(splits, allow_leak)
    content = {split.name: content_hashes(split) for split in splits}
    checks = [check for split in splits for check in _alone(split)]
    for a, b in combinations(splits, 2):
        checks += _pair(a, b, content[a.name], content[b.name])
    checks += _near(splits)
    names = tuple(split.name for split in splits)
    report = AuditReport(tuple(checks), names, _overlap(splits), allow_leak)
    for check in checks:
        if check.verdict != "ok":
            logger.warning("%s in %s: %s", check.name, check.splits, check.detail)
    if report.verdict == "LEAK":
        leak, more = report.leaks[0], len(report.leaks) - 1
        raise LeakFound(
            f"Expected splits `{leak.splits[0]}` and `{leak.splits[1]}` to share "
            f"nothing. Received: {leak.count} with the {leak.name}, {leak.detail}"
            f"{f'; {more} more checks found a leak' if more else ''}. Remove them from "
            "one side, or pass the reason why they may stay as allow_leak.",
            report,
        )
    return report


def _check_asked(splits: Sequence[Split], allow_leak: str | None) -> None:
    """Refuse an audit of nothing, of ambiguous names, or allowed without a reason."""
    names = [split.name for split in splits]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            "Expected at least one split, each with a name of its own. "
            f"Received: {names}. Add or rename."
        )
    if allow_leak is not None and not allow_leak.strip():
        raise ValueError(
            "Expected the reason why a leak is allowed. "
            f"Received: allow_leak={allow_leak!r}. Say why the numbers still count."
        )


def _alone(split: Split) -> list[Check]:
    """Ask one split for its size, the size of its strata and repeated keys."""
    thin = {"all": len(split)}
    for name in sorted(split.strata):
        labels, counts = np.unique(np.asarray(split.strata[name]), return_counts=True)
        thin |= {
            f"{name}={label}": int(n) for label, n in zip(labels, counts, strict=True)
        }
    thin = {name: n for name, n in thin.items() if n < MINIMUM}
    said = ", ".join(f"{name} has {n}" for name, n in thin.items())
    repeated = len(split) - len(_texts(split.keys))
    verdict = "warning" if repeated else "ok"
    return [
        Check(
            f"fewer than {MINIMUM} examples",
            (split.name,),
            len(thin),
            said or f"{len(split)} examples",
            "warning" if thin else "ok",
        ),
        Check(
            "repeated key", (split.name,), repeated, f"{repeated} rows repeat", verdict
        ),
    ]


def _pair(
    a: Split, b: Split, content_a: list[str], content_b: list[str]
) -> list[Check]:
    """Ask two splits for examples and groups that stand in both."""
    may_share = a.role == b.role == "train"
    keys = _texts(a.keys) & _texts(b.keys)
    by_hash = dict(zip(content_a, map(str, a.keys), strict=False))
    copies = {
        f"{by_hash[found]} = {key}"
        for found, key in zip(content_b, map(str, b.keys), strict=False)
        if found in by_hash and key not in keys
    }
    found = [("same key", keys), ("same inputs under another key", copies)]
    if a.role != b.role:
        found.append(("same group", _texts(a.groups) & _texts(b.groups)))
    return [
        Check(
            name,
            (a.name, b.name),
            len(shared),
            f"such as `{min(shared)}`" if shared else "none",
            "leak" if shared and not may_share else "ok",
        )
        for name, shared in found
    ]


def _texts(column: np.ndarray) -> set[str]:
    """Return the different values of a column, as text."""
    return set(map(str, column.tolist()))


def _near(splits: Sequence[Split]) -> list[Check]:
    """Search select and test splits for near duplicates of each train split."""
    checks = []
    others = [split for split in splits if split.role != "train"]
    for train in [split for split in splits if split.role == "train"]:
        rate = None
        for name, found in near_duplicates(train, others).items():
            pair = (train.name, name)
            if isinstance(found, NotMeasured):
                checks.append(_not_searched(pair, found))
                continue
            rate = found.false_positive_rate
            detail = (
                f"{found.near} of {found.checked} near {found.against} of {train.name}"
                f", {found.expected:.1f} expected by chance; {found.close} copies with "
                f"noise; p = {found.p_value:.2g}"
            )
            verdict = "warning" if found.suspicious else "ok"
            checks.append(Check("near duplicates", pair, found.near, detail, verdict))
        if rate is not None:
            detail = f"false-positive rate {rate:.2%} between halves of {train.name}"
            logger.info("Near duplicates: %s.", detail)
            pair = (train.name, train.name)
            checks.append(Check("near duplicates, calibration", pair, 0, detail, "ok"))
    return checks


def _not_searched(pair: tuple[str, str], found: NotMeasured) -> Check:
    """Return the check that says why near duplicates were not searched."""
    detail = f"not searched: {found.reason}"
    return Check("near duplicates", pair, 0, detail, "ok")


def _overlap(splits: Sequence[Split]) -> tuple[tuple[int, ...], ...]:
    """Return the overlap matrix: shared keys, and repeats on the diagonal."""
    keys = [_texts(split.keys) for split in splits]
    return tuple(
        tuple(
            len(splits[i]) - len(keys[i]) if i == j else len(keys[i] & keys[j])
            for j in range(len(splits))
        )
        for i in range(len(splits))
    )
