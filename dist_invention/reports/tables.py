"""Scores beside their baselines: plain text for a terminal, HTML for the page."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dist_invention.reports.headroom import headroom_warnings
from dist_invention.reports.markup import Markup, element, folded, table
from dist_invention.reports.run_data import require_finished
from dist_invention.reports.words import (
    has_baselines,
    in_tier_order,
    interval,
    is_absent,
    methods,
    number,
    plain,
    titled,
    tone,
    verdict,
)

Score = Mapping[str, Any]
_HEAD = (
    "split",
    "value",
    "interval",
    "best trivial",
    "best baseline",
    "skill",
    "verdict",
)


def score_table(results: Mapping[str, Any], strata: bool = False) -> str:
    """Return the scores of a finished run as plain text, one block a metric.

    Args:
        results: Content of results.json.
        strata: Whether sub-scores get rows of their own, below their split.

    Raises:
        UnsealedRunError: If the run did not finish or has no scores.
    """
    require_finished(results)
    blocks = []
    for metric in dict.fromkeys(s["metric"] for s in results["scores"]):
        scores = [s for s in ordered(results["scores"]) if s["metric"] == metric]
        shown = [s for s in scores if strata or s.get("stratum", "all") == "all"]
        blocks.append(_block(metric, shown))
    made = methods(results["scores"])
    foot = f"\nIntervals: {made}; one seed, over groups of examples." if made else ""
    skill = "Skill: 1 - error / error of the best baseline; 0 is level, 1 is perfect."
    said = "".join(f"{line}\n" for line in headroom_warnings(results["scores"]))
    return "\n\n".join(blocks) + f"\n{foot}\n{skill}\n{said}"


def ordered(scores: Iterable[Score]) -> list[Score]:
    """Return scores by tier (in, near, far, regimes), else in their own order."""
    scores = list(scores)
    tiers = in_tier_order(score.get("tier", "") for score in scores)
    return [s for tier in tiers for s in scores if s.get("tier", "") == tier]


def score_rows(scores: Sequence[Score]) -> Markup:
    """Return one tier's scores as an HTML table: each metric, then its strata.

    Args:
        scores: Rows of results.json.
    """
    worst = any(isinstance(score.get("worst"), Mapping) for score in scores)
    head = [
        "Metric",
        "Value",
        "Verdict",
        "Best baseline",
        "Skill",
        "Best trivial",
        *(["Worst group"] if worst else []),
        "Examples",
    ]
    rows = (_html_cells(score, worst) for score in scores)
    return table(head, rows, class_="scores")


def all_baselines(scores: Sequence[Score]) -> Markup:
    """Return a folded table with the value of every baseline.

    Args:
        scores: Rows of results.json.
    """
    names = list(dict.fromkeys(b["name"] for s in scores for b in s["baselines"]))
    kinds = {b["name"]: b.get("kind") for s in scores for b in s["baselines"]}
    head = ["Metric", "This model", *(_titled(name, kinds[name]) for name in names)]
    rows = []
    for score in scores:
        values = {b["name"]: b.get("value") for b in score["baselines"]}
        cells = [number(values.get(name)) for name in names]
        rows.append([_metric_cell(score), _value(score), *cells])
    return folded("Every baseline", table(head, rows, class_="scores"))


def _block(metric: str, scores: Sequence[Score]) -> str:
    first = scores[0] if scores else {}
    unit = first.get("unit") or "1"
    direction = f"{first.get('better', 'lower')} is better"
    title = f"{plain(metric)} ({'' if unit == '1' else unit + ', '}{direction})"
    rows = [_HEAD, *(_text_cells(score) for score in scores)]
    widths = [max(len(row[k]) for row in rows) for k in range(len(_HEAD))]
    lines = (_line(row, widths) for row in rows)
    return "\n".join([title, *lines])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.rjust(width) if _HEAD[k] in ("value", "skill") else cell.ljust(width)
        for k, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return ("  " + "  ".join(cells)).rstrip()


def _text_cells(score: Score) -> tuple[str, ...]:
    stratum = score.get("stratum", "all")
    name = score["split"] if stratum == "all" else f"  {plain(stratum)}"
    return (
        str(name),
        _value(score),
        interval(score.get("interval")),
        _reference(score, "best_trivial"),
        _reference(score, "best_baseline"),
        number(score.get("skill")),
        verdict(score),
    )


def _value(score: Score) -> str:
    """Return the value; a score without a baseline is not a result."""
    shown = has_baselines(score) or is_absent(score)
    return number(score.get("value")) if shown else "withheld"


def _reference(score: Score, name: str) -> str:
    reference = score.get(name) or {}
    if "value" not in reference:
        return "not measured"
    return f"{number(reference['value'])} {plain(reference.get('name', ''))}"


def _metric_cell(score: Score) -> Markup:
    stratum = score.get("stratum", "all")
    if stratum != "all":
        return element("th", plain(stratum), scope="row", class_="stratum")
    unit = score.get("unit") or "1"
    arrow = "higher" if score.get("better") == "higher" else "lower"
    note = f"{arrow} is better" if unit == "1" else f"{unit}, {arrow} is better"
    small = element("small", note)
    return element("th", titled(score["metric"]), small, scope="row")


def _html_cells(score: Score, with_worst: bool) -> list[object]:
    groups = score.get("n_groups")
    is_grouped = groups is not None and groups != score.get("n")
    counted = f"in {number(groups)} groups" if is_grouped else ""
    counted = ", ".join(part for part in (_divisor(score), counted) if part)
    return [
        _metric_cell(score),
        _stacked(element("b", _value(score)), interval(score.get("interval"))),
        element("td", element("span", verdict(score), class_=f"said {tone(score)}")),
        _reference_cell(score, "best_baseline"),
        _stacked(number(score.get("skill")), interval(score.get("skill_interval"))),
        _reference_cell(score, "best_trivial"),
        *([_worst_cell(score)] if with_worst else []),
        _stacked(_denominator(score), counted),
    ]


def _stacked(value: object, below: object) -> Markup:
    return element("td", value, element("small", below), class_="num")


def _reference_cell(score: Score, name: str) -> Markup:
    reference = score.get(name) or {}
    if "value" not in reference:
        return element("td", "not measured")
    return _stacked(number(reference["value"]), plain(reference.get("name", "")))


def _titled(name: str, kind: object) -> Markup:
    return element("span", plain(name), element("small", kind or "no kind"))


def _worst_cell(score: Score) -> Markup:
    """Return the worst group beside the mean; a stratum has none of its own."""
    worst = score.get("worst")
    if not isinstance(worst, Mapping):
        return element(
            "td", "\u2013" if score.get("stratum", "all") != "all" else "none"
        )
    said = f"{plain(worst.get('stratum'))}, n {number(worst.get('n'))}"
    small = element("small", said)
    return element("td", number(worst.get("value")), small, class_="worst")


def _denominator(score: Score) -> str:
    """Return to how many rows the metric applied, of how many there are.

    The two differ where a metric says nothing about some rows.
    """
    counted, of = number(score.get("n")), score.get("of")
    return counted if of is None else f"{counted} of {number(of)}"


def _divisor(score: Score) -> str:
    """Return what the mean divides by, where that is not the examples themselves."""
    divisor = score.get("denominator")
    if not isinstance(divisor, Mapping) or divisor.get("of") in (None, "examples"):
        return ""
    return f"over {number(divisor.get('count'))} {plain(divisor['of'])}"
