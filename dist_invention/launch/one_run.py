"""One run, from the command line to its table, its page and an exit code."""

from collections.abc import Sequence
from contextlib import redirect_stderr, redirect_stdout
import errno
import json
import os
from pathlib import Path
import re
import sys
from typing import Any, NoReturn

from dist_invention.launch.arms_command import run_arms
from dist_invention.launch.arms_words import HELP, asked_arms
from dist_invention.launch.command_line import BadCommand, read_config, refuse
from dist_invention.launch.last_words import LastWords
from dist_invention.launch.worker import SUPERVISED
from dist_invention.reports import rival_table, score_table
from dist_invention.runtime import exit_codes
from dist_invention.runtime.memory import is_out_of_memory
from dist_invention.storage.terminal import SafeStream, let_go
from dist_invention.training import (
    Finished,
    SafeTrainingPipeline,
    StoppedEarly,
    TrainingConfig,
)
from dist_invention.training.loop import BatchFailed
from rich.console import Console

OURS = "dist_invention."
DISK = (
    errno.EACCES,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.ENOSPC,
    errno.EPERM,
    errno.EROFS,
)
RESULTS = "results.json"
LONGEST = 300  # characters of a backend's message; an allocator's report has pages
TELLING = re.compile(r".*(?:OOM|out of memory|to allocate).*", re.IGNORECASE)
GO_ON = "Everything is saved; the same command goes on."


class OutOfMemory(RuntimeError):
    """Memory ran out; half of an update may be done, so the process must end."""


def run_and_exit(
    experiment: type[SafeTrainingPipeline], words: Sequence[str] | None = None
) -> NoReturn:
    """Run an experiment as the command line says, and exit; see `launch.main`.

    A terminal that goes away, or a pipe that nobody reads, ends nothing and changes
    no exit code.

    Args:
        experiment: The experiment's class.
        words: The command line without the program's name; the real one if left out.
    """
    words = sys.argv[1:] if words is None else words
    out, err = SafeStream(sys.stdout), SafeStream(sys.stderr)
    try:
        with LastWords() as signals, redirect_stdout(out), redirect_stderr(err):
            try:
                code = _run(experiment, words)
                signals.are_over = code == exit_codes.STOPPED
            except StoppedEarly:  # a second signal, while it said that it stopped
                code = exit_codes.STOPPED
                signals.are_over = True
    finally:
        let_go(sys.stdout)
        let_go(sys.stderr)
    sys.exit(code)


def _run(experiment: type[SafeTrainingPipeline], words: Sequence[str]) -> int:
    console = Console(width=None if sys.stdout.isatty() else 200, soft_wrap=True)
    pipeline = config = None
    try:
        asked = asked_arms(words)
        words = words if asked is None else asked.words
        description = f"{(experiment.__doc__ or experiment.name).strip()}\n{HELP}"
        config = read_config(
            experiment.config_class, experiment.presets, words, description
        )
        if asked is not None:
            return run_arms(experiment, asked, config, console)
        if config.supervise and SUPERVISED not in os.environ:
            _become_supervisor(words)
        pipeline = experiment(config, console)
        return _say(pipeline.run(), console)
    except StoppedEarly as stop:
        console.print(f"stopped: {stop.reason}. {GO_ON}")
        return exit_codes.STOPPED
    except KeyboardInterrupt:
        console.print(f"stopped: received SIGINT. {GO_ON}")
        return exit_codes.STOPPED
    except Exception as error:  # each backend has its own class for out-of-memory
        code = _explain(error, config, pipeline)
        if code is None:
            raise
        return code


def _become_supervisor(words: Sequence[str]) -> None:
    """Replace this process; the supervisor starts the same command again below it.

    Raises:
        BadCommand: If there is no script that it could start.
    """
    script = sys.argv[0]
    if not Path(script).is_file():
        raise BadCommand(
            "Expected --supervise in the command line of a script. Received: it from "
            f"`{script or 'an interactive session'}`. Put the experiment into a file."
        )
    module = "dist_invention.launch.supervise"
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, "-m", module, script, *words])


