"""Did the model listen? Findings of monitors and probes, grouped by what they ask."""

from collections.abc import Mapping, Sequence
from typing import Any

from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    section,
    table,
)
from dist_invention.reports.run_data import RunData
from dist_invention.reports.words import number, titled

QUIET = ("off", "not measured")
HEAD = ("Monitor", "Verdict", "Value", "Limit", "Detail")

Finding = Mapping[str, Any]


def health_section(run: RunData) -> Markup:
    """Return what the monitors found, alarms first, one group a question.

    The name of a finding is its question, a colon, and what was asked about.

    Args:
        run: The run.
    """
    findings = run.results.get("health")
    if not findings:
        return section("health", "Health", absent("no monitor left a finding."))
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        question = str(finding.get("name", "unnamed")).split(":")[0]
        groups.setdefault(question, []).append(finding)
    order = sorted(groups.items(), key=lambda group: not any(map(is_alarm, group[1])))
    blocks = [_group(question, found) for question, found in order]
    return section("health", "Health", _summary(findings), *blocks)


def is_alarm(finding: Finding) -> bool:
    """Say whether a finding is wrong; what is off or not measured is not."""
    return _verdict(finding) not in ("ok", *QUIET)


def _verdict(finding: Finding) -> str:
    return str(finding.get("verdict") or "not measured").lower()


def _summary(findings: Sequence[Finding]) -> Markup:
    alarms = sum(map(is_alarm, findings))
    silent = sum(_verdict(finding) == "not measured" for finding in findings)
    said = f"{len(findings)} findings, {alarms or 'none'} of them an alarm"
    said += f", {silent} not measured." if silent else "."
    return element("p", said, class_="alarm" if alarms else "lede")


def _group(question: str, found: Sequence[Finding]) -> Markup:
    alarms = sum(map(is_alarm, found))
    inner = table(HEAD, map(_row, sorted(found, key=lambda f: not is_alarm(f))))
    if alarms:
        title = f"{titled(question)}: {alarms} of {len(found)}"
        return element("div", element("h3", title), inner)
    quiet = sum(_verdict(finding) in QUIET for finding in found)
    good = len(found) - quiet
    parts = [f"{good} ok"] if good else []
    parts += [f"{quiet} off or not measured"] if quiet else []
    return folded(f"{titled(question)}: {', '.join(parts)}", inner)


def _row(finding: Finding) -> tuple[object, ...]:
    name = str(finding.get("name", "unnamed"))
    asked = name.split(":", 1)[1].strip() if ":" in name else name
    return (
        titled(asked),
        element("span", finding.get("verdict", "not measured"), class_=_tone(finding)),
        number(finding.get("value")),
        number(finding.get("limit")) if finding.get("limit") is not None else "none",
        str(finding.get("detail") or ""),
    )


def _tone(finding: Finding) -> str:
    if _verdict(finding) in QUIET:
        return "said note"
    return "said bad" if is_alarm(finding) else "said good"
