"""Processes on this machine, as many as it can hold beside each other."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
import os
from pathlib import Path
import shlex
import socket
import subprocess
from typing import Any

from dist_invention.campaigns import machine
from dist_invention.runtime.processes import visible_cards
from dist_invention.storage.outputs import appended
import psutil

CARD = "CUDA_VISIBLE_DEVICES"


class LocalProcess:
    """A process on this machine, in this one's process group.

    Args:
        process: What was started.
        slot: Its place in the pool.
    """

    def __init__(self, process: subprocess.Popen, slot: int = 0):
        self.process = process
        self.slot = slot

    def poll(self) -> int | None:
        """Return its exit code, `None` while it lives."""
        return self.process.poll()

    def stop(self) -> None:
        """Ask it to save and to end."""
        with suppress(ProcessLookupError):  # it has just ended by itself
            self.process.terminate()

    def kill(self) -> None:
        """End it at once, and what it started, as a supervisor starts a worker."""
        below: list[psutil.Process] = []
        with suppress(psutil.Error):
            below = psutil.Process(self.process.pid).children(recursive=True)
        with suppress(ProcessLookupError):
            self.process.kill()
        for child in below:
            with suppress(psutil.Error):
                child.kill()

    def where(self) -> dict[str, Any]:
        """Return host and pid."""
        return {"host": socket.gethostname(), "pid": self.process.pid}


def launch(
    command: Sequence[str],
    env: Mapping[str, str | None],
    log: Path,
    folder: Path | None = None,
) -> subprocess.Popen:
    """Start a process whose output goes into a file, without this one's help.

    Args:
        command: Program and arguments.
        env: Variables that differ from this process's; `None` removes one.
        log: The file; old lines stay.
        folder: Where it is started; here if left out.

    Raises:
        OSError: If there is no such program, or the file cannot be written.
    """
    there = {**os.environ, **env}
    told = {name: value for name, value in there.items() if value is not None}
    with appended(log, shlex.join(command)) as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=told,
            cwd=folder,
        )


class LocalPool:
    """Run processes on this machine, each with a core and 3 GiB at least.

    Each gets its share of the cores by OMP_NUM_THREADS, TF_NUM_INTRAOP_THREADS and
    TF_NUM_INTEROP_THREADS, so that two runs do not fight; where the environment sets
    one of these already, that holds. On a machine with NVIDIA cards each gets a card,
    and by default there are as many runs as cards.

    Args:
        workers: Processes at a time; from cores, memory and cards if left out.
        threads: Threads of each; the cores shared out if left out.

    Raises:
        ValueError: If a number is under 1.

    Example:
        >>> LocalPool(workers=2, threads=1).as_json()["workers"]
        2
    """

    def __init__(self, workers: int | None = None, threads: int | None = None):
        machine.check_share(workers, threads)
        self.workers, self.threads = workers, threads
        self._cards: list[str] = []
        self._alive: list[LocalProcess] = []

    def start(self) -> None:
        """Share the machine out."""
        self._cards = visible_cards()
        cores = machine.cores()
        self.workers = self.workers or machine.fitting_workers(
            len(self._cards), cores, machine.free_mebibytes()
        )
        self.threads = self.threads or machine.share_of_cores(cores, self.workers)

    def take_up(self, record: Mapping[str, Any]) -> None:
        """Give each process as many threads as before, since they can change bits."""
        if self.threads is None and record.get("threads"):
            self.threads = int(record["threads"])

    def has_room(self) -> bool:
        """Return whether one more process may be started now."""
        self._alive = [one for one in self._alive if one.poll() is None]
        return len(self._alive) < (self.workers or 1)

    def submit(
        self, command: Sequence[str], env: Mapping[str, str | None], log: Path
    ) -> LocalProcess:
        """Start a process; see `Executor`."""
        taken = {one.slot for one in self._alive}
        slot = next(n for n in range(len(taken) + 1) if n not in taken)
        own = machine.thread_settings(self.threads or 1, os.environ)
        if self._cards:
            own[CARD] = self._cards[slot % len(self._cards)]
        process = LocalProcess(launch(command, {**own, **env}, log), slot)
        self._alive.append(process)
        return process

    def as_json(self) -> dict[str, Any]:
        """Return how the machine is shared, as plain JSON values."""
        return {
            "executor": "local",
            "host": socket.gethostname(),
            "workers": self.workers,
            "threads": self.threads,
            "cards": list(self._cards),
        }

    def close(self) -> None:
        """Forget processes; they have ended."""
        self._alive = []