def _explain(
    error: Exception,
    config: TrainingConfig | None,
    pipeline: SafeTrainingPipeline | None,
) -> int | None:
    """Say in our words what went wrong; `None` if the traceback says it better."""
    has_begun = pipeline is not None and pipeline.has_begun
    cause = _out_of_memory(error)
    if cause is not None and config is not None:
        refuse(_memory_words(cause, config, pipeline))
        return exit_codes.OUT_OF_MEMORY
    if isinstance(error, OSError) and error.errno in DISK:
        refuse(
            OSError(
                f"Expected to save in {config and config.runs_dir}. "
                f"Received: {error}. Free some "
                "room or repair permissions; the same command resumes from the last "
                "checkpoint."
            )
        )
        return exit_codes.FAILED
    if isinstance(error, ValueError | RuntimeError | ArithmeticError) and _is_ours(
        error
    ):
        refuse(error)
        return exit_codes.FAILED if has_begun else exit_codes.BAD_INPUT
    return None


def _out_of_memory(error: BaseException | None) -> BaseException | None:
    """Return the first exception, of this one and its causes, that lacked memory."""
    while error is not None and not is_out_of_memory(error):
        hidden = None if error.__suppress_context__ else error.__context__
        error = error.__cause__ or hidden
    return error


def _memory_words(
    cause: BaseException, config: TrainingConfig, pipeline: Any
) -> OutOfMemory:
    now = getattr(pipeline, "micro_batches", config.micro_batches)
    telling = TELLING.search(str(cause))  # TensorFlow puts a whole stack before it
    text = telling[0] if telling else str(cause)
    text = " ".join(text.split()).rstrip(".")[:LONGEST]
    advice = (
        "The supervisor goes on with more micro-batches"
        if SUPERVISED in os.environ
        else "Start with --supervise, which goes on with more micro-batches, or give "
        "the same command once more memory is free"
    )
    return OutOfMemory(
        "Expected the run to fit into memory. Received: "
        f"{type(cause).__name__}: {text or 'no more words'}; {config.batch_size} "
        f"examples a batch, micro-batches: {now}. {advice}."
    )


def _is_ours(error: Exception) -> bool:
    """Whether this library raised it in words for the user, so that they suffice.

    What broke a batch is somebody else's error, and its traceback says where.
    """
    if isinstance(error, BatchFailed):
        return False
    if type(error).__module__.startswith(OURS):
        return True
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    name = trace.tb_frame.f_globals.get("__name__", "") if trace is not None else ""
    has_our_words = "Received: " in str(error)
    return has_our_words and error.__cause__ is None and name.startswith(OURS)


def _say(finished: Finished, console: Console) -> int:
    lines = []
    if finished.was_finished:
        lines.append("this run was finished before; --again starts another")
    if RESULTS not in [problem.file for problem in finished.problems]:
        text = (finished.path / RESULTS).read_text(encoding="utf-8")
        lines += _tables(json.loads(text))
    lines.append(f"results: {finished.path / RESULTS}")
    lines.append(f"page:    {finished.path / 'report.html'}")
    for row in finished.destinations:
        state = "complete, verified" if row["complete"] else f"BEHIND {row['problems']}"
        lines.append(f"copy:    {row['url']}: {state}")
    lines += [f"PROBLEM  {problem}" for problem in finished.problems]
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    return exit_codes.DONE if finished.is_sound else exit_codes.INCOMPLETE


def _tables(results: dict[str, Any]) -> list[str]:
    """The metrics that the experiment puts first, then where the rest stands."""
    known = list(dict.fromkeys(score["metric"] for score in results["scores"]))
    first = results.get("headline") or known
    scores = [score for score in results["scores"] if score["metric"] in first]
    texts = [rival_table(results, metric) + "\n" for metric in first]
    texts.append(score_table({**results, "scores": scores}))
    rest = len(known) - len(first)
    return [*texts, f"{rest} more metrics are on the page.\n"] if rest else texts
