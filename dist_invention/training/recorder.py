"""Every number into the journal; progress on the terminal."""

from collections.abc import Callable, Mapping
from dataclasses import replace
import math
import time
from typing import Any

from dist_invention.curriculum import Curriculum, Place
from dist_invention.runtime.memory import host_mebibytes
from dist_invention.runtime.state import as_float
from dist_invention.runtime.step import StepResult
from dist_invention.storage import RunFolder
from dist_invention.training.forecast import Forecast, duration
from dist_invention.training.loop import LOOK_EVERY
from rich.console import Console

LOG_EVERY = LOOK_EVERY  # steps between two rows of metrics.jsonl; always the same
SAY_EVERY = 5.0  # seconds between two lines on the terminal


class Recorder:
    """Write metrics.jsonl at a fixed cadence in steps, and say how the run does.

    Args:
        folder: The run's folder.
        curriculum: The stages, for names and lengths.
        forecast: Knows pace and time left; another watcher, which measures itself.
        saved_at: Returns when the last checkpoint was written, in monotonic seconds.
        learner: Asked for the learning rate and the weights of its loss terms.
        console: Where progress goes.

    Example:
        >>> recorder.after_step(Place(0, 0, 10, 10), result)  # doctest: +SKIP
    """

    def __init__(
        self,
        folder: RunFolder,
        curriculum: Curriculum,
        forecast: Forecast,
        saved_at: Callable[[], float],
        learner: Any,
        console: Console,
    ):
        self.folder = folder
        self.curriculum = curriculum
        self.forecast = forecast
        self.saved_at = saved_at
        self.learner = learner
        self.console = console
        self._said = 0.0

    def after_step(self, place: Place, result: StepResult) -> None:
        """Record every tenth step; say something every few seconds."""
        now = time.monotonic()
        if place.global_step % LOG_EVERY == 0:
            values = {name: as_float(value) for name, value in result.logs.items()}
            values["gradient_norm"] = as_float(result.gradient_norm)
            self._write("train", place, values)
        if now - self._said >= SAY_EVERY:
            self._said = now
            self.console.print(self._line(place, result.logs), highlight=False)

    def after_epoch(self, place: Place, logs: Mapping[str, float]) -> None:
        """Record the epoch with its validation and say it."""
        values = {**logs, **self._settings(logs)}
        steps = self.forecast.steps_per_epoch[place.stage]
        ended = replace(place, epoch=place.epoch - 1, step=steps)
        self._write("epoch", ended, values)
        loss = {name: logs[name] for name in sorted(logs) if name.endswith("loss")}
        self.console.print(self._line(ended, loss, place), highlight=False)
        self._said = time.monotonic()

    def _settings(self, logs: Mapping[str, float]) -> dict[str, float]:
        """Learning rate, weight of each loss term and its share of the loss."""
        weights = self.learner.weights_of_terms()
        parts = {name: abs(weight * logs[name]) for name, weight in weights.items()}
        total = sum(parts.values()) or 1.0
        return {
            "learning_rate": as_float(self.learner.optimizer.learning_rate),
            **{f"weight/{name}": weight for name, weight in weights.items()},
            **{f"share/{name}": part / total for name, part in parts.items()},
        }

    def _write(self, kind: str, place: Place, values: Mapping[str, float]) -> None:
        row = {
            "kind": kind,
            "step": place.global_step,
            "stage": self.curriculum.stages[place.stage].name,
            "epoch": place.epoch,
            "values": {
                name: value if math.isfinite(value) else str(value)
                for name, value in values.items()
            },
        }
        self.folder.metrics.append(row, durable=False)

    def _line(
        self, place: Place, logs: Mapping[str, Any], ahead: Place | None = None
    ) -> str:
        """What is said at a place; what is left counts from `ahead` if it is given."""
        stage = self.curriculum.stages[place.stage]
        numbers = "  ".join(f"{name} {as_float(v):.4g}" for name, v in logs.items())
        pace = self.forecast.seconds_per_step()
        speed = f"{1000 * pace:.0f} ms/step" if pace else "-- ms/step"
        left = duration(self.forecast.seconds_left(ahead or place))
        return (
            f"stage {place.stage + 1}/{len(self.curriculum)} {stage.name}  "
            f"epoch {min(place.epoch + 1, stage.epochs)}/{stage.epochs}  "
            f"step {place.step}/{self.forecast.steps_per_epoch[place.stage]}  "
            f"{numbers}  {speed}  {host_mebibytes() / 1024:.1f} GiB  "
            f"saved {time.monotonic() - self.saved_at():.0f} s ago  "
            + (f"about {left} left" if pace else "")
        )
