"""The live parts of one run, built once, in order."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from dist_invention.curriculum import ApplyStage, Curriculum, Learner, LeaveStage
from dist_invention.curriculum.stage import Stage
from dist_invention.datasets import Batches, Split
from dist_invention.runtime import Machine
from dist_invention.runtime.micro_batches import micro_batches_now
from dist_invention.runtime.step import Step, build_step
from dist_invention.storage import Mirror, NotFiniteState, RunFolder
from dist_invention.training import resume
from dist_invention.training.arranging import build_curriculum
from dist_invention.training.best_weights import keepers
from dist_invention.training.checkpoint import Checkpointer
from dist_invention.training.config import TrainingConfig
from dist_invention.training.exams import Exams
from dist_invention.training.ground import ground, refuse_schedule
from dist_invention.training.guards import FiniteGuard, GarbageCollector
from dist_invention.training.lookout import Lookout, build_lookout
from dist_invention.training.loop import Lesson
from dist_invention.training.opening import live_files
from dist_invention.training.recorder import Recorder
from dist_invention.training.stopping import StopGuard, StopInValidation
from dist_invention.training.tracking import Tracking, build_tracking
import keras
from rich.console import Console

Skip = tuple[int, int, int]  # stage, epoch, step of a batch to pass over


@dataclass
class Session:
    """What the steps of a run hand to one another.

    Args:
        experiment: The `SafeTrainingPipeline`; asked for callbacks, predictions and
            figures. It is untyped here, since the pipeline builds the session.
        config: Its settings.
        folder: The run's folder, locked.
        machine: What was set up.
        splits: All splits by name.
        model: The inner model, as the experiment builds it.
        learner: The model with its loss terms, compiled.
        curriculum: The stages, arranged as the arm says.
        batches: Batches of each stage.
        step: The compiled step.
        mirror: Where copies go.
        checkpointer: Saves everything.
        recorder: Writes and says everything.
        finite: Looks for NaN.
        stop: Listens for SIGTERM and the clock.
        lookout: Warns of leaks, stalls and a finish that comes too late.
        exams: One a stage of the curriculum, graded at the end of each stage.
        tracking: Mirrors the journal in other tools.
        micro_batches: Parts a batch is cut into: as configured, or as a supervisor
            raised it after out-of-memory.
        console: The terminal.

    Example:
        >>> session = build_session(experiment, folder, machine)  # doctest: +SKIP
    """

    experiment: Any
    config: TrainingConfig
    folder: RunFolder
    machine: Machine
    splits: Mapping[str, Split]
    model: keras.Model
    learner: Learner
    curriculum: Curriculum
    batches: list[Batches]
    step: Step
    mirror: Mirror
    checkpointer: Checkpointer
    recorder: Recorder
    finite: FiniteGuard
    stop: StopGuard
    lookout: Lookout
    exams: Exams
    tracking: Tracking
    micro_batches: int
    console: Console
    garbage: GarbageCollector = field(default_factory=GarbageCollector)
    skips: set[Skip] = field(default_factory=set)
    searches: int = 0  # how often this attempt went back to find a bad batch

    @property
    def select_splits(self) -> list[Split]:
        """The splits that stages and checkpoints may be chosen by."""
        return [split for split in self.splits.values() if split.role == "select"]

    def lesson(self, index: int) -> tuple[Lesson, LeaveStage]:
        """Return what the loop needs for one stage, with fresh callbacks."""
        stage: Stage = self.curriculum.stages[index]
        leave = LeaveStage(stage)
        own = self.experiment.build_callbacks(stage)
        resume.refuse_rivals(own)
        resume.warn_of_forgetful(own)
        batches = self.batches[index]
        kept = keepers(self.experiment, self.model, self.splits, self.checkpointer)
        validation = {
            "val_" if position == 0 else f"{split.name}_": (
                split.input_arrays(),
                split.target_arrays(),
            )
            for position, split in enumerate(self.select_splits)
        }
        lesson = Lesson(
            batches=batches,
            epochs=stage.epochs,
            callbacks=[
                *kept,
                ApplyStage(stage, batches.steps_per_epoch),
                *own,
                leave,
                StopInValidation(self.stop, self.lookout.stall.beat),
            ],
            validation=validation,
            watchers=(
                self.recorder,
                self.finite,
                self.garbage,
                *kept,
                self.checkpointer,
                self.tracking,
                *self.lookout.watchers,
                self.stop,
            ),
            skips=self.skips,
            validation_rows=batches.batch_size // self.micro_batches,
        )
        return lesson, leave

    def warn(self, text: str) -> None:
        """Say in yellow what is not as it should be."""
        self.console.print(text, style="yellow", markup=False, highlight=False)

    def hand_over(self, seconds: float) -> bool:
        """Give the destinations a moment for the newest state; say if all have it."""
        self.checkpointer.close()
        try:
            self.checkpointer.writer.check()
        except (OSError, NotFiniteState) as error:
            self.warn(f"The last state is not saved: {error}")
        with suppress(OSError):  # the disk may be what failed; older copies stay
            root = self.folder.path
            newest = [self.checkpointer.files.file(s) for s in self._newest_step()]
            self.mirror.copy_newest([*live_files(root), *newest], root)
        return self.mirror.wait(seconds)

    def close(self) -> None:
        """End the threads of this run."""
        self.checkpointer.close()
        self.tracking.close()
        self.mirror.close()

    def _newest_step(self) -> list[int]:
        return self.checkpointer.files.steps[-1:]


def build_session(
    experiment: Any,
    folder: RunFolder,
    machine: Machine,
    splits: Mapping[str, Split],
    stop: StopGuard | None = None,
) -> Session:
    """Build model, loss, optimizer, stages and everything that watches them.

    Args:
        experiment: Asked for model, terms, optimizer and stages.
        folder: The run's folder, locked.
        machine: What was set up.
        splits: All splits by name.
        stop: Who listens for signals; a new guard if left out.

    Raises:
        NothingToLearn: If the model has no loss, or a term nobody weighs.
        NotForTraining: If a stage trains on a split that selects or tests.
        ValueError: If a stage or a batch size does not fit.
    """
    config, console = experiment.config, experiment.console
    model = experiment.build_model(splits)
    learner = Learner(model, experiment.build_terms(splits))
    compiled: Any = learner
    on_jax = keras.backend.backend() == "jax"  # where XLA is the only compiler
    compiled.compile(optimizer=experiment.build_optimizer(), jit_compile=on_jax)
    optimizer: Any = learner.optimizer
    refuse_schedule(optimizer)
    planned, curriculum = build_curriculum(experiment, splits, learner.terms)
    batches = [
        Batches(stage.data, config.batch_size, config.seed, stage.name)
        for stage in curriculum
    ]
    learner(batches[0].batch(0, 0)[0])
    optimizer.build(learner.trainable_variables)
    mirror = Mirror(folder.run_id, config.destinations, record=folder.record)
    mirror.sweep()
    finite = FiniteGuard(isinstance(optimizer, keras.optimizers.LossScaleOptimizer))
    checkpointer = Checkpointer(
        folder,
        mirror,
        learner,
        config.checkpoint_seconds,
        ground(machine, splits, curriculum, experiment.selection),
        finite.confirm,
    )
    micro_batches = micro_batches_now(folder.events.read(), config.micro_batches)
    skips = checkpointer.skips
    stop = stop or StopGuard(config.max_hours)
    stop.checkpointer = checkpointer
    step = build_step(learner, micro_batches)
    lookout = build_lookout(
        folder, machine.backend, curriculum, batches, stop.deadline, step, console
    )
    recorder = Recorder(
        folder,
        curriculum,
        lookout.forecast,
        lambda: checkpointer.saved_at,
        learner,
        console,
    )
    return Session(
        experiment=experiment,
        config=config,
        folder=folder,
        machine=machine,
        splits=splits,
        model=model,
        learner=learner,
        curriculum=curriculum,
        batches=batches,
        step=step,
        mirror=mirror,
        checkpointer=checkpointer,
        recorder=recorder,
        finite=finite,
        stop=stop,
        lookout=lookout,
        exams=Exams(planned.stages, splits.values(), config.seed),
        tracking=build_tracking(folder, experiment.name, config, checkpointer, console),
        micro_batches=micro_batches,
        console=console,
        skips=skips,
    )
