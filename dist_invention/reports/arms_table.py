"""Arms beside one another: mean, interval and every seed on every test."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.campaign_data import Campaign
from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    joined,
    section,
    table,
)
from dist_invention.reports.words import (
    in_tier_order,
    interval,
    is_number,
    number,
    plain,
    tier_name,
    titled,
)

Row = Mapping[str, Any]
Rivals = Mapping[Any, tuple[float, str]]  # value and name of the best baseline, by seed


def arms_section(campaign: Campaign) -> Markup:
    """Return a table of arms by tests for each metric; the first one open.

    Args:
        campaign: The campaign.
    """
    scores = campaign.summary.get("scores") or ()
    if not scores:
        said = absent("no run has finished, so there is no score.")
        return section("arms", "Scores of each arm", said)
    lede = (
        "Mean over seeds, its interval, and every seed below. Each seed draws its own "
        "test data, so the best baseline is a mean over the seeds too."
    )
    blocks = []
    for place, metric in enumerate(dict.fromkeys(s["metric"] for s in scores)):
        same = [s for s in scores if s["metric"] == metric]
        inner = arms_table(same, campaign)
        name = f"{titled(metric)}{unit_note(same[0])}"
        blocks.append(
            joined([element("h3", name), inner]) if place == 0 else folded(name, inner)
        )
    title = "Scores of each arm"
    return section("arms", title, element("p", lede, class_="lede"), *blocks)


def area_section(campaign: Campaign) -> Markup:
    """Return the area under the budget curve of each arm: all of it, not the end only.

    Args:
        campaign: The campaign.
    """
    areas = campaign.summary.get("area") or ()
    if not areas:
        return absent("no area under the budget curve was computed.")
    said = f"Area under the budget curve{unit_note(areas[0])}"
    return joined([element("h3", said), arms_table(areas, None)])


def arms_table(scores: Sequence[Row], campaign: Campaign | None) -> Markup:
    """Return one row an arm and one column a test.

    Args:
        scores: Rows of the summary of one metric, one a test.
        campaign: Where the best baseline of each test is looked up; not shown if None.
    """
    tiers = in_tier_order(score.get("tier") or "" for score in scores)
    scores = sorted(scores, key=lambda score: tiers.index(score.get("tier") or ""))
    arms = list(dict.fromkeys(a.get("arm") for s in scores for a in s.get("arms", ())))
    rivals = [_rivals(score, campaign) for score in scores]
    reference = campaign.reference if campaign else "curriculum"
    rows: list[list[object]] = []
    for arm in arms:
        note = element("small", "the reference") if arm == reference else ""
        name = element("th", plain(arm), note, scope="row")
        cells = (_cell(*pair, arm) for pair in zip(scores, rivals, strict=True))
        rows.append([name, *cells])
    if campaign:
        rows.append(["best baseline", *map(_baseline, rivals)])
    head = ("Arm", *(_test(score) for score in scores))
    return table(head, rows, class_="scores")


def unit_note(score: Row) -> str:
    """Return unit and direction of a score in brackets.

    Example:
        >>> unit_note({"unit": "m", "better": "lower"})
        ' (m, lower is better)'
    """
    unit = str(score.get("unit") or "1")
    direction = f"{score.get('better', 'lower')} is better"
    return f" ({direction})" if unit == "1" else f" ({unit}, {direction})"


def _test(score: Row) -> Markup:
    tier, split = score.get("tier"), plain(score.get("split") or "all tests")
    if not tier:
        return element("span", split)
    return element("span", tier_name(tier), element("small", split))


def _cell(score: Row, rivals: Rivals, arm: Any) -> Markup:
    found = [a for a in score.get("arms") or () if a.get("arm") == arm]
    values = [v for a in found for v in a.get("values") or ()]
    known = [v for v in values if is_number(v.get("value"))]
    if not known:
        return element("td", "not measured")
    bounds = found[0].get("interval")
    said = interval(bounds) if bounds else f"no interval, n {len(known)}"
    seeds = ", ".join(f"{v.get('seed')}: {number(v['value'])}" for v in values)
    mean = element("b", number(found[0].get("mean")))
    method = str(found[0].get("interval_method") or "")
    return element(
        "td",
        mean,
        _behind(score, found[0].get("mean"), rivals, [v.get("seed") for v in known]),
        element("small", said, title=method or None),
        element("small", f"seeds {seeds}", class_="seeds"),
        class_="num",
    )


def _behind(score: Row, mean: Any, rivals: Rivals, seeds: Sequence[Any]) -> Markup:
    """Say so where a mean is no better than that of the best baseline on its seeds."""
    if not set(seeds) <= set(rivals) or not is_number(mean):
        return Markup("")
    is_higher = score.get("better") == "higher"
    best = _mean(rivals, seeds)
    is_better = mean > best if is_higher else mean < best
    if is_better:
        return Markup("")
    return element("small", "\u25bc behind the best baseline", class_="bad")


def _rivals(score: Row, campaign: Campaign | None) -> Rivals:
    """Return the best baseline of each seed, as the sealed runs name it."""
    found = {}
    for run in campaign.runs.values() if campaign else ():
        for row in run.results.get("scores") or ():
            same = all(row.get(k) == score.get(k) for k in ("split", "metric"))
            best = row.get("best_baseline") or {}
            whole = row.get("stratum", "all") == "all"
            if same and whole and is_number(best.get("value")):
                value = float(best["value"]), plain(best.get("name", ""))
                found.setdefault(run.results.get("seed"), value)
    return found


def _mean(rivals: Rivals, seeds: Sequence[Any]) -> float:
    return sum(rivals[seed][0] for seed in seeds) / len(seeds)


def _baseline(rivals: Rivals) -> Markup:
    if not rivals:
        return element("td", "not measured")
    names = ", ".join(dict.fromkeys(name for _, name in rivals.values()))
    said = f"{names}, over {len(rivals)} seeds"
    mean = number(_mean(rivals, list(rivals)))
    return element("td", mean, element("small", said), class_="num")
