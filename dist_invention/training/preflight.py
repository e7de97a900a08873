"""Before the long run: real steps at the largest shape, a save, a restore, room."""

import time
from typing import Any

from dist_invention.curriculum import Place, refuse_noop_stages
from dist_invention.datasets.batches import Batch
from dist_invention.runtime.memory import (
    available_mebibytes,
    device_mebibytes,
    peak_host_mebibytes,
)
from dist_invention.runtime.processes import describe_processes
from dist_invention.runtime.seeds import seed_everything
from dist_invention.runtime.state import (
    StateMismatch,
    as_float,
    read_state,
    variables_of,
    write_state,
)
from dist_invention.storage import require_room
from dist_invention.training.checkpoint import KEEP_HOURS
from dist_invention.training.export import export_model
from dist_invention.training.forecast import duration
from dist_invention.training.refusals import (
    STEPS,
    DoesNotLearn,
    ShapesChange,
    refuse_new_variables,
    refuse_other_shapes,
    refuse_still_weights,
    refuse_unjudged,
)
from dist_invention.training.selection import selection_of
from dist_invention.training.session import Session
import keras
import numpy as np

ROOM = 4  # checkpoints' worth of free disk: two kept, the best, one being written
A_STAGE = 2  # more for each stage: its end, and the exported model


def preflight(session: Session) -> None:
    """Refuse a run that could not finish; leave its state as it was.

    Real optimizer steps measure time and memory, prove that every trainable weight
    moves, and that the step compiles once. Every option that sets a stage apart must
    have an effect. A first run then saves, restores and exports before it trains.

    Raises:
        TooLittleRoom: If the disk cannot hold the checkpoints.
        NoSelection: If weights are to be chosen by what there is not.
        Unjudged: If nothing could be scored at the end.
        ShapesChange: If stages need more than one compiled step.
        DoesNotLearn: If a weight does not move or a number is not finite.
        StageChangesNothing: If a stage differs from the one before in name only.
        ExportDiffers: If the model cannot be saved and loaded.
    """
    learner = session.learner
    rule = selection_of(session.experiment)
    rule.refuse_unknown(session.splits, learner.terms)
    rule.refuse_moving_loss(session.curriculum)
    refuse_unjudged(session)
    refuse_other_shapes(session)
    before = read_state(learner)
    size = sum(value.nbytes for value in before.values())
    if rule.rule == "best":  # each checkpoint holds the best weights, too
        size += sum(v.nbytes for n, v in before.items() if n.startswith("model/"))
    require_room(session.folder.path, ROOM * size)
    counted = {name: len(group) for name, group in variables_of(learner).items()}
    milliseconds = _real_steps(session, before)
    refuse_new_variables(session, counted)
    _put_back(session, before)
    probe = _Probe(session, before)
    config = session.config
    planned = session.exams.stages  # a control may give two of them one rate
    refuse_noop_stages(planned, config.batch_size, config.seed, probe)
    _put_back(session, before)
    seed_everything(config.seed)
    if not session.checkpointer.files.steps:
        with session.stop.taking_steps():  # a signal waits for its end
            _first_save(session)
    steps = sum(
        stage.epochs * batches.steps_per_epoch
        for stage, batches in zip(session.curriculum, session.batches, strict=True)
    )
    seconds = steps * milliseconds / 1000
    _require_room(session, size, seconds)
    session.lookout.forecast.expect(milliseconds / 1000)
    _say(session, steps, milliseconds, seconds)
    session.folder.record(
        "preflight",
        milliseconds_per_step=round(milliseconds, 2),
        longest_steps=steps,
        longest_seconds=round(seconds, 1),
        state_bytes=size,
        host_peak_mebibytes=round(peak_host_mebibytes(), 1),
        host_available_mebibytes=round(available_mebibytes(), 1),
        processes=describe_processes(),
        device_mebibytes=device_mebibytes(session.machine.backend),
        micro_batches=session.micro_batches,
        variables=counted,
    )
    session.garbage.freeze()


