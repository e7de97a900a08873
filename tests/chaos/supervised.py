"""The supervisor: nobody types the command again, the run ends all the same."""

import os
from pathlib import Path
import signal
import time

from attempts import LONGEST, POLL, AttackFailed, expect
from stops import LONGEST_STOP

SUPERVISE = ("--supervise",)


def kills_of_workers(trial, times=5):
    """Kill the worker at random times; the supervisor alone goes on."""
    supervisor = trial.start(words=SUPERVISE)
    known = {0}
    for _ in range(times):
        trial.expected = trial.newest_step
        if not supervisor.wait_until(
            lambda: supervisor.stepping_pid() not in known, "step"
        ):
            break
        supervisor.wait_until(lambda: trial.newest_step > trial.expected, "checkpoint")
        time.sleep(trial.random.uniform(0, 1))
        worker = supervisor.stepping_pid()
        known.add(worker)
        try:
            os.kill(worker, signal.SIGKILL)
        except ProcessLookupError:
            break  # it had just ended
        trial.kills += 1
    expect(supervisor, 0)
    ended = trial.events("ended")
    if len(ended) != trial.kills or any(row["signal"] is None for row in ended):
        raise AttackFailed(f"{trial.kills} kills, on record: {ended}")
    return {"supervised_kills": trial.kills}


def stopped_supervisor(trial):
    """SIGTERM to the supervisor stops the worker cleanly; a SIGKILL harms nothing."""
    supervisor = trial.start(words=SUPERVISE)
    supervisor.wait_until(supervisor.stepping_pid, "step")
    begin = time.monotonic()
    supervisor.send(signal.SIGTERM)
    expect(supervisor, 75)
    seconds = time.monotonic() - begin
    if seconds > LONGEST_STOP:
        raise AttackFailed(f"{seconds:.1f} s from SIGTERM to the end")
    trial.check_resume()
    supervisor = trial.start(words=SUPERVISE)
    supervisor.wait_until(supervisor.stepping_pid, "step")
    supervisor.send(signal.SIGKILL)
    supervisor.end()
    worker = supervisor.stepping_pid()
    end = time.monotonic() + LONGEST
    while is_alive(worker):
        if time.monotonic() > end:
            raise AttackFailed("the worker outlived its supervisor for too long")
        time.sleep(POLL)
    trial.finish()
    return {"supervisor_stopped": 2}


def is_alive(pid):
    """Whether there is such a process, and it is not a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] not in "ZX"


def out_of_memory(trial):
    """Run out of memory in a step: exit 77, and the same command goes on."""
    point = {"call": "memory", "nth": 70, "do": "oom", "at_once": True}
    expect(trial.start([point]), 77, "Expected")
    trial.check_resume()
    trial.finish()
    return {"out_of_memory": 1}


def out_of_memory_supervised(trial):
    """Run out of memory under the supervisor: it goes on with smaller parts.

    The bits then differ from those of whole batches; what must be is the end.
    """
    point = {"call": "memory", "nth": 70, "do": "oom", "at_once": True}
    expect(trial.start([point], SUPERVISE), 0)
    doubled = [row["micro_batches"] for row in trial.events("micro_batches")]
    if doubled != [2]:
        raise AttackFailed(f"expected two micro-batches on record: {doubled}")
    return {"out_of_memory_supervised": 1, "compared": False}
