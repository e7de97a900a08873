"""One run, from the command line to its table, its page and an exit code."""

from collections.abc import Sequence
import errno
import json
import sys
from typing import Any

from dist_invention.launch.command_line import read_config, refuse
from dist_invention.reports import rival_table, score_table
from dist_invention.training import Finished, SafeTrainingPipeline, StoppedEarly
from dist_invention.training.loop import BatchFailed
from rich.console import Console

EXIT_FAILED = 1
EXIT_BAD_INPUT = 2
EXIT_INCOMPLETE = 74
OURS = "dist_invention."
DISK = (
    errno.EACCES,
    errno.EDQUOT,
    errno.EFBIG,
    errno.ENOSPC,
    errno.EPERM,
    errno.EROFS,
)
RESULTS = "results.json"


def main(
    experiment: type[SafeTrainingPipeline], words: Sequence[str] | None = None
) -> None:
    """Run an experiment as the command line says, and exit.

    Exit codes: 0 done; 1 failed; 2 bad input; 74 a destination is incomplete or a
    finished run no longer matches its manifest; 75 stopped early, start again.

    Args:
        experiment: The experiment's class.
        words: The command line without the program's name; the real one if left out.
    """
    words = sys.argv[1:] if words is None else words
    console = Console(width=None if sys.stdout.isatty() else 200, soft_wrap=True)
    pipeline = config = None
    try:
        description = (experiment.__doc__ or experiment.name).strip()
        config = read_config(
            experiment.config_class, experiment.presets, words, description
        )
        pipeline = experiment(config, console)
        finished = pipeline.run()
    except StoppedEarly as stop:
        console.print(
            f"stopped: {stop.reason}. Everything is saved; the same command goes on."
        )
        sys.exit(stop.exit_code)
    except (ValueError, RuntimeError, ArithmeticError) as error:
        if not _is_ours(error):
            raise
        refuse(error)
        has_begun = pipeline is not None and pipeline.has_begun
        sys.exit(EXIT_FAILED if has_begun else EXIT_BAD_INPUT)
    except OSError as error:
        if error.errno not in DISK:
            raise
        refuse(
            OSError(
                f"Expected to save in {config and config.runs_dir}. "
                f"Received: {error}. Free some "
                "room or repair permissions; the same command resumes from the last "
                "checkpoint."
            )
        )
        sys.exit(EXIT_FAILED)
    sys.exit(_say(finished, console))


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
    return 0 if finished.is_sound else EXIT_INCOMPLETE


def _tables(results: dict[str, Any]) -> list[str]:
    """The metrics that the experiment puts first, then where the rest stands."""
    known = list(dict.fromkeys(score["metric"] for score in results["scores"]))
    first = results.get("headline") or known
    scores = [score for score in results["scores"] if score["metric"] in first]
    texts = [rival_table(results, metric) + "\n" for metric in first]
    texts.append(score_table({**results, "scores": scores}))
    rest = len(known) - len(first)
    return [*texts, f"{rest} more metrics are on the page.\n"] if rest else texts
