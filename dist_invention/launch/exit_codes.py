"""Exit codes: one number, one meaning, for people, shells and the supervisor."""

DONE = 0
FAILED = 1  # after training began, or an error that is not ours
BAD_INPUT = 2  # refused before training
INCOMPLETE = 74  # too few destinations, or a finished run that does not match
STOPPED = 75  # a signal or the time limit; everything is saved
GAVE_UP = 76  # the supervisor, after restarts that brought nothing
OUT_OF_MEMORY = 77
STALLED = 78  # no step for too long; only under a supervisor
