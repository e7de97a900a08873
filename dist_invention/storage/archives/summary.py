"""What was saved or verified, in lines for a person."""

from collections import Counter
from collections.abc import Sequence

from dist_invention.storage.archives.bundle import Bundle
from dist_invention.storage.archives.delivery import Arrival, local_folder
from dist_invention.storage.archives.foreign import LeftOut
from dist_invention.storage.archives.inspection import UNSEALED, Inspection
from dist_invention.storage.archives.verdict import Verdict
from dist_invention.storage.problems import Problem, printable

MOST_LINES = 200  # of one run's problems
MOST_NAMES = 5  # in one line
PROBLEMS = "problems: "
NOT_SEALED = "not sealed"
RUNNING = "not finished yet"
OTHER_VERSION = "kept as it is"
AS_IT_IS = "saved as it is"


def inspection_lines(seen: Sequence[Inspection]) -> list[str]:
    """Return one line a run or folder, then every problem, then what still runs."""
    rows = []
    names = Counter(one.path.name for one in seen)
    for one in seen:
        is_clear = one.status != "other tool" and names[one.path.name] == 1
        name = one.path.name if is_clear else str(one.path)
        size = f"{one.size / 1e6:.2f}"
        rows.append((name, one.status, str(len(one.files)), size, _word(one)))
    lines = _table(("name", "status", "files", "MB", "verdict"), rows)
    problems = []
    for one in seen:
        problems += problem_lines(f"{one.path}: ", one.problems)
    running = [
        f"  {printable(one.path)}: saved {one.note}; save again later"
        for one in seen
        if one.status == "running"
    ]
    return [*lines, *_block("Found:", problems), *_block("Still running:", running)]


def verdict_lines(verdicts: Sequence[Verdict]) -> list[str]:
    """Return one line a bundle or run that was verified, then every problem."""
    rows = [
        (f"  {v.part}" if v.part else v.name, v.status, str(v.files), _word(v))
        for v in verdicts
    ]
    problems = []
    for one in verdicts:
        name = one.name.rstrip("/").rpartition("/")[2]
        where = f"{name}: {one.part}: " if one.part else f"{one.name}: "
        problems += problem_lines(where, one.problems)
    table = _table(("name", "status", "files", "verdict"), rows)
    return [*table, *_block("Found:", problems)]


def problem_lines(where: str, problems: Sequence[Problem]) -> list[str]:
    """Return one line for each kind of problem; what is too much is only counted.

    Example:
        >>> problem_lines("a: ", [Problem("x", "missing"), Problem("y", "missing")])
        ['  a: x, y: missing']
    """
    kinds: dict[tuple[str, str], list[str]] = {}
    for problem in problems:
        kinds.setdefault((problem.what, problem.detail), []).append(problem.file)
    lines = []
    for (what, detail), files in list(kinds.items())[:MOST_LINES]:
        lines.append(f"  {printable(where)}{Problem(_named(files), what, detail)}")
    if len(kinds) > MOST_LINES:
        lines.append(f"  {printable(where)}and {len(kinds) - MOST_LINES} more")
    return lines


def left_out_lines(
    left_out: Sequence[LeftOut], unsearched: Sequence[Problem]
) -> list[str]:
    """Return a line for each folder passed over on purpose, or not to be searched."""
    passed: dict[str, list[str]] = {}
    for one in left_out:
        passed.setdefault(one.reason, []).append(str(one.path))
    for problem in unsearched:
        if problem.is_harmless:
            passed.setdefault(problem.detail, []).append(problem.file)
    lines = [f"  {printable(f'{_named(at)}: {why}')}" for why, at in passed.items()]
    lost = [problem for problem in unsearched if not problem.is_harmless]
    return [
        *_block("Left out:", lines),
        *_block("Not searched:", problem_lines("", lost)),
    ]


def end_lines(
    bundle: Bundle, arrivals: Sequence[Arrival], lost: int
) -> tuple[list[str], bool]:
    """Return where the zip is and whether it is everything, in lines and as a truth.

    Args:
        bundle: What was written.
        arrivals: Where it was copied.
        lost: Number of things that are not in it.
    """
    lines = [
        "",
        f"{bundle.files} files in {bundle.path}, {bundle.tested} and re-hashed",
    ]
    lines.append(f"SHA-256 {bundle.sha256}")
    for place in arrivals:
        word = "verified" if place.is_verified else f"FAILED: {place.failure}"
        lines.append(f"{place.label}: {word}")
    if bundle.path.parent.absolute() not in [local_folder(p.label) for p in arrivals]:
        lines.append(f"{bundle.path.parent}: verified (kept here, since it is local)")
    words = [_word(one) for one in (*bundle.runs, *bundle.foreign)]
    counts = (
        (sum(word.startswith(PROBLEMS) for word in words), "with problems"),
        (words.count(NOT_SEALED), "not sealed, so not finished"),
        (words.count(RUNNING), "still running, which is no damage"),
        (words.count(OTHER_VERSION), "of another version, which nothing here proves"),
        (sum(not place.is_verified for place in arrivals), "destinations that failed"),
        (lost, "not searched or left out"),
    )
    said = "; ".join(f"{count} {what}" for count, what in counts if count)
    if said:
        lines.append(f"NOT everything is saved or whole: {said}. See the lines above.")
    else:
        lines.append("Everything is whole and verified at every destination.")
    return lines, not said


def _word(seen: Inspection | Verdict) -> str:
    """Return the verdict in two words."""
    broken = [problem for problem in seen.problems if not problem.is_harmless]
    if broken and all(problem.what.endswith(" version") for problem in broken):
        return OTHER_VERSION
    if broken and all(problem.detail == UNSEALED for problem in broken):
        return NOT_SEALED
    if broken:
        return f"{PROBLEMS}{len(broken)}"
    if seen.status == "running":
        return RUNNING
    return AS_IT_IS if seen.status == "other tool" else "whole"


def _named(files: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = len(files) - MOST_NAMES
    return ", ".join(files[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _block(head: str, lines: Sequence[str]) -> list[str]:
    return ["", head, *lines] if lines else []


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return columns: numbers to the right, words to the left."""
    table = [list(heads), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    is_number = [head in ("files", "MB") for head in heads]
    lines = [""]
    for row in table:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, is_number, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
