"""The one JSON encoder: what it cannot say truthfully, it refuses by name."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
import hashlib
import json
import math
from pathlib import PurePath
from typing import Any

import numpy as np


def to_json(value: Any, *, sort_keys: bool = False, indent: int | None = None) -> str:
    """Return `value` as JSON text.

    NumPy scalars and arrays, dataclasses, enums, paths and tuples become plain
    JSON values.

    Args:
        value: What to encode.
        sort_keys: Order the keys of every object by name.
        indent: Spaces a level for people, or `None` for one line.

    Raises:
        ValueError: If a number is NaN or infinite, or two keys become one. The
            message names the place.
        TypeError: If a value has no JSON form. The message names the place.

    Example:
        >>> to_json({"loss": np.float64(0.5), "shape": (2, 3)})
        '{"loss": 0.5, "shape": [2, 3]}'
    """
    return json.dumps(
        to_plain(value),
        sort_keys=sort_keys,
        indent=indent,
        allow_nan=False,
    )


def canonical_sha256(value: Any) -> str:
    """Return the SHA-256 of `value` as JSON with sorted keys and no spaces.

    Example:
        >>> canonical_sha256({"a": 1, "b": 2}) == canonical_sha256({"b": 2, "a": 1})
        True
    """
    text = json.dumps(
        to_plain(value), sort_keys=True, separators=(",", ":"), allow_nan=False
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def to_plain(value: Any, place: str = "") -> Any:
    """Return `value` as plain JSON values: dict, list, str, int, float, bool, None.

    Args:
        value: What to convert.
        place: Where it stands, for messages, as in `"scores[3].value"`.

    Raises:
        ValueError: If a number is NaN or infinite, or two keys become one.
        TypeError: If a value has no JSON form.
    """
    if isinstance(value, Enum):
        return to_plain(value.value, place)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, (str, int)):  # plain subclasses too, such as np.str_
        return str(value) if isinstance(value, str) else int(value)
    if isinstance(value, float):
        return _finite(float(value), place)
    if isinstance(value, (np.ndarray, np.generic)):
        return _plain_array(value, place)
    if is_dataclass(value) and not isinstance(value, type):
        content = {item.name: getattr(value, item.name) for item in fields(value)}
        return _plain_mapping(content, place)
    if isinstance(value, Mapping):
        return _plain_mapping(value, place)
    if isinstance(value, (list, tuple)):
        return [to_plain(item, f"{place}[{n}]") for n, item in enumerate(value)]
    if isinstance(value, PurePath):
        return str(value)
    raise TypeError(
        "Expected values that JSON can hold: text, numbers, lists, objects, arrays. "
        f"Received: {type(value).__name__} at `{place or 'the top'}`. "
        "Convert it first; turn a set into a sorted list."
    )


def _finite(number: float, place: str) -> float:
    if not math.isfinite(number):
        raise ValueError(
            "Expected finite numbers, since JSON has no NaN and no infinity. "
            f"Received: {number} at `{place or 'the top'}`. "
            "Leave the value out, or store None with a reason beside it."
        )
    return number


def _plain_array(value: np.ndarray | np.generic, place: str) -> Any:
    if value.ndim:
        return [
            to_plain(item, f"{place}[{n}]") for n, item in enumerate(np.asarray(value))
        ]
    item = value.item()
    if isinstance(item, (bool, int, float, str)):
        return to_plain(item, place)
    if value.dtype.kind == "V" and value.dtype.type is not np.void:  # bfloat16
        return _finite(float(value), place)
    raise TypeError(
        "Expected arrays of numbers, booleans or text. "
        f"Received: dtype {value.dtype} at `{place or 'the top'}`. "
        "Convert the array first."
    )


def _plain_mapping(value: Mapping[Any, Any], place: str) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for key, item in value.items():
        if isinstance(key, bool) or not isinstance(key, (str, int, np.integer)):
            raise TypeError(
                "Expected text or whole numbers as keys, since JSON has no others. "
                f"Received: key {key!r} at `{place or 'the top'}`. "
                "Convert the key to text."
            )
        name = str(key)
        where = f"{place}.{name}" if place else name
        if name in plain:
            raise ValueError(
                "Expected keys that stay different as text. "
                f"Received: two keys that both become {name!r} at `{where}`. "
                "Rename one of them."
            )
        plain[name] = to_plain(item, where)
    return plain
