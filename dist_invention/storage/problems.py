"""One file that is not as it should be, said so that a terminal can show it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One file that is not as it should be.

    Args:
        file: Its name relative to the folder, with `/` between parts.
        what: `"missing"`, `"changed"`, `"unreadable"`, `"link"` (it leads out of the
            folder, or to nothing), `"refused"` (no zip may hold such a member),
            `"older version"`, `"newer version"`, or `"extra"`, which harms nothing.
        detail: More for a reader, where there is more.

    Example:
        >>> str(Problem("results.json", "missing"))
        'results.json: missing'
    """

    file: str
    what: str
    detail: str = ""

    @property
    def is_harmless(self) -> bool:
        """Whether everything that should be there is there all the same."""
        return self.what == "extra"

    def __str__(self) -> str:
        detail = f" ({self.detail})" if self.detail else ""
        return printable(f"{self.file}: {self.what}{detail}")


def printable(text: object) -> str:
    r"""Return a text with what no terminal shows written out.

    Names of files may hold line breaks, escape codes and bytes that are no UTF-8.

    Example:
        >>> printable("a\nb")
        'a\\nb'
    """
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape").decode("ascii")
        for char in str(text)
    )
