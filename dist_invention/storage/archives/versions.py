"""Which version of this library wrote a run, where it was not this one."""

from collections.abc import Iterator
import json
from pathlib import Path
from typing import Any

from dist_invention.storage import attempts, manifest

FIELDS = ("config", "config_sha256", "attempts")
JOURNALS = ("events.jsonl", "metrics.jsonl")


def other_version(folder: Path | str) -> tuple[str, str] | None:
    """Return `("older version", why)`, or newer, or `None` where a run is of this one.

    A file that is no JSON at all is damaged, which says nothing about its version.

    Args:
        folder: The run's folder.
    """
    for file, version, reason in _signs(Path(folder)):
        newer = isinstance(version, int) and version > attempts.SCHEMA
        return ("newer" if newer else "older") + " version", f"{file} {reason}"
    return None


def _signs(folder: Path) -> Iterator[tuple[str, Any, str]]:
    """Yield `(file, schema, reason)` of whatever this version writes otherwise."""
    run = _load(folder / attempts.RUN)
    sealed = _load(folder / manifest.MANIFEST)
    for file, content in ((attempts.RUN, run), (manifest.MANIFEST, sealed)):
        if content is not None and not isinstance(content, dict):
            yield file, None, "is no JSON object"
        elif content is not None and content.get("schema") != attempts.SCHEMA:
            schema = content.get("schema")
            yield file, schema, f"has schema {schema}, not {attempts.SCHEMA}"
    lacking = [name for name in FIELDS if name not in (run or FIELDS)]
    if lacking:
        yield attempts.RUN, None, f"lacks {', '.join(lacking)}"
    if sealed is not None and not isinstance(sealed.get("files"), list):
        yield manifest.MANIFEST, None, "lists its files in another way"
    for file in JOURNALS:
        first = _load(folder / file, first_line=True)
        if first is not None and not isinstance(first, dict):
            yield file, None, "holds lines that are no JSON objects"


def _load(path: Path, first_line: bool = False) -> Any:
    """Return the JSON in a file, or `None` where there is none."""
    if not path.is_file():  # a fifo would never answer
        return None
    try:
        with open(path, "rb") as stream:
            return json.loads(stream.readline() if first_line else stream.read())
    except (ValueError, RecursionError, OSError):  # damaged: told by who reads it next
        return None
