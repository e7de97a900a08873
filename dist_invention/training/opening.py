"""Open a run's folder: what is asked, what destinations hold, where it is logged."""

from collections.abc import Iterator
from contextlib import contextmanager
import logging
import os
from pathlib import Path
import time
from typing import Any

from dist_invention.runtime import Machine
from dist_invention.storage import (
    RunFolder,
    TerminalLog,
    open_run,
    refuse_copies_of_itself,
    reopen,
    run_name,
    without_password,
    write_json,
)
from dist_invention.training.finished import describe_script
from rich.console import Console

SUPERVISED = "DIST_INVENTION_SUPERVISED"  # file in which a supervisor awaits the run
BEGAN = "DIST_INVENTION_BEGAN"  # when that was started, in seconds since 1970
LIVE = ("run.json", "events.jsonl", "metrics.jsonl", "memory.jsonl", "terminal.log")
LOGGER = "dist_invention"


def open_folder(experiment: Any, machine: Machine) -> RunFolder:
    """Open the run that a configuration asks for, and lock it.

    What is newer at a destination than here is brought back first. A finished run is
    opened again only to be read again.

    Args:
        experiment: A `SafeTrainingPipeline`.
        machine: What was set up.

    Raises:
        RunLocked: If another process writes in this run.
        RunBelongsToAnotherConfiguration: If its configuration is another one.
        DestinationNotUsable: If a destination lies inside the folder of runs.
    """
    config, console = experiment.config, experiment.console
    refuse_copies_of_itself(config.destinations, config.runs_dir)
    run_id = run_name(experiment.name, config.preset, config.seed, config.sha256)
    about = _about(experiment, machine.as_json())
    folder = open_run(
        config.runs_dir,
        run_id,
        about,
        again=config.again,
        destinations=config.destinations,
    )
    if config.reread and folder.status == "finished":
        reopen(folder, about, config.reread)
    awaited = os.environ.get(SUPERVISED)
    if awaited:
        write_json(awaited, {"run": str(folder.path.absolute())})
    found = folder.recovered
    if found is not None:
        what = "the finished run" if found.is_finished else f"step {found.step}"
        console.print(
            f"brought back from {found.label}: {what}, {len(found.files)} files",
            highlight=False,
            markup=False,
        )
    return folder


def _about(experiment: Any, machine: dict[str, Any]) -> dict[str, Any]:
    config = experiment.config
    places = [without_password(place) for place in config.destinations]
    words = machine["environment"]["command"]
    words[:] = [without_password(word) for word in words]
    return {
        "experiment": experiment.name,
        "preset": config.preset,
        "seed": config.seed,
        "config": {**config.as_json(), "destinations": places},
        "config_sha256": config.sha256,
        "code": describe_script(experiment),
        "environment": machine,
        "argv": words,
        "destinations": places,
    }


def seconds_before() -> float:
    """Return the seconds that a supervisor has spent on this command before now."""
    began = os.environ.get(BEGAN)
    return max(0.0, time.time() - float(began)) if began else 0.0


@contextmanager
def logged(console: Console) -> Iterator[TerminalLog]:
    """Keep what a run says and what this library warns of, for its terminal.log."""
    terminal: Any = console.file
    log = TerminalLog(terminal)
    handler = log.handler()
    logger = logging.getLogger(LOGGER)
    console.file = log
    logger.addHandler(handler)
    try:
        yield log
    finally:
        log.detach()
        logger.removeHandler(handler)
        console.file = terminal


def live_files(run_folder: Path) -> list[Path]:
    """Return the files of a run that grow while it trains, those that are there."""
    return [run_folder / name for name in LIVE if (run_folder / name).exists()]
