"""`--arms` and `--seeds` in a command line: what a comparison of arms asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
import difflib
import re

from dist_invention.curriculum.arms import ARMS, CURRICULUM, DROP_ONE
from dist_invention.launch.command_line import BadCommand

ASKED = ("--arms", "--seeds")  # either of them asks for a comparison
FLAGS = (*ASKED, "--executor", "--workers", "--ray-address")
EXECUTORS = ("local", "ray")
OURS = ("--arm", "--stage-epochs", "--again")  # what a comparison decides by itself
HELP = f"""
Arms: a comparison at equal steps, examples and learning rates, started again with the
same command until it is done:
  --arms A,B,...        {", ".join(ARMS)}, drop-STAGE, {DROP_ONE} (each in turn)
  --seeds N | A,B,...   seeds 0 to N-1, or these; 5 or more are worth an interval
  --executor local|ray  --workers N  --ray-address A
"""


@dataclass(frozen=True)
class Asked:
    """What a comparison of arms was asked for.

    Args:
        arms: Names as they were given; the curriculum if left out.
        seeds: Seeds; empty if they were left out.
        executor: `"local"` or `"ray"`.
        workers: Runs at a time; as many as fit if left out.
        ray_address: Of a running cluster; empty for one on this machine.
        words: The rest of the command line, an ordinary one.

    Example:
        >>> asked_arms(["--arms", "joint,anti", "--seeds", "2", "--epochs", "3"]).words
        ('--epochs', '3')
    """

    arms: tuple[str, ...] = (CURRICULUM,)
    seeds: tuple[int, ...] = ()
    executor: str = "local"
    workers: int | None = None
    ray_address: str = ""
    words: tuple[str, ...] = ()


def asked_arms(words: Sequence[str]) -> Asked | None:
    """Return what a command line asks for; `None` if it is that of one run.

    Args:
        words: The command line without the program's name.

    Raises:
        BadCommand: If a value makes no sense, or a flag is the comparison's business.
    """
    found, rest = _taken_out(words)
    if not set(ASKED) & set(found):
        if found:
            raise BadCommand(
                f"Expected {' and '.join(found)} beside --arms or --seeds. Received: "
                f"{' '.join(words)}. Name the arms, or leave {' and '.join(found)} out."
            )
        return None
    for word in rest:
        flag = word.split("=")[0].replace("_", "-")
        if flag in OURS or (flag == "--seed" and "--seeds" in found):
            raise BadCommand(
                f"Expected the comparison of arms to decide on {flag} by itself. "
                f"Received: {word}. Leave it out; --arms and --seeds say what is run."
            )
    return Asked(
        arms=tuple(_listed("--arms", found)) or (CURRICULUM,),
        seeds=_seeds(found),
        executor=_executor(found),
        workers=_workers(found),
        ray_address=_one("--ray-address", found, ""),
        words=tuple(rest),
    )


def without(words: Sequence[str], flag: str) -> tuple[str, ...]:
    """Return a command line without a flag and its values.

    Args:
        words: The command line.
        flag: The flag, as in `"--runs-dir"`.

    Example:
        >>> without(["--runs-dir", "a", "--seed=1", "--epochs", "3"], "--runs-dir")
        ('--seed=1', '--epochs', '3')
    """
    return tuple(_split(words, (flag,))[1])


def _taken_out(words: Sequence[str]) -> tuple[dict[str, list[str]], list[str]]:
    return _split(words, FLAGS)


def _split(
    words: Sequence[str], flags: Sequence[str]
) -> tuple[dict[str, list[str]], list[str]]:
    """Return the values of some flags, and the words that are left."""
    found: dict[str, list[str]] = {}
    rest: list[str] = []
    into = rest
    for word in words:
        flag, has_value, value = word.partition("=")
        flag = flag.replace("_", "-")
        if word.startswith("--") and flag in flags:
            into = found.setdefault(flag, [])
            into += [value] if has_value else []
        elif word.startswith("--"):
            into = rest
            into.append(word)
        else:
            into.append(word)
    return found, rest


def _listed(flag: str, found: dict[str, list[str]]) -> list[str]:
    if flag not in found:
        return []
    values = [item for item in re.split(r"[,\s]+", " ".join(found[flag])) if item]
    if not values:
        raise BadCommand(
            f"Expected names or numbers after {flag}, with commas between them. "
            f"Received: {flag} alone. Give at least one."
        )
    return values


def _seeds(found: dict[str, list[str]]) -> tuple[int, ...]:
    values = _listed("--seeds", found)
    if not values:
        return ()
    numbers = [int(value) for value in values if value.isdecimal()]
    is_count = len(values) == 1 and "," not in "".join(found["--seeds"])
    seeds = tuple(range(numbers[0])) if is_count and numbers else tuple(numbers)
    if len(numbers) < len(values) or len(set(seeds)) < len(seeds) or not seeds:
        raise BadCommand(
            "Expected a number of seeds, or different seeds with commas between them. "
            f"Received: --seeds {' '.join(found['--seeds'])}. "
            "Write --seeds 5, or --seeds 0,1,7."
        )
    return seeds


def _executor(found: dict[str, list[str]]) -> str:
    name = _one("--executor", found, "local")
    if name not in EXECUTORS:
        near = difflib.get_close_matches(name, EXECUTORS, n=1, cutoff=0.0)[0]
        raise BadCommand(
            f"Expected an executor among {list(EXECUTORS)}. "
            f"Received: --executor {name}. Did you mean {near}?"
        )
    if name == "local" and "--ray-address" in found:
        raise BadCommand(
            "Expected --ray-address beside --executor ray. Received: it for the pool "
            "of this machine. Add --executor ray, or leave the address out."
        )
    return name


def _workers(found: dict[str, list[str]]) -> int | None:
    value = _one("--workers", found, "")
    if "--workers" not in found:
        return None
    if not value.isdecimal() or int(value) < 1:
        raise BadCommand(
            "Expected at least one run at a time. "
            f"Received: --workers {value}. Give a whole number, or leave it out."
        )
    return int(value)


def _one(flag: str, found: dict[str, list[str]], default: str) -> str:
    values = found.get(flag, [default])
    if len(values) != 1:
        raise BadCommand(
            f"Expected one value after {flag}. "
            f"Received: {flag} {' '.join(values)}. Give one."
        )
    return values[0]
