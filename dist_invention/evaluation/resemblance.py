"""What select and test splits have in common with training, short of equal inputs."""

from collections.abc import Iterator, Mapping, Sequence
import logging

from dist_invention.datasets.split import Split
from dist_invention.evaluation.audit_report import Check
from dist_invention.evaluation.coincidences import Coincidences, Finder, search
from dist_invention.evaluation.equal_values import ValueFinder
from dist_invention.evaluation.fingerprints import other_input_hashes
from dist_invention.evaluation.near_duplicates import (
    FEWEST_GROUPS,
    NearDuplicates,
    near_duplicates,
)
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.shared_examples import Contents
from dist_invention.evaluation.shingles import TextFinder
from dist_invention.evaluation.tokens import join, token_names, tokens_of
from dist_invention.statistics import holm
import numpy as np

logger = logging.getLogger(__name__)

SIGNIFICANT = 1e-3
OUTPUTS = "same outputs"
ORDER = "same tokens in another order"
WORDS = "same text but for a few words"
NOISE = "same inputs but for noise"
NEAR = "near duplicates"

Question = tuple[str, str, str]  # what is asked, of which training split, of which


def resemblance(
    splits: Sequence[Split], contents: Contents, seed: int = 0
) -> list[Check]:
    """Ask how often other splits coincide with training, beside training with itself.

    Outputs, reordered tokens, texts and numbers may be alike by chance, and often are.
    A leak is an excess that is significant over all questions of the audit (Holm,
    p < 0.001), at least three times what is expected and 0.2 % of the split, where
    less than 5 % are expected. A large excess without that is a warning.

    Args:
        splits: Every split of the run.
        contents: The content of every example.
        seed: Seed of samples and halves.
    """
    found: dict[Question, Coincidences] = {}
    checks: list[Check] = []
    rates: dict[str, float] = {}
    others = [split for split in splits if split.role != "train"]
    for number, train in enumerate(s for s in splits if s.role == "train"):
        rng = np.random.Generator(np.random.Philox(key=[seed, number]))
        found |= _coincidences(train, others, contents, rng)
        for other, near in near_duplicates(train, others, seed).items():
            checks.append(_near(train.name, other, near))
            if not isinstance(near, NotMeasured):
                found[NOISE, train.name, other] = near.copies
                rates[train.name] = near.false_positive_rate
    for name, rate in rates.items():
        said = f"false-positive rate {rate:.2%} between halves of {name}"
        checks.append(_calibration(NEAR, name, said))
    return [*_judged(found, {split.name: split.keys for split in others}), *checks]


def _judged(
    found: Mapping[Question, Coincidences], keys: Mapping[str, np.ndarray]
) -> list[Check]:
    """Return one check a question, and one a calibration."""
    adjusted = holm([item.p_value for item in found.values()])
    checks = []
    for (name, train, other), p_value in zip(found, adjusted, strict=True):
        item = found[name, train, other]
        verdict = "ok"
        if p_value is not None and p_value < SIGNIFICANT and item.is_large:
            verdict = "leak" if item.is_clear else "warning"
        if name == NOISE and item.is_most:
            verdict = "leak"  # few groups prove little, but not this
        some = [f"`{keys[other][place]}`" for place in item.examples]
        such = f", such as {', '.join(some)}" if some else ""
        detail = (
            f"{item.count} matches for {item.checked} rows among {item.against} of "
            f"{train}, {item.expected:.1f} expected by chance; "
            f"Holm p = {p_value:.2g}{such}"
        )
        checks.append(
            Check(
                name,
                (train, other),
                item.count,
                detail,
                verdict,
                item.rate,
                item.natural_rate,
                item.p_value,
            )
        )
    known = {(name, train): item for (name, train, _), item in found.items()}
    for (name, train), item in known.items():
        said = f"false-positive rate {item.false_alarms} of {item.repeats} "
        said += f"halvings of {train} at p < 0.05"
        checks.append(_calibration(name, train, said))
    return checks


def _near(train: str, other: str, near: NearDuplicates | NotMeasured) -> Check:
    """Return the check that says how many examples lie near to training."""
    if isinstance(near, NotMeasured):
        return Check(NEAR, (train, other), 0, f"not searched: {near.reason}", "ok")
    detail = (
        f"{near.near} of {near.checked} near {near.against} of {train}, "
        f"{near.expected:.1f} expected by chance; p = {near.p_value:.2g}"
    )
    return Check(
        NEAR,
        (train, other),
        near.near,
        detail,
        "warning" if near.suspicious else "ok",
        near.near / near.checked,
        near.expected / near.checked,
        near.p_value,
    )


def _calibration(name: str, train: str, said: str) -> Check:
    logger.info("%s: %s.", name.capitalize(), said)
    return Check(f"{name}, calibration", (train, train), 0, said, "ok")


def _coincidences(
    train: Split,
    others: Sequence[Split],
    contents: Contents,
    rng: np.random.Generator,
) -> dict[Question, Coincidences]:
    """Search for outputs, orders and texts of training in other splits."""
    others = [split for split in others if set(split.inputs) == set(train.inputs)]
    _, groups = np.unique(np.asarray(train.groups), return_inverse=True)
    if not others or groups.max() + 1 < FEWEST_GROUPS:
        return {}
    splits = [train, *others]
    stop = np.cumsum([len(split) for split in splits])
    rows = {
        split.name: np.arange(end - len(split), end)
        for split, end in zip(splits, stop, strict=True)
    }
    strangers = np.full(stop[-1] - len(train), groups.max() + 1)
    finders = _finders(splits, contents, np.concatenate([groups, strangers]))
    asked = {split.name: rows[split.name] for split in others}
    return {
        (name, train.name, other): item
        for name, finder in finders
        for other, item in search(finder, rows[train.name], asked, rng).items()
    }


def _finders(
    splits: Sequence[Split], contents: Contents, groups: np.ndarray
) -> Iterator[tuple[str, Finder]]:
    """Yield what can be searched in these splits, by the name of the question."""
    if all(contents.targets[split.name] for split in splits):
        hashes = [value for s in splits for value in contents.targets[s.name]]
        sizes = np.concatenate([contents.target_sizes[s.name] for s in splits])
        yield OUTPUTS, ValueFinder(_numbers(hashes), groups, sizes)
    names = token_names(splits[0])
    if not names or any(token_names(split) != names for split in splits):
        return
    tokens = join([tokens_of(split, names) for split in splits])
    inputs = _numbers([value for s in splits for value in contents.inputs[s.name]])
    rest = [value for s in splits for value in other_input_hashes(s, names)]
    bags = tokens.bags().tolist()
    bags = _numbers([f"{bag} {more}" for bag, more in zip(bags, rest, strict=True)])
    yield ORDER, ValueFinder(bags, groups, tokens.lengths, inputs)
    yield WORDS, TextFinder(tokens, groups, inputs)


def _numbers(values: Sequence[str]) -> np.ndarray:
    """Return a number for each value, equal where the values are."""
    known: dict[str, int] = {}
    return np.array([known.setdefault(value, len(known)) for value in values])
