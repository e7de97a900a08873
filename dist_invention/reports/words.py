"""Numbers, names and verdicts in plain words."""

from collections.abc import Iterable, Mapping
import math
from numbers import Real
import re
from typing import Any, TypeGuard

_ACRONYMS = {"mae", "mse", "nrmse", "rmse"}
TIERS = ("in", "near", "far", "regimes")
_TIER_NAMES = {
    "in": "In range",
    "near": "Near",
    "far": "Far",
    "regimes": "Named regimes",
}
_TIER_PHRASES = {
    "in": "Inside the training range",
    "near": "Just outside the training range",
    "far": "Far outside the training range",
    "regimes": "On the named regimes",
}


def is_number(value: object) -> TypeGuard[float]:
    """Say whether a JSON value is a finite number (and not a truth value)."""
    return (
        isinstance(value, Real)
        and not isinstance(value, bool)
        and math.isfinite(float(value))
    )


def number(value: Any) -> str:
    """Return a number with three digits, or `not measured`.

    Example:
        >>> number(0.21234), number(2400000), number(0.00001), number(None)
        ('0.212', '2,400,000', '1.00e-05', 'not measured')
    """
    if not is_number(value):
        return "not measured"
    size = abs(value)
    if isinstance(value, int) or (size >= 1000 and size < 1e7):
        return f"{value:,.0f}"
    if size != 0 and (size < 1e-3 or size >= 1e7):
        return f"{value:.2e}"
    digits = max(0, 2 - math.floor(math.log10(size))) if size else 2
    return f"{value:.{min(digits, 5)}f}"


def interval(bounds: Any) -> str:
    """Return `[low, high]`, or `not measured` where there is none."""
    if not bounds or not all(map(is_number, bounds)):
        return "not measured"
    return f"[{number(bounds[0])}, {number(bounds[1])}]"


def duration(seconds: Any) -> str:
    """Return seconds as a reader says them.

    Example:
        >>> duration(42.0), duration(200), duration(7500)
        ('42 s', '3 min 20 s', '2 h 5 min')
    """
    if not is_number(seconds):
        return "not measured"
    if seconds < 60:
        return f"{number(float(seconds)) if seconds < 10 else round(seconds)} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60} min"


def plain(name: Any) -> str:
    """Return a name of the code as words: `position_nrmse` is position NRMSE."""
    words = str(name).replace("_", " ").replace("=", ": ").split(" ")
    return " ".join(word.upper() if word in _ACRONYMS else word for word in words)


def methods(scores: Iterable[Mapping[str, Any]]) -> str:
    """Return how intervals were made, once each, without the sizes of the samples."""
    named = {str(s["interval_method"]) for s in scores if s.get("interval_method")}
    made = {re.sub(r", \d+ groups", "", m) for m in named if not m.startswith("none")}
    return "; ".join(sorted(made))


def amount(value: Any, unit: Any) -> str:
    """Return a value with its unit; the unit `1` is not written.

    Example:
        >>> amount(0.5, "m"), amount(0.5, "train scale"), amount(0.5, "1")
        ('0.500 m', '0.500 (train scale)', '0.500')
    """
    written = number(value)
    if unit in (None, "", "1"):
        return written
    return f"{written} ({unit})" if " " in str(unit) else f"{written} {unit}"


def titled(name: Any) -> str:
    """Return a name of the code as words with a capital first letter."""
    words = plain(name)
    return words[:1].upper() + words[1:]


def tier_name(tier: Any) -> str:
    """Return a tier as a heading."""
    return _TIER_NAMES.get(str(tier), plain(tier).capitalize() or "No tier")


def tier_phrase(score: Mapping[str, Any]) -> str:
    """Return where a score was measured, as the start of a sentence."""
    tier, split = score.get("tier"), plain(score.get("split", "an unnamed split"))
    return _TIER_PHRASES.get(str(tier), f"On {split}")


def in_tier_order(tiers: Iterable[Any]) -> list[Any]:
    """Return each tier once: in, near, far, regimes, then others as they come."""
    found = list(dict.fromkeys(tiers))
    known = [tier for tier in TIERS if tier in found]
    return known + [tier for tier in found if tier not in known]


def has_baselines(score: Mapping[str, Any]) -> bool:
    """Say whether a score stands beside a baseline; alone it is not shown."""
    best = score.get("best_baseline") or {}
    return bool(score.get("baselines")) and is_number(best.get("value"))


def is_absent(score: Mapping[str, Any]) -> bool:
    """Say whether a score was not measured; its reason says why."""
    return score.get("status") == "not measured" or score.get("value") is None


def is_result(score: Mapping[str, Any]) -> bool:
    """Say whether a score was measured and stands beside a baseline."""
    return has_baselines(score) and is_number(score.get("value"))


def tone(score: Mapping[str, Any]) -> str:
    """Return `good`, `bad` or `even` for beats, does not beat, and open."""
    answer = score.get("beats_best")
    return "even" if answer is None else "good" if answer else "bad"


def verdict(score: Mapping[str, Any]) -> str:
    """Return in plain words whether the model beats the best baseline.

    Example:
        >>> best = {"name": "zeros", "value": 1.0}
        >>> verdict({"value": 2.0, "baselines": [best], "best_baseline": best,
        ...          "beats_best": False})
        'does not yet beat zeros'
    """
    if is_absent(score):
        reason = score.get("reason")
        return f"not measured: {reason}" if reason else "not measured"
    if not has_baselines(score):
        return "withheld: no baseline"
    name = plain(score["best_baseline"]["name"])
    answer = score.get("beats_best")
    if answer is None:
        return f"too close to call against {name}"
    return f"beats {name}" if answer else f"does not yet beat {name}"


def command(argv: Any) -> str:
    """Return the command line of a run as one would type it."""
    if not argv:
        return "not measured"
    words = [str(word) for word in argv]
    if words[0].endswith(".py"):
        words = ["python", *words]
    return " ".join(_quoted(word) for word in words)


def _quoted(word: str) -> str:
    safe = word and all(c.isalnum() or c in "-_./=:,@+%" for c in word)
    return word if safe else "'" + word.replace("'", "'\\''") + "'"


def flattened(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    """Return nested JSON as rows of (dotted name, value)."""
    if isinstance(value, Mapping) and value:
        nested = (flattened(v, f"{prefix}{k}.") for k, v in value.items())
        return [row for rows in nested for row in rows]
    if isinstance(value, list | tuple):
        written = ", ".join(map(str, value)) if value else "none"
    else:
        written = "none" if value is None else str(value)
    return [(prefix.rstrip("."), written)]


def term_text(value: Any) -> str:
    """Return a value of a stage or an event in a few words, nested ones too.

    Example:
        >>> term_text({"loss": 0.25, "rows": 3})
        'loss 0.250 rows 3'
    """
    if isinstance(value, Mapping):
        return " ".join(f"{plain(k)} {term_text(v)}" for k, v in value.items())
    return number(value) if is_number(value) and value % 1 else str(value)
