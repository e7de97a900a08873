"""SafeTrainingPipeline: the life of a run on one screen; a few hooks to fill in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.terms import Term
from dist_invention.datasets import Split
from dist_invention.evaluation import AuditReport, Baseline, LeakFound, Metric, audit
from dist_invention.runtime import prepare
from dist_invention.storage import (
    Mirror,
    RunFolder,
    manifest,
    open_run,
    refuse_copies_of_itself,
    run_name,
    without_password,
)
from dist_invention.training import journey, outcome
from dist_invention.training.config import TrainingConfig
from dist_invention.training.finished import (
    Finished,
    describe_script,
    refuse_other_question,
)
from dist_invention.training.guards import StoppedEarly
from dist_invention.training.preflight import preflight
from dist_invention.training.session import Session, build_session, named
import keras
import numpy as np
from rich.console import Console


class SafeTrainingPipeline:
    """One run, from configuration to sealed result; subclass it per experiment.

    ```
    prepare       memory, precision, seeds; the environment goes into run.json
    open          a new run folder, or the unfinished one of the same name; lock it
    audit         refuse splits that leak, are empty, or have no keys
    preflight     real steps at the largest shape: memory, step time, finish time,
                  one save, one restore, one export
    for stage in curriculum:            from the place reached, if resuming
        loop                            Keras' compiled step, with checkpoint,
                                        guards, recorder and stage callbacks
        seal stage                      weights and state together; mirrored
    evaluate      every test split once, beside its baselines, with intervals
    report        one page
    seal run      manifest complete and verified; every destination verified,
                  or named as behind
    ```

    Args:
        config: The experiment's settings.
        console: Where progress goes; the terminal if left out.

    Example:
        >>> class Physics(SafeTrainingPipeline):  # doctest: +SKIP
        ...     name = "physics"
        ...     def build_splits(self): ...
        ...     def build_model(self, splits): ...
        ...     def build_terms(self, splits): ...
        ...     def build_stages(self, splits): ...
        ...     def build_metrics(self, splits): ...
        ...     def build_baselines(self, splits): ...
    """

    name: ClassVar[str] = "experiment"
    config_class: ClassVar[type[TrainingConfig]] = TrainingConfig
    presets: ClassVar[Mapping[str, TrainingConfig]] = {"demo": TrainingConfig()}
    headline: ClassVar[tuple[str, ...]] = ()  # metrics for the terminal; all if empty
    models: ClassVar[tuple[str, ...]] = ("",)  # what --model may name

    def __init__(self, config: Any, console: Console | None = None):
        if config.model not in self.models:
            raise ValueError(
                f"Expected a model among {list(self.models)}. "
                f"Received: --model {config.model}. Choose one of them."
            )
        self.config = config
        self.console = console or Console()
        self.has_begun = False  # whether training has started

    # What an experiment fills in.

    def build_splits(self) -> Sequence[Split]:
        """Return all splits: train, select and test."""
        raise NotImplementedError

    def build_model(self, splits: Mapping[str, Split]) -> keras.Model:
        """Return the model, built, not compiled."""
        raise NotImplementedError

    def build_terms(self, splits: Mapping[str, Split]) -> Mapping[str, Term]:
        """Return the named terms of the loss."""
        return {}

    def build_stages(self, splits: Mapping[str, Split]) -> Sequence[Stage]:
        """Return the stages in order."""
        raise NotImplementedError

    def build_metrics(self, splits: Mapping[str, Split]) -> Sequence[Metric]:
        """Return what is scored on the test splits."""
        raise NotImplementedError

    def build_baselines(self, splits: Mapping[str, Split]) -> Sequence[Baseline]:
        """Return the predictors that stand beside every score."""
        raise NotImplementedError

    # What an experiment may change.

    def build_optimizer(self) -> keras.optimizers.Optimizer:
        """Return the one optimizer of all stages; stages set its rate."""
        return keras.optimizers.Adam()

    def build_callbacks(self, stage: Stage) -> list[keras.callbacks.Callback]:
        """Return fresh Keras callbacks for a stage."""
        return []

    def build_figures(
        self, splits: Mapping[str, Split], outputs: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Return figure records by name, as plain data."""
        return {}

    def predict(self, model: Any, split: Split) -> dict[str, np.ndarray]:
        """Return the model's outputs for a split, by name."""
        return model.predict(split.input_arrays(), verbose=0)

    def after_stage(self, session: Session, stage: Stage) -> None:
        """Look at a finished stage; by default stop if the model has collapsed."""
        outcome.refuse_collapse(session, stage.name)

    # The life of a run.

    def run(self) -> Finished:
        """Run, or go on with, what the configuration asks for.

        Returns:
            Where the sealed run lies. A run that was finished before is verified and
            left as it is.

        Raises:
            StoppedEarly: On SIGTERM or at the time limit, once everything is saved.
            ValueError: If something asked for does not fit.
        """
        config = self.config
        machine = prepare(config.seed, config.precision)
        with self._open(machine.as_json()) as folder:
            if folder.status == "finished":
                return self._verified(folder)
            with self._recorded(folder):
                splits = self._splits()
                report = self._audit(folder, list(splits.values()))
                session = build_session(self, folder, machine, splits)
                with session.stop:
                    preflight(session)
                    saved = journey.newest(session)
                    self._say_resume(session, saved)
                    self.has_begun = True
                    journey.train(session, saved)
                results = outcome.judge(session, report)
                destinations = outcome.seal(session, results)
            return Finished(folder.path, False, [], destinations)

    def _open(self, machine: dict[str, Any]) -> RunFolder:
        config = self.config
        places = [without_password(place) for place in config.destinations]
        words = machine["environment"]["command"]
        words[:] = [without_password(word) for word in words]
        about = {
            "experiment": self.name,
            "preset": config.preset,
            "seed": config.seed,
            "config": {**config.as_json(), "destinations": places},
            "config_sha256": config.sha256,
            "code": describe_script(self),
            "environment": machine,
            "argv": words,
            "destinations": places,
        }
        run_id = run_name(self.name, config.preset, config.seed, config.sha256)
        refuse_copies_of_itself(config.destinations, config.runs_dir)
        return open_run(config.runs_dir, run_id, about, again=config.again)

    @contextmanager
    def _recorded(self, folder: RunFolder) -> Iterator[None]:
        """Write into the journal why a run ended before it was sealed."""
        try:
            yield
        except StoppedEarly as stop:
            folder.record("stopped", reason=stop.reason)
            raise
        except Exception as error:
            with suppress(OSError):  # the disk may be what failed
                folder.fail(f"{type(error).__name__}: {error}")
            raise

    def _splits(self) -> dict[str, Split]:
        return named(self.build_splits())

    def _audit(self, folder: RunFolder, splits: list[Split]) -> AuditReport:
        try:
            report = audit(splits, allow_leak=self.config.allow_leak or None)
        except LeakFound as error:
            folder.record("audit", **error.report.as_json())
            raise
        folder.record("audit", **report.as_json())
        self.console.print(f"audit: {report.verdict}", highlight=False)
        return report

    def _verified(self, folder: RunFolder) -> Finished:
        """Check a finished run; if it is whole, complete its copies."""
        problems = manifest.verify(folder.path)
        if "results.json" not in [problem.file for problem in problems]:
            refuse_other_question(self, folder)
        mirror = Mirror(folder.run_id, self.config.destinations)
        damaged = any(problem.what != "extra" for problem in problems)
        rows = [] if damaged else outcome.deliver(folder, mirror)
        return Finished(folder.path, True, problems, rows)

    def _say_resume(self, session: Session, saved: journey.Saved) -> None:
        path = session.folder.path
        self.console.print(f"run folder: {path}", highlight=False, markup=False)
        if saved.place.global_step > 0:
            step = saved.place.global_step
            session.folder.record(
                "resumed", step=step, place=saved.place.as_json(), file=saved.path.name
            )
            self.console.print(f"resumed at step {step}", highlight=False)
