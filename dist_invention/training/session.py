"""The live parts of one run, built once, in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
import re
from typing import Any

from dist_invention.curriculum import ApplyStage, Curriculum, Learner, LeaveStage
from dist_invention.curriculum.stage import Stage
from dist_invention.datasets import Batches, Split
from dist_invention.runtime import Machine
from dist_invention.runtime.step import Step, build_step
from dist_invention.storage import Mirror, RunFolder, canonical_sha256, to_json
from dist_invention.training import resume
from dist_invention.training.checkpoint import Checkpointer
from dist_invention.training.config import TrainingConfig
from dist_invention.training.guards import FiniteGuard, GarbageCollector, StopGuard
from dist_invention.training.loop import Lesson
from dist_invention.training.recorder import Recorder
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
        curriculum: The stages.
        batches: Batches of each stage.
        step: The compiled step.
        mirror: Where copies go.
        checkpointer: Saves everything.
        recorder: Writes and says everything.
        finite: Looks for NaN.
        stop: Listens for SIGTERM and the clock.
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
    console: Console
    garbage: GarbageCollector = field(default_factory=GarbageCollector)
    skips: set[Skip] = field(default_factory=set)

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
            callbacks=[ApplyStage(stage, batches.steps_per_epoch), *own, leave],
            validation=validation,
            watchers=(
                self.recorder,
                self.finite,
                self.garbage,
                self.checkpointer,
                self.stop,
            ),
            skips=self.skips,
        )
        return lesson, leave


def named(splits: Iterable[Split]) -> dict[str, Split]:
    """Return splits by name.

    Raises:
        ValueError: If two have one name.
    """
    found = list(splits)
    names = [split.name for split in found]
    if len(set(names)) < len(names):
        raise ValueError(
            "Expected every split to have a name of its own. "
            f"Received: {names}. Rename those that share one."
        )
    return dict(zip(names, found, strict=True))


def build_session(
    experiment: Any,
    folder: RunFolder,
    machine: Machine,
    splits: Mapping[str, Split],
) -> Session:
    """Build model, loss, optimizer, stages and everything that watches them.

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
    _refuse_schedule(optimizer)
    stages = experiment.build_stages(splits)
    curriculum = Curriculum(stages, learner.terms)
    if config.stages:
        curriculum = curriculum.part(config.stages)
    batches = [
        Batches(stage.data, config.batch_size, config.seed, stage.name)
        for stage in curriculum
    ]
    learner(batches[0].batch(0, 0)[0])
    optimizer.build(learner.trainable_variables)
    mirror = Mirror(folder.run_id, config.destinations)
    mirror.sweep()
    finite = FiniteGuard(isinstance(optimizer, keras.optimizers.LossScaleOptimizer))
    checkpointer = Checkpointer(
        folder,
        mirror,
        learner,
        config.checkpoint_seconds,
        _ground(machine, splits, curriculum),
        finite.confirm,
    )
    stop = StopGuard(config.max_hours)
    stop.checkpointer = checkpointer
    recorder = Recorder(
        folder,
        curriculum,
        [item.steps_per_epoch for item in batches],
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
        step=build_step(learner, config.micro_batches),
        mirror=mirror,
        checkpointer=checkpointer,
        recorder=recorder,
        finite=finite,
        stop=stop,
        console=console,
    )


def _ground(
    machine: Machine, splits: Mapping[str, Split], curriculum: Curriculum
) -> dict[str, str]:
    """What the state of a run depends on beside its configuration."""
    plan = re.sub(r" at 0x[0-9a-f]+", "", to_json(curriculum.describe()))
    data = {f"split {split.name}": split.sha256[:16] for split in splits.values()}
    return {
        "backend": machine.backend,
        "precision": machine.policy,
        "stages": canonical_sha256(plan)[:16],
        **data,
    }


def _refuse_schedule(optimizer: Any) -> None:
    rate = getattr(optimizer, "_learning_rate", None)
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        raise ValueError(
            "Expected build_optimizer to give a plain learning rate, which the stages "
            f"turn. Received: {type(rate).__name__}. Give the schedule to each Stage "
            "as its learning_rate."
        )
