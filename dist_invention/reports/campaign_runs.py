"""The runs behind a campaign: what each took, what failed and why, equal budgets."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from dist_invention.reports.campaign_data import Campaign
from dist_invention.reports.markup import Markup, absent, element, section, table
from dist_invention.reports.words import duration, number, plain

HEAD = ("Arm", "Seed", "Status", "Steps", "Examples", "Time", "Page")

Row = Mapping[str, Any]


def runs_section(campaign: Campaign) -> Markup:
    """Return the budget statement and one row a run; evidence below what failed.

    Args:
        campaign: The campaign.
    """
    rows = campaign.rows()
    if not rows:
        return section("runs", "Runs", absent("the summary names no run."))
    inner = table(HEAD, (_cells(row, campaign) for row in rows), class_="runs")
    return section(
        "runs", "Runs", _budget(campaign.summary.get("budget")), inner, *_failures(rows)
    )


def _budget(budget: Any) -> Markup:
    """Say whether all arms took the same steps; in red where they did not."""
    if not isinstance(budget, Mapping):
        return absent("the budgets of the arms were not compared.")
    equal = budget.get("equal")
    said = str(budget.get("sentence") or "No sentence was recorded.")
    if equal is None:
        return element("p", said)
    title = "Equal budgets. " if equal else "Unequal budgets. "
    return element(
        "p", element("b", title), said, class_="even-ok" if equal else "alarm"
    )


def _cells(row: Row, campaign: Campaign) -> list[object]:
    return [
        element("th", plain(row.get("arm", "unnamed")), scope="row"),
        element("td", str(row.get("seed")), class_="num"),
        _status(row, campaign),
        element("td", number(row.get("steps")), class_="num"),
        element("td", number(row.get("examples")), class_="num"),
        element("td", duration(row.get("seconds")), class_="num"),
        _link(row, campaign),
    ]


def _status(row: Row, campaign: Campaign) -> Markup:
    status = str(row.get("status") or "unknown")
    if status == "finished" and str(row.get("folder")) in campaign.unsealed:
        return element("td", "\u00d7 finished, not sealed", class_="bad num")
    if status == "finished":
        return element("td", "\u2713 finished", class_="good num")
    code = row.get("exit_code")
    said = f"\u00d7 {status}" + (f", exit {code}" if code is not None else "")
    return element("td", said, class_="bad num")


def _link(row: Row, campaign: Campaign) -> Markup:
    folder = str(row.get("folder") or "")
    name = str(row.get("run_id") or folder or "no run")
    if folder not in campaign.runs:
        return element("td", name)
    place = quote(f"{folder}/report.html")
    return element("td", element("a", name, href=place))


def _failures(rows: Sequence[Row]) -> list[Markup]:
    """Return the last words of runs that failed, and the names of those not done."""
    blocks, absent_runs = [], []
    for row in rows:
        arm = f"{plain(row.get('arm', 'unnamed'))}, seed {row.get('seed')}"
        lines = [str(line) for line in row.get("evidence") or ()]
        if row.get("status") == "missing" and not lines:
            absent_runs.append(arm)
        elif row.get("status") != "finished":
            title = element("b", f"{arm}: {row.get('status') or 'unknown'}. ")
            missing = "" if lines else "It left no evidence."
            blocks.append(element("p", title, missing, class_="alarm"))
            blocks += [element("pre", "\n".join(lines))] if lines else []
    if absent_runs:
        said = (
            f"Not done: {'; '.join(absent_runs)}. The same command goes on with them."
        )
        blocks.insert(0, element("p", said, class_="warn"))
    return blocks
