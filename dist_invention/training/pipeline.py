"""SafeTrainingPipeline: the life of a run on one screen; a few hooks to fill in."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ClassVar

from dist_invention.curriculum.stage import Stage
from dist_invention.curriculum.terms import Term
from dist_invention.datasets import Split
from dist_invention.evaluation import AuditReport, Baseline, LeakFound, Metric, audit
from dist_invention.runtime import prepare
from dist_invention.storage import JournalFrozen, RunFolder
from dist_invention.training import journey, outcome, sealing, vitals
from dist_invention.training.config import TrainingConfig
from dist_invention.training.dvc_files import write_params
from dist_invention.training.finished import Finished
from dist_invention.training.ground import named
from dist_invention.training.opening import logged, open_folder, seconds_before
from dist_invention.training.preflight import preflight
from dist_invention.training.saved import Saved, newest
from dist_invention.training.selection import Selection, selection_of
from dist_invention.training.session import Session, build_session
from dist_invention.training.stopping import StopGuard, StoppedEarly
from dist_invention.training.tracking import refuse_missing
import keras
import numpy as np
from rich.console import Console

LAST_SECONDS = 12.0  # that destinations get for the newest state when a run stops


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

    Raises:
        NoSelection: If the experiment does not say which weights are judged.

    Example:
        >>> class Physics(SafeTrainingPipeline):  # doctest: +SKIP
        ...     name = "physics"
        ...     selection = Selection.last()
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
    selection: ClassVar[Selection]  # which weights are judged; each experiment says it
    rule_inputs: ClassVar[tuple[str, ...]] = ()  # inputs that describe the rule
    sequence_inputs: ClassVar[tuple[str, ...]] = ()  # time first; none sees the future
    arm_flags: ClassVar[Mapping[str, tuple[str, ...]]] = {}  # flags of an arm

    def __init__(self, config: Any, console: Console | None = None):
        if config.model not in self.models:
            raise ValueError(
                f"Expected a model among {list(self.models)}. "
                f"Received: --model {config.model}. Choose one of them."
            )
        self.config = config
        selection_of(self)
        self.console = console or Console()
        self.has_begun = False  # whether training has started
        self._session: Session | None = None

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

    def build_counterfactuals(self, splits: Mapping[str, Split]) -> Sequence[Any]:
        """Return the requests for changed rules that are judged; none by default."""
        return []

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
        vitals.refuse_collapse(session, stage.name)

    @property
    def micro_batches(self) -> int:
        """Parts a batch is cut into; a supervisor may have raised the number."""
        live = self._session
        return self.config.micro_batches if live is None else live.micro_batches

    # The life of a run.

    def run(self) -> Finished:
        """Run, or go on with, what the configuration asks for.

        Returns:
            Where the sealed run lies. A run that was finished before is verified and
            left as it is.

        Raises:
            StoppedEarly: On SIGTERM or at the time limit, once everything is saved.
            TrackerMissing: If the library of a tracker is not installed.
            ValueError: If something asked for does not fit.
        """
        config = self.config
        refuse_missing(config.track)
        with StopGuard(config.max_hours, seconds_before()) as stop:
            machine = prepare(config.seed, config.precision)
            with logged(self.console) as log, open_folder(self, machine) as folder:
                if folder.status != "finished":  # a sealed run takes no more lines
                    log.attach(folder.path / "terminal.log")
                if folder.status == "finished":
                    return sealing.verified(self, folder)
                with self._recorded(folder):
                    stop.raise_if_asked()
                    write_params(folder, config)
                    splits = named(self.build_splits())
                    report = self._audit(folder, list(splits.values()))
                    session = build_session(self, folder, machine, splits, stop)
                    self._session = session
                    with session.lookout.stall as stall:
                        with stall.pause("preflight"):
                            preflight(session)
                            saved = newest(session)
                        self._say_resume(session, saved)
                        self.has_begun = True
                        session.tracking.start()
                        journey.train(session, saved)
                        stop.raise_if_asked()
                        with stall.pause("evaluation"):
                            results = outcome.judge(session, report)
                    stop.raise_if_asked()
                    log.detach()
                    rows = sealing.seal(session, results)
                return Finished(folder.path, False, [], rows, config.min_destinations)

    @contextmanager
    def _recorded(self, folder: RunFolder) -> Iterator[None]:
        """Write down why a run ended before it was sealed, there and everywhere."""
        try:
            yield
        except StoppedEarly as stop:
            with suppress(OSError, JournalFrozen):  # a sealed run takes no more lines
                folder.record("stopped", reason=stop.reason)
            self._hand_over()
            raise
        except Exception as error:
            with suppress(OSError):  # the disk may be what failed
                folder.fail(f"{type(error).__name__}: {error}")
            self._hand_over()
            raise
        finally:
            if self._session is not None:
                self._session.close()

    def _hand_over(self) -> None:
        if self._session is not None and not self._session.hand_over(LAST_SECONDS):
            reasons = self._session.mirror.behind or {"copies": "still under way"}
            for label, reason in reasons.items():
                self._session.warn(f"behind when it stopped: {label}: {reason}")

    def _audit(self, folder: RunFolder, splits: list[Split]) -> AuditReport:
        try:
            report = audit(splits, allow_leak=self.config.allow_leak or None)
        except LeakFound as error:
            folder.record("audit", **error.report.as_json())
            raise
        folder.record("audit", **report.as_json())
        self.console.print(f"audit: {report.verdict}", highlight=False)
        return report

    def _say_resume(self, session: Session, saved: Saved) -> None:
        path = session.folder.path
        self.console.print(f"run folder: {path}", highlight=False, markup=False)
        if saved.place.global_step > 0:
            step = saved.place.global_step
            session.folder.record(
                "resumed", step=step, place=saved.place.as_json(), file=saved.path.name
            )
            self.console.print(f"resumed at step {step}", highlight=False)
