"""Mirror the journal in event files that TensorBoard reads."""

from collections.abc import Sequence
import importlib
from pathlib import Path
import time
from typing import Any

from dist_invention.training.tracker import LINES, Row, Scores, Subject, values_of

WRITER = "tensorboard.summary.writer.event_file_writer"
LOADER = "tensorboard.backend.event_processing.event_file_loader"
HYPERPARAMETERS = "tensorboard.plugins.hparams.summary_v2"


class TensorBoardTracker:
    """Scalars and hyperparameters in `tracking/tensorboard`.

    A row of the journal is one record, with its number in it. So what a killed
    attempt wrote is whole rows, and the next one goes on after them.

    Args:
        subject: The run.

    Example:
        >>> TensorBoardTracker(subject).begin()  # doctest: +SKIP
        0
    """

    def __init__(self, subject: Subject):
        self._subject = subject
        self._writer: Any = None
        self._step = 0

    def begin(self) -> int:
        """Open a file of this attempt; return the rows that the others hold."""
        folder = self._subject.place("tensorboard/events").parent
        held, self._step = _held(folder)
        self._writer = importlib.import_module(WRITER).EventFileWriter(str(folder))
        if held == 0:
            settings = {
                name: value
                if isinstance(value, bool | int | float | str)
                else str(value)
                for name, value in self._subject.settings.items()
            }
            summary = importlib.import_module(HYPERPARAMETERS).hparams_pb(
                settings, trial_id=self._subject.run_id
            )
            self._write(0, summary)
        return held

    def log(self, first: int, rows: Sequence[Row]) -> None:
        """Write rows, a record each."""
        for number, row in enumerate(rows, first):
            self._step = row["step"]
            self._write(self._step, _summary({**values_of(row), LINES: number}))
        self._writer.flush()

    def end(self, scores: Scores | None) -> None:
        """Write the scores at the last step, and close the file."""
        if scores:
            self._write(self._step, _summary(scores))
        self._writer.close()

    def _write(self, step: int, summary: Any) -> None:
        event = _protocol("event_pb2").Event(
            wall_time=time.time(), step=step, summary=summary
        )
        self._writer.add_event(event)


def _held(folder: Path) -> tuple[int, int]:
    """Return the rows that event files hold, and the last step among them."""
    loader = importlib.import_module(LOADER).EventFileLoader
    held = step = 0
    for file in sorted(folder.glob("events.out.tfevents.*")):
        for event in loader(str(file)).Load():
            for value in event.summary.value:
                if value.tag == LINES:
                    held, step = max(held, round(_number(value))), event.step
    return held, step


def _number(value: Any) -> float:
    """Return a scalar, which the reader turns into a tensor of one number."""
    if value.HasField("simple_value"):
        return value.simple_value
    return value.tensor.float_val[0]


def _summary(values: Scores) -> Any:
    """Return scalars as TensorBoard's own message."""
    kind = _protocol("summary_pb2").Summary
    return kind(
        value=[
            kind.Value(tag=name, simple_value=value) for name, value in values.items()
        ]
    )


def _protocol(name: str) -> Any:
    return importlib.import_module(f"tensorboard.compat.proto.{name}")
