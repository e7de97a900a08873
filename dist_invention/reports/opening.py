"""The top of the page: the verdict, what was asked, and the numbers to remember."""

from collections.abc import Mapping
from typing import Any

from dist_invention.reports.markup import Markup, element, folded, section, table
from dist_invention.reports.run_data import RunData
from dist_invention.reports.verdict import beaten, headline, is_leak
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
    return element("header", eyebrow, title, contents, _tiles(run))


def asked(run: RunData) -> Markup:
    """Return what was asked: experiment, preset, seed, model, and the command."""
    parameters = run.results.get("parameters")
    facts = {
        "Experiment": _said(run.run.get("experiment")),
        "Preset": _said(run.run.get("preset")),
        "Seed": _said(run.run.get("seed")),
        "Model": _said(run.results.get("model")),
        "Parameters": number(parameters),
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


def pairs_list(pairs: Mapping[str, object], **attributes: object) -> Markup:
    """Return names and values as a definition list."""
    entries = (
        element("div", element("dt", name), element("dd", value))
        for name, value in pairs.items()
    )
    return element("dl", *entries, **attributes)


def _said(value: Any) -> str:
    return "not recorded" if value in (None, "") else str(value)


def _tiles(run: RunData) -> Markup:
    tiles = [*_score_tiles(run), _audit_tile(run.results), *_effort_tiles(run.results)]
    return element("div", *(_tile(*tile) for tile in tiles), class_="tiles")


def _tile(value: str, meaning: str, tone: str = "") -> Markup:
    bold = element("b", value, class_=tone or None)
    return element("div", bold, element("span", meaning), class_="tile")


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
    tone = "bad" if is_leak(results) else tones.get(verdict, "even")
    return (verdict, "isolation audit", tone)


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
