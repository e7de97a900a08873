"""Processes that a killed campaign left behind: they save and end before it goes on."""

from collections.abc import Callable
import os
from pathlib import Path
import time

import psutil

CAMPAIGN = "DIST_INVENTION_CAMPAIGN"  # folder of the campaign that started a process
PATIENCE = 25.0  # seconds that a run has to save
POLL = 0.1


def orphans(folder: Path) -> list[psutil.Process]:
    """Return the processes of this user that a campaign started, and their children.

    Call it while holding the campaign's lock: what lives then belongs to nobody.

    Args:
        folder: The campaign's folder.
    """
    mark, found = str(folder.absolute()), []
    for process in psutil.process_iter():
        try:
            is_ours = process.environ().get(CAMPAIGN) == mark
            if is_ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):  # it has just ended, or is another user's
            continue
    return [process for process in found if process.pid != os.getpid()]


def stop_orphans(
    folder: Path, say: Callable[[str], None], patience: float = PATIENCE
) -> int:
    """Ask what a killed campaign left behind to save and end; kill what does not.

    Args:
        folder: The campaign's folder.
        say: Shows a line.
        patience: Seconds to save.

    Returns:
        How many processes there were.
    """
    left = orphans(folder)
    if not left:
        return 0
    pids = ", ".join(str(process.pid) for process in left)
    say(f"an earlier command left runs behind; they save and end first: pid {pids}")
    for process in left:
        _signal(process.terminate)
    end = time.monotonic() + patience
    while orphans(folder) and time.monotonic() < end:
        time.sleep(POLL)
    for process in orphans(folder):
        say(f"pid {process.pid} did not end within {patience:.0f} s and is killed")
        _signal(process.kill)
    return len(left)


def _signal(send: Callable[[], None]) -> None:
    try:
        send()
    except psutil.NoSuchProcess:  # it has just ended by itself
        return
