"""How the training went: curves, and what happened to the run on the way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from dist_invention.reports.curves import curve_panels
from dist_invention.reports.markup import (
    Markup,
    absent,
    element,
    folded,
    joined,
    section,
    table,
)
from dist_invention.reports.run_data import RunData
from dist_invention.reports.words import duration, is_number, number, plain, term_text

_TURNS = ("opened", "resumed", "guard", "failed", "mirror", "finished")
_FREQUENT = ("epoch", "checkpoint")


def curves_section(run: RunData) -> Markup:
    """Return losses, metrics and shares of terms over steps."""
    panels = curve_panels(run)
    if not panels:
        return section("curves", "Curves", absent("metrics.jsonl holds no numbers."))
    lede = "Shaded bands are the stages, numbered as above."
    return section(
        "curves",
        "Curves",
        element("p", lede, class_="lede"),
        element("div", *panels, class_="grid3"),
    )


def history_section(run: RunData) -> Markup:
    """Return what happened to the run: kills, resumes, checkpoints, attempts."""
    resumes = run.results.get("resumes")
    last = run.results.get("last_resume_step")
    if resumes is None:
        said = absent("the number of resumes stands in results.json, once finished.")
    elif resumes:
        times = "once" if resumes == 1 else f"{number(resumes)} times"
        where = f"the last time at step {number(last)}"
        said = element("p", f"The run was stopped and resumed {times}, {where}.")
    else:
        said = element("p", "The run was never interrupted.")
    turns = [e for e in run.events if e.get("event") in _TURNS]
    rest = [e for e in run.events if e.get("event") not in _FREQUENT]
    return section(
        "history",
        "Resumes and checkpoints",
        said,
        _checkpoints(run.events),
        _events(turns) if turns else absent("events.jsonl holds no events."),
        folded(f"All {len(rest)} events but epochs and checkpoints", _events(rest)),
        _attempts(run.run.get("attempts")),
    )


def _checkpoints(events: Sequence[Mapping[str, Any]]) -> Markup:
    saved = [e for e in events if e.get("event") == "checkpoint"]
    if not saved:
        return absent("no checkpoint was recorded.")
    steps = [e["step"] for e in saved if is_number(e.get("step"))]
    said = f"{number(len(saved))} checkpoints"
    if steps:
        said += f", the first at step {number(min(steps))}"
        said += f", the last at step {number(max(steps))}"
    gaps = _gaps(saved)
    if gaps:
        said += f". Longest time between two: {duration(max(gaps))}"
    return element("p", said + ".")


def _gaps(events: Sequence[Mapping[str, Any]]) -> list[float]:
    times = [_moment(e.get("time")) for e in events]
    known = [t for t in times if t is not None]
    return [(after - before).total_seconds() for before, after in pairwise(known)]


def _moment(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _events(events: Sequence[Mapping[str, Any]]) -> Markup:
    rows = []
    for event in events:
        free = {k: v for k, v in event.items() if k not in ("time", "event")}
        said = ", ".join(f"{plain(k)} {term_text(v)}" for k, v in free.items())
        time = str(event.get("time") or "no time").replace("T", " ")[:19]
        name = element("b", plain(event.get("event", "unnamed")))
        rows.append((element("td", time, class_="num"), name, said))
    return table(("Time (UTC)", "Event", "What it says"), rows, class_="log")


def _attempts(attempts: Any) -> Markup:
    """Return who ran when on which commit, as run.json records each attempt."""
    if not attempts:
        return absent("run.json lists no attempts.")
    rows = [
        (
            attempt.get("attempt") or place,
            str(attempt.get("started_utc") or "no time").replace("T", " ")[:19],
            str(attempt.get("host") or "not recorded"),
            _commit(attempt),
        )
        for place, attempt in enumerate(attempts, 1)
    ]
    inner = table(("Attempt", "Started (UTC)", "Host", "Commit"), rows, class_="log")
    return joined([element("h3", "Attempts"), inner])


def _commit(attempt: Mapping[str, Any]) -> Markup:
    code = attempt.get("code")
    code = code if isinstance(code, Mapping) else {"commit": code}
    commit = str(code.get("commit") or "not recorded")[:12]
    notes = ["with changes that no commit has"] if code.get("dirty") else []
    notes += (
        ["not the commit of the attempt before"] if "code_changed" in attempt else []
    )
    return joined([element("code", commit), f" {', '.join(notes)}" if notes else ""])
