"""Which curves a run has: found by the names in metrics.jsonl, drawn by `plots`."""

from collections.abc import Iterable, Mapping
from typing import Any

from dist_invention.reports.axes import Points
from dist_invention.reports.frame import Band
from dist_invention.reports.markup import Markup
from dist_invention.reports.plots import Curve, curve_plot, share_plot
from dist_invention.reports.run_data import RunData
from dist_invention.reports.words import is_number, plain, titled

Series = dict[str, Points]


def curve_panels(run: RunData) -> list[Markup]:
    """Return one panel a question: loss, shares, select metrics, then the rest.

    Names with a slash, as in `weight/energy`, share the panel of their first part.
    The learning rate has its place over the stages.

    Args:
        run: The run.
    """
    train, epoch = series_of(run.metrics, "train"), series_of(run.metrics, "epoch")
    bands = stage_bands(run.metrics)
    panels = [_loss_panel(train, epoch, bands), _share_panel(run, epoch, bands)]
    drawn = {"loss", "val_loss", "learning_rate", *shares_of(run, epoch)[1]}
    for name in [n for n in epoch if n.startswith("val_") and n not in drawn]:
        base = name.removeprefix("val_")
        curves = [Curve("train", epoch[base])] if base in epoch else []
        curves.append(Curve("select", epoch[name]))
        panels.append(curve_plot(titled(base), curves, bands, "on select data"))
        drawn |= {name, base}
    both = {**train, **epoch}
    for family, names in _families(n for n in both if n not in drawn).items():
        curves = [Curve(_last(name), both[name]) for name in names]
        panels.append(curve_plot(titled(family), curves, bands))
    return [panel for panel in panels if panel]


def series_of(metrics: Iterable[Mapping[str, Any]], kind: str) -> Series:
    """Return the points of each name, in order of steps, from rows of one kind.

    Args:
        metrics: Lines of metrics.jsonl.
        kind: `"train"` or `"epoch"`.
    """
    found: Series = {}
    for line in metrics:
        if line.get("kind") != kind or not is_number(line.get("step")):
            continue
        for name, value in (line.get("values") or {}).items():
            if is_number(value):
                found.setdefault(name, []).append((float(line["step"]), float(value)))
    return {name: sorted(points) for name, points in found.items()}


def stage_bands(metrics: Iterable[Mapping[str, Any]]) -> list[Band]:
    """Return the steps of each stage, from where the one before ended.

    Args:
        metrics: Lines of metrics.jsonl.
    """
    last: dict[str, float] = {}
    for line in metrics:
        if is_number(line.get("step")) and line.get("stage"):
            name = str(line["stage"])
            last[name] = max(last.get(name, 0.0), float(line["step"]))
    bands, start = [], 0.0
    for place, end in enumerate(last.values(), 1):
        bands.append(Band(place, start, max(end, start)))
        start = max(end, start)
    return bands


def shares_of(run: RunData, epoch: Series) -> tuple[Series, list[str]]:
    """Return the terms whose shares can be drawn, and the names that they use.

    Names starting with `share/` are taken as they are. Otherwise terms are those that
    the stages of results.json name, as `term/NAME` or `NAME` in metrics.jsonl.

    Args:
        run: The run.
        epoch: Points of the epoch rows.
    """
    shares = {n.removeprefix("share/"): n for n in epoch if n.startswith("share/")}
    if not shares:
        stages = run.results.get("stages") or ()
        terms = dict.fromkeys(t for s in stages for t in (s.get("terms") or {}))
        places = {t: n for t in terms for n in (t, f"term/{t}") if n in epoch}
        shares = places
    return {term: epoch[name] for term, name in shares.items()}, list(shares.values())


def _loss_panel(train: Series, epoch: Series, bands: list[Band]) -> Markup:
    curves = []
    if "loss" in train:
        curves.append(Curve("train, each step", train["loss"], is_pale=True))
    if "loss" in epoch:
        curves.append(Curve("train, epoch", epoch["loss"]))
    if "val_loss" in epoch:
        curves.append(Curve("select", epoch["val_loss"]))
    return curve_plot("Loss", curves, bands) if curves else Markup("")


def _share_panel(run: RunData, epoch: Series, bands: list[Band]) -> Markup:
    shares, _ = shares_of(run, epoch)
    if len(shares) < 2 or not set.intersection(
        *({s for s, _ in p} for p in shares.values())
    ):
        return Markup("")
    named = {plain(term): points for term, points in shares.items()}
    return share_plot("Share of each loss term", named, bands)


def _families(names: Iterable[str]) -> dict[str, list[str]]:
    families: dict[str, list[str]] = {}
    for name in names:
        families.setdefault(name.split("/")[0], []).append(name)
    return families


def _last(name: str) -> str:
    return plain(name.split("/", 1)[-1])
