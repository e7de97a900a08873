"""Integers that somebody wants judged: read from a list, checked, made windows."""

from collections.abc import Iterator, Sequence
from numbers import Integral
from pathlib import Path
import re

from dist_invention.domains.collatz.windows import Windows, windows

CHUNK_VALUES = 1_000_000
"""Values of windows that are held at once."""
MOST_BITS = 512
"""Longest integer of a list: its path has room to grow within 992 bits."""
MOST_DIGITS = len(str(2**MOST_BITS))
DECIMAL = re.compile("[0-9]+")


class CannotBeJudged(ValueError):
    """There is no odd integer above 1, so there is no step on which V could fall."""


class NoSuchList(ValueError):
    """There is no file to read integers from."""


def read_integers(path: Path | str) -> list[int]:
    """Return the integers of a text file, one a line.

    Empty lines are passed over, and so is what stands behind a `#`.

    Args:
        path: The file.

    Raises:
        CannotBeJudged: If a line is no odd integer above 1 of at most 512 bits, or
            there is none; the message gives the number of the line.
        NoSuchList: If there is no such file.
    """
    path = Path(path)
    if not path.is_file():
        raise NoSuchList(
            f"Expected a text file, one odd integer a line. Received: {path}, which "
            "is no file. Give the path of one."
        )
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CannotBeJudged(
            f"Expected UTF-8 text in {path}. Received: {error.reason} at byte "
            f"{error.start}. Write one odd integer a line."
        ) from error
    found = integers_of(text, str(path))
    if not found:
        raise CannotBeJudged(
            f"Expected odd integers above 1 in {path}, one a line. Received: no "
            "integer. Give at least one."
        )
    return found


def integers_of(text: str, source: str = "the list") -> list[int]:
    """Return the integers of a text, one a line, perhaps none.

    Args:
        text: The lines.
        source: Where it is from, for messages.

    Raises:
        CannotBeJudged: If a line is no odd integer above 1 of at most 512 bits.

    Example:
        >>> integers_of("# mine\\n27\\n\\n703  # long\\n")
        [27, 703]
    """
    found = []
    for number, line in enumerate(text.split("\n"), 1):
        word = line.split("#")[0].strip()
        if not word:
            continue
        is_short = len(word) <= MOST_DIGITS and DECIMAL.fullmatch(word)
        n = int(word) if is_short else 0
        if n < 3 or n % 2 == 0 or n.bit_length() > MOST_BITS:
            shown = word if len(word) <= 40 else f"{word[:40]}... ({len(word)} signs)"
            raise CannotBeJudged(
                f"Expected an odd integer above 1 of at most {MOST_BITS} bits on line "
                f"{number} of {source}. Received: {shown!r}. Divide even ones by 2 "
                "until they are odd, and leave out 1, where a path has ended."
            )
        found.append(n)
    return found


def judged_windows(values: Sequence[int], lookahead: int) -> Iterator[Windows]:
    """Yield windows of `lookahead` + 2 values, in order, so many that memory suffices.

    Args:
        values: Odd integers above 1.
        lookahead: Steps that V sees.

    Raises:
        CannotBeJudged: If there is none, or one is no odd integer above 1.

    Example:
        >>> [part.residue.tolist() for part in judged_windows([27, 5], lookahead=0)]
        [[[27, 41], [5, 1]]]
    """
    if not len(values):
        raise CannotBeJudged(
            "Expected at least one odd integer above 1. Received: none. "
            "Give the values that a path leaves."
        )
    for place, n in enumerate(values):
        if not isinstance(n, Integral) or n < 3 or n % 2 == 0:
            raise CannotBeJudged(
                f"Expected odd integers above 1. Received: {n!r} at place {place}. "
                "Divide even ones by 2 until they are odd; at 1 the path has ended."
            )
    rows = max(1, CHUNK_VALUES // (lookahead + 2))
    for start in range(0, len(values), rows):
        yield windows(values[start : start + rows], lookahead + 1)
