"""What every run needs to be told; frozen, hashed, saved as JSON."""

from dataclasses import asdict, dataclass
import math
from pathlib import Path
from typing import Any, Literal

from dist_invention.storage import canonical_sha256

LARGEST_SEED = 2**32  # what NumPy's global generator takes
# What changes where or when a run is done, but no bit of its result.
NOT_IN_HASH = (
    "runs_dir",
    "destinations",
    "min_destinations",
    "max_hours",
    "checkpoint_seconds",
    "again",
    "supervise",
    "track",
    "reread",
)


@dataclass(frozen=True)
class TrainingConfig:
    """The settings that every experiment shares.

    Args:
        preset: Named set of defaults that the others start from.
        seed: Seed of everything random; 0 or more.
        epochs: Longest duration of each stage in epochs; the stages' own if left out.
        batch_size: Examples an optimizer step.
        micro_batches: Equal parts a batch is cut into, one after the other, to save
            memory; it divides the batch size.
        precision: Number format; auto chooses for the device and says why.
        stages: Names of the stages to run, in the curriculum's order; all if left out.
        model: Name of the model; the experiment says which there are.
        runs_dir: Folder of runs.
        destinations: Folders or URLs that get a verified copy of everything.
        min_destinations: How many of them must be complete at the end for exit code 0;
            all that are named if left out.
        checkpoint_seconds: Seconds between checkpoints, stretched where saving is
            slow.
        max_hours: Stop cleanly after this many hours; start again to go on.
        again: Start a new run although this one is finished.
        supervise: Run under a supervisor, which starts again after out-of-memory (with
            more micro-batches), a crash or a stall.
        allow_leak: Reason to train although the audit found a leak; it stands in red
            on the page.
        arm: How the stages are arranged: curriculum, or a control of it, as `--arms`
            starts them.
        stage_epochs: Epochs that the curriculum's stages really took, in order; a
            control gets the same budget.
        reread: Reason to read test splits again; a finished run is scored again with
            its sealed weights. It is counted on the page.
        track: Trackers that mirror the journal: tensorboard, mlflow, wandb.

    Raises:
        ValueError: If a value makes no sense.

    Example:
        >>> TrainingConfig(seed=3).seed
        3
    """

    preset: str = "demo"
    seed: int = 0
    epochs: int | None = None
    batch_size: int = 64
    micro_batches: int = 1
    precision: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    stages: tuple[str, ...] = ()
    model: str = ""
    runs_dir: Path = Path("runs")
    destinations: tuple[str, ...] = ()
    min_destinations: int | None = None
    checkpoint_seconds: float = 30.0
    max_hours: float | None = None
    again: bool = False
    supervise: bool = False
    allow_leak: str = ""
    arm: str = "curriculum"
    stage_epochs: tuple[int, ...] = ()
    reread: str = ""
    track: tuple[Literal["tensorboard", "mlflow", "wandb"], ...] = ()

    def __post_init__(self):
        _require(
            0 <= self.seed < LARGEST_SEED,
            f"a seed from 0 to {LARGEST_SEED - 1}",
            "--seed",
            self.seed,
        )
        _require(
            self.epochs is None or self.epochs >= 1,
            "each stage to last at least one epoch",
            "--epochs",
            self.epochs,
        )
        _require(
            self.batch_size >= 1,
            "at least one example a batch",
            "--batch-size",
            self.batch_size,
        )
        _require(
            self.micro_batches >= 1 and self.batch_size % self.micro_batches == 0,
            f"a number of micro-batches that divides the batch size {self.batch_size}",
            "--micro-batches",
            self.micro_batches,
        )
        _require(
            0 < self.checkpoint_seconds < math.inf,
            "a finite time between checkpoints over 0 seconds",
            "--checkpoint-seconds",
            self.checkpoint_seconds,
        )
        _require(
            self.max_hours is None or 0 < self.max_hours < math.inf,
            "a finite time limit over 0 hours",
            "--max-hours",
            self.max_hours,
        )
        _require(
            self.min_destinations is None
            or 0 <= self.min_destinations <= len(self.destinations),
            f"a number from 0 to the {len(self.destinations)} destinations named",
            "--min-destinations",
            self.min_destinations,
        )
        for flag, names in (("--stages", self.stages), ("--track", self.track)):
            _require(
                len(set(names)) == len(names),
                f"each name once after {flag}",
                flag,
                " ".join(names),
            )
        _require(
            not (self.again and self.reread),
            "another run, or the same one read again, not both",
            "--again --reread",
            self.reread,
        )
        _require(
            not self.reread or bool(self.reread.strip()),
            "a reason in words",
            "--reread",
            repr(self.reread),
        )
        _require(
            all(epochs >= 1 for epochs in self.stage_epochs),
            "each stage to have taken at least one epoch",
            "--stage-epochs",
            " ".join(map(str, self.stage_epochs)),
        )

    def as_json(self) -> dict[str, Any]:
        """Return plain JSON values."""
        values = asdict(self)
        return {key: _plain(value) for key, value in values.items()}

    @property
    def sha256(self) -> str:
        """Hash of everything that can change a result."""
        values = self.as_json()
        return canonical_sha256(
            {key: value for key, value in values.items() if key not in NOT_IN_HASH}
        )


def _plain(value: Any) -> Any:
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _require(holds: bool, expected: str, flag: str, received: Any) -> None:
    if not holds:
        raise ValueError(
            f"Expected {expected}. Received: {flag} {received}. "
            f"Give {flag} another value; --help lists what each flag means."
        )
