"""The words that start a run, and what they ask for."""

from collections.abc import Sequence
from pathlib import Path
import sys

from dist_invention.storage import without_password

RUNS_DIR = "--runs-dir"


def full_command(words: Sequence[str], runs_dir: Path) -> list[str]:
    """Return a command as it is started: this Python, script, flags, folder of runs.

    Example:
        >>> full_command(["train.py", "--seed", "1"], Path("runs/a"))[1:]
        ['train.py', '--seed', '1', '--runs-dir', 'runs/a']
    """
    return [sys.executable, *words, RUNS_DIR, str(runs_dir)]


def names_folder(words: Sequence[str]) -> bool:
    """Return whether a command names the folder of runs by itself."""
    return any(group[0] == RUNS_DIR for group in _groups(words))


def asked(words: Sequence[str]) -> list[list[str]]:
    """Return what a command asks for: its flags in order of name, no folder of runs.

    Two commands that ask for the same are equal then, whatever the order of their
    flags, and a moved folder changes nothing. The script is left out, since one and
    the same is named in several ways; passwords in URLs are stars, as in run.json.

    Args:
        words: Script and flags.

    Example:
        >>> asked(["a.py", "--seed=1", "--runs-dir", "x"])
        [['--seed', '1']]
    """
    rows = [[without_password(word) for word in group] for group in _groups(words)]
    return sorted(row for row in rows if row[0] != RUNS_DIR)


def _groups(words: Sequence[str]) -> list[list[str]]:
    """Each flag with its values; what stands before the first flag has an empty one."""
    groups: list[list[str]] = []
    for word in words[1:]:
        if word.startswith("--"):
            flag, has_value, value = word.partition("=")
            groups.append([flag.replace("_", "-"), *([value] if has_value else [])])
        elif groups:
            groups[-1].append(word)
        else:
            groups.append(["", word])
    return groups
