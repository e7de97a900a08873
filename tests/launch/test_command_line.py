"""From words to a configuration, or to three plain sentences."""

from dataclasses import dataclass, replace
import re
from typing import Literal

from dist_invention.launch.command_line import BadCommand, read_config, refuse
from dist_invention.training import TrainingConfig
import pytest


@dataclass(frozen=True)
class Config(TrainingConfig):
    """Settings of a test.

    Args:
        size: Which size.
    """

    size: Literal["small", "large"] = "small"


QUICK = Config(epochs=2)
PRESETS = {"quick": QUICK, "full": replace(QUICK, preset="full", epochs=40)}


def ask(*words):
    return read_config(Config, PRESETS, words, "A test.")


def refusal(*words):
    with pytest.raises(BadCommand) as error:
        ask(*words)
    said = str(error.value)
    assert len(re.findall(r"[.?](?:\s|$)", said)) == 3, said
    assert "\n" not in said
    return said


def test_without_words_the_first_preset_is_meant():
    assert ask() == replace(QUICK, preset="quick")


@pytest.mark.parametrize("words", [("--preset", "full"), ("--preset=full",)])
def test_a_preset_sets_the_defaults_and_words_overrule_them(words):
    assert ask(*words).epochs == 40
    config = ask("--batch-size", "4", *words, "--epochs=3", "--size", "large")
    assert (config.preset, config.epochs, config.batch_size) == ("full", 3, 4)
    assert config.size == "large"


def test_lists_flags_and_underscores_are_understood():
    config = ask("--stages", "a", "b", "--again", "--micro_batches", "2")
    assert config.stages == ("a", "b")
    assert config.again
    assert config.micro_batches == 2
    assert ask("--destinations", "one", "s3://two").destinations == ("one", "s3://two")
    assert ask("--max-hours", "5.5").max_hours == 5.5


@pytest.mark.parametrize(
    ("words", "received", "cure"),
    [
        (("--batchsize", "3"), "--batchsize", "Did you mean --batch-size?"),
        (("--epoch=3",), "--epoch=3", "Did you mean --epochs?"),
        (("--qqqq",), "--qqqq", "See --help"),
        (("--preset", "ful"), "--preset ful", "Did you mean full?"),
        (("--preset",), "--preset ", "See --help"),
        (("--epochs", "-1"), "--epochs -1", "Give --epochs another value"),
        (("--batch-size", "0"), "--batch-size 0", "Give --batch-size another value"),
        (("--seed", "x"), "'x'", "Correct the value"),
        (("--seed",), "--seed", "Correct the value"),
        (("--size", "huge"), "'huge'", "Correct the value"),
        (("stray",), "stray", "Correct the value"),
        (("-z",), "-z", "Correct the value"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_makes_no_sense_gets_three_sentences(words, received, cure):
    said = refusal(*words)
    assert said.startswith("Expected ")
    assert received in said.split("Received: ")[1]
    assert cure in said


def test_help_names_every_flag_and_ends_with_exit_code_0(capsys):
    with pytest.raises(SystemExit) as stop:
        ask("--help")
    assert stop.value.code in (0, None)
    said = capsys.readouterr().out
    for flag in ("--preset", "--seed", "--epochs", "--runs-dir", "--size"):
        assert flag in said
    assert "Seed of everything random" in said
    assert "Which size" in said


def test_a_refusal_goes_to_the_error_stream(capsys):
    refuse(BadCommand("No."))
    captured = capsys.readouterr()
    assert (captured.out, captured.err) == ("", "No.\n")