def _require_room(session: Session, size: int, seconds: float) -> None:
    """Refuse a run whose checkpoints would fill the disk before it ends."""
    hours = min(KEEP_HOURS, int(seconds // 3600))
    wanted = ROOM + A_STAGE * len(session.curriculum) + hours
    held = len(session.checkpointer.files.steps)
    require_room(session.folder.path, max(ROOM, wanted - held) * size)


def _say(session: Session, steps: int, milliseconds: float, seconds: float) -> None:
    """Say how long it may take, and which destinations do not answer now."""
    text = (
        f"preflight: {milliseconds:.0f} ms a step, at most {steps:,} steps, "
        f"{duration(seconds)} beside validation and saving; "
        f"{session.machine.policy}: {session.machine.policy_reason}"
    )
    session.console.print(text, highlight=False, markup=False)
    limit = session.config.max_hours
    if limit is not None and seconds > limit * 3600:
        text = f"--max-hours {limit} ends it before; the same command goes on then"
        session.console.print(text, style="yellow", highlight=False)
    for reason in session.mirror.probe().values():
        session.console.print(reason, style="red", markup=False)


def _real_steps(session: Session, before: dict[str, np.ndarray]) -> float:
    """Take real steps; return the milliseconds of the fastest after the first."""
    learner: Any = session.learner
    learner.set_weights_of_terms(_all_terms(session))
    learner.optimizer.learning_rate.assign(1e-3)
    seconds = []
    for index in range(STEPS):
        batch = session.batches[0].batch(0, index % session.batches[0].steps_per_epoch)
        begin = time.monotonic()
        result = session.step(batch)
        norm = as_float(result.gradient_norm)
        seconds.append(time.monotonic() - begin)
        if session.finite.loss_scaled:  # the first scales are meant to overflow
            norm = as_float(result.logs["loss"])
        if not np.isfinite(norm):
            raise DoesNotLearn(
                "Expected finite gradients in the first steps. Received: a gradient "
                f"norm of {norm} in step {index}. Look for a division by zero, a "
                "square root at zero, or data that is not finite."
            )
    refuse_still_weights(session, before)
    if session.step.traces != 1:
        raise ShapesChange(
            "Expected one compiled step for all batches. "
            f"Received: {session.step.traces} compilations in {STEPS} steps. "
            "Keep shapes and types of the batches fixed."
        )
    return 1000 * min(seconds[1:])


def _all_terms(session: Session) -> dict[str, float]:
    """The largest weight that each loss term ever has."""
    weights: dict[str, float] = {}
    for stage in (*session.curriculum, *session.exams.stages):
        for point in (0.5, 1.0):
            for name, value in stage.weights_at(point).items():
                weights[name] = max(weights.get(name, 0.0), value)
    return weights


def _put_back(session: Session, before: dict[str, np.ndarray]) -> None:
    write_state(session.learner, before, groups=("model", "optimizer"))
    session.learner.reset_metrics()


def _first_save(session: Session) -> None:
    """Export the untrained model and load it again; save, restore and compare.

    The export comes first: where it fails there is no checkpoint, so that the next
    attempt tries it again.
    """
    inputs = keras.tree.map_structure(
        lambda part: part[:4], session.batches[0].batch(0, 0)[0]
    )
    folder = session.folder.stage_folder(-1, "untrained")
    export_model(session.model, folder, inputs)
    session.checkpointer.save(Place(), wait=True)
    saved = session.checkpointer.files.newest()
    now = read_state(session.learner)
    same = saved is not None and all(
        np.array_equal(saved[0][f"state/{name}"], value) for name, value in now.items()
    )
    if not same:
        raise StateMismatch(
            "Expected the first checkpoint to hold the state that was saved. "
            f"Received: another one from {session.folder.checkpoints}. "
            "Check the disk; do not train on it."
        )


class _Probe:
    """Loss and gradient norm for given loss weights, always at the same state."""

    def __init__(self, session: Session, before: dict[str, np.ndarray]):
        self.session = session
        self.before = before

    def __call__(self, weights, batch: Batch) -> tuple[float, float]:
        _put_back(self.session, self.before)
        self.session.learner.set_weights_of_terms(weights)
        result = self.session.step(batch)
        loss = as_float(result.logs["loss"])
        return loss, as_float(result.gradient_norm)
