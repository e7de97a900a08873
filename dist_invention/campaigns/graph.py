"""What waits for what: names that exist, and no circle."""

from collections.abc import Sequence
import graphlib
from pathlib import Path

from dist_invention.campaigns.step import Step


class CycleFound(ValueError):
    """Steps wait for each other in a circle, so that none could ever start."""


class UnknownStep(ValueError):
    """A step waits for one that is not in the campaign."""


def check_graph(steps: Sequence[Step], campaign: Path) -> None:
    """Refuse steps that could never all be done.

    Args:
        steps: The steps of a campaign.
        campaign: The campaign's folder.

    Raises:
        CycleFound: Naming the circle, as in `a -> b -> a`.
        UnknownStep: If a step waits for one that is not there.
        ValueError: If two steps have one name or one folder.

    Example:
        >>> steps = [Step("b", ("b.py",), after=("a",)), Step("a", ("a.py",))]
        >>> check_graph(steps, Path("runs/ab"))
    """
    known = [step.name for step in steps]
    folders = [str(step.folder(campaign).absolute()) for step in steps]
    for things in (known, folders):
        twice = sorted({thing for thing in things if things.count(thing) > 1})
        if twice:
            raise ValueError(
                "Expected each step to have a name and a folder of its own. "
                f"Received: {', '.join(twice)} more than once. Rename the steps."
            )
    for step in steps:
        missing = [name for name in step.after if name not in known]
        if missing:
            raise UnknownStep(
                f"Expected step `{step.name}` to wait for steps among {known}. "
                f"Received: {missing}. Add them, or correct `after`."
            )
    try:
        graphlib.TopologicalSorter({step.name: step.after for step in steps}).prepare()
    except graphlib.CycleError as error:
        circle = " -> ".join(reversed(error.args[1]))
        raise CycleFound(
            "Expected steps that can be done one after another. "
            f"Received: {circle}, where each waits for the next. "
            "Take one of them out of `after`."
        ) from None


def ancestors(steps: Sequence[Step], name: str) -> list[str]:
    """Return all steps that one waits for, directly or not, in the campaign's order.

    Example:
        >>> steps = [Step("a", ("a.py",)), Step("b", ("b.py",), after=("a",))]
        >>> ancestors([*steps, Step("c", ("c.py",), after=("b",))], "c")
        ['a', 'b']
    """
    waits = {step.name: step.after for step in steps}
    found: set[str] = set()
    open_names = [*waits[name]]
    while open_names:
        now = open_names.pop()
        if now not in found:
            found.add(now)
            open_names += waits[now]
    return [step.name for step in steps if step.name in found]
