"""What lives in a Ray worker: it starts one process, waits, and passes stops on."""

from collections.abc import Mapping, Sequence
from pathlib import Path
import signal
import subprocess
import threading

from dist_invention.campaigns.local_pool import LocalProcess, launch


class RayChild:
    """One process below a Ray worker; the methods are called from several threads.

    Args:
        env: Variables that differ from the worker's; `None` removes one.
        folder: Where the process is started; paths in its command count from there.

    Example:
        >>> import sys, tempfile
        >>> child = RayChild({}, Path("/"))
        >>> log = Path(tempfile.mkdtemp()) / "output.log"
        >>> child.run([sys.executable, "-c", "raise SystemExit(3)"], log)
        3
    """

    def __init__(self, env: Mapping[str, str | None], folder: Path):
        self._env, self._folder = dict(env), folder
        self._turn = threading.Lock()
        self._is_over = False  # it was asked to stop
        self._process: subprocess.Popen | None = None

    def run(self, command: Sequence[str], log: Path) -> int:
        """Start a process, wait for its end and return its exit code.

        Args:
            command: Program and arguments.
            log: File to which both its streams are appended.

        Raises:
            OSError: If there is no such program, or the file cannot be written.
        """
        with self._turn:
            if self._is_over:  # before it began
                return -signal.SIGTERM
            self._process = launch(command, self._env, log, self._folder)
        return self._process.wait()

    def stop(self) -> None:
        """Ask the process to save and to end."""
        with self._turn:
            self._is_over = True
            if self._process is not None:
                LocalProcess(self._process).stop()

    def kill(self) -> None:
        """End the process at once."""
        with self._turn:
            self._is_over = True
            if self._process is not None:
                LocalProcess(self._process).kill()
