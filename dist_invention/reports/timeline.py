"""The stages of a run: how long each took, how fast it learned, and why it ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.curves import series_of, stage_bands
from dist_invention.reports.forgetting import forgetting_table
from dist_invention.reports.markup import Markup, absent, element, joined, section
from dist_invention.reports.plots import Curve, curve_plot
from dist_invention.reports.run_data import RunData
from dist_invention.reports.words import (
    duration,
    is_number,
    number,
    plain,
    term_text,
    titled,
)

Stage = Mapping[str, Any]


def stages_section(run: RunData) -> Markup:
    """Return the timeline: steps, seconds, learning rate, and how each stage ended."""
    stages = list(run.results.get("stages") or run.stages.values())
    if not stages:
        return section("stages", "Stages", absent("no stage has ended."))
    cards = (_card(stage, k) for k, stage in enumerate(stages, 1))
    return section(
        "stages",
        "Stages",
        _bar(stages, "steps", number),
        _bar(stages, "seconds", duration),
        _rate(run),
        element("ol", *cards, class_="stages"),
        _exams(stages),
    )


def _bar(stages: Sequence[Stage], name: str, said) -> Markup:
    """Return one bar whose parts are as wide as the stages are long."""
    lengths = [stage.get(name) for stage in stages]
    known = [float(v) for v in lengths if is_number(v)]
    if len(known) < len(stages):
        return absent(f"the {name} of each stage were not recorded.")
    total = sum(known)
    parts = (
        element(
            "span",
            k,
            element("i", plain(stage.get("name", ""))),
            style=f"flex:{_flex(stage[name])} 1 0",
            title=f"{plain(stage.get('name', ''))}: {said(stage[name])}",
        )
        for k, stage in enumerate(stages, 1)
    )
    whole = f"{titled(name)}, {said(total)} in all" if name == "steps" else ""
    whole = whole or f"Time, {said(total)} in all"
    note = element("p", whole, class_="note barname")
    return joined([note, element("div", *parts, class_="bar")])


def _flex(length: float) -> int:
    return max(round(length), 1)


def _rate(run: RunData) -> Markup:
    """Return the learning rate over the stages, on the whole width."""
    both = {**series_of(run.metrics, "train"), **series_of(run.metrics, "epoch")}
    points = both.get("learning_rate")
    if not points:
        return absent("metrics.jsonl holds no learning rate.")
    curve = Curve("learning rate", points)
    return curve_plot("Learning rate", [curve], stage_bands(run.metrics))


def _card(stage: Stage, place: int) -> Markup:
    length = (
        f"{number(stage.get('epochs'))} epochs, {number(stage.get('steps'))} steps, "
        f"{duration(stage.get('seconds'))}"
    )
    reason = stage.get("reason") or "not recorded"
    found = stage.get("terms")
    terms = found.items() if isinstance(found, Mapping) else ()
    said = "; ".join(f"{plain(name)} {term_text(value)}" for name, value in terms)
    return element(
        "li",
        element("b", f"{place}. {titled(stage.get('name', 'unnamed'))}"),
        element("span", length, class_="note"),
        element("p", "Ended: ", element("b", reason), class_="why"),
        element("small", f"Loss terms: {said or 'not recorded'}"),
    )


def _exams(stages: Sequence[Stage]) -> Markup:
    """Return the loss on each stage's examples after each stage."""
    rows = [stage.get("exams") or {} for stage in stages]
    exams = list(dict.fromkeys(name for row in rows for name in row))
    title = element("h3", "What was forgotten")
    if not exams:
        said = "no stage was examined on what the others taught."
        return joined([title, absent(said)])
    names = [str(stage.get("name", "unnamed")) for stage in stages]
    matrix = [[row.get(exam) for exam in exams] for row in rows]
    return joined(
        [title, forgetting_table(names, exams, matrix, "loss, lower is better")]
    )
