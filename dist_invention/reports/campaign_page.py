"""One campaign as one HTML page: arms compared, every seed shown, failures too."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dist_invention.reports.arms_table import area_section, arms_section
from dist_invention.reports.budget_curves import budget_curves
from dist_invention.reports.campaign_data import (
    Campaign,
    cautions,
    objections,
    read_campaign,
)
from dist_invention.reports.campaign_runs import runs_section
from dist_invention.reports.closing import commits
from dist_invention.reports.differences import (
    SYMBOLS,
    TONES,
    difference_panels,
    differences_section,
)
from dist_invention.reports.document import contents, document
from dist_invention.reports.forgetting import forgetting_section
from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    joined,
    pairs_list,
    section,
    table,
    tiles,
)
from dist_invention.reports.words import command, number, plain

_CONTENTS = {
    "question": "Question",
    "verdicts": "Verdicts",
    "differences": "Differences",
    "arms": "Scores",
    "budget": "Budget curves",
    "forgetting": "Forgetting",
    "runs": "Runs",
    "provenance": "Provenance",
}


def render_campaign(folder: str | Path) -> str:
    """Return the page of a campaign. Storing it is for the caller.

    Numbers come from summary.json and are looked up again in the sealed runs; what
    does not fit is said in red at the top.

    Args:
        folder: The campaign folder, which holds summary.json.

    Raises:
        FileNotFoundError: If it holds no summary.json.
        ValueError: If a file is not the JSON that it should be.
    """
    campaign = read_campaign(folder)
    foot = "Made from summary.json and the sealed runs beside it, and nothing else."
    return document(campaign.name, _opening(campaign), _sections(campaign), foot)


def _sections(campaign: Campaign) -> Markup:
    summary = campaign.summary
    return joined(
        (
            _question(campaign),
            _verdicts(summary.get("verdicts") or (), campaign.reference),
            differences_section(summary, campaign.reference),
            arms_section(campaign),
            section(
                "budget",
                "Budget curves",
                budget_curves(summary),
                area_section(campaign),
                _area_differences(campaign),
            ),
            forgetting_section(summary, campaign.reference),
            runs_section(campaign),
            _provenance(campaign),
        )
    )


def _opening(campaign: Campaign) -> Markup:
    summary = campaign.summary
    verdict = str(summary.get("verdict") or "No verdict was reached.")
    alarms = objections(campaign)
    return element(
        "header",
        element("p", campaign.name, class_="eyebrow"),
        element("h1", verdict, class_="leak" if alarms else None),
        *(element("p", said, class_="alarm", role="alert") for said in alarms),
        *(element("p", said, class_="warn") for said in cautions(campaign)),
        contents(_CONTENTS),
        _tiles(campaign),
    )


def _tiles(campaign: Campaign) -> Markup:
    summary, rows = campaign.summary, campaign.rows()
    done = sum(row.get("status") == "finished" for row in rows)
    equal = (summary.get("budget") or {}).get("equal")
    budgets = "not compared" if equal is None else "equal" if equal else "unequal"
    whole = "" if done == len(rows) else "bad"
    entries = (
        (number(len(summary.get("arms") or ())), "arms"),
        (number(len(summary.get("seeds") or ())), "seeds each"),
        (f"{done} of {len(rows)}", "runs finished", whole),
        (budgets, "budgets of the arms", "bad" if equal is False else ""),
    )
    return tiles(entries)


def _question(campaign: Campaign) -> Markup:
    summary = campaign.summary
    facts = {
        "Experiment": _said(summary.get("experiment")),
        "Preset": _said(summary.get("preset")),
        "Arms": ", ".join(map(plain, summary.get("arms") or ())) or "not recorded",
        "Seeds": ", ".join(map(str, summary.get("seeds") or ())) or "not recorded",
        "Compared with": plain(campaign.reference),
        "Summary made (UTC)": _said(summary.get("created")).replace("T", " ")[:16],
    }
    asked = summary.get("question")
    argv = summary.get("command")
    said = command(argv) if isinstance(argv, list) else _said(argv)
    return section(
        "question",
        "What was asked",
        element("p", str(asked)) if asked else absent("no question was recorded."),
        pairs_list(facts, class_="facts"),
        element("pre", said),
    )


def _verdicts(verdicts: Any, reference: str) -> Markup:
    """Return one line an arm and test, first the metric that was named first."""
    if not verdicts:
        said = absent("no difference could be judged.")
        return section("verdicts", "Verdicts", said)
    first = verdicts[0].get("metric")
    main = [v for v in verdicts if v.get("metric") == first]
    rest = [v for v in verdicts if v.get("metric") != first]
    lede = (
        f"Does {plain(reference)} do better than the other arm? Benefit or harm is "
        "said only where the interval leaves out 0 and the paired test, corrected for "
        "all comparisons after Holm, agrees."
    )
    blocks = [_verdict_table(main)]
    blocks += [folded("The other metrics", _verdict_table(rest))] if rest else []
    return section("verdicts", "Verdicts", element("p", lede, class_="lede"), *blocks)


def _verdict_table(verdicts: list[Mapping[str, Any]]) -> Markup:
    rows = [
        (
            element("th", plain(verdict.get("arm", "unnamed")), scope="row"),
            plain(verdict.get("split", "")),
            plain(verdict.get("metric", "")),
            _verdict_cell(str(verdict.get("verdict") or "not judged")),
            str(verdict.get("sentence") or "No sentence was recorded."),
        )
        for verdict in verdicts
    ]
    head = ("Against", "Test", "Metric", "Verdict", "In words")
    return table(head, rows, class_="verdicts")


def _verdict_cell(verdict: str) -> Markup:
    said = f"{SYMBOLS.get(verdict, chr(0x25CB))} {verdict}"
    tone = TONES.get(verdict, "note")
    return element("td", element("span", said, class_=f"said {tone}"))


def _area_differences(campaign: Campaign) -> Markup:
    areas = [a for a in campaign.summary.get("area") or () if a.get("differences")]
    if not areas:
        return Markup("")
    panels = difference_panels(areas, (), campaign.reference)
    return folded("Paired differences of the area", panels)


def _provenance(campaign: Campaign) -> Markup:
    if not campaign.runs:
        said = absent("no run of this campaign is sealed.")
        return section("provenance", "Provenance", said)
    rows = []
    for folder, run in campaign.runs.items():
        hashes = ("task_sha256", "config_sha256", "weights_sha256")
        digests = (str(run.results.get(n) or "not recorded")[:12] for n in hashes)
        rows.append(
            (
                folder,
                element("td", commits(run.run)),
                *(element("code", d) for d in digests),
            )
        )
    head = ("Run", "Commit", "Task", "Configuration", "Weights")
    lede = "Hashes are SHA-256, cut to twelve digits; the page of a run has them whole."
    return section(
        "provenance",
        "Provenance",
        element("p", lede, class_="lede"),
        table(head, rows),
    )


def _said(value: Any) -> str:
    return "not recorded" if value in (None, "") else str(value)
