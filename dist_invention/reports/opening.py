"""The top of the page: the verdict, what was asked, and the numbers to remember."""

from collections.abc import Mapping
from typing import Any

from dist_invention.reports.markup import (
    Markup,
    element,
    folded,
    joined,
    pairs_list,
    section,
    table,
    tiles,
)
from dist_invention.reports.reads import looked_twice
from dist_invention.reports.run_data import RunData
from dist_invention.reports.support_sheet import OUTSIDE
from dist_invention.reports.verdict import (
    beaten,
    headline,
    is_leak,
    leak_allowed_because,
    scores_of_tests,
)
from dist_invention.reports.words import (
    command,
    duration,
    flattened,
    interval,
    number,
    plain,
)


def opening(run: RunData, contents: Markup) -> Markup:
    """Return the head of the page: name, verdict in one sentence, contents, tiles.

    Args:
        run: The run.
        contents: Links to the sections.
    """
    said = headline(run.results, run.lacks())
    leak = "leak" if is_leak(run.results) else None
    title = element("h1", said.sentence, class_=leak)
    eyebrow = element("p", run.name, class_="eyebrow")
    return element(
        "header", eyebrow, title, _reservations(run.results), contents, _tiles(run)
    )


def asked(run: RunData) -> Markup:
    """Return what was asked: experiment, preset, seed, model, and the command."""
    results = run.results
    facts = {
        "Experiment": _said(run.run.get("experiment")),
        "Preset": _said(run.run.get("preset")),
        "Arm": _said(results.get("arm")),
        "Seed": _said(run.run.get("seed")),
        "Model": _said(results.get("model")),
        "Parameters": number(results.get("parameters")),
        "Started (UTC)": _said(run.run.get("created_utc")).replace("T", " ")[:16],
        "Copies": ", ".join(map(str, run.run.get("destinations") or ()))
        or "no destination was given",
    }
    settings = table(("Setting", "Value"), flattened(run.run.get("config") or {}))
    return section(
        "asked",
        "What was asked",
        pairs_list(facts, class_="facts"),
        element("pre", command(run.run.get("argv"))),
        folded("Every setting", settings),
    )


def _said(value: Any) -> str:
    return "not recorded" if value in (None, "") else str(value)


def _reservations(results: Mapping[str, Any]) -> Markup:
    """Return in red what a reader must know before the numbers."""
    lines = []
    if reason := leak_allowed_because(results):
        lines.append(f"A leak was found and allowed. The reason given: {reason}")
    if twice := looked_twice(results.get("reads")):
        lines.append(f"Test splits read more than once: {', '.join(twice)}.")
    return joined(element("p", line, class_="alarm", role="alert") for line in lines)


def _tiles(run: RunData) -> Markup:
    results = run.results
    audit = (_audit_tile(results), *_support_tiles(results))
    return tiles((*_score_tiles(run), *audit, *_effort_tiles(results)))


def _score_tiles(run: RunData) -> list[tuple[str, ...]]:
    score = headline(run.results, run.lacks()).score
    if score is None:
        return [("not measured", "score beside its baselines")]
    wins, asked_of = beaten(run.results)
    where = f"{plain(score['metric'])}, {score.get('tier') or score['split']}"
    bounds = interval(score.get("interval"))
    best = plain(score["best_baseline"]["name"])
    unit = "" if score.get("unit") in (None, "1") else f" ({score['unit']})"
    tone = "good" if wins == asked_of else "bad" if wins == 0 else "even"
    return [
        (number(score["value"]), f"{where}{unit}; interval {bounds}"),
        (number(score.get("skill")), f"skill there, against {best}"),
        (f"{wins} of {asked_of}", "tests where it beats the best baseline", tone),
    ]


def _audit_tile(results: Mapping[str, Any]) -> tuple[str, ...]:
    verdict = str((results.get("audit") or {}).get("verdict") or "not measured")
    tones = {"clean": "good", "not measured": ""}
    is_bad = is_leak(results) or leak_allowed_because(results)
    return (verdict, "isolation audit", "bad" if is_bad else tones.get(verdict, "even"))


def _support_tiles(results: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Say how many tests lie as far out as their names promise."""
    rows = (results.get("audit") or {}).get("support") or ()
    tests = {s["split"] for s in scores_of_tests(results)}
    named = [r for r in rows if r.get("tier") in OUTSIDE and r.get("split") in tests]
    if not named:
        return []
    kept = sum(row.get("verdict") == "OUTSIDE SUPPORT" for row in named)
    tone = "good" if kept == len(named) else "bad" if kept == 0 else "even"
    said = "tests named near or far lie outside the training data"
    return [(f"{kept} of {len(named)}", said, tone)]


def _effort_tiles(results: Mapping[str, Any]) -> list[tuple[str, ...]]:
    if not results:
        return [("not measured", "length of the training")]
    stages = results.get("stages") or ()
    steps = sum(stage.get("steps") or 0 for stage in stages)
    resumes = results.get("resumes")
    last = results.get("last_resume_step")
    note = f"resumes, the last at step {number(last)}" if resumes else "resumes"
    return [
        (number(results.get("parameters")), "parameters"),
        (duration(results.get("seconds")), f"for {number(steps)} steps"),
        (number(resumes), note),
    ]
