"""A flag that nobody reads, or a value that cannot be, is refused by name."""

from dist_invention.domains.collatz.settings import SettingNotRead, check_settings
import pytest

DEFAULTS = {
    "model": "table",
    "lookahead": 10,
    "trits": 8,
    "bits": 0,
    "steps": 96,
    "rate": 0.2,
    "samples": 5000,
    "ramp": 0.5,
    "mining": "off",
    "leak": False,
}


def check(**changed):
    check_settings({**DEFAULTS, **changed}, DEFAULTS)


@pytest.mark.parametrize("model", ["table", "digits", "record"])
def test_defaults_are_fine_for_every_model(model):
    check(model=model)


@pytest.mark.parametrize(
    ("model", "changed"),
    [
        ("table", {"leak": True}),
        ("table", {"mining": "gentle"}),
        ("digits", {"bits": 4}),
        ("record", {"trits": 12}),
        ("record", {"steps": 32}),
    ],
)
def test_a_flag_that_the_model_does_not_read_is_refused(model, changed):
    name = next(iter(changed))
    with pytest.raises(
        SettingNotRead, match=rf"Expected --{name} .* Received: .* Leave"
    ):
        check(model=model, **changed)


def test_what_the_model_reads_may_be_set():
    check(model="record", leak=True, mining="aggressive", ramp=0.0)
    check(model="table", bits=10, trits=5, steps=32)


@pytest.mark.parametrize(
    "wrong",
    [
        {"lookahead": -1},
        {"samples": 0},
        {"steps": 0},
        {"rate": 0.0},
        {"rate": float("nan")},
        {"model": "record", "ramp": -1.0},
        {"model": "record", "ramp": 1.5},
    ],
)
def test_a_value_that_cannot_be_is_refused(wrong):
    name = list(wrong)[-1]
    with pytest.raises(SettingNotRead, match=rf"Received: --{name} "):
        check(**wrong)
