"""Settings of an experiment in this world that contradict themselves are refused."""

from collections.abc import Mapping
from typing import Any

MODELS = ("table", "digits", "record")
READ_BY = {  # settings that not every model reads
    "trits": ("table", "digits"),
    "bits": ("table",),
    "steps": ("table", "digits"),
    "ramp": ("record",),
    "mining": ("record",),
    "future": ("record",),
    "schedule": ("record",),
    "network": ("record",),
    "adaptive": ("record",),
    "leak": ("record",),
}
LEAST = {"lookahead": 0, "trits": 0, "bits": 0, "steps": 1, "samples": 1, "ramp": 0}


class SettingNotRead(ValueError):
    """A setting would change nothing, or has a value that cannot be."""


def check_settings(values: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Refuse a setting that the model does not read, and values out of range.

    Args:
        values: Settings by name, `model` and `rate` among them.
        defaults: What they are where nobody set them.

    Raises:
        SettingNotRead: Naming the flag.

    Example:
        >>> check_settings({"model": "record", "rate": 1e-3, "leak": True}, {})
    """
    model = values["model"]
    for name, readers in READ_BY.items():
        is_set = name in values and values[name] != defaults.get(name)
        if is_set and model in MODELS and model not in readers:
            raise SettingNotRead(
                f"Expected --{name} with a model that reads it: {' or '.join(readers)}."
                f" Received: --model {model} with --{name} {values[name]}. "
                "Leave the flag out, or choose another --model or --preset."
            )
    for name, least in LEAST.items():
        most = 1 if name == "ramp" else float("inf")
        if name in values and not least <= values[name] <= most:
            raise SettingNotRead(
                f"Expected --{name} of at least {least}"
                f"{' and at most 1' if name == 'ramp' else ''}. "
                f"Received: --{name} {values[name]}. Give it another value."
            )
    if not 0 < values["rate"] < float("inf"):
        raise SettingNotRead(
            "Expected a highest learning rate over 0. "
            f"Received: --rate {values['rate']}. Give it another value."
        )
