"""What verifying one thing showed: a bundle, a run, or a place that holds neither."""

from dataclasses import dataclass

from dist_invention.storage.archives.inspection import Inspection
from dist_invention.storage.problems import Problem


@dataclass(frozen=True)
class Verdict:
    """What verifying one bundle or one run showed.

    Args:
        name: Where it lies, for people.
        status: `"bundle"`, `"unpacked bundle"`, `"nothing"`, or the status of a run.
        files: Files that were hashed and compared.
        problems: What is missing, changed, extra, unreadable or refused.
        part: Which folder of the bundle `name` it is about, empty for all of it.

    Example:
        >>> Verdict("copies/a", "finished", 12).is_whole
        True
    """

    name: str
    status: str
    files: int
    problems: tuple[Problem, ...] = ()
    part: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether everything is there, and nothing more is to come."""
        is_sound = all(problem.is_harmless for problem in self.problems)
        return is_sound and self.status != "running"


def of_run(seen: Inspection, name: str) -> Verdict:
    """Return the verdict on a run that was read.

    Args:
        seen: As `inspect` returns it.
        name: Where it lies, for people.
    """
    return Verdict(name, seen.status, len(seen.files), seen.problems)


def nothing_at(name: str, why: str, what: str = "missing") -> Verdict:
    """Return the verdict on a place that holds nothing, or does not answer.

    Args:
        name: The place, for people.
        why: What was found instead.
        what: `"unreadable"` where it does not answer.
    """
    return Verdict(name, "nothing", 0, (Problem(".", what, why),))
