"""From a command line to a run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from dist_invention.training import SafeTrainingPipeline

__all__ = ["main"]


def main(
    experiment: "type[SafeTrainingPipeline]", words: Sequence[str] | None = None
) -> NoReturn:
    """Run an experiment as the command line says, and exit.

    Exit codes: 0 done; 1 failed after training began, or an error that is not ours; 2
    refused before training; 74 fewer destinations complete than `--min-destinations`,
    or a finished run that no longer matches its manifest; 75 stopped early by a signal
    or the time limit, the same command goes on; 76 the supervisor gave up; 77 out of
    memory; 78 stalled, under a supervisor only.

    Args:
        experiment: The experiment's class.
        words: The command line without the program's name; the real one if left out.
    """
    # Imported late: the supervisor lives in this package and must not load a backend.
    # No module here may be called `main`: importing it would take this name.
    from dist_invention.launch.one_run import run_and_exit

    run_and_exit(experiment, words)
