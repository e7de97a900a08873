"""From words on the command line to a configuration, or to three plain sentences."""

from collections.abc import Mapping, Sequence
import contextlib
from dataclasses import fields
import difflib
import io
import re
import sys
from typing import Any

from dist_invention.training import TrainingConfig
import tyro

FRAME = re.compile(r"[─-╿]|\x1b\[[0-9;]*m")  # box drawing and colours


class BadCommand(ValueError):
    """The command line asks for something that does not exist or make sense."""


def read_config(
    config_class: type[TrainingConfig],
    presets: Mapping[str, TrainingConfig],
    words: Sequence[str],
    description: str,
) -> TrainingConfig:
    """Return the configuration that a command line asks for.

    Args:
        config_class: Dataclass of the experiment.
        presets: Its named defaults.
        words: The command line without the program's name.
        description: What `--help` says first.

    Raises:
        BadCommand: In three sentences.
        SystemExit: With code 0, after `--help`.
    """
    preset = _preset(presets, words)
    _refuse_unknown_flags(config_class, words)
    said = io.StringIO()
    unchecked: Any = _without_checks(config_class)
    default = unchecked(**{**_values(presets[preset]), "preset": preset})
    try:
        with contextlib.redirect_stderr(said):
            asked = tyro.cli(
                unchecked, args=list(words), default=default, description=description
            )
        return config_class(**_values(asked))
    except SystemExit as stop:
        if stop.code in (0, None):
            raise
        raise BadCommand(
            "Expected flags and values as --help lists them. "
            f"Received: {_core(said.getvalue()) or ' '.join(words)}. "
            "Correct the value and start again."
        ) from None
    except ValueError as error:
        raise BadCommand(str(error)) from error


def _without_checks(config_class: type[TrainingConfig]) -> type:
    """The same flags; values are checked by the real class, whose errors we show."""
    body = {"__post_init__": lambda self: None, "__doc__": config_class.__doc__}
    return type(config_class.__name__, (config_class,), body)


def _values(config: Any) -> dict[str, Any]:
    return {item.name: getattr(config, item.name) for item in fields(config)}


def _preset(presets: Mapping[str, TrainingConfig], words: Sequence[str]) -> str:
    """Return the preset asked for; it decides the defaults of everything else."""
    asked = next(iter(presets))
    for index, word in enumerate(words):
        if word == "--preset":
            asked = words[index + 1] if index + 1 < len(words) else ""
        elif word.startswith("--preset="):
            asked = word.removeprefix("--preset=")
    if asked not in presets:
        raise BadCommand(
            f"Expected a preset among {sorted(presets)}. "
            f"Received: --preset {asked}. {_suggest(asked, list(presets))}"
        )
    return asked


def _refuse_unknown_flags(config_class, words: Sequence[str]) -> None:
    known = ["--help"]
    for item in fields(config_class):
        flag = item.name.replace("_", "-")
        known += [f"--{flag}", f"--no-{flag}"] if item.type is bool else [f"--{flag}"]
    for word in words:
        flag = word.split("=")[0].replace("_", "-")
        if word.startswith("--") and flag not in known:
            raise BadCommand(
                "Expected flags that this experiment has. "
                f"Received: {word}. {_suggest(flag, known)}"
            )


def _suggest(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else "See --help for what there is."


def _core(text: str) -> str:
    """Return tyro's message without its frame, as part of one sentence."""
    inner = [line for line in text.splitlines() if "╭" not in line]  # it is the title
    lines = [FRAME.sub("", line).strip() for line in inner]
    message = " ".join(line for line in lines if line)
    message = re.split(r"Argument helptext|For full helptext", message)[0]
    return re.sub(r"\.\s+", "; ", message.strip()).removesuffix(".")


def refuse(error: Exception) -> None:
    """Say on the error stream what is wrong, without a traceback."""
    sys.stderr.write(f"{error}\n")
