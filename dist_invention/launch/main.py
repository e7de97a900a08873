"""One run, from the command line to its table, its page and an exit code."""

import json
import sys
from collections.abc import Sequence

from rich.console import Console

from dist_invention.evaluation import LeakFound
from dist_invention.launch.command_line import BadCommand, read_config, refuse
from dist_invention.reports import score_table
from dist_invention.runtime import WrongBackend
from dist_invention.storage import (
    DestinationNotUsable,
    FolderNotWritable,
    RunBelongsToAnotherConfiguration,
    RunLocked,
    TooLittleRoom,
)
from dist_invention.training import Finished, SafeTrainingPipeline, StoppedEarly

EXIT_BAD_INPUT = 2
EXIT_DESTINATION_BEHIND = 74
REFUSED = (
    BadCommand,
    DestinationNotUsable,
    FolderNotWritable,
    LeakFound,
    RunBelongsToAnotherConfiguration,
    RunLocked,
    TooLittleRoom,
    WrongBackend,
)


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
    try:
        description = (experiment.__doc__ or experiment.name).strip()
        config = read_config(
            experiment.config_class, experiment.presets, words, description
        )
        finished = experiment(config, console).run()
    except REFUSED as error:
        refuse(error)
        sys.exit(EXIT_BAD_INPUT)
    except StoppedEarly as stop:
        console.print(
            f"stopped: {stop.reason}. Everything is saved; the same command goes on."
        )
        sys.exit(stop.exit_code)
    sys.exit(_say(finished, console))


def _say(finished: Finished, console: Console) -> int:
    results = json.loads((finished.path / "results.json").read_text(encoding="utf-8"))
    if finished.was_finished:
        console.print("this run was finished before; --again starts another")
    console.print(score_table(results), highlight=False, markup=False, soft_wrap=True)
    console.print(f"results: {finished.path / 'results.json'}", highlight=False)
    console.print(f"page:    {finished.path / 'report.html'}", highlight=False)
    for row in finished.destinations:
        state = "complete, verified" if row["complete"] else f"BEHIND {row['problems']}"
        console.print(f"copy:    {row['url']}: {state}", highlight=False)
    for problem in finished.problems:
        console.print(f"PROBLEM  {problem.file}: {problem.what}", highlight=False)
    return 0 if finished.is_sound else EXIT_DESTINATION_BEHIND
