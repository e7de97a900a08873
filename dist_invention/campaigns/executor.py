"""What a campaign needs of whatever runs its processes."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol


class ExecutorNotReady(RuntimeError):
    """Processes cannot be started the way that was asked for."""


class Handle(Protocol):
    """One process, wherever it runs."""

    def poll(self) -> int | None:
        """Return its exit code, negative for a signal; `None` while it lives.

        Raises:
            ExecutorNotReady: If nobody can tell any more; it is lost then.
        """
        ...

    def stop(self) -> None:
        """Ask it to save and to end: SIGTERM. Does not wait."""
        ...

    def kill(self) -> None:
        """End it at once, and forget it. Does not wait."""
        ...

    def where(self) -> dict[str, Any]:
        """Return host, pid and birth of the process as plain JSON values."""
        ...


class Executor(Protocol):
    """Something that starts processes and knows how many fit beside each other."""

    def start(self) -> None:
        """Make it ready.

        Raises:
            ExecutorNotReady: If it cannot be; the message says what to do.
        """
        ...

    def take_up(self, record: Mapping[str, Any]) -> None:
        """Take up what an earlier command of this campaign recorded by `as_json`."""
        ...

    def has_room(self) -> bool:
        """Return whether one more process may be started now."""
        ...

    def submit(
        self, command: Sequence[str], env: Mapping[str, str | None], log: Path
    ) -> Handle:
        """Start a process.

        Args:
            command: Program and arguments.
            env: Variables that differ from this process's; `None` removes one.
            log: File to which both its streams are appended.
        """
        ...

    def as_json(self) -> dict[str, Any]:
        """Return what it is and how it shares the machine, as plain JSON values."""
        ...

    def close(self) -> None:
        """Let go of everything; its processes have ended. Twice is harmless."""
        ...
