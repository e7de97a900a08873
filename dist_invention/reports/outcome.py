"""What came out: scores beside their baselines, and predictions beside the truth."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.headroom import headroom_warnings
from dist_invention.reports.intervals import SHAPES, score_panels
from dist_invention.reports.ladder_plot import ladder
from dist_invention.reports.marks import mark
from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    joined,
    section,
)
from dist_invention.reports.panels import figure
from dist_invention.reports.run_data import RunData
from dist_invention.reports.tables import all_baselines, ordered, score_rows
from dist_invention.reports.verdict import scores_of_tests
from dist_invention.reports.words import (
    in_tier_order,
    is_result,
    methods,
    plain,
    tier_name,
    titled,
)

Score = Mapping[str, Any]


def scores_section(run: RunData) -> Markup:
    """Return the scores of a finished run, by tier; else what is missing."""
    missing = run.lacks()
    if missing:
        said = (
            f"scores are shown for finished runs only. Missing: {', '.join(missing)}."
        )
        return section("scores", "Scores", absent(said))
    scores = ordered(run.results["scores"])
    lede = (
        "Each score stands beside its baselines. Skill is "
        "1 - error / error of the best baseline: 0 is level with it, 1 is perfect. "
        "Ceilings know what the model is not told; they are never the reference."
    )
    return section(
        "scores",
        "Scores",
        element("p", lede, class_="lede"),
        *_warnings(scores),
        element("h3", "Score over distance from training"),
        ladder(run.results),
        _drawings(scores_of_tests({**run.results, "scores": scores})),
        *_tier_tables(scores, run.results.get("headline") or ()),
        _method(scores),
    )


def figures_section(run: RunData) -> Markup:
    """Return predictions drawn beside the truth: in, near, far, then the rest."""
    records = list(run.figures.values())
    if not records:
        return section("figures", "Predicted and true", absent("no figure was stored."))
    tiers = in_tier_order(record.get("tier") or "" for record in records)
    blocks = []
    for tier in tiers:
        drawn = [r for r in records if (r.get("tier") or "") == tier]
        title = tier_name(tier) if tier else "Other figures"
        blocks += [element("h3", title), *(figure(record) for record in drawn)]
    return section("figures", "Predicted and true", *blocks)


def _drawings(scores: Sequence[Score]) -> Markup:
    """Draw the first metric; the others stand below it, folded."""
    metrics = list(dict.fromkeys(s["metric"] for s in scores if is_result(s)))
    blocks = []
    for metric in metrics:
        same = [s for s in scores if s["metric"] == metric]
        title = element("h3", f"{titled(metric)}{_unit(same[0])}")
        blocks.append(joined([title, score_panels(same)]))
    if len(blocks) < 2:
        return joined([_key(), *blocks])
    return joined([_key(), blocks[0], folded("The other metrics", *blocks[1:])])


def _unit(score: Score) -> str:
    unit = score.get("unit") or "1"
    direction = "higher" if score.get("better") == "higher" else "lower"
    return f" ({'' if unit == '1' else unit + ', '}{direction} is better)"


def _key() -> Markup:
    marks = (
        ("model", "this model, with its interval"),
        ("classical", "classical baseline"),
        ("trivial", "trivial baseline"),
        ("ceiling", "ceiling"),
    )
    keys = (
        element(
            "span",
            element(
                "svg",
                mark(SHAPES[kind], 7, 7, f"m-{kind}"),
                width="14",
                height="14",
                aria_hidden="true",
            ),
            label,
            class_="key",
        )
        for kind, label in marks
    )
    dotted = element("span", "dotted line: best baseline", class_="key")
    return element("div", *keys, dotted, class_="legend")


def _rows(scores: Sequence[Score], headline: Sequence[str]) -> list[Markup]:
    """Return the metrics that the experiment puts first, and the others folded."""
    first = [s for s in scores if s["metric"] in headline]
    rest = [s for s in scores if s["metric"] not in headline]
    if not first or not rest:
        return [score_rows(scores)]
    title = f"The other {len(rest)} metrics"
    return [score_rows(first), folded(title, score_rows(rest))]


def _tier_tables(scores: Sequence[Score], headline: Sequence[str]) -> list[Markup]:
    blocks = []
    for tier in in_tier_order(score.get("tier") or "" for score in scores):
        of_tier = [s for s in scores if (s.get("tier") or "") == tier]
        for split in dict.fromkeys(s["split"] for s in of_tier):
            rows = _by_metric([s for s in of_tier if s["split"] == split])
            title = element("h3", tier_name(tier) if tier else plain(split))
            name = element("p", f"Split {split}", class_="note")
            whole = [s for s in rows if s.get("stratum", "all") == "all"]
            blocks += [title, name, *_rows(whole, headline), all_baselines(rows)]
            blocks += [_parts(rows)] if len(rows) > len(whole) else []
    return blocks


def _parts(rows: Sequence[Score]) -> Markup:
    """Return the sub-scores of a split, folded away below its table."""
    names = dict.fromkeys(
        str(s["stratum"]).split("=")[0]
        for s in rows
        if s.get("stratum", "all") != "all"
    )
    return folded(f"In parts, by {', '.join(map(plain, names))}", score_rows(rows))


def _by_metric(scores: Sequence[Score]) -> list[Score]:
    """Order scores so that each metric is followed by its strata."""
    metrics = dict.fromkeys(s["metric"] for s in scores)
    whole = [s for s in scores if s.get("stratum", "all") == "all"]
    parts = [s for s in scores if s.get("stratum", "all") != "all"]
    return [s for m in metrics for s in (*whole, *parts) if s["metric"] == m]


def _method(scores: Sequence[Score]) -> Markup:
    said = methods(scores) or "not recorded"
    scope = (
        "One seed: intervals are over the examples and their groups, not over seeds."
    )
    return element("p", f"Intervals: {said}. {scope}", class_="note")


def _warnings(scores: Sequence[Score]) -> list[Markup]:
    """Say where a metric leaves a model little room to show anything."""
    found = headroom_warnings(scores)
    lines = [element("p", said, class_="warn") for said in found]
    return lines[:3] + ([folded("More of these", *lines[3:])] if lines[3:] else [])
