"""From the newest checkpoint through the remaining stages to the last weights."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dist_invention.curriculum import Place
from dist_invention.runtime.state import write_state
from dist_invention.storage import write_json
from dist_invention.training import resume
from dist_invention.training.export import export_model
from dist_invention.training.guards import NotFinite
from dist_invention.training.loop import Lesson, Restore, run_lesson
from dist_invention.training.session import Session, Skip
import keras
import numpy as np

MAX_ROLLBACKS = 3


class NoCheckpoint(RuntimeError):
    """Every checkpoint of a run is damaged."""


class ForeignCheckpoint(ValueError):
    """A checkpoint was saved under another configuration, or from other data."""


class TooManyBadBatches(NotFinite):
    """More batches are not finite than chance explains."""

    def __init__(self, error: NotFinite, skips: Collection[Skip]):
        super().__init__(error.batch, error.global_step)
        stage, epoch, step = error.batch
        self.args = (
            f"Expected at most {MAX_ROLLBACKS} batches with a loss or gradient that is "
            f"NaN or infinite. Received: one more, batch {step} of epoch {epoch} of "
            f"stage {stage}, after the (stage, epoch, batch) {sorted(skips)}. "
            "Mend the data or the model, or lower the learning rate.",
        )


@dataclass(frozen=True)
class Saved:
    """A verified checkpoint.

    Args:
        arrays: Arrays by name.
        about: Everything else it remembers.
        path: Its file.

    Example:
        >>> Saved({}, {"place": {"stage": 1}}, Path("g.npz")).place.stage
        1
    """

    arrays: Mapping[str, np.ndarray]
    about: Mapping[str, Any]
    path: Path

    @property
    def place(self) -> Place:
        """How far the run had come."""
        return Place(**self.about["place"])


def train(session: Session, saved: Saved | None = None) -> None:
    """Train what is left of the curriculum, from the newest verified checkpoint.

    A batch that makes the loss or a gradient non-finite sends the run back to its
    last checkpoint and is passed over from then on; so the result equals that of a
    run which never saw it.

    Args:
        session: The live parts of the run.
        saved: Where to begin; the newest verified checkpoint if left out.

    Raises:
        TooManyBadBatches: At the fourth such batch.
        StoppedEarly: On SIGTERM or at the time limit, once the state is saved.
        NoCheckpoint: If every checkpoint is damaged.
    """
    session.skips |= {
        tuple(event["batch"])
        for event in session.folder.events.read()
        if event["event"] == "rolled_back"
    }
    while True:
        try:
            _train_once(session, saved or newest(session))
            return
        except NotFinite as error:
            if error.batch in session.skips or len(session.skips) >= MAX_ROLLBACKS:
                raise TooManyBadBatches(error, session.skips) from None
            saved = None
            session.skips.add(error.batch)
            session.folder.record(
                "rolled_back", batch=list(error.batch), step=error.global_step
            )
            _warn(session, f"{error} Rolled back; it is passed over.")


def newest(session: Session) -> Saved:
    """Return the newest checkpoint that verifies; say which ones do not.

    Raises:
        NoCheckpoint: If none does.
        ForeignCheckpoint: If it was saved under another configuration.
    """
    files = session.checkpointer.files
    found = files.newest()
    for path, reason in files.rejected:
        session.folder.record("checkpoint_rejected", file=path.name, reason=reason)
        _warn(session, f"{path.name} is damaged; the one before it is used. {reason}")
    if found is None:
        raise NoCheckpoint(
            f"Expected a checkpoint that verifies in {session.folder.checkpoints}. "
            f"Received: {len(files.rejected)} damaged ones. Copy one back from a "
            "destination, or start anew in another --runs-dir."
        )
    arrays, manifest, path = found
    wanted, known = session.config.sha256, manifest["about"]["config_sha256"]
    if known != wanted:
        raise ForeignCheckpoint(
            f"Expected {path.name} to be saved under configuration {wanted[:8]}. "
            f"Received: one of configuration {known[:8]}. Take it out of "
            f"{path.parent}, and put back a checkpoint of this run."
        )
    _refuse_other_ground(session, manifest["about"], path)
    return Saved(arrays, manifest["about"], path)


def _refuse_other_ground(session: Session, about: Mapping[str, Any], path: Path):
    """Refuse to go on from a state of other data, another backend or precision."""
    now, then = session.checkpointer.made_with, about["made_with"]
    other = [name for name in sorted({*now, *then}) if now.get(name) != then.get(name)]
    if other:
        differs = {name: (then.get(name), now.get(name)) for name in other}
        raise ForeignCheckpoint(
            f"Expected the data and number format that {path.name} was made with. "
            f"Received, as (then, now): {differs}. Go on with the code, data and kind "
            "of device that began the run, or start anew in another --runs-dir."
        )


def _warn(session: Session, text: str) -> None:
    session.console.print(text, style="yellow", markup=False, highlight=False)


def _train_once(session: Session, saved: Saved) -> None:
    session.folder.metrics.truncate_to(saved.about["metrics_lines"])
    session.checkpointer.take_up(saved.about)
    place = saved.place
    restore: Restore | None = _restorer(session, saved)
    if place.stage == len(session.curriculum):
        restore(None)
    for index in range(place.stage, len(session.curriculum)):
        place = _train_stage(session, index, place, restore)
        restore = None


def _restorer(session: Session, saved: Saved):
    state = {
        name.removeprefix("state/"): value
        for name, value in saved.arrays.items()
        if name.startswith("state/")
    }

    def restore(callbacks) -> None:
        write_state(session.learner, state)
        resume.restore(callbacks, saved.about["memory"], saved.arrays)
        session.learner.stop_training = saved.about["stop_training"]

    return restore


def _train_stage(
    session: Session, index: int, place: Place, restore: Restore | None
) -> Place:
    lesson, leave = session.lesson(index)
    stage = session.curriculum.stages[index]
    checkpointer = session.checkpointer
    checkpointer.lesson = lesson
    if place.epoch == 0 and place.step == 0:
        checkpointer.record["stage_began"] = {
            "seconds": checkpointer.seconds_trained(),
            "step": place.global_step,
        }
        session.folder.record("stage_started", stage=stage.name, index=index)
    place = run_lesson(session.learner, session.step, lesson, place, restore)
    reason = leave.reason or "stopped by a callback"
    report = _report(session, index, place, reason, lesson)
    folder = session.folder.stage_folder(index, stage.name)
    inputs = lesson.batches.batch(0, 0)[0]
    sample = keras.tree.map_structure(lambda part: part[:4], inputs)
    exported = export_model(session.model, folder, sample)
    write_json(folder / "report.json", report)
    session.mirror.copy([*exported, folder / "report.json"], session.folder.path)
    done = [*checkpointer.record.get("stages", []), report]
    checkpointer.record["stages"] = done
    checkpointer.lesson = None
    session.experiment.after_stage(session, stage)  # a refusal must outlive a restart
    after = Place(index + 1, 0, 0, place.global_step)
    checkpointer.save(after, pin=True)
    session.folder.record("stage_ended", stage=stage.name, index=index, reason=reason)
    session.console.print(f"stage {stage.name} is over: {reason}", highlight=False)
    return after


def _report(
    session: Session, index: int, place: Place, reason: str, lesson: Lesson
) -> dict[str, Any]:
    stage = session.curriculum.stages[index]
    began = session.checkpointer.record["stage_began"]
    seconds = session.checkpointer.seconds_trained() - began["seconds"]
    return {
        "name": stage.name,
        "data": stage.data.name,
        "epochs": place.epoch,
        "steps": place.global_step - began["step"],
        "last_step": place.global_step,
        "reason": reason,
        "seconds": round(seconds, 2),
        "terms": session.learner.weights_of_terms(),
        "mixture": lesson.batches.realised_mixture(max(0, place.epoch - 1)),
    }
