"""How a request was answered: edited effect, preservation, the score of ignoring it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dist_invention.evaluation.counterfactual_verdict import (
    ABSENT,
    DEAF,
    effect_words,
    rest_words,
    verdict,
)
from dist_invention.evaluation.not_measured import NotMeasured
from dist_invention.evaluation.paired_columns import Amount, PairedColumns
from dist_invention.evaluation.requested_change import Case, Part
import numpy as np

UNTOLD = "this model, not told"
OLD_RULES = "truth of the old rules"
CEILING = "the world under the changed rules"
MEASURES = ("effect", "skill", "response", "preservation", "before", "moved")
Measure = Amount | NotMeasured


@dataclass(frozen=True)
class Outcome:
    """What became of one request, in one part of the answer.

    Args:
        request: What was asked, in words.
        splits: Names of the original and the edited split.
        sha256: Their hashes: outcomes compare where these and the request agree.
        datasheet: How the edited split was made, and what was left out of it.
        tier: How far the changed rules lie from training.
        part: The output that is compared.
        unit: Unit of every error.
        n: Pairs.
        n_groups: Groups among them.
        measures: By the names in MEASURES, or why there is none: `effect`, the error
            where the truth changes, told; `skill`, 1 minus that error over the least
            error of ignoring the request; `response`, how far the answer moved along
            the change of the truth, 1 as far, 0 not at all (for symbols, the share of
            changed ones that are answered otherwise); `preservation`, the error where
            the truth stays, told; `before`, that error not told; `moved`, how far the
            answer moved there. Skill and response have no unit.
        ignoring: Error where the truth changes of those that ignore the request, by
            name; empty where nothing was measured.
        ceiling: That error of the world itself under the changed rules.
        verdict: One of `counterfactual_verdict.VERDICTS`.
        sentence: The verdict for a reader.

    Example:
        >>> outcome.as_json()["effect"]["value"]  # doctest: +SKIP
        0.12
    """

    request: str
    splits: tuple[str, str]
    sha256: tuple[str, str]
    datasheet: Mapping[str, Any]
    tier: str
    part: str
    unit: str
    n: int
    n_groups: int
    measures: Mapping[str, Measure]
    ignoring: Mapping[str, float]
    ceiling: float | NotMeasured
    verdict: str
    sentence: str

    def as_json(self) -> dict[str, Any]:
        """Return the outcome as plain JSON values.

        What was not measured has `status` and `reason` instead of a value.
        """
        ceiling = self.ceiling
        return {
            "request": self.request,
            "original": self.splits[0],
            "edited": self.splits[1],
            "sha256": list(self.sha256),
            "datasheet": dict(self.datasheet),
            "tier": self.tier,
            "part": self.part,
            "unit": self.unit,
            "n": self.n,
            "n_groups": self.n_groups,
            **{name: self.measures[name].as_json() for name in MEASURES},
            "ignoring": [
                {"name": name, "value": float(value)}
                for name, value in self.ignoring.items()
            ],
            "ceiling": None
            if isinstance(ceiling, NotMeasured)
            else {"name": CEILING, "value": float(ceiling)},
            "verdict": self.verdict,
            "sentence": self.sentence,
        }


def silent(case: Case, part: Part, reason: NotMeasured) -> Outcome:
    """Return the outcome of a request that was not put to the model.

    Args:
        case: What would have been asked.
        part: The output that would have been compared.
        reason: Why it was not asked.
    """
    return Outcome(
        **_head(case, part),
        measures=dict.fromkeys(MEASURES, reason),
        ignoring={},
        ceiling=reason,
        verdict=ABSENT,
        sentence=f"Asked: {case.world.request}. Not measured: {reason.reason}.",
    )


def scored(
    case: Case,
    part: Part,
    answers: tuple[np.ndarray, np.ndarray],
    truth: np.ndarray,
    seed: int,
) -> Outcome:
    """Return the outcome of a request from the two answers of a model.

    Args:
        case: What was asked.
        part: The output to compare.
        answers: What the model predicts for the original and for the edited examples,
            not told and told, each of shape (n, ...).
        truth: What the world generates under the changed rules, the same shape.
        seed: Seed of the resamples.
    """
    untold, told = answers
    old = case.original.arrays[part.output]
    new = case.edited.arrays[part.output]
    changed, stays = _cut(case, part)
    groups = case.original.groups
    effect = _errors(part, [told, untold, old, truth], new, (changed, groups, seed))
    if not effect.n:
        return silent(case, part, NotMeasured("the truth of this part does not change"))
    best = 1 + int(np.argmin(effect.values[1:3]))
    rest, cost = _preservation(part, answers, new, (stays, groups, seed))
    measures: dict[str, Measure] = {
        "effect": effect.amount(0),
        "skill": _skill(effect.relative(0, best)),
        "response": _response(part, answers, (old, new), (changed, groups, seed)),
        **rest,
    }
    deaf = not part.errors(told, untold)[part.counted(case.original)].any()
    found = DEAF if deaf else verdict(effect.difference(0, best))
    ignoring: dict[str, float] = {
        UNTOLD: float(effect.values[1]),
        OLD_RULES: float(effect.values[2]),
    }
    least = min(ignoring.values())
    words = (
        f"Asked: {case.world.request}.",
        effect_words(part, float(effect.values[0]), least, found),
        rest_words(part, rest["preservation"], rest["before"], cost),
    )
    return Outcome(
        **_head(case, part),
        measures=measures,
        ignoring=ignoring,
        ceiling=float(effect.values[3]),
        verdict=found,
        sentence=" ".join(words),
    )


def _head(case: Case, part: Part) -> dict[str, Any]:
    return {
        "request": str(case.world.request),
        "splits": (case.original.name, case.edited.name),
        "sha256": (case.original.sha256, case.edited.sha256),
        "datasheet": case.edited.datasheet,
        "tier": case.edited.tier,
        "part": part.output,
        "unit": part.unit,
        "n": len(case.original),
        "n_groups": len(np.unique(case.original.groups)),
    }


def _cut(case: Case, part: Part) -> tuple[np.ndarray, np.ndarray]:
    """Return what should change and what should stay, each (n, elements)."""
    counted = part.counted(case.original)
    changed = part.changed(case.original, case.edited)
    if part.whole:
        changed = counted & changed.any(axis=1, keepdims=True)
    return changed, counted & ~changed


def _errors(part: Part, answers, truth, where) -> PairedColumns:
    """Return the errors of several answers on the elements of a mask."""
    mask, groups, seed = where
    columns = [_an_example(part.errors(a, truth), mask, part.whole) for a in answers]
    return PairedColumns(columns, groups, part.statistic, seed, is_share=part.whole)


def _preservation(part: Part, answers, new, where):
    """Return the measures of the rest, and the interval of what telling costs it."""
    untold, told = answers
    errors = _errors(part, [told, untold], new, where)
    if not errors.n:
        reason = NotMeasured("all of it changes: there is no rest")
        return dict.fromkeys(MEASURES[3:], reason), None
    drift = _errors(part, [told], untold, where)
    rest = errors.amount(0), errors.amount(1), drift.amount(0)
    return dict(zip(MEASURES[3:], rest, strict=True)), errors.difference(0, 1)


def _an_example(errors: np.ndarray, mask: np.ndarray, whole: bool) -> np.ndarray:
    """Return one contribution an example, shape (n,); NaN where nothing applies."""
    number = mask.sum(axis=1)
    total = np.where(mask, errors, 0.0)
    total = total.max(axis=1, initial=0.0) if whole else total.sum(axis=1)
    size = np.ones_like(number) if whole else np.maximum(number, 1)
    return np.where(number > 0, total / size, np.nan)


def _skill(relative: Measure) -> Measure:
    """Turn an error relative to a reference into the share of it that is gone."""
    if isinstance(relative, NotMeasured):
        return relative
    known = relative.interval
    ends = known and (1 - known[1], min(1.0, 1 - known[0]))
    return Amount(1 - relative.value, relative.n, ends, relative.method)


def _response(part: Part, answers, truths, where) -> Measure:
    """Return how far the answer moved along the change of the truth."""
    mask, groups, seed = where
    if part.kind == "symbol":
        return _errors(part, [answers[1]], answers[0], where).amount(0)
    step = part.table(answers[1]) - part.table(answers[0])
    right = part.table(truths[1]) - part.table(truths[0])
    columns = [_an_example(v, mask, False) for v in (step * right, right * right)]
    return PairedColumns(columns, groups, "mean", seed).relative(0, 1)
