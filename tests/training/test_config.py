"""What every run is told: checked at once, hashed by what changes its bits."""

from dataclasses import FrozenInstanceError
from pathlib import Path

from dist_invention.training import TrainingConfig
import pytest


@pytest.mark.parametrize(
    ("values", "flag"),
    [
        ({"seed": -1}, "--seed -1"),
        ({"seed": 2**32}, "--seed 4294967296"),
        ({"stages": ("a", "a")}, "--stages a a"),
        ({"max_hours": float("inf")}, "--max-hours inf"),
        ({"checkpoint_seconds": float("inf")}, "--checkpoint-seconds inf"),
        ({"epochs": 0}, "--epochs 0"),
        ({"epochs": -1}, "--epochs -1"),
        ({"batch_size": 0}, "--batch-size 0"),
        ({"batch_size": 8, "micro_batches": 3}, "--micro-batches 3"),
        ({"micro_batches": 0}, "--micro-batches 0"),
        ({"checkpoint_seconds": 0.0}, "--checkpoint-seconds 0.0"),
        ({"checkpoint_seconds": float("nan")}, "--checkpoint-seconds nan"),
        ({"max_hours": 0.0}, "--max-hours 0.0"),
        ({"min_destinations": 1}, "--min-destinations 1"),
        ({"min_destinations": -1}, "--min-destinations -1"),
        ({"track": ("wandb", "wandb")}, "--track wandb wandb"),
        ({"stage_epochs": (2, 0)}, "--stage-epochs 2 0"),
        ({"reread": " "}, "--reread ' '"),
        ({"again": True, "reread": "why"}, "--again --reread why"),
    ],
)
def test_a_value_that_makes_no_sense_is_named_with_its_flag(values, flag):
    with pytest.raises(ValueError, match=r"^Expected .* Received: .* Give --") as error:
        TrainingConfig(**values)
    assert f"Received: {flag}." in str(error.value)


@pytest.mark.parametrize(
    "values",
    [
        {"runs_dir": Path("elsewhere")},
        {"destinations": ("copies",)},
        {"max_hours": 2.0},
        {"checkpoint_seconds": 1.0},
        {"again": True},
        {"supervise": True},
        {"track": ("mlflow",)},
        {"reread": "the metric was mended"},
        {"destinations": ("copies",), "min_destinations": 1},
    ],
)
def test_where_and_when_a_run_is_done_leaves_its_hash_alone(values):
    assert TrainingConfig(**values).sha256 == TrainingConfig().sha256


@pytest.mark.parametrize(
    "values",
    [
        {"seed": 1},
        {"epochs": 3},
        {"batch_size": 32},
        {"micro_batches": 2},
        {"precision": "float32"},
        {"stages": ("one",)},
        {"model": "other"},
        {"preset": "full"},
        {"allow_leak": "a reason"},
        {"arm": "joint"},
        {"stage_epochs": (2, 3)},
    ],
)
def test_what_can_change_a_result_changes_the_hash(values):
    assert TrainingConfig(**values).sha256 != TrainingConfig().sha256


def test_it_is_frozen_and_plain_as_json():
    config = TrainingConfig(stages=("a", "b"), runs_dir=Path("r"))
    with pytest.raises(FrozenInstanceError):
        config.seed = 3  # pyright: ignore
    assert config.as_json()["stages"] == ["a", "b"]
    assert config.as_json()["runs_dir"] == "r"
