"""Whether splits hold what they claim: roles, sizes, strata, examples of their own."""

from collections.abc import Sequence

from dist_invention.datasets.split import ROLES, Split
from dist_invention.evaluation.audit_report import Check
import numpy as np

MINIMUM = 20


def completeness(splits: Sequence[Split]) -> list[Check]:
    """Ask each split for its size, its strata and repeated keys; all for their roles.

    All that is missing is a warning: a small test is honest, but says little.

    Args:
        splits: At least one split.
    """
    checks = [_roles(splits)]
    for split in splits:
        checks += [_thin(split), _repeated(split)]
        if split.strata:
            checks.append(_empty(split, splits))
    return checks


def _roles(splits: Sequence[Split]) -> Check:
    count = {role: sum(split.role == role for split in splits) for role in ROLES}
    said = ", ".join(f"{n} {role}" for role, n in count.items())
    whole = count["train"] and count["select"] + count["test"]
    names = tuple(split.name for split in splits)
    return Check("roles", names, len(splits), said, "ok" if whole else "warning")


def _thin(split: Split) -> Check:
    sizes = {"all": len(split)}
    for name in sorted(split.strata):
        found, counts = np.unique(np.asarray(split.strata[name]), return_counts=True)
        sizes |= {
            f"{name}={label}": int(n) for label, n in zip(found, counts, strict=True)
        }
    thin = {name: n for name, n in sizes.items() if n < MINIMUM}
    said = ", ".join(f"{name} has {n}" for name, n in thin.items())
    return Check(
        f"fewer than {MINIMUM} examples",
        (split.name,),
        len(thin),
        said or f"{len(split)} examples",
        "warning" if thin else "ok",
    )


def _repeated(split: Split) -> Check:
    repeated = len(split) - len(set(map(str, np.asarray(split.keys).tolist())))
    verdict = "warning" if repeated else "ok"
    detail = f"{repeated} rows repeat"
    return Check("repeated key", (split.name,), repeated, detail, verdict)


def _labels(split: Split, name: str) -> set[str]:
    """Return the labels of a stratum that occur in a split."""
    return set(map(str, np.unique(split.strata.get(name, np.array([], str)))))


def _empty(split: Split, splits: Sequence[Split]) -> Check:
    """Ask for labels that other splits have and this one has no example of.

    Where a split shares no label with the others it is about other labels (as longer
    texts), and nothing is missing.
    """
    empty = []
    for name in sorted(split.strata):
        others = [_labels(other, name) for other in splits if other is not split]
        own, known = _labels(split, name), set().union(*others)
        if own & known:
            empty += [f"{name}={label}" for label in sorted(known - own)]
    said = f"no example of {', '.join(empty)}" if empty else "none"
    verdict = "warning" if empty else "ok"
    return Check("empty stratum", (split.name,), len(empty), said, verdict)
