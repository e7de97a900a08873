"""From the newest checkpoint through the remaining stages to the last weights."""

from collections.abc import Collection
from typing import Any

from dist_invention.curriculum import LeaveStage, Place
from dist_invention.runtime.state import write_state
from dist_invention.storage import NotFiniteState, write_arrays, write_json
from dist_invention.training import resume
from dist_invention.training.best_weights import carried
from dist_invention.training.checkpoint import STAGE_END
from dist_invention.training.export import export_model
from dist_invention.training.guards import BrokenSince, NotFinite
from dist_invention.training.loop import Lesson, Restore, run_lesson
from dist_invention.training.saved import Saved, newest
from dist_invention.training.session import Session, Skip
import keras

MAX_ROLLBACKS = 3
MAX_SEARCHES = 2 * (MAX_ROLLBACKS + 1)  # a batch, and perhaps one more look at it
RAW = "raw_weights.npz"  # the weights before their average took their place


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


def train(session: Session, saved: Saved | None = None) -> None:
    """Train what is left of the curriculum, from the newest verified checkpoint.

    A batch that makes the loss or a gradient non-finite sends the run back to its
    last checkpoint, which looks at every step on the way and so finds the batch, and
    then once more, to pass over it from then on; so the result equals that of a run
    which never saw it.

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
        except (BrokenSince, NotFiniteState) as error:
            _look_for_the_batch(session, error)
            saved = None
        except NotFinite as error:
            if error.batch in session.skips or len(session.skips) >= MAX_ROLLBACKS:
                raise TooManyBadBatches(error, session.skips) from None
            saved = None
            session.skips.add(error.batch)
            session.folder.record(
                "rolled_back", batch=list(error.batch), step=error.global_step
            )
            session.warn(f"{error} Rolled back; it is passed over.")


def _look_for_the_batch(session: Session, error: BrokenSince | NotFiniteState) -> None:
    """Go back to find the step that broke something; give up where none is found."""
    known = isinstance(error, BrokenSince)
    until = error.global_step if known else session.checkpointer.last_step
    session.searches += 1
    if session.finite.closely_until >= until or session.searches > MAX_SEARCHES:
        raise error
    session.finite.look_closely(session.learner, until)
    session.folder.record("looking_for_batch", reason=str(error), until=until)
    session.warn(
        f"NaN or infinity at step {until}. Going back to the last checkpoint to find "
        "the batch that did it."
    )


def _train_once(session: Session, saved: Saved) -> None:
    session.folder.metrics.truncate_to(saved.about["metrics_lines"])
    session.checkpointer.take_up(saved.about)
    session.checkpointer.carried = carried(saved.arrays)
    session.skips |= {(int(a), int(b), int(c)) for a, b, c in saved.about["skips"]}
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
        state.clear()  # a copy of everything, which nobody needs any more
        saved.arrays.clear()

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
    with session.stop.taking_steps():  # up to the end of the stage, which saves too
        place = run_lesson(session.learner, session.step, lesson, place, restore)
        with session.lookout.stall.pause("the end of a stage"):
            return _end_stage(session, index, place, lesson, leave)


def _end_stage(
    session: Session, index: int, place: Place, lesson: Lesson, leave: LeaveStage
) -> Place:
    """Report, export, judge and save a stage; return the place after it."""
    stage, checkpointer = session.curriculum.stages[index], session.checkpointer
    reason = leave.reason or "stopped by a callback"
    report = _report(session, index, place, reason, lesson)
    folder = session.folder.stage_folder(index, stage.name)
    inputs = lesson.batches.batch(0, 0)[0]
    sample = keras.tree.map_structure(lambda part: part[:4], inputs)
    exported = export_model(session.model, folder, sample)
    if lesson.raw_weights is not None:
        write_arrays(folder / RAW, lesson.raw_weights, {"stage": stage.name})
        exported.append(folder / RAW)
    write_json(folder / "report.json", report)
    session.mirror.copy([*exported, folder / "report.json"], session.folder.path)
    done = [*checkpointer.record.get("stages", []), report]
    checkpointer.record["stages"] = done
    checkpointer.lesson = None
    session.experiment.after_stage(session, stage)  # a refusal must outlive a restart
    after = Place(index + 1, 0, 0, place.global_step)
    checkpointer.save(after, pin=STAGE_END, wait=True)
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
        "weights": "raw" if lesson.raw_weights is None else "averaged",
        "mixture": lesson.batches.realised_mixture(max(0, place.epoch - 1)),
        **session.exams.grade(
            session.learner, lesson.validation_rows or lesson.batches.batch_size
        ),
    }
