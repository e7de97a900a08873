"""Exit codes: one number, one meaning, for people, shells and who starts runs."""

DONE = 0
FAILED = 1  # after training began, or an error that is not ours
BAD_INPUT = 2  # refused before training
INCOMPLETE = 74  # too few destinations, or a finished run that does not match
STOPPED = 75  # a signal or the time limit; everything is saved
GAVE_UP = 76  # the supervisor, after restarts that brought nothing
OUT_OF_MEMORY = 77
STALLED = 78  # no step for too long; only under a supervisor

_MEANINGS = {
    DONE: "done",
    FAILED: "it failed",
    BAD_INPUT: "it was refused before training",
    INCOMPLETE: "too few copies, or a finished run that does not match",
    STOPPED: "it stopped early",
    GAVE_UP: "its supervisor gave up",
    OUT_OF_MEMORY: "out of memory",
    STALLED: "it stalled",
}


def in_words(code: int) -> str:
    """Return what an exit code means, and the code.

    Example:
        >>> in_words(77)
        'out of memory (exit code 77)'
    """
    return f"{_MEANINGS.get(code, 'it ended unexpectedly')} (exit code {code})"
