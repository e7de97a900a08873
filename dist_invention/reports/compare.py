"""Sealed runs side by side on one page: arms, seeds, presets of one task."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from dist_invention.reports.arms_table import unit_note
from dist_invention.reports.axes import Scale, scale_over
from dist_invention.reports.closing import commits
from dist_invention.reports.compare_table import shown_value
from dist_invention.reports.comparison import (
    cautions,
    labels,
    read_comparable,
    score_of,
    settings_that_differ,
    steps_of,
    whole_scores,
)
from dist_invention.reports.document import contents, document
from dist_invention.reports.dots import Dot, axis_row, dot_row
from dist_invention.reports.marks import shape_of, style_of
from dist_invention.reports.markup import (
    Markup,
    element,
    folded,
    joined,
    section,
    table,
)
from dist_invention.reports.run_data import RunData
from dist_invention.reports.tables import ordered
from dist_invention.reports.words import (
    duration,
    is_number,
    is_result,
    number,
    plain,
    tier_name,
    titled,
)

_CONTENTS = {"runs": "Runs", "scores": "Scores", "settings": "Settings that differ"}
_CAUTION = (
    "Single runs stand side by side here. An interval is within one run, over its "
    "examples: it does not hold the spread between seeds, so a gap between two runs is "
    "no evidence that what was changed between them made it."
)

Score = Mapping[str, Any]


def compare(run_folders: Iterable[str | Path]) -> str:
    """Return a page with runs of one task side by side. Storing it is for the caller.

    Args:
        run_folders: Folders of sealed runs.

    Raises:
        UnsealedRunError: If a run is not finished and sealed.
        TasksDiffer: If test splits or metrics differ.
        ValueError: If there are fewer than two runs.
    """
    runs = read_comparable(run_folders)
    names = labels(runs)
    said = f"{len(runs)} sealed runs of one task, side by side"
    header = element(
        "header",
        element(
            "p", f"task {str(runs[0].results['task_sha256'])[:12]}", class_="eyebrow"
        ),
        element("h1", said),
        element("p", _CAUTION, class_="lede"),
        *(element("p", line, class_="warn") for line in cautions(runs)),
        contents(_CONTENTS),
    )
    sections = joined(
        [_runs(runs, names), _scores(runs, names), _settings(runs, names)]
    )
    foot = "Made from the sealed run folders and nothing else."
    return document(said, header, sections, foot)


def _runs(runs: Sequence[RunData], names: Sequence[str]) -> Markup:
    head = ("Run", "Arm", "Preset", "Seed", "Model", "Steps", "Time", "Code", "Weights")
    rows = [
        (
            element("th", name, element("small", run.name), scope="row"),
            *(
                _said(run.results.get(part))
                for part in ("arm", "preset", "seed", "model")
            ),
            element("td", number(steps_of(run)), class_="num"),
            element("td", duration(run.results.get("seconds")), class_="num"),
            element("td", commits(run.run)),
            element("code", str(run.results.get("weights_sha256") or "")[:12]),
        )
        for name, run in zip(names, runs, strict=True)
    ]
    return section("runs", "Runs", table(head, rows, class_="runs"))


def _scores(runs: Sequence[RunData], names: Sequence[str]) -> Markup:
    scores = ordered(whole_scores(runs[0]))
    blocks = []
    for place, metric in enumerate(dict.fromkeys(s["metric"] for s in scores)):
        same = [score for score in scores if score["metric"] == metric]
        inner = joined([_panels(same, runs, names), _table(same, runs, names)])
        name = f"{titled(metric)}{unit_note(same[0])}"
        blocks.append(
            joined([element("h3", name), inner]) if place == 0 else folded(name, inner)
        )
    lede = "The dotted line is the best baseline."
    return section("scores", "Scores", element("p", lede, class_="lede"), *blocks)


def _panels(
    scores: Sequence[Score], runs: Sequence[RunData], names: Sequence[str]
) -> Markup:
    every = [
        found for s in scores for run in runs if is_result(found := score_of(run, s))
    ]
    reach = [v for s in every for v in (s["value"], *(s.get("interval") or ()))]
    reach += [s["best_baseline"]["value"] for s in every]
    axis = scale_over(reach)
    panels = (_panel(score, runs, names, axis) for score in scores)
    return element("div", *panels, class_="grid2")


def _panel(
    like: Score, runs: Sequence[RunData], names: Sequence[str], axis: Scale
) -> Markup:
    rows = []
    for place, (name, run) in enumerate(zip(names, runs, strict=True)):
        score = score_of(run, like)
        if not is_result(score):
            rows.append(dot_row(name, shown_value(score), axis, []))
            continue
        best = (score.get("best_baseline") or {}).get("value")
        dot = Dot(score["value"], f"{style_of(place)} armmark", shape_of(place))
        known = float(best) if is_number(best) else None
        bounds = score.get("interval")
        rows.append(dot_row(name, number(score["value"]), axis, [dot], bounds, known))
    where = element("b", tier_name(like.get("tier") or like.get("split")))
    caption = element("figcaption", where, element("span", f" {plain(like['split'])}"))
    scale = axis_row(axis, "log scale" if axis.log else "")
    return element("figure", caption, *rows, scale, class_="panel dots")


def _table(
    scores: Sequence[Score], runs: Sequence[RunData], names: Sequence[str]
) -> Markup:
    rows: list[list[object]] = []
    for name, run in zip(names, runs, strict=True):
        found = [score_of(run, score) for score in scores]
        rows.append([name, *map(_cell, found)])
    rows.append(["best baseline", *(_baseline(score) for score in scores)])
    head = ("Run", *(str(score["split"]) for score in scores))
    return table(head, rows, class_="scores")


def _cell(score: Score) -> Markup:
    small = element("small", f"skill {number(score.get('skill'))}") if score else ""
    return element("td", shown_value(score), small, class_="num")


def _baseline(score: Score) -> Markup:
    best = score.get("best_baseline") or {}
    small = element("small", plain(best.get("name", "")))
    return element("td", number(best.get("value")), small, class_="num")


def _settings(runs: Sequence[RunData], names: Sequence[str]) -> Markup:
    rows = settings_that_differ(runs)
    title = "Settings that differ"
    if not rows:
        return section("settings", title, element("p", "None: all settings are equal."))
    return section("settings", title, table(("Setting", *names), rows))


def _said(value: Any) -> str:
    return "not recorded" if value in (None, "") else str(value)
