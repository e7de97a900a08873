"""The foot of the page: how to get this result again, the machine, the hashes."""

from collections.abc import Mapping
from typing import Any

from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    pairs_list,
    section,
    table,
)
from dist_invention.reports.run_data import RunData
from dist_invention.reports.words import command, flattened


def reproduce_section(run: RunData) -> Markup:
    """Return the commands that make this result again from the same commit."""
    code = run.run.get("code") or {}
    commit = code.get("commit")
    lines = [f"git checkout {commit}", "make venv"] if commit else []
    lines.append(command(run.run.get("argv")))
    parts: list[object] = [element("pre", "\n".join(lines))]
    if not commit:
        parts.append(absent("the commit was not recorded."))
    if code.get("dirty"):
        said = "The working tree held changes that no commit has."
        parts.append(element("p", said, class_="alarm"))
    expected = run.results.get("weights_sha256")
    if expected:
        said = "The same machine, versions and command end with these weights: "
        parts.append(element("p", said, element("code", expected)))
    return section("reproduce", "How to reproduce", *parts)


def environment_section(run: RunData) -> Markup:
    """Return the machine and the versions that the run recorded."""
    environment = run.run.get("environment") or {}
    if not environment:
        return section("environment", "Environment", absent("run.json has no record."))
    rows = flattened(environment)
    inner = table(("What", "Value"), rows)
    short = len(rows) <= 12
    body = inner if short else folded(f"All {len(rows)} entries", inner)
    lead = pairs_list(dict(rows[:6])) if not short else ""
    return section("environment", "Environment", lead, body)


def provenance_section(run: RunData) -> Markup:
    """Return where the numbers come from: seed, code, configuration, data, weights."""
    names = ("config_sha256", "task_sha256", "weights_sha256")
    pairs: dict[str, object] = {
        "Seed": _said(run.run.get("seed")),
        "Arm": _said(run.results.get("arm")),
        "Code": commits(run.run),
        "Data": _data(run.results.get("data") or ()),
    }
    for name in names:
        found = run.results.get(name) or run.run.get(name)
        title = name.removesuffix("_sha256").capitalize()
        pairs[title] = element("code", found) if found else "not recorded"
    for name, digest in run.hashes.items():
        if name != "manifest.json" or run.manifest:
            pairs[name] = element("code", digest)
    if not run.manifest:
        pairs["manifest.json"] = (
            "written last, after this page, which it lists; its absence later means "
            "that the run was not sealed"
        )
    lede = "Where the numbers of this page come from. Hashes are SHA-256."
    return section(
        "identity",
        "Provenance",
        element("p", lede, class_="lede"),
        pairs_list(pairs),
    )


def _said(value: Any) -> str:
    return "not recorded" if value in (None, "") else str(value)


def commits(run: Mapping[str, Any]) -> Markup:
    """Return the commit of every attempt once, in order, and what no commit has."""
    codes = [attempt.get("code") for attempt in run.get("attempts") or ()]
    codes = [code for code in (run.get("code"), *codes) if isinstance(code, Mapping)]
    known = dict.fromkeys(str(c["commit"])[:12] for c in codes if c.get("commit"))
    if not known:
        return element("span", "commit not recorded")
    dirty = any(code.get("dirty") for code in codes)
    parts = [element("code", ", then ".join(known))]
    if dirty:
        said = " with changes that no commit has"
        parts.append(element("span", said, class_="bad"))
    if len(known) > 1:
        said = " (the code changed between attempts)"
        parts.append(element("span", said, class_="bad"))
    return element("span", *parts)


def _data(data: Any) -> Markup:
    """Return the hash of each split, folded; the table of the data has the rest."""
    if not data:
        return element("span", "not recorded")
    rows = [
        (
            str(item.get("name", "unnamed")),
            element("code", str(item.get("sha256") or "not recorded")),
        )
        for item in data
    ]
    return folded(f"{len(rows)} splits", table(("Split", "SHA-256"), rows))
