"""The foot of the page: how to get this result again, the machine, the hashes."""

from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    section,
    table,
)
from dist_invention.reports.opening import pairs_list
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


def identity_section(run: RunData) -> Markup:
    """Return the hashes that identify this run, and the state of its manifest."""
    names = ("config_sha256", "task_sha256", "weights_sha256")
    pairs: dict[str, object] = {
        name.removesuffix("_sha256").capitalize(): element("code", found)
        if (found := run.results.get(name) or run.run.get(name))
        else "not recorded"
        for name in names
    }
    for name, digest in run.hashes.items():
        if name != "manifest.json" or run.manifest:
            pairs[name] = element("code", digest)
    if not run.manifest:
        pairs["manifest.json"] = (
            "written last, after this page, which it lists; its absence later means "
            "that the run was not sealed"
        )
    lede = element("p", "SHA-256 of what this page was made from.", class_="lede")
    return section("identity", "Identity", lede, pairs_list(pairs))
