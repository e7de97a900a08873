"""run.json: what a run was asked to do, which never changes, and each attempt at it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
import json
import logging
import os
from pathlib import Path
import socket
from typing import Any

from dist_invention.storage.atomic import write_json
from dist_invention.storage.encoding import to_json, to_plain
from dist_invention.storage.hashing import CorruptFile

SCHEMA = 1
RUN = "run.json"

log = logging.getLogger(__name__)


class RunBelongsToAnotherConfiguration(ValueError):
    """The folder holds a run of the same name and another configuration.

    Example:
        >>> issubclass(RunBelongsToAnotherConfiguration, ValueError)
        True
    """


def now() -> str:
    """Return the time in UTC as ISO text, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def check(run_id: str, about: Mapping[str, Any]) -> None:
    """Refuse a run that does not say what it is.

    Raises:
        ValueError: If `about` lacks `config` or `config_sha256`, or the name is a path.
    """
    missing = [key for key in ("config", "config_sha256") if key not in about]
    if missing:
        raise ValueError(
            "Expected a run to know its `config` and `config_sha256`. "
            f"Received: {sorted(about)}, without {missing}. Add them to `about`."
        )
    if run_id in ("", ".", "..") or "/" in run_id or "\0" in run_id:
        raise ValueError(
            "Expected the name of a run to be the name of one folder. "
            f"Received: {run_id!r}. Take it from `run_name`."
        )


def read(run_folder: Path) -> dict[str, Any]:
    """Return the content of run.json.

    Raises:
        CorruptFile: If it is not the JSON object of a run.
        OSError: If it cannot be read.
    """
    path = Path(run_folder) / RUN
    try:
        content = json.loads(path.read_bytes())
        _ = content["config"], content["config_sha256"], content["attempts"]
    except (ValueError, TypeError, KeyError) as error:
        raise CorruptFile(
            f"Expected {path} to say what its run is. "
            f"Received: {type(error).__name__}: {error}. "
            "Fetch the file from a destination, or start the run in another folder."
        ) from error
    return content


def check_same(run_folder: Path, about: Mapping[str, Any]) -> None:
    """Refuse to go on with another configuration than the folder's.

    Raises:
        RunBelongsToAnotherConfiguration: Naming each key that differs, both values.
        CorruptFile: If run.json cannot be read.
    """
    known = read(run_folder)
    if known["config_sha256"] == about["config_sha256"]:
        return
    pairs = differences(known["config"], to_plain(about["config"]))
    named = "; ".join(f"{key}: {old} there, {new} asked" for key, old, new in pairs)
    raise RunBelongsToAnotherConfiguration(
        f"Expected the configuration of {run_folder}. "
        f"Received: another one: {named or 'equal values under another hash'}. "
        "Give the old values, or choose another folder with --runs-dir."
    )


def add(run_folder: Path, about: Mapping[str, Any]) -> dict[str, Any]:
    """Record one more attempt in run.json, made from `about` by the first one.

    Args:
        run_folder: Folder of the run.
        about: What was asked; `code` with `commit` and `dirty`, and `argv`, say how
            this attempt was made.

    Returns:
        The attempt: number, time, host, pid, code and argv. Where the commit is not
        that of the attempt before, `code_changed` holds both.
    """
    first = {"schema": SCHEMA, "run_id": run_folder.name, **about, "created_utc": now()}
    known = (
        read(run_folder) if (run_folder / RUN).exists() else {**first, "attempts": []}
    )
    attempt = {
        "attempt": len(known["attempts"]) + 1,
        "started_utc": now(),
        "host": socket.gethostname(),
        "pid": os.getpid(),
        "code": about.get("code"),
        "argv": about.get("argv"),
    }
    if known["attempts"]:
        pair = code_change(known["attempts"][-1]["code"], attempt["code"])
        if pair:
            attempt["code_changed"] = pair
            log.warning(
                "The code changed since this run began: %s before, %s now. Both are on "
                "record in %s. For an exact resume, check out the first one.",
                *(pair[0], pair[1], run_folder / RUN),
            )
    write_json(run_folder / RUN, {**known, "attempts": [*known["attempts"], attempt]})
    return attempt


def differences(old: Any, new: Any, place: str = "") -> Iterator[tuple[str, str, str]]:
    """Yield `(key, old value, new value)` of all that differs in two plain values.

    Example:
        >>> list(differences({"a": {"b": 1}}, {"a": {"b": 2}}))
        [('a.b', '1', '2')]
    """
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            where = f"{place}.{key}" if place else key
            yield from differences(old.get(key, ...), new.get(key, ...), where)
    elif old != new:
        yield place, _shown(old), _shown(new)


def _shown(value: Any) -> str:
    return "nothing" if value is ... else to_json(value)


def code_change(old: Any, new: Any) -> list[Any] | None:
    """Return what differs between the code of two attempts, old and new, if anything.

    Args:
        old: `commit`, `changes_sha256` and `script_sha256` of one attempt, or a plain
            value.
        new: Those of the other.
    """
    if not (isinstance(old, Mapping) and isinstance(new, Mapping)):
        return None if old == new else [old, new]
    for name in ("commit", "changes_sha256", "script_sha256"):
        if old.get(name) != new.get(name):
            return [old.get(name), new.get(name)]
    return None
